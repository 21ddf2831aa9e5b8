"""`snntrainer3d bench`: the benchmark of the checkout that this package runs from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from snntrainer3d.cli.output import AsJson
from snntrainer3d.errors import InputError

CHECKOUT = Path(__file__).resolve().parents[3]


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="A look in a minute or two, not figures to quote.")] = False,
    only: Annotated[str, typer.Option(help="Sections, with commas; a wrong one lists them.")] = "",
    as_json: AsJson = False,
) -> int:
    """Time training side by side with peers; from a checkout only. The first run installs the peers (2 GB)."""
    if not (CHECKOUT / "benchmarks" / "__main__.py").is_file():
        raise InputError(
            "The benchmark is not part of the installed package.",
            hint="Clone the repository and run `make bench` there.",
        )
    flags = [*(["--quick"] if quick else []), *(["--only", only] if only else []), *(["--json"] if as_json else [])]
    # A process of its own: the benchmark sets threads and environment before torch is imported.
    return subprocess.run([sys.executable, "-m", "benchmarks", *flags], cwd=CHECKOUT, check=False).returncode
