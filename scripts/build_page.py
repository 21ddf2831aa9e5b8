"""Build the page into src/snntrainer3d/static unless it is fresh; used by `make`, and by the wheel's build hook."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "snntrainer3d" / "static"
STAMP = STATIC / "sources.sha256"
SOURCES = (
    "package-lock.json",
    "index.html",
    "vite.config.ts",
    "vite.published.config.ts",
    "lean-three.ts",
    "svelte.config.js",
    "src",
    "public",
)


class PageError(Exception):
    """The page cannot be built here; the message says what to do."""


def sources_digest() -> str:
    """Give a digest over everything the page is made of."""
    digest = hashlib.sha256()
    for name in SOURCES:
        start = WEB / name
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if path.is_file():
                digest.update(path.relative_to(WEB).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def build_page() -> bool:
    """Build the page where it is missing or stale; tell whether it was built. Raises PageError."""
    if not WEB.is_dir():
        if STAMP.is_file():
            return False
        raise PageError("This source has neither the built page nor the web folder to build it from.")
    digest = sources_digest()
    if STAMP.is_file() and STAMP.read_text().strip() == digest:
        return False
    npm = shutil.which("npm")
    if npm is None:
        raise PageError(
            "The page is built with node 20 or newer and npm; install them, or install a wheel, which has it."
        )
    if not (WEB / "node_modules").is_dir():
        _npm(npm, "ci", "--no-audit", "--no-fund")
    _npm(npm, "run", "build")
    STAMP.write_text(digest + "\n")
    return True


def _npm(npm: str, *arguments: str) -> None:
    done = subprocess.run([npm, *arguments], cwd=WEB, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise PageError(f"npm {' '.join(arguments)} failed:\n{done.stdout[-4000:]}")


if __name__ == "__main__":
    try:
        print("The page is built." if build_page() else "The page is fresh.", file=sys.stderr)
    except PageError as error:
        sys.exit(str(error))
