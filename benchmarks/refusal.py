"""Refusing to time."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """Parity is red: nothing may be timed. `evidence` holds the parities that were found."""

    def __init__(self, reason: str, evidence: dict[str, Any]) -> None:
        super().__init__(reason)
        self.evidence = evidence
