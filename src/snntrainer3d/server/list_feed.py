"""The list of runs as one page knows it: whole at first, then what changed."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]


class ListFeed:
    """What one page was told of the list of runs."""

    def __init__(self) -> None:
        self._told: dict[str, Plain] | None = None

    def news(self, rows: list[Plain]) -> Plain:
        """Give the message that brings the page to these rows."""
        told, now = self._told, {row["id"]: row for row in rows}
        self._told = now
        if told is None:
            return {"kind": "runs", "whole": True, "runs": rows, "gone": []}
        changed = [row for run, row in now.items() if told.get(run) != row]
        return {"kind": "runs", "whole": False, "runs": changed, "gone": [run for run in told if run not in now]}
