"""`snntrainer3d train`: one run, from a document or from options, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.completion import (
    complete_dataset,
    complete_loss,
    complete_neuron,
    complete_preset,
    complete_run,
    complete_run_or_file,
    complete_setting,
    complete_template,
)
from snntrainer3d.cli.output import AsJson, give_json, give_pairs, percent, say
from snntrainer3d.cli.weights import MapOption, TimeStepOption, weights_from

if TYPE_CHECKING:
    from snntrainer3d.runs import RunRow, RunStore
    from snntrainer3d.spec import RunSpec

INTERRUPTED = 130


def train(
    spec_file: Annotated[
        Path | None, typer.Argument(metavar="[SPEC.json]", help="A run's or network's document; options go over it.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            help="A data set by name (`datasets list` shows them); mnist where it is, else digits.",
            autocompletion=complete_dataset,
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Your own data: an NPZ, a CSV, spike trains in HDF5, or a folder or zip of pictures, WAV sounds or "
            "events by class; `datasets import` has more to choose.",
        ),
    ] = None,
    data_size: Annotated[
        int | None, typer.Option(metavar="PIXELS", help="Height and width that your pictures are brought to.")
    ] = None,
    hidden: Annotated[str | None, typer.Option(help="Sizes of hidden layers: 100, 100,50 or none.")] = None,
    template: Annotated[
        str | None,
        typer.Option(
            help="An architecture in place of --hidden: lenet, triangle, recurrent, wide or memory.",
            autocompletion=complete_template,
        ),
    ] = None,
    neuron: Annotated[
        str | None,
        typer.Option(
            metavar="KIND|own-NAME|FILE.json",
            help="Of all layers: one of `neuron list`, or a document with an own one.",
            autocompletion=complete_neuron,
        ),
    ] = None,
    output_neuron: Annotated[
        str | None,
        typer.Option(
            help="Of the output alone, such as integrator, which never spikes.", autocompletion=complete_neuron
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="Recipe that everything else starts from: paper, fast or thorough.", autocompletion=complete_preset
        ),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(
            help="membrane, count, rate, max_membrane, rate_mse or first_spike.", autocompletion=complete_loss
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training data.")] = None,
    num_steps: Annotated[int | None, typer.Option(help="Simulated time steps per sample.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples per update.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Step size of the optimizer.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Any field of the training, as often as you like: training.schedule=cosine, training.coding=rate, "
            "training.optimizer.weight_decay=0.01; docs/training.md lists them.",
            autocompletion=complete_setting,
        ),
    ] = None,
    beta: Annotated[float | None, typer.Option(help="Decay of the membrane, of every neuron.")] = None,
    alpha: Annotated[float | None, typer.Option(help="Decay of the synaptic current, of every neuron.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of weights and of the order of samples.")] = None,
    name: Annotated[str | None, typer.Option(help="What the run is called.")] = None,
    engine: Annotated[str | None, typer.Option(help="auto, fused or reference.")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="RUN_OR_FILE", help="Train on from these weights.", autocompletion=complete_run_or_file
        ),
    ] = None,
    maps: MapOption = None,
    dt_s: TimeStepOption = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Start from the settings of this run; options go over them.",
            autocompletion=complete_run,
        ),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Train on a Ray cluster, or `local`, by --processes together.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(help="Processes that share every batch, one core each; two where --cluster is given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network and measure it on the test set.

    Ctrl-C stops after the current update with a checkpoint, from which the run can be resumed.
    """
    from snntrainer3d.cli.choices import Options, spec_from
    from snntrainer3d.notebook.opening import start_of
    from snntrainer3d.runs import RunStore
    from snntrainer3d.studies import seek

    if data is not None:
        dataset = _imported(data, data_size, dataset)
    options = Options(
        spec_file=spec_file,
        hidden=hidden,
        template=template,
        neuron=neuron,
        output_neuron=output_neuron,
        preset=preset,
        settings=tuple(settings or ()),
        neuron_values=_given(alpha=alpha, beta=beta),
        training=_given(
            dataset=None if dataset is None else dataset.replace("_", "-"),
            loss=loss,
            epochs=epochs,
            num_steps=num_steps,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
            name=name,
            engine=engine,
        ),
    )
    with RunStore() as store:
        _check_from(source, maps, dt_s)
        start, run = (None, "") if source is None else weights_from(source, store, spec_file, maps, dt_s)
        model = None if like is None else store.get(like)
        spec = spec_from(options, start, None if model is None else model.spec)
        if model is not None and start is None:
            start = start_of(model.id, store)
        _check_fit(spec)
        if cluster is not None:
            seek(cluster)
        row = store.create(spec, start_from=run or start, launcher="cli")
        results = _run(store, row, spec, cluster, processes)
        if results is None:
            say(f"Run {row.id} was cancelled; it can be resumed on the page.")
            raise typer.Exit(INTERRUPTED)
    _give(row, results, as_json)


def _imported(data: Path, size: int | None, dataset: str | None) -> str:
    from snntrainer3d.data import Choice, import_reading
    from snntrainer3d.errors import InputError

    if dataset is not None:
        raise InputError("--data and --dataset both give the data.", path="--data", hint="Give one of the two.")
    reading = import_reading(data, choice=Choice(side=size))
    info, report = reading.dataset.info, reading.report
    say(f"{info.name}: {info.train_samples:,} training and {info.test_samples:,} test samples. {info.summary}")
    for line in (report.label, *map(str, report.left_out), *report.notes):
        if line:
            say(f"  {line}")
    return info.name


def _check_from(source: str | None, maps: list[str] | None, dt_s: float | None) -> None:
    from snntrainer3d.errors import InputError

    for option, given in {"--map": maps, "--dt-s": dt_s}.items():
        if given and source is None:
            raise InputError(f"{option} is of a file to train on from.", path=option, hint="Give --from FILE too.")


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _check_fit(spec: RunSpec) -> None:
    from snntrainer3d.data import check_fit, describe
    from snntrainer3d.errors import SpecError

    if faults := check_fit(spec.network, describe(spec.training.dataset), spec.training):
        raise SpecError(faults, what="spec")


def _run(
    store: RunStore, row: RunRow, spec: RunSpec, cluster: str | None, processes: int | None
) -> dict[str, Any] | None:
    from snntrainer3d.cli.follow import Follower
    from snntrainer3d.jobs import run_job
    from snntrainer3d.studies import train_together

    folder = store.folder(row.id)
    try:
        with Follower(spec.training.epochs) as follower:
            if cluster is None and processes in (None, 1):
                return run_job(folder, follower.take)
            return train_together(folder, cluster or "local", processes or 2, follower.take)
    finally:
        store.sync(row.id)


def _give(row: RunRow, results: dict[str, Any], as_json: bool) -> None:
    about = {"run": row.id, "name": row.name, "network": row.title, "neurons": row.neurons, "dataset": row.dataset}
    if as_json:
        give_json({**about, **results})
        return
    test, validation = results["test"], results.get("validation")
    ties = "1 tie" if test["ties"] == 1 else f"{test['ties']:,} ties"
    give_pairs(
        {
            "run": f"{row.id}  {row.name}",
            "test accuracy": f"{percent(test['accuracy'])} of {test['samples']:,} samples, {ties}",
            "macro F1": percent(test["macro_f1"]),
            **({"validation accuracy": percent(validation["accuracy"])} if validation else {}),
            "training": f"{results['train_seconds']:.2f} s, {results['samples_per_second']:,.0f} samples/s "
            f"({results['engine']})",
            "parameters": f"{results['parameters']:,}",
        }
    )
