"""`snntrainer3d evaluate`: how good stored weights are."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from snntrainer3d.cli.output import AsJson, give_json, give_pairs, give_table, percent, say
from snntrainer3d.errors import Fault, SpecError


def evaluate(
    weights: Annotated[str, typer.Argument(metavar="RUN_OR_FILE", help="A run, or a JSON or safetensors file.")],
    dataset: Annotated[str | None, typer.Option(help="Data set to test on; the run's own by default.")] = None,
    num_steps: Annotated[int | None, typer.Option(help="Simulated time steps; as trained by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a trained network on the whole test set of a data set."""
    from snntrainer3d.cli.weights import weights_from
    from snntrainer3d.data import check_fit, describe, load
    from snntrainer3d.runs import RunStore
    from snntrainer3d.spec import Training

    with RunStore() as store:
        trained, run = weights_from(weights, store)
    known = trained.training
    if dataset is None and known is None:
        raise SpecError([Fault("--dataset", "missing.", "The file does not say its data set.")], what="command")
    recipe = _recipe(known or Training(), dataset, num_steps)
    info = describe(recipe.dataset)
    if faults := check_fit(trained.network, info):
        raise SpecError(faults, what="network")
    loaded = load(info.name, progress=lambda _phase, _share, text: say(text))
    # Imported late: torch takes seconds, and everything that can be refused has been by now.
    from snntrainer3d.training import evaluate as measure

    results = measure(trained, loaded, recipe).to_dict()
    if as_json:
        about = {"weights": weights, "run": run or None, "dataset": info.name, "num_steps": recipe.num_steps}
        give_json({**about, "network": trained.network.title(), "test": results})
    else:
        _show(results, trained.network.title(), info.name, recipe.num_steps)


def _recipe(known: Any, dataset: str | None, num_steps: int | None) -> Any:
    from snntrainer3d.cli.choices import as_options
    from snntrainer3d.data import describe

    changes: dict[str, Any] = {}
    if dataset is not None:
        changes["dataset"] = describe(dataset).name
        # xor has no validation; of no importance for measuring.
        changes["validation_share"] = 0.0
    if num_steps is not None:
        changes["num_steps"] = num_steps
    try:
        return known.changed(**changes)
    except SpecError as error:
        renamed = as_options([Fault(f"training.{fault.path}", fault.message, fault.hint) for fault in error.faults])
        raise SpecError(renamed, what="command") from None


def _show(results: dict[str, Any], title: str, dataset: str, num_steps: int) -> None:
    give_pairs(
        {
            "network": f"{title}, {num_steps} steps",
            "test set": f"{dataset}, {results['samples']:,} samples",
            "accuracy": percent(results["accuracy"]),
            "macro F1": percent(results["macro_f1"]),
            "macro precision": percent(results["macro_precision"]),
            "macro recall": percent(results["macro_recall"]),
            "ties": f"{results['ties']:,}",
        }
    )
    print()
    give_table(
        ["class", "#precision", "#recall", "#F1", "#samples"],
        [
            [row["name"], percent(row["precision"]), percent(row["recall"]), percent(row["f1"]), f"{row['support']:,}"]
            for row in results["per_class"]
        ],
    )
