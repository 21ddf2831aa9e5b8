"""A study told on stderr while it goes on: a bar where there is a terminal, one line per finished run elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import MofNCompleteColumn

from snntrainer3d.cli.bar import Bar
from snntrainer3d.cli.output import percent

if TYPE_CHECKING:
    from snntrainer3d.studies import EntryState, StudyState

_ENDED = ("finished", "failed", "interrupted", "deleted")


class StudyFollower(Bar):
    """Takes the states of one study as it goes on."""

    def __init__(self) -> None:
        super().__init__(MofNCompleteColumn())
        self._told: dict[str, str] | None = None

    def take(self, state: StudyState) -> None:
        """Show how the study stands."""
        if self._told is None:
            self._begin(state)
        assert self._told is not None
        for found in state.entries:
            if found.status in _ENDED and self._told.get(found.entry.key) != found.status:
                self._told[found.entry.key] = found.status
                self.line(self._line(found, len(state.entries)))
        if not self.is_shown:
            return
        best = next((one.run for one in state.leaders(1)), None)
        said = f"best {percent(best.test_accuracy)}" if best else ""
        done = sum(_share(found) for found in state.entries)
        self.update(description=state.name, total=len(state.entries), completed=round(done, 2), said=said)

    def _begin(self, state: StudyState) -> None:
        """Note what earlier calls had ended; it is told in one line."""
        self._told = {found.entry.key: found.status for found in state.entries if found.status == "finished"}
        before = f", {len(self._told)} finished before" if self._told else ""
        self.line(f"Study {state.id}: {len(state.entries)} runs{before}.")

    def _line(self, found: EntryState, total: int) -> str:
        """Tell of one run; several may have ended since the last look, and each counts by itself."""
        assert self._told is not None
        count = sum(status == "finished" for status in self._told.values())
        accuracy = (
            f", test {percent(found.run.test_accuracy)}" if found.run and found.run.test_accuracy is not None else ""
        )
        return f"{count}/{total} {found.entry.spec.training.name}: {found.status}{accuracy}"


def _share(found: EntryState) -> float:
    """Give how much of a run is done."""
    if found.status == "finished":
        return 1.0
    progress = found.run.progress if found.run else None
    return progress.update / progress.total_updates if progress and progress.total_updates else 0.0
