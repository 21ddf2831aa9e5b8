"""`snntrainer3d datasets`: which there are; fetch one, import your own, remove it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.completion import complete_dataset, complete_own
from snntrainer3d.cli.output import AsJson, give, give_json, give_table, say
from snntrainer3d.errors import printable

if TYPE_CHECKING:
    from snntrainer3d.data import ImportReport

app = typer.Typer(help="Data sets: list them, fetch one, import your own, remove it.", no_args_is_help=True)


@app.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """List the data sets and whether they are on this machine."""
    from snntrainer3d.data import available, every_dataset

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
        for info in every_dataset()
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
    name: Annotated[str, typer.Argument(help="Data set to download into the cache.", autocompletion=complete_dataset)],
    as_json: AsJson = False,
) -> None:
    """Download a data set, unless it is there."""
    from snntrainer3d.data import cache_folder, fetch

    fetch(name, _tell)
    if sys.stderr.isatty():
        say("")
    if as_json:
        give_json({"dataset": name, "available": True, "cache": str(cache_folder())})
    else:
        give(f"{name} is here.")


@app.command("import")
def import_dataset(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="An NPZ, a CSV, an HDF5 file of spike trains, or a folder or zip of pictures, WAV sounds or events "
            "by class; or two files, for training and for the test: shd_train.h5 shd_test.h5, Train.zip Test.zip."
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call it; else the file's name.")] = "",
    size: Annotated[
        int | None, typer.Option(help="Height and width that pictures and events are brought to, or channels.")
    ] = None,
    frames: Annotated[int, typer.Option(help="Into how many frames events are counted.")] = 20,
    clip: Annotated[int, typer.Option(help="The most events that count at one place of a frame.")] = 4,
    polarity: Annotated[bool, typer.Option(help="Brighter and darker events are channels of their own.")] = True,
    over_time: Annotated[bool, typer.Option(help="The second axis of an NPZ's samples is time.")] = False,
    test_share: Annotated[float, typer.Option(help="Share kept for the test where the file is not split.")] = 0.2,
    label: Annotated[
        str, typer.Option(help="The column of a table that is the label, by name or number; of an NPZ, the array.")
    ] = "",
    ignore: Annotated[
        list[str] | None, typer.Option(help="A column of a table to leave out, by name or number; may be repeated.")
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="The first row of a table names its columns, or does not."),
    ] = None,
    delimiter: Annotated[
        str, typer.Option(help="What separates the columns of a table: a sign, or comma, semicolon, tab, space, pipe.")
    ] = "",
    decimal: Annotated[str, typer.Option(help="The decimal sign of a table, . or , as it is.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Say how the data is read, and keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read your own data, say how, tell every fault of it, and keep it under a name that `train --dataset` takes."""
    from snntrainer3d.data import Choice, check_data, import_reading

    choice = Choice(
        side=size,
        over_time=over_time,
        test_share=test_share,
        frames=frames,
        clip=clip,
        polarity=polarity,
        label=label,
        ignore=tuple(ignore or ()),
        header=header,
        delimiter=delimiter,
        decimal=decimal,
    )
    reading = (check_data if check else import_reading)(paths, name, choice)
    info, report = reading.dataset.info, reading.report
    train, test = reading.dataset.class_counts()
    if as_json:
        shape = {"input_shape": list(info.input_shape), "frames": info.frames, "class_names": list(info.class_names)}
        counts = {"train_counts": train, "test_counts": test}
        about = {"summary": info.summary, **shape, **counts, "report": asdict(report)}
        give_json({"dataset": info.name, "kept": not check, **about})
        return
    give(f"{info.name}: {info.summary}")
    give_report(report)
    rows = zip(info.class_names, train, test, strict=True)
    give_table(["class", "#training", "#test"], [[label, f"{one:,}", f"{other:,}"] for label, one, other in rows])
    if check:
        give("Nothing is kept: this was a check. Without --check it is imported.")


def give_report(report: ImportReport) -> None:
    """Print how own data was read."""
    parts = {
        "How it is read": [line for line in report.sentences() if line not in report.scaling],
        "Left out": [str(one) for one in report.left_out],
        "Worth a look": report.notes,
    }
    for title, lines in parts.items():
        if lines:
            give(f"{title}:")
            give("\n".join(f"  {line}" for line in lines))


@app.command("remove")
def remove_dataset(
    name: Annotated[str, typer.Argument(help="Own data to forget.", autocompletion=complete_own)],
    as_json: AsJson = False,
) -> None:
    """Forget your own data; runs that were trained on it keep their results."""
    from snntrainer3d.data import remove_own

    remove_own(name)
    give_json({"removed": name}) if as_json else give(f"{name} is removed.")


def _tell(_phase: str, share: float | None, text: str) -> None:
    if sys.stderr.isatty():
        done = "" if share is None else f" {share:4.0%}"
        print(f"\r\033[K{printable(text)}{done}", end="", file=sys.stderr, flush=True)
