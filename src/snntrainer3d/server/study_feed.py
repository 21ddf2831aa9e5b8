"""How the study that a page watches goes on: whole at first, then what changed."""

from __future__ import annotations

import time
from typing import Any

from snntrainer3d.server.study_views import StudyViews

PERIOD_S = 1.0
"""A study is looked up at most this often for a page."""
Plain = dict[str, Any]


class StudyFeed:
    """What one page was told of the study that it watches."""

    def __init__(self, studies: StudyViews) -> None:
        self._studies = studies
        self._study: str | None = None
        self._told: dict[str, Plain] = {}
        self._rest: Plain = {}
        self._due = 0.0

    @property
    def is_due(self) -> bool:
        """Tell whether it is time to look."""
        return self._study is not None and time.monotonic() >= self._due

    def watch(self, study: str | None) -> None:
        """Watch this study from now on, or none."""
        self._study, self._told, self._rest, self._due = study, {}, {}, 0.0

    def news(self) -> Plain | None:
        """Give the study with the entries alone that changed, None where nothing did; raises NotFoundError."""
        study = self._study
        if study is None:
            return None
        self._due = time.monotonic() + PERIOD_S
        detail = self._studies.detail(study)
        entries = {entry["key"]: entry for entry in detail["entries"]}
        rest = {name: value for name, value in detail.items() if name != "entries"}
        changed = [entry for key, entry in entries.items() if self._told.get(key) != entry]
        if not changed and rest == self._rest:
            return None
        self._told, self._rest = entries, rest
        return {**rest, "entries": changed}
