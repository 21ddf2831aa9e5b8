"""Progress on stderr: a bar where there is a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn

from snntrainer3d.cli.output import say
from snntrainer3d.errors import printable


class Bar:
    """One bar, and lines above it; `update` does nothing where there is no terminal."""

    def __init__(self, *counts: ProgressColumn) -> None:
        """Make a bar that shows `counts` between itself and what is said."""
        self._task: TaskID | None = None
        self._progress: Progress | None = None
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), *counts, TextColumn("{task.fields[said]}"))
            self._progress = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
            self._task = self._progress.add_task("starting", total=None, said="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    @property
    def is_shown(self) -> bool:
        """Whether there is a terminal to show it on."""
        return self._progress is not None

    def update(self, **fields: Any) -> None:
        """Change description, total, completed or said."""
        if self._progress is not None and self._task is not None:
            shown: dict[str, Any] = {
                name: escape(printable(one)) if isinstance(one, str) else one for name, one in fields.items()
            }
            self._progress.update(self._task, **shown)

    def line(self, text: str) -> None:
        """Print a line that stays."""
        if self._progress is not None:
            self._progress.console.print(printable(text), markup=False, highlight=False)
        else:
            say(text)
