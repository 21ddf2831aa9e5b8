"""`snntrainer3d export`: files to take home, each proved by running it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from snntrainer3d.cli.circuits import CIRCUITS, CircuitOptions, FormOption, PrintOption, SetOption
from snntrainer3d.cli.output import AsJson, give_json, say
from snntrainer3d.errors import ConflictError, FailureError, InputError, NotFoundError

if TYPE_CHECKING:
    from snntrainer3d.events import EpochDone, Update
    from snntrainer3d.exports import Form, Proof
    from snntrainer3d.runs import RunStore
    from snntrainer3d.spec import TrainedNetwork


class What(StrEnum):
    """What a run can be taken home as; the weights in every form of `exports.FORMS`, or as a circuit."""

    JSON = "json"
    SAFETENSORS = "safetensors"
    NPZ = "npz"
    PAPER = "paper"
    NIR = "nir"
    SNNTORCH = "snntorch"
    PYTORCH = "pytorch"
    NUMPY = "numpy"
    C = "c"
    ONNX = "onnx"
    CSV = "csv"
    FIGURES = "figures"
    SETTINGS = "settings"
    CARD = "card"
    PAGE = "page"
    SPICE = "spice"
    CONDUCTANCES = "conductances"
    BILL = "bill"
    SVG = "svg"
    DXF = "dxf"
    GDS = "gds"
    STL = "stl"
    GLB = "glb"


def export(
    run: Annotated[str, typer.Argument(metavar="RUN_OR_FILE", help="A run, or a weight file.")],
    to: Annotated[
        What,
        typer.Option(
            "--to", help="Weights in a form or as code, metrics as csv, figures, settings, a page, a circuit."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; for figures a folder, or a file ending in .zip.")
    ],
    verify: Annotated[
        bool | None,
        typer.Option("--verify/--no-verify", help="Run what was written on samples; by default where it runs here."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    form: FormOption = None,
    simulator: Annotated[str | None, typer.Option(help="Dialect of a netlist: ngspice or ltspice.")] = None,
    sample: Annotated[
        list[int] | None, typer.Option("--sample", help="A test sample as a netlist's source; none: a sub-circuit.")
    ] = None,
    setting: SetOption = None,
    printing: PrintOption = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's weights, metrics, figures, settings, page or circuit; each file whole or not at all.

    Weights are proved: the file is read or run on 200 test samples, and its spikes are compared with the network's.
    """
    from snntrainer3d.cli.weights import weights_from
    from snntrainer3d.exports import FORMS
    from snntrainer3d.runs import RunStore

    _check(output, to, force)
    circuit = CircuitOptions(form, simulator, tuple(sample or ()), tuple(setting or ()), tuple(printing or ()))
    if to.value not in CIRCUITS:
        circuit.refuse_given(to.value)
    proof = None
    with RunStore() as store:
        if to.value in FORMS:
            trained, found = weights_from(run, store)
            written, proof = _weights(FORMS[to.value], trained, output, verify, force)
        elif to.value in CIRCUITS:
            trained, found = weights_from(run, store)
            written = _together(circuit.files(to.value, trained, output.name), output, force)
        else:
            found = store.find(run)
            written = _figures(store, found, output, force) if to is What.FIGURES else [_one(store, found, to, output)]
    if as_json:
        about = {"run": found or None, "to": to.value, "files": [str(path) for path in written]}
        give_json({**about, "proof": proof and proof.to_dict()})
    else:
        for path in written:
            print(path)
    if proof is not None and not proof.holds:
        raise FailureError(f"The export was written, but does not compute the same: {proof.sentence()}")
    if proof is not None and not as_json:
        print(f"verified on {proof.samples_from}: {proof.sentence()}")


def _check(output: Path, to: What, force: bool) -> None:
    folder = to is What.FIGURES and output.suffix.lower() != ".zip"
    if output.is_dir() and not folder:
        raise InputError(f"{output} is a folder.", path="--output", hint="Give the name of a file.")
    if output.exists() and folder and not output.is_dir():
        raise InputError(f"{output} is a file.", path="--output", hint="Give a folder, or a name ending in .zip.")
    if output.is_file() and not force:
        raise _there(output)
    if output.name in {"numpy.py", "torch.py", "snntorch.py"}:
        raise InputError(f"{output.name} would hide the package of that name.", path="--output", hint="Rename it.")


def _there(path: Path) -> ConflictError:
    return ConflictError(f"{path} is already there.", path="--output", hint="Give --force to replace it.")


def _weights(
    form: Form, trained: TrainedNetwork, output: Path, verify: bool | None, force: bool
) -> tuple[list[Path], Proof | None]:
    from snntrainer3d.exports import prove_files

    files = form.write(trained, output.name)
    written = _together(files, output, force)
    if verify is None and not form.runs_here:
        say(f"Not verified: {form.needs} is not here.")
    return written, prove_files(form, trained, files) if verify or (verify is None and form.runs_here) else None


def _together(files: Mapping[str, bytes | str], output: Path, force: bool) -> list[Path]:
    """Write files beside each other in the folder of `output`, none where one is there already."""
    from snntrainer3d.storage import write_atomically

    beside = {output.with_name(name): content for name, content in files.items()}
    if not force and (there := [path for path in beside if path.exists()]):
        raise _there(there[0])
    return [write_atomically(path, content) for path, content in beside.items()]


def _one(store: RunStore, run: str, to: What, output: Path) -> Path:
    from snntrainer3d.analysis import metrics_csv
    from snntrainer3d.exports import model_card, settings_json
    from snntrainer3d.storage import write_atomically

    detail = store.get(run)
    if to is What.PAGE:
        return write_atomically(output, _page(store, run))
    if to is What.CSV:
        return write_atomically(output, metrics_csv(_events(store, run)))
    if to is What.CARD:
        recipe_known = not detail.imported and detail.launcher != "watch"
        card = model_card(detail.spec, detail.name, detail.results, recipe_known=recipe_known)
        return write_atomically(output, card)
    return write_atomically(output, settings_json(detail.spec))


def _page(store: RunStore, run: str) -> bytes:
    from snntrainer3d.jobs import page_of, record_shown

    played = record_shown(store.folder(run))
    if played == b"[]":
        say("The page has no samples: the network is too large to play them, or its data set is not on this machine.")
    return page_of(store, run, played)


def _figures(store: RunStore, run: str, output: Path, force: bool) -> list[Path]:
    from snntrainer3d.exports import figures_zip
    from snntrainer3d.storage import write_atomically

    detail = store.get(run)
    packed = figures_zip(_events(store, run), detail.results, detail.name)
    if output.suffix.lower() == ".zip":
        return [write_atomically(output, packed)]
    files = _unpacked(packed)
    if not force and (there := [name for name in files if (output / name).exists()]):
        raise _there(output / there[0])
    return [write_atomically(output / name, content) for name, content in files.items()]


def _unpacked(packed: bytes) -> dict[str, bytes]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _events(store: RunStore, run: str) -> list[Update | EpochDone]:
    history = store.metrics(run)
    events: list[Update | EpochDone] = [*history.updates, *history.epochs]
    if not events:
        raise NotFoundError(f"Run {run} has no metrics yet.", hint="They come with its first updates.")
    return events
