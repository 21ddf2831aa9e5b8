"""`snntrainer3d runs`: list, show, rename, delete."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from snntrainer3d.cli.output import AsJson, clock, give_json, give_pairs, give_table, percent
from snntrainer3d.errors import InputError

app = typer.Typer(help="Runs: list, show, rename, delete.", no_args_is_help=True)
Run = Annotated[str, typer.Argument(help="The run's id, the beginning of it, or its name.")]


@app.command("list")
def list_runs(as_json: AsJson = False) -> None:
    """List all runs, newest first."""
    from snntrainer3d.jobs import JobRunner
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        JobRunner(store).look_after()
        rows = store.list()
    if as_json:
        give_json({"runs": [row.model_dump(mode="json") for row in rows]})
    elif not rows:
        print("There are no runs yet; `snntrainer3d train` makes one.")
    else:
        give_table(
            ["id", "name", "status", "#test accuracy", "#parameters", "created"],
            [
                [
                    row.id,
                    row.name,
                    row.status,
                    percent(row.test_accuracy),
                    f"{row.parameters:,}",
                    clock(row.created_at),
                ]
                for row in rows
            ],
        )


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
            "training time": _seconds(results.get("train_seconds")),
            "folder": str(folder),
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
        print(f"{row.id} is now called {row.name}.")


@app.command("delete")
def delete_runs(
    runs: Annotated[list[str], typer.Argument(help="Ids, beginnings of ids, or names.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete runs with all their files."""
    from snntrainer3d.runs import RunStore

    with RunStore() as store:
        found = [store.get(run) for run in runs]
        if not yes:
            _ask([f"{row.id} {row.name}" for row in found], as_json)
        for row in found:
            store.delete(row.id)
            if not as_json:
                print(f"{row.id} is deleted.")
    if as_json:
        give_json({"deleted": [row.id for row in found]})


def _ask(names: list[str], as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise InputError("Deleting was not confirmed.", path="--yes", hint="Give --yes to delete without a question.")
    typer.confirm(f"Delete {', '.join(names)} with all files?", abort=True, err=True)


def _seconds(value: Any) -> str:
    return "" if value is None else f"{value:.2f} s"
