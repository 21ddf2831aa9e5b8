"""What the 3D view costs the page, and how soon a drawing is answered on it, in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import Any

from benchmarks.environment import ROOT
from benchmarks.sections.watch import browser
from benchmarks.session import Session

WEB = ROOT / "web"
LONGEST_S = 600.0
FIGURES = re.compile(r'\{"(?:network|views|drawing)":.*\}')
FILES = ("tests/browser/view3d.test.ts", "tests/browser/inside.test.ts")
TESTS = (*FILES, "-t", "within its budget|after fifty views|while a hand draws")
"""The tests that hold the view to its budgets, and the one that draws by hand, tell what they measured."""


def run(session: Session) -> dict[str, Any]:
    """Measure with the browser's own clock and counters; without a browser or npm, say what is missing."""
    del session
    npx, found = shutil.which("npx"), browser()
    if npx is None or found is None or not (WEB / "node_modules").is_dir():
        return {"skipped": "Not measured: this needs npm, the packages of web/ and Chromium."}
    command = [npx, "vitest", "run", "--config", "vitest.browser.config.ts", *TESTS]
    environment = {**os.environ, "CHROMIUM": found, "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=WEB, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["the view's tests failed"])[0])
    told = [json.loads(figures) for figures in FIGURES.findall(done.stdout)]
    return {
        "networks": [figures for figures in told if "network" in figures],
        "left": next((figures for figures in told if "views" in figures), None),
        "drawing": next((figures for figures in told if "drawing" in figures), None),
    }
