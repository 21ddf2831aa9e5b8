"""`snntrainer3d datasets`: which there are, and fetching one."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from snntrainer3d.cli.output import AsJson, give_json, give_table, say

app = typer.Typer(help="Data sets: which there are, and fetching one.", no_args_is_help=True)


@app.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """List the data sets and whether they are on this machine."""
    from snntrainer3d.data import CATALOGUE, available

    rows: list[dict[str, Any]] = [
        {
            "name": info.name,
            "title": info.title,
            "input_shape": list(info.input_shape),
            "classes": info.classes,
            "train_samples": info.train_samples,
            "test_samples": info.test_samples,
            "licence": info.licence,
            "available": available(info.name),
        }
        for info in CATALOGUE.values()
    ]
    if as_json:
        give_json({"datasets": rows})
        return
    give_table(
        ["name", "input", "#classes", "#training", "#test", "here", "licence"],
        [
            [
                row["name"],
                "×".join(map(str, row["input_shape"])),
                str(row["classes"]),
                f"{row['train_samples']:,}",
                f"{row['test_samples']:,}",
                "yes" if row["available"] else "no",
                row["licence"],
            ]
            for row in rows
        ],
    )


@app.command("fetch")
def fetch_dataset(
    name: Annotated[str, typer.Argument(help="Data set to download into the cache.")], as_json: AsJson = False
) -> None:
    """Download a data set, unless it is there."""
    from snntrainer3d.data import cache_folder, fetch

    fetch(name, _tell)
    if sys.stderr.isatty():
        say("")
    if as_json:
        give_json({"dataset": name, "available": True, "cache": str(cache_folder())})
    else:
        print(f"{name} is here.")


def _tell(_phase: str, share: float | None, text: str) -> None:
    if sys.stderr.isatty():
        done = "" if share is None else f" {share:4.0%}"
        print(f"\r\033[K{text}{done}", end="", file=sys.stderr, flush=True)
