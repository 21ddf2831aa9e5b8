"""`snntrainer3d export`: files to take home, each proved by running it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snntrainer3d.cli.circuits import CIRCUITS, CircuitOptions, FormOption, PrintOption, SetOption
from snntrainer3d.cli.completion import complete_run_or_file
from snntrainer3d.cli.output import AsJson, give, give_json, say
from snntrainer3d.cli.weights import MapOption, SpecOption, TimeStepOption, by_option, weights_from
from snntrainer3d.errors import ConflictError, FailureError, InputError


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
    C_INT8 = "c-int8"
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
    run: Annotated[
        str, typer.Argument(metavar="RUN_OR_FILE", help="A run, or a weight file.", autocompletion=complete_run_or_file)
    ],
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
    spec: SpecOption = None,
    maps: MapOption = None,
    dt_s: TimeStepOption = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's weights, metrics, figures, settings, page or circuit; each file whole or not at all.

    Weights are proved: the file is read or run on 200 test samples, and its spikes are compared with the network's.
    """
    from snntrainer3d.notebook.opening import modules_in
    from snntrainer3d.notebook.taking_home import Exported, check_output, write_beside, write_export
    from snntrainer3d.runs import RunStore

    try:
        check_output(output, to.value, force)
        circuit = CircuitOptions(form, simulator, tuple(sample or ()), tuple(setting or ()), tuple(printing or ()))
        if to.value not in CIRCUITS:
            circuit.refuse_given(to.value)
        with RunStore() as store:
            if to.value in CIRCUITS:
                trained, _ = weights_from(run, store, spec, maps, dt_s)
                written = Exported(write_beside(circuit.files(to.value, trained, output.name), output, force))
            else:
                written = write_export(
                    store, run, to.value, output, verify, force, spec=spec, modules=modules_in(maps), dt_s=dt_s
                )
            found = None if Path(run).is_file() else store.find(run)
    except InputError as error:
        raise _as_option(error) from None
    for notice in written.notices:
        say(notice)
    proof = written.proof
    if as_json:
        about = {"run": found, "to": to.value, "files": [str(path) for path in written.files]}
        give_json({**about, "proof": proof and proof.to_dict()})
    else:
        for path in written.files:
            give(str(path))
    if proof is not None and not proof.holds:
        raise FailureError(f"The export was written, but does not compute the same: {proof.sentence()}")
    if proof is not None and not as_json:
        give(f"verified on {proof.samples_from}: {proof.sentence()}")


def _as_option(error: InputError) -> InputError:
    """Give what is wrong with the output by the name of its option."""
    if error.path != "output":
        return by_option(error)
    hint = "Give --force to replace it." if isinstance(error, ConflictError) else error.hint
    return type(error)(error.message, path="--output", hint=hint)
