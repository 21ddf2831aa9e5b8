"""Write THIRD-PARTY-NOTICES.md: the licences of what the built page contains. `--check` fails when it is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "web" / "node_modules"
TARGET = ROOT / "THIRD-PARTY-NOTICES.md"
BUNDLED = ("svelte", "clsx", "driver.js", "esm-env", "three", "uplot")
"""What Vite puts into the page; the rest of the npm packages only build it."""
HEADER = """# Third-party notices

The page inside the wheel contains the packages below, each under its own licence. The Python packages that
SNNtrainer3D uses are installed beside it, not contained in it; `pip show` names the licence of each. Written by
`scripts/notices.py`.
"""


def notices() -> str:
    """Give the text of the file from the installed npm packages."""
    return HEADER + "".join(_section(MODULES / name) for name in BUNDLED)


def _section(folder: Path) -> str:
    package = json.loads((folder / "package.json").read_text())
    licences = sorted(path for path in folder.iterdir() if path.name.lower().startswith("licen"))
    text = licences[0].read_text().strip() if licences else "(The package names its licence and ships no text.)"
    return f"\n## {package['name']} {package['version']} — {package['license']}\n\n```\n{text}\n```\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == notices() else "THIRD-PARTY-NOTICES.md is stale: run scripts/notices.py")
    TARGET.write_text(notices())
