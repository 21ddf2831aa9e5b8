"""`snntrainer3d simulate`: a network as a circuit, under ngspice, beside the network itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.circuits import FormOption, SetOption, settings_from
from snntrainer3d.cli.completion import complete_dataset, complete_run_or_file
from snntrainer3d.cli.output import AsJson, give, give_json, give_pairs, give_table, say
from snntrainer3d.cli.weights import MapOption, SpecOption, TimeStepOption, weights_from
from snntrainer3d.errors import ConflictError

if TYPE_CHECKING:
    from snntrainer3d.circuits import Samples, Simulated
    from snntrainer3d.engine import Playback
    from snntrainer3d.spec import TrainedNetwork


REPORT = "simulation.json"


def simulate(
    weights: Annotated[
        str,
        typer.Argument(metavar="RUN_OR_FILE", help="A run, or a weight file.", autocompletion=complete_run_or_file),
    ],
    samples: Annotated[
        int | None, typer.Option("--samples", min=1, help="The first so many of the test set; 4 by default.")
    ] = None,
    sample: Annotated[list[int] | None, typer.Option("--sample", help="A test sample by number; repeatable.")] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Data set; the run's own by default.", autocompletion=complete_dataset)
    ] = None,
    form: FormOption = None,
    setting: SetOption = None,
    num_steps: Annotated[int | None, typer.Option(help="Simulated time steps; as trained by default.")] = None,
    time_limit: Annotated[float, typer.Option(min=0.0, help="Seconds that one sample may take.")] = 600.0,
    processes: Annotated[int | None, typer.Option(min=1, help="Simulations at once; one per core by default.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the report and each sample's waveforms.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    spec: SpecOption = None,
    maps: MapOption = None,
    dt_s: TimeStepOption = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a trained network as a circuit under ngspice, and measure how both agree."""
    from snntrainer3d.circuits import design_circuit, estimate
    from snntrainer3d.circuits import simulate as run_simulation
    from snntrainer3d.cli.samples import first_samples, samples_for
    from snntrainer3d.runs import RunStore
    from snntrainer3d.storage import refuse_place

    settings = settings_from(setting or [], form=form)
    if output is not None:
        refuse_place(output / REPORT)
    if output is not None and (output / REPORT).exists() and not force:
        raise ConflictError(f"{output / REPORT} is already there.", path="--output", hint="Give --force to replace it.")
    with RunStore() as store:
        trained, run = weights_from(weights, store, spec, maps, dt_s)
    design = design_circuit(trained, settings)
    chosen = (
        samples_for(trained, dataset, sample, num_steps)
        if sample
        else first_samples(trained, dataset, samples, num_steps)
    )
    expected = estimate(design, chosen.recipe.num_steps)
    say(f"{design.title}, {settings.form}: about {expected.seconds:.1f} s of processor for each sample")
    told = [0]
    found = sorted(
        run_simulation(
            design,
            chosen.inputs(),
            chosen.readout,
            time_limit_s=time_limit,
            processes=processes,
            on_share=lambda share: _progress(share, told),
        ),
        key=lambda one: one.place,
    )
    report = _report(trained, run or weights, chosen, found)
    files = _write(report, chosen, found, output) if output is not None else []
    give_json({**report, "files": files}) if as_json else _show(report, files)


def _progress(share: float, told: list[int]) -> None:
    tenth = int(share * 10)
    if tenth > told[0]:
        told[0] = tenth
        say(f"{share:.0%} simulated")


def _report(trained: TrainedNetwork, name: str, chosen: Samples, found: list[Simulated]) -> dict[str, Any]:
    from snntrainer3d.circuits import energy_of, report_of

    report = report_of(found, chosen.indices, chosen.labels.tolist())
    for row, one, software in zip(report["samples"], found, _played(trained, chosen), strict=True):
        pairs = zip(one.circuit.spikes, software.spikes, strict=True)
        row["trained"] = chosen.readout.decision(software.spikes[-1], software.membranes[-1])
        row["trained_spikes_differing"] = sum(int((fired != told).sum()) for fired, told in pairs)
    return {
        "weights": name,
        "network": trained.network.title(),
        "dataset": chosen.dataset.info.name,
        **report,
        "trained": {
            "predictions_equal": sum(row["circuit"] == row["trained"] for row in report["samples"]),
            "spikes_differing": sum(row["trained_spikes_differing"] for row in report["samples"]),
        },
        "energy_nj": energy_of(found[0].design, trained.network, chosen.inputs()).to_dict(),
    }


def _played(trained: TrainedNetwork, chosen: Samples) -> list[Playback]:
    """Run the samples by the engine, in the float32 of the training."""
    # Imported late: torch takes seconds, and everything that can be refused has been by now.
    from snntrainer3d.data.encoders import encoder_for
    from snntrainer3d.engine import build, load_tensors, play

    module = build(trained.network)
    load_tensors(module, trained)
    encoder = encoder_for(chosen.dataset, chosen.recipe)
    raws = chosen.dataset.test.inputs
    return [play(module, encoder, raws[index], index) for index in chosen.indices]


def _write(report: dict[str, Any], chosen: Samples, found: list[Simulated], output: Path) -> list[str]:
    from snntrainer3d.analysis import render
    from snntrainer3d.circuits import draw_waveforms
    from snntrainer3d.storage import write_output

    contents: dict[str, bytes | str] = {REPORT: json.dumps(report, indent=1) + "\n"}
    for one, index in zip(found, chosen.indices, strict=True):
        title = f"{chosen.dataset.info.name} test sample {index}, {report['network']}, {report['settings']['form']}"
        contents[f"waveforms-{index}.svg"] = render(draw_waveforms(one, title), "svg")
    return [str(write_output(output / name, content)) for name, content in contents.items()]


def _show(report: dict[str, Any], files: list[str]) -> None:
    energy = report["energy_nj"]
    measures, trained, count = report["agreement"], report["trained"], len(report["samples"])
    unexplained = measures["unexplained"]
    give_pairs(
        {
            "circuit": f"{report['network']}, {report['settings']['form']}, {report['num_steps']} steps",
            "samples": f"{count} of {report['dataset']}, {report['right']} decided right",
            "predictions equal": f"{measures['predictions_equal']} of {count} "
            f"({trained['predictions_equal']} of {count} with the trained network)",
            "spike counts": f"off by {measures['count_error']:.3g} on average, "
            f"{measures['largest_count_error']} at most",
            "spikes that differ": f"{measures['spikes_differing']:,} of {measures['spikes']:,} "
            f"({trained['spikes_differing']:,} from the trained network)",
            "one-step residual": f"{measures['residual']:.2e} at most",
            "root causes": f"{measures['root_causes']}, "
            + ("all explained by the residual" if not unexplained else f"{unexplained} NOT explained by the residual"),
            "energy of a sample": f"{energy['crossbars']:.4g} nJ in the crossbars within {energy['seconds']:.3g} s, "
            f"{energy['amplifiers']:.3g} nJ in amplifiers at rest",
            "for comparison": f"{energy['digital']:.3g} nJ by counted operations, {energy['conventional']:.3g} nJ as "
            "an ordinary network (45 nm, without memory)",
        }
    )
    give()
    give_table(
        ["#sample", "#label", "#circuit", "#network", "#spikes differ", "#residual", "#seconds"],
        [
            [
                str(row["sample"]),
                str(row["label"]),
                str(row["circuit"]),
                str(row["network"]),
                str(row["spikes_differing"]),
                f"{row['residual']:.1e}",
                f"{row['seconds']:.1f}",
            ]
            for row in report["samples"]
        ],
    )
    for file in files:
        give(file)
