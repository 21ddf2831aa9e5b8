"""`snntrainer3d runs`: list, show, rename, delete; what else is done with them stands in keeping.py."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli import keeping
from snntrainer3d.cli.completion import complete_run
from snntrainer3d.cli.disk import disk
from snntrainer3d.cli.output import AsJson, clock, give, give_json, give_pairs, give_table, percent
from snntrainer3d.errors import InputError

if TYPE_CHECKING:
    from snntrainer3d.runs import Found

app = typer.Typer(help="Runs: find, show, rename, tag, archive, delete, restore, take along.", no_args_is_help=True)
Run = Annotated[
    str, typer.Argument(help="The run's id, the beginning of it, or its name.", autocompletion=complete_run)
]


app.command("tag")(keeping.tag_run)
app.command("note")(keeping.note_run)
app.command("archive")(keeping.archive_run)
app.command("trash")(keeping.list_trash)
app.command("restore")(keeping.restore_run)
app.command("disk")(disk)
app.command("export-file")(keeping.export_file)
app.command("import-file")(keeping.import_file)


@app.command("list")
def list_runs(
    search: Annotated[str, typer.Option(help="Text in name, id, data set, network, tags or notes.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="With this tag; may be given several times.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Condition on a setting or result: training.learning_rate>0.001; several hold together."),
    ] = None,
    sort: Annotated[
        str, typer.Option(help="Column or field to sort by, the largest first: results.test.macro_f1.")
    ] = "created_at",
    ascending: Annotated[bool, typer.Option("--ascending", help="The smallest first.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="So many at most; 1 picks the best.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Those in the archive too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List runs by any setting or result; all but archived ones, newest first, where nothing is said."""
    from snntrainer3d.jobs import JobRunner
    from snntrainer3d.runs import Query, RunStore, parse_condition

    query = Query(
        search=search,
        tags=tag or (),
        archived=None if archived else False,
        where=[parse_condition(text, "--where") for text in where or ()],
        sort=sort,
        ascending=ascending,
        limit=limit,
    )
    with RunStore() as store:
        JobRunner(store).look_after()
        found = store.query(query)
    if as_json:
        give_json(found.model_dump(mode="json"))
    elif not found.runs:
        chosen = search or tag or where
        give("No run is like that." if chosen else "There are no runs yet; `snntrainer3d train` makes one.")
    else:
        _give_list(found, sort)


def _give_list(found: Found, sort: str) -> None:
    """Print a list, with a column of what it is sorted by where that is none of the usual ones."""
    usual = ("created_at", "name", "status", "test_accuracy", "parameters", "id")
    values = found.values if sort not in usual else None
    columns = ["id", "name", "status", "#test accuracy", "#parameters", "created", "tags"]
    give_table(
        columns + ([f"#{sort}"] if values is not None else []),
        [
            [
                row.id,
                row.name,
                row.status,
                percent(row.test_accuracy),
                f"{row.parameters:,}",
                clock(row.created_at),
                ", ".join(row.tags),
                *([_value(values.get(row.id))] if values is not None else []),
            ]
            for row in found.runs
        ],
    )


def _value(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


@app.command("show")
def show_run(run: Run, as_json: AsJson = False) -> None:
    """Show one run with its settings and results."""
    from snntrainer3d.jobs import JobRunner
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        JobRunner(store).look_after()
        detail = store.get(run)
        folder = store.folder(detail.id).path
    if as_json:
        give_json({**detail.model_dump(mode="json"), "folder": str(folder)})
        return
    results = detail.results or {}
    test = results.get("test") or {}
    training = detail.spec.training
    give_pairs(
        {
            "run": detail.id,
            "name": detail.name,
            "status": detail.status,
            "network": f"{detail.title} {'+'.join(detail.neurons)}, {detail.parameters:,} parameters",
            "training": f"{detail.dataset}, {training.epochs} epochs, {training.num_steps} steps, "
            f"batch {training.batch_size}, learning rate {training.learning_rate:g}, {training.loss} loss, "
            f"seed {training.seed}",
            "created": clock(detail.created_at),
            "ended": clock(detail.ended_at),
            "validation accuracy": percent(detail.validation_accuracy),
            "test accuracy": percent(detail.test_accuracy),
            "macro F1": percent(test.get("macro_f1")),
            **({"epochs done": f"{detail.progress.epoch:,}"} if detail.progress else {}),
            "training time": _seconds(results.get("train_seconds")),
            **({"tags": ", ".join(detail.tags)} if detail.tags else {}),
            **({"notes": detail.notes} if detail.notes else {}),
            "folder": str(folder),
            "repeat": detail.repeat.here,
            **({"error": str(detail.error.get("message", ""))} if detail.error else {}),
        }
    )


@app.command("rename")
def rename_run(
    run: Run, name: Annotated[str, typer.Argument(help="What it is to be called.")], as_json: AsJson = False
) -> None:
    """Give a run another name."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        row = store.rename(run, name)
    if as_json:
        give_json(row.model_dump(mode="json"))
    else:
        give(f"{row.id} is now called {row.name}.")


@app.command("delete")
def delete_runs(
    runs: Annotated[list[str], typer.Argument(help="Ids, beginnings of ids, or names.", autocompletion=complete_run)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put runs into the trash, from where `restore` takes them for thirty days."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        found = [store.get(run) for run in runs]
        if not yes:
            _ask([f"{row.id} {row.name}" for row in found], as_json)
        for row in found:
            store.delete(row.id)
            if not as_json:
                give(f"{row.id} is deleted; `snntrainer3d runs restore {row.id}` takes it back.")
    if as_json:
        give_json({"deleted": [row.id for row in found]})


def _ask(names: list[str], as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise InputError("Deleting was not confirmed.", path="--yes", hint="Give --yes to delete without a question.")
    typer.confirm(f"Delete {', '.join(names)} ?", abort=True, err=True)


def _seconds(value: Any) -> str:
    return "" if value is None else f"{value:.2f} s"
