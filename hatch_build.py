"""Build hook: a wheel and an sdist carry the built page, so that they install without node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))
from build_page import PageError, build_page


class PageHook(BuildHookInterface):
    """Builds the page before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page, except for an editable install, whose page `make` builds."""
        if version == "editable":
            return
        try:
            build_page()
        except PageError as error:
            raise SystemExit(f"SNNtrainer3D: {error}") from None
