"""`snntrainer3d harden`: fine-tune a network for imperfect devices, and measure what that wins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from snntrainer3d.cli.circuits import SetOption, document_from, settings_from
from snntrainer3d.cli.completion import complete_run_or_file
from snntrainer3d.cli.output import AsJson, give_json, give_pairs, percent, say
from snntrainer3d.cli.weights import MapOption, SpecOption, TimeStepOption, weights_from
from snntrainer3d.errors import ConflictError, Fault, SpecError

MEASURING_SEED = 1_000_003
"""Of the devices that measure: never those that it was trained with."""


def harden(
    weights: Annotated[
        str,
        typer.Argument(metavar="RUN_OR_FILE", help="A run, or a weight file.", autocompletion=complete_run_or_file),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON file for the hardened weights.")],
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device", metavar="NAME=VALUE", help="What is wrong with the devices: spread=0.3; else typical."
        ),
    ] = None,
    setting: SetOption = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training data.")] = 20,
    learning_rate: Annotated[float | None, typer.Option(help="Peak; a half of the training's by default.")] = None,
    draws: Annotated[int, typer.Option(min=2, help="Sets of devices to measure with.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of order and devices.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    spec: SpecOption = None,
    maps: MapOption = None,
    dt_s: TimeStepOption = None,
    as_json: AsJson = False,
) -> None:
    """Fine-tune a network on disturbed weights so that it bears imperfect devices."""
    from snntrainer3d.circuits import (
        TYPICAL_DEVICES,
        Imperfections,
        decider_of,
        design_circuit,
        disturbance,
        study_point,
    )
    from snntrainer3d.cli.samples import all_samples
    from snntrainer3d.exports import to_json
    from snntrainer3d.runs import RunStore
    from snntrainer3d.storage import refuse_place, write_output

    settings = settings_from(setting or [])
    typical = {} if device else TYPICAL_DEVICES.model_dump(mode="json")
    wrong = document_from(Imperfections, device or [], "--device", typical)
    refuse_place(output)
    if output.exists() and not force:
        raise ConflictError(f"{output} is already there.", path="--output", hint="Give --force to replace it.")
    with RunStore() as store:
        trained, _ = weights_from(weights, store, spec, maps, dt_s)
    design_circuit(trained, settings)
    data = all_samples(trained, None, 1_000_000)
    recipe = _recipe(data.recipe, epochs, learning_rate)
    from snntrainer3d.training import harden as train_on

    last = trained
    for done in train_on(trained, data.dataset, recipe, disturbance(settings, wrong), seed=seed):
        last = done.trained
        say(f"Epoch {done.epoch}/{epochs}: loss {done.loss:.4g} on disturbed weights")
    decider = decider_of(data)
    before, after = (
        study_point(network, decider, wrong, settings=settings, draws=draws, seed=MEASURING_SEED)
        for network in (trained, last)
    )
    perfect = [decider.accuracy(design_circuit(network, settings)) for network in (trained, last)]
    write_output(output, to_json(last))
    report = {
        "file": str(output),
        "samples": len(data.labels),
        "draws": before.draws,
        "before": {"perfect": perfect[0], "mean": before.mean, "low": before.low, "high": before.high},
        "after": {"perfect": perfect[1], "mean": after.mean, "low": after.low, "high": after.high},
        "gain": after.mean - before.mean,
    }
    give_json(report) if as_json else _show(report)


def _recipe(known: Any, epochs: int, learning_rate: float | None) -> Any:
    peak = known.learning_rate / 2 if learning_rate is None else learning_rate
    try:
        return known.changed(epochs=epochs, learning_rate=peak, pace="full")
    except SpecError as error:
        told = [Fault(f"--{fault.path.replace('_', '-')}", fault.message, fault.hint) for fault in error.faults]
        raise SpecError(told, what="command") from None


def _show(report: dict[str, Any]) -> None:
    def line(which: dict[str, float]) -> str:
        band = f"{percent(which['low'])} to {percent(which['high'])}"
        return f"{percent(which['mean'])} on imperfect devices ({band}), {percent(which['perfect'])} on perfect ones"

    give_pairs(
        {
            "test set": f"{report['samples']:,} samples, {report['draws']} sets of devices",
            "before": line(report["before"]),
            "after": line(report["after"]),
            "gain": f"{100 * report['gain']:+.2f} points",
            "weights": report["file"],
        }
    )
