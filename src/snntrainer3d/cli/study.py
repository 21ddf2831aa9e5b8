"""`snntrainer3d study` and `tune`: many trainings from one document, told on stderr while they go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.output import AsJson, give, give_json, give_pairs, give_table, percent, say
from snntrainer3d.errors import InputError, JobError

if TYPE_CHECKING:
    from snntrainer3d.studies import CarriedOut, EntryState, Plan, Trial

INTERRUPTED = 130
Document = Annotated[
    str, typer.Argument(metavar="FILE.json|paper", help="A study's document, or the name of a built-in one.")
]


def study(
    document: Document,
    workers: Annotated[int | None, typer.Option(min=1, help="Trainings at once; one a core by default.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 0 to N - 1 in place of the document's.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the study where it was.")] = False,
    replace_deleted: Annotated[
        bool, typer.Option("--replace-deleted", help="Train anew what belonged to it and was deleted.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Train on a Ray cluster: local, auto, HOST:6379 or ray://HOST:10001."),
    ] = None,
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Only show what would be trained, and about how long.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train every run of a study, then write its tables, figures and report.

    Ctrl-C stops after the current updates; --resume goes on, and trains nothing twice.
    """
    from snntrainer3d.cli.study_progress import StudyFollower
    from snntrainer3d.runs import RunStore
    from snntrainer3d.studies import carry_out, document_of, make_plan

    wanted = document_of(document, seeds)
    if plan_only:
        _give_plan(make_plan(wanted), workers, as_json)
        return
    with RunStore() as store, StudyFollower() as follower:
        done = carry_out(
            wanted,
            store,
            workers=workers,
            resume=resume,
            replace_deleted=replace_deleted,
            on_change=follower.take,
            cluster=_address(cluster),
        )
    _give_study(done, as_json)
    _end(done)


def _address(cluster: str | None) -> str:
    """Give where to train; empty for this machine. An empty option is a slip, as of an unset variable, not that."""
    if cluster is not None and not cluster.strip():
        raise InputError(
            "The address of the cluster is empty.", path="--cluster", hint="Leave --cluster out to train here."
        )
    return cluster or ""


def tune(
    document: Annotated[str, typer.Argument(metavar="FILE.json", help="A study whose `vary` is a random search.")],
    trials: Annotated[int | None, typer.Option(min=1, help="Runs in all; the document's samples by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let Optuna choose each next run by validation accuracy, and stop those that fall behind.

    A tuning that was begun goes on with what it has; Ctrl-C stops it.
    """
    from snntrainer3d.runs import RunStore
    from snntrainer3d.studies import StudyStore, document_of
    from snntrainer3d.studies import tune as search

    wanted = document_of(document)
    with RunStore() as store:
        folder = StudyStore(store.home).create(wanted)
        found = search(folder, store, trials=trials, on_trial=_say_trial)
    if as_json:
        give_json({"study": folder.id, "name": wanted.name, "trials": [one.to_dict() for one in found]})
        return
    give_table(
        ["trial", "run", "state", "#validation", "settings"],
        [[str(one.number), one.run, one.state, percent(one.validation_accuracy), _told(one.settings)] for one in found],
        title=f"{wanted.name}: best first, by validation accuracy",
    )


def _give_plan(plan: Plan, workers: int | None, as_json: bool) -> None:
    from snntrainer3d.studies import cores

    count = max(1, min(workers or cores(), len(plan.entries)))
    seconds = plan.seconds(count)
    if as_json:
        entries = [{"key": one.key, "settings": one.settings, "seed": one.seed} for one in plan.entries]
        give_json({"runs": len(entries), "workers": count, "seconds": seconds, "entries": entries})
        return
    give_table(
        ["run", "network", "#seed"],
        [[one.spec.training.name, one.spec.network.title(), str(one.seed)] for one in plan.entries],
    )
    say(f"{len(plan.entries)} runs, roughly {_duration(seconds)} with {count} at once.")


def _give_study(done: CarriedOut, as_json: bool) -> None:
    from snntrainer3d.studies import chosen_by

    report = {"html": str(done.report.html), "markdown": str(done.report.markdown)}
    files = [str(path) for path in done.report.files]
    if as_json:
        give_json({**done.state.to_dict(), "report": {**report, "files": files}})
        return
    give_table(
        ["run", "settings", "#seed", "#test accuracy", "#validation"],
        [_leader(found) for found in done.state.leaders()],
        title=f"The best of {done.state.name}",
    )
    if chosen_by(done.state) == "test_accuracy":
        give("Ordered by test accuracy, since not all have validation samples: the best one's is flattered.")
    counts = ", ".join(f"{count} {status}" for status, count in done.state.counts().items())
    give_pairs({"study": done.study.id, "runs": counts, "report": report["html"], "files": str(done.study.report)})


def _leader(found: EntryState) -> list[str]:
    row = found.run
    assert row is not None
    accuracies = [percent(row.test_accuracy), percent(row.validation_accuracy)]
    return [row.id, _told(found.entry.settings), str(found.entry.seed), *accuracies]


def _end(done: CarriedOut) -> None:
    """End as the study did: what was stopped with 130, what failed with an error."""
    if done.state.status == "finished":
        return
    if done.state.status == "stopped":
        say(f"Study {done.study.id} was stopped; the same command with --resume goes on.")
        raise typer.Exit(INTERRUPTED)
    raise JobError(
        f"Study {done.study.id} is not complete: {done.state.counts()}.".replace("'", ""),
        hint="`snntrainer3d runs show RUN` says why one failed; --resume tries again, --replace-deleted makes anew.",
    )


def _say_trial(trial: Trial) -> None:
    accuracy = percent(trial.validation_accuracy) or "–"
    say(f"Trial {trial.number}: {trial.state}, validation {accuracy}, {_told(trial.settings)}")


def _told(settings: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {value}" for name, value in settings.items()
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
