"""Write THIRD-PARTY-NOTICES.md: the licences of what the built page contains. `--check` fails when it is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "web" / "node_modules"
TARGET = ROOT / "THIRD-PARTY-NOTICES.md"
BUNDLED = ("svelte", "clsx", "driver.js", "eecircuit-engine", "esm-env", "three", "uplot")
"""What Vite puts into the page; the rest of the npm packages only build it."""
HEADER = """# Third-party notices

The page inside the wheel contains the packages below, each under its own licence. The Python packages that
SNNtrainer3D uses are installed beside it, not contained in it; `pip show` names the licence of each. Written by
`scripts/notices.py`.
"""


def notices() -> str:
    """Give the text of the file from the installed npm packages."""
    return HEADER + "".join(_section(MODULES / name) for name in BUNDLED)


BELOW = {
    "eecircuit-engine": """It contains ngspice compiled to WebAssembly, unchanged: under the modified BSD licence,
its expressions (numparam) under the LGPL, version 2. Sources: https://ngspice.sourceforge.io and
https://github.com/eelab-dev/EEcircuit-engine. It is a file of its own, loaded when a person asks for it.
"""
}
"""What a package contains of others, in our words."""


def _section(folder: Path) -> str:
    package = json.loads((folder / "package.json").read_text())
    licences = sorted(path for path in folder.iterdir() if path.name.lower().startswith("licen"))
    text = licences[0].read_text().strip() if licences else "(The package names its licence and ships no text.)"
    title = f"{package['name']} {package['version']} — {package['license']}"
    return f"\n## {title}\n\n```\n{text}\n```\n{_below(package['name'])}"


def _below(name: str) -> str:
    return f"\n{BELOW[name]}" if name in BELOW else ""


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == notices() else "THIRD-PARTY-NOTICES.md is stale: run scripts/notices.py")
    TARGET.write_text(notices())
