"""`snntrainer3d evaluate`: how good stored weights are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.completion import complete_dataset, complete_run_or_file
from snntrainer3d.cli.output import AsJson, give, give_json, give_pairs, give_table, percent, say
from snntrainer3d.cli.weights import MapOption, SpecOption, TimeStepOption, opened
from snntrainer3d.errors import Fault, InputError, SpecError

if TYPE_CHECKING:
    from snntrainer3d.exports import WeightFile
    from snntrainer3d.runs import RunStore
    from snntrainer3d.spec import TrainedNetwork, Training


def evaluate(
    weights: Annotated[
        str, typer.Argument(metavar="RUN_OR_FILE", help="A run, or a weight file.", autocompletion=complete_run_or_file)
    ],
    dataset: Annotated[
        str | None, typer.Option(help="Data set to test on; the run's own by default.", autocompletion=complete_dataset)
    ] = None,
    num_steps: Annotated[int | None, typer.Option(help="Simulated time steps; as trained by default.")] = None,
    spec: SpecOption = None,
    maps: MapOption = None,
    dt_s: TimeStepOption = None,
    legacy_synaptic: Annotated[
        bool,
        typer.Option(
            "--legacy-synaptic", help="Compute Synaptic neurons as snnTorch 0.9.1 and older did, with its fault."
        ),
    ] = False,
    thorough: Annotated[
        bool,
        typer.Option("--thorough", help="Also calibration, top 2, rates, operations, energy and accuracy over time."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a trained network on the whole test set of a data set."""
    from snntrainer3d.data import check_fit, describe, load
    from snntrainer3d.runs import RunStore
    from snntrainer3d.spec import RECIPE

    with RunStore() as store:
        found = opened(weights, store, spec, maps, dt_s)
        trained, run = found if isinstance(found, tuple) else (found.trained, "")
        early = _unfinished(store, run) if run else []
    _check_legacy(trained, legacy_synaptic)
    recipe = _recipe(trained, dataset, num_steps)
    info = describe(recipe.dataset)
    if faults := check_fit(trained.network, info, recipe):
        raise SpecError(faults, what="network")
    loaded = load(info.name, progress=lambda _phase, _share, text: say(text))
    notices = early if isinstance(found, tuple) else _notices(found, legacy_synaptic, num_steps)
    if trained.assumed:
        notices = [*notices, f"{trained.assumed} {RECIPE}"]
    for notice in notices:
        say(notice)
    # Imported late: torch takes seconds, and everything that can be refused has been by now.
    from snntrainer3d.training import evaluate as score
    from snntrainer3d.training import measure

    if thorough or legacy_synaptic:
        results = measure(trained, loaded, recipe, legacy_synaptic=legacy_synaptic).to_dict()
    else:
        results = score(trained, loaded, recipe).to_dict()
    if as_json:
        about = {"weights": weights, "run": run or None, "dataset": info.name, "num_steps": recipe.num_steps}
        told = {"legacy_synaptic": legacy_synaptic, "notices": notices}
        give_json({**about, **told, "network": trained.network.title(), "test": results})
        return
    _show(results, trained.network.title(), info.name, recipe.num_steps)
    if thorough:
        _show_activity(results)


def _check_legacy(trained: TrainedNetwork, legacy_synaptic: bool) -> None:
    if legacy_synaptic and not any(neuron.snntorch_legacy for neuron in trained.network.neurons()):
        raise InputError(
            "The network has no Synaptic neurons.", path="--legacy-synaptic", hint="Leave --legacy-synaptic out."
        )


def _unfinished(store: RunStore, run: str) -> list[str]:
    """Tell that a run's training did not come to its end, and how far it came."""
    row = store.get(run)
    if row.status == "finished" or row.imported:
        return []
    progress = row.progress
    reached = f"update {progress.update:,} of {progress.total_updates:,}" if progress else "update 0"
    ended = f"was {row.status}" if row.status in ("cancelled", "interrupted") else f"is {row.status}"
    ended = "failed" if row.status == "failed" else ended
    return [f"The run {ended} at {reached}: what is measured are the weights that it has kept until then."]


def _notices(file: WeightFile, legacy_synaptic: bool, num_steps: int | None) -> list[str]:
    """Give what a file says, without the advice that was followed."""
    followed = {"--legacy-synaptic": legacy_synaptic, "--num-steps": num_steps is not None}
    return [text for text in file.notices if not any(done and option in text for option, done in followed.items())]


def _recipe(trained: TrainedNetwork, dataset: str | None, num_steps: int | None) -> Training:
    from snntrainer3d.cli.choices import as_options
    from snntrainer3d.compose import recipe_to_measure

    try:
        return recipe_to_measure(trained, dataset, num_steps)
    except SpecError as error:
        renamed = as_options([Fault(f"training.{fault.path}", fault.message, fault.hint) for fault in error.faults])
        raise SpecError(renamed, what="command") from None


def _show(results: dict[str, Any], title: str, dataset: str, num_steps: int) -> None:
    give_pairs(
        {
            "network": f"{title}, {num_steps} steps",
            "test set": f"{dataset}, {results['samples']:,} {'sample' if results['samples'] == 1 else 'samples'}",
            "accuracy": percent(results["accuracy"]),
            "macro F1": percent(results["macro_f1"]),
            "macro precision": percent(results["macro_precision"]),
            "macro recall": percent(results["macro_recall"]),
            "ties": f"{results['ties']:,}",
        }
    )
    give()
    give_table(
        ["class", "#precision", "#recall", "#F1", "#samples"],
        [
            [row["name"], percent(row["precision"]), percent(row["recall"]), percent(row["f1"]), f"{row['support']:,}"]
            for row in results["per_class"]
        ],
    )


def _show_activity(results: dict[str, Any]) -> None:
    activity, latency = results["activity"], results["latency"]
    energy, calibration = activity["energy_nj"], results["calibration"]["of_counts"]
    give()
    give_pairs(
        {
            "accuracy, 95 %": f"{percent(results['accuracy_interval']['low'])} to "
            f"{percent(results['accuracy_interval']['high'])}",
            "among the best two": percent(results["top2"]),
            "calibration error": f"{percent(calibration['expected_error'])}, mean confidence "
            f"{percent(calibration['mean_confidence'])}",
            "spikes per neuron and step": ", ".join(f"{rate:.4f}" for rate in activity["rates"]),
            "sparsity": percent(activity["sparsity"]),
            "synaptic operations": f"{activity['synaptic_operations']:,.0f} per sample, counted",
            "membrane updates": f"{activity['membrane_updates']:,} per sample",
            "operations by eq. 12": f"{activity['flops']:,} per step, {activity['flops_all_steps']:,} over all steps",
            "energy, estimated": f"{energy['total']:,.1f} nJ per sample; {energy['conventional']:,.1f} nJ for a "
            f"conventional network of the same shape ({energy['source']})",
            "within a point of the end": f"after step {latency['step_near_final']}",
            "parameters": f"{activity['parameters']:,}, {activity['parameter_bytes']:,} bytes",
        }
    )
