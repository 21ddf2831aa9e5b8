"""`snntrainer3d runs`: tag, annotate, archive, restore, and runs as files from home to home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from snntrainer3d.cli.completion import complete_run
from snntrainer3d.cli.output import AsJson, clock, give, give_json, give_table, say
from snntrainer3d.errors import ConflictError

if TYPE_CHECKING:
    from snntrainer3d.runs import RunRow

Run = Annotated[
    str, typer.Argument(help="The run's id, the beginning of it, or its name.", autocompletion=complete_run)
]


def tag_run(
    run: Run,
    add: Annotated[list[str] | None, typer.Argument(metavar="[TAG]...", help="Tags to add.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Tag to take away; may be given several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add tags to a run, or take some away."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        kept = [tag for tag in store.get(run).tags if tag not in (remove or [])]
        row = store.change(run, tags=[*kept, *(add or [])])
    _told(row, as_json, f"has the tags {', '.join(row.tags)}" if row.tags else "has no tags")


def note_run(
    run: Run,
    text: Annotated[str, typer.Argument(help="Replaces what was noted; empty for nothing.")],
    as_json: AsJson = False,
) -> None:
    """Write notes on a run."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        _told(store.change(run, notes=text), as_json, "has these notes now")


def archive_run(
    run: Run,
    undo: Annotated[bool, typer.Option("--undo", help="Take it out again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a run into the archive, where lists leave it out unless asked."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        _told(store.change(run, archived=not undo), as_json, "is no longer archived" if undo else "is archived")


def list_trash(
    empty: Annotated[bool, typer.Option("--empty", help="Remove everything in it, for good.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the runs in the trash, or remove them for good."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        rows = store.trash.list()
        removed = list(store.trash.empty()) if empty else []
    if as_json:
        give_json({"removed": removed} if empty else {"runs": [row.model_dump(mode="json") for row in rows]})
    elif empty:
        give(f"Removed for good: {len(removed)}.")
    elif not rows:
        give("The trash is empty.")
    else:
        give_table(
            ["id", "name", "deleted", "#megabytes"],
            [[row.id, row.name, clock(row.deleted_at), f"{row.bytes / 1e6:.1f}"] for row in rows],
        )


def restore_run(run: Run, as_json: AsJson = False) -> None:
    """Take a run out of the trash."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        _told(store.get(store.trash.restore(run)), as_json, "is back")


def export_file(
    run: Run,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, usually *.snnrun.zip.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run with all that it holds into one file, which any other home can import."""
    from snntrainer3d.runs import RunStore
    from snntrainer3d.storage import refuse_place

    refuse_place(output)
    if output.exists() and not force:
        raise ConflictError(f"{output} is already there.", path="--output", hint="Give --force to replace it.")
    with RunStore() as store:
        found = store.find(run)
        store.export_file(found, output)
    if as_json:
        give_json({"run": found, "file": str(output), "bytes": output.stat().st_size})
    else:
        give(str(output))


def import_file(
    file: Annotated[Path, typer.Argument(help="As `runs export-file` writes it.")], as_json: AsJson = False
) -> None:
    """Make a run of a file that was exported; it keeps its id."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        row = store.import_file(file)
    _told(row, as_json, "is here")
    for text in row.notices if not as_json else []:
        say(text)


def _told(row: RunRow, as_json: bool, what: str) -> None:
    if as_json:
        give_json(row.model_dump(mode="json"))
    else:
        give(f"{row.id} {row.name} {what}.")
