"""`snntrainer3d devices`: how good printed devices must be for a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.circuits import SetOption, document_from, settings_from
from snntrainer3d.cli.completion import complete_dataset, complete_run_or_file
from snntrainer3d.cli.output import AsJson, give, give_json, give_pairs, give_table, percent, say
from snntrainer3d.cli.weights import MapOption, SpecOption, TimeStepOption, weights_from
from snntrainer3d.errors import ConflictError

if TYPE_CHECKING:
    from snntrainer3d.circuits import DeviceStudy, Point


def devices(
    weights: Annotated[
        str,
        typer.Argument(metavar="RUN_OR_FILE", help="A run, or a weight file.", autocompletion=complete_run_or_file),
    ],
    dataset: Annotated[
        str | None, typer.Option(help="Data set; the run's own by default.", autocompletion=complete_dataset)
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Test samples, from the first on.")] = 1000,
    draws: Annotated[int, typer.Option(help="Sets of devices at each value.")] = 20,
    target: Annotated[float, typer.Option(help="Accuracy that the requirements ask for.")] = 0.9,
    seed: Annotated[int, typer.Option(min=0, help="Of the drawing of devices.")] = 0,
    typical: Annotated[
        list[str] | None,
        typer.Option("--device", metavar="NAME=VALUE", help="Of the devices with all faults together: spread=0.1."),
    ] = None,
    setting: SetOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for table and curves.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    spec: SpecOption = None,
    maps: MapOption = None,
    dt_s: TimeStepOption = None,
    as_json: AsJson = False,
) -> None:
    """Study how imperfect devices change the accuracy, one fault at a time and all together."""
    from snntrainer3d.circuits import TYPICAL_DEVICES, Imperfections, decider_of, study_devices
    from snntrainer3d.cli.samples import all_samples
    from snntrainer3d.runs import RunStore

    settings = settings_from(setting or [])
    chosen = document_from(Imperfections, typical or [], "--device", TYPICAL_DEVICES.model_dump(mode="json"))
    _check(output, force)
    with RunStore() as store:
        trained, _ = weights_from(weights, store, spec, maps, dt_s)
    data = all_samples(trained, dataset, samples)
    decider = decider_of(data)
    told = [0]
    study = study_devices(
        trained,
        decider,
        settings=settings,
        typical=chosen,
        draws=draws,
        target=target,
        seed=seed,
        on_share=lambda share: _progress(share, told),
    )
    files = _write(study, output) if output else []
    if as_json:
        give_json({"weights": weights, **study.to_dict(), "files": [str(path) for path in files]})
    else:
        _show(study)
        for path in files:
            give(str(path))


def _check(output: Path | None, force: bool) -> None:
    from snntrainer3d.storage import refuse_place

    if output is not None:
        refuse_place(output / "devices.csv")
    for name in ("devices.csv", "devices.svg", "devices.json") if output and not force else ():
        if output and (output / name).exists():
            raise ConflictError(
                f"{output / name} is already there.", path="--output", hint="Give --force to replace it."
            )


def _progress(share: float, told: list[int]) -> None:
    fifth = int(share * 5)
    if fifth > told[0]:
        told[0] = fifth
        say(f"{share:.0%} studied")


def _write(study: DeviceStudy, output: Path) -> list[Path]:
    import json

    from snntrainer3d.analysis import render
    from snntrainer3d.circuits import draw_study, study_table
    from snntrainer3d.storage import write_output

    contents: dict[str, Any] = {
        "devices.csv": study_table(study),
        "devices.json": json.dumps(study.to_dict(), indent=1) + "\n",
        "devices.svg": render(draw_study(study), "svg"),
    }
    return [write_output(output / name, content) for name, content in contents.items()]


def _show(study: DeviceStudy) -> None:
    give_pairs(
        {
            "network": study.network,
            "samples": f"{study.samples:,}, {study.draws} draws of devices at each value",
            "perfect devices": percent(study.software),
        }
    )
    give()
    give_table(
        ["fault", "#value", "#accuracy", "#95 % of draws", "#mean, 95 %"],
        [_row(point) for point in (*study.points, *study.together)],
    )
    give()
    for requirement in study.requirements:
        give(requirement.sentence)


def _row(point: Point) -> list[str]:
    several = point.draws > 1
    return [
        point.imperfection,
        "" if point.value is None else f"{point.value:g}",
        percent(point.mean),
        f"{point.low:.1%} - {point.high:.1%}" if several else "",
        f"{point.mean_low:.1%} - {point.mean_high:.1%}" if several else "",
    ]
