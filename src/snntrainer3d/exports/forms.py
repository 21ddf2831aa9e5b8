"""The forms a trained network can be written in: how each is called, made, and run to prove it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from shutil import which

import numpy as np
from jaxtyping import Shaped

from snntrainer3d.data import contract_for
from snntrainer3d.errors import Fault, NotFoundError
from snntrainer3d.exports.c_source import FORM as C_FORM
from snntrainer3d.exports.c_source import c_files, run_c
from snntrainer3d.exports.json_weights import to_json
from snntrainer3d.exports.nir_writing import nir_faults, nir_sidecar, to_nir
from snntrainer3d.exports.npz_file import to_npz
from snntrainer3d.exports.numpy_script import to_numpy_script
from snntrainer3d.exports.onnx_running import onnx_runner
from snntrainer3d.exports.onnx_writing import onnx_faults, to_onnx
from snntrainer3d.exports.paper_writing import paper_faults, to_paper_json
from snntrainer3d.exports.proof import Proof, Ran, Runner, Samples, prove, run_network
from snntrainer3d.exports.pytorch_script import to_pytorch_script
from snntrainer3d.exports.reading import read_weights
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults
from snntrainer3d.exports.running import run_script
from snntrainer3d.exports.safetensors_file import to_safetensors
from snntrainer3d.exports.snntorch_script import to_snntorch_script
from snntrainer3d.spec import OUTPUT, InputContract, Network, Readout, TrainedNetwork, Training

_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
Files = dict[str, bytes]
"""Contents by name. The first is the main one."""
Run = Callable[[Mapping[str, bytes], Shaped[np.ndarray, "sample ..."]], Ran]
Faults = Callable[[Network, Training | None], list[Fault]]


@dataclass(frozen=True, slots=True)
class Form:
    """One form."""

    name: str
    title: str
    media: str
    ending: str
    write: Callable[[TrainedNetwork, str], Files]
    """Gives the files of a network, told the main one's name; raises MismatchError for what the form cannot hold."""
    run: Run
    """Runs what was written on stored samples, the first ones of their split."""
    ran: str
    """How, in words."""
    faults: Faults = lambda _network, _training: []
    """Gives every reason why the form cannot hold a network of that recipe."""
    several: bool = False
    """Whether `write` gives more than one file."""
    needs: str = ""
    """The package, or with `tool` the command, that running or writing needs beyond those that are always here."""
    tool: bool = False
    implied: bool = False
    """Whether its file leaves unsaid how it is fed and read: values as they are at every step, the most spikes."""
    may_differ: float = 0.0
    """The share of predictions that may differ from the network's, because weights are kept less exactly."""

    @property
    def runs_here(self) -> bool:
        """Tell whether its proof can be made on this machine."""
        return not self.needs or (which(self.needs) if self.tool else find_spec(self.needs)) is not None


def form_of(name: str) -> Form:
    """Give the form of that name; raises NotFoundError."""
    if name not in FORMS:
        raise NotFoundError(f"There is no form {name!r}.", path="form", hint=f"There are {', '.join(FORMS)}.")
    return FORMS[name]


def prove_files(
    form: Form, trained: TrainedNetwork, files: Mapping[str, bytes], samples: Samples | None = None
) -> Proof:
    """Run what was written on samples, beside the network; raises FailureError where it does not run."""
    return replace(prove(trained, runner(form, trained, files), form.ran, samples), may_differ=form.may_differ)


def runner(form: Form, trained: TrainedNetwork, files: Mapping[str, bytes]) -> Runner:
    """Give what runs the files of a network; those that leave it unsaid are fed as the network is."""
    return partial(_read_back, files, fed=contract_for(trained)) if form.implied else partial(form.run, files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Give one file as it is, several as a zip; the same files give the same bytes."""
    if len(files) == 1:
        return next(iter(files.values()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH_OF_ZIP), content)
    return out.getvalue()


def _main(files: Mapping[str, bytes]) -> bytes:
    return next(iter(files.values()))


def _read_back(
    files: Mapping[str, bytes], raw: Shaped[np.ndarray, "sample ..."], fed: InputContract | None = None
) -> Ran:
    found = read_weights(_main(files))
    return run_network(found if fed is None else replace(found, inputs=fed, readouts={OUTPUT: Readout()}), raw)


def _by_network(faults: Callable[[Network], list[Fault]]) -> Faults:
    return lambda network, _training: faults(network)


_READ = "read back and run by snnTorch"
_SCRIPT = "text/x-python"
_BYTES = "application/octet-stream"


def _one(
    name: str,
    title: str,
    ending: str,
    write: Callable[[TrainedNetwork], bytes],
    faults: Faults = lambda _network, _training: [],
    media: str = _BYTES,
    *,
    implied: bool = False,
) -> Form:
    """Give a form of one file that is proved by reading it back."""
    return Form(
        name, title, media, ending, lambda t, file: {file: write(t)}, _read_back, _READ, faults, implied=implied
    )


def _code(
    name: str,
    title: str,
    ending: str,
    write: Callable[[TrainedNetwork, str], bytes],
    run: Run,
    ran: str,
) -> Form:
    """Give a form that is a script, proved by running it."""
    faults = _by_network(partial(code_faults, form=f"a {title}", layers=EVERY_LAYER))
    return Form(name, title, _SCRIPT, ending, lambda t, file: {file: write(t, file)}, run, ran, faults)


_NIR = Form(
    "nir", "NIR", _BYTES, ".nir", lambda t, file: {file: to_nir(t), f"{file}.json": nir_sidecar(t)},
    _read_back, _READ, _by_network(nir_faults), several=True, needs="nir",
)  # fmt: skip
_C_INT8 = Form(
    "c-int8", "C99, int8", _BYTES, "_int8.c", partial(c_files, int8=True), run_c,
    "compiled with every warning an error, and run", _by_network(partial(code_faults, form=C_FORM)), several=True,
    needs="cc", tool=True, may_differ=0.02,
)  # fmt: skip
_ONNX = Form(
    "onnx", "ONNX", _BYTES, ".onnx", lambda t, file: {file: to_onnx(t), **onnx_runner(t, file)}, run_script,
    "run by onnxruntime in a process of its own, step by step", _by_network(onnx_faults), several=True,
    needs="onnxruntime",
)  # fmt: skip
_C = Form(
    "c", "C99", _BYTES, ".c", c_files, run_c, "compiled with every warning an error, and run",
    _by_network(partial(code_faults, form=C_FORM)), several=True, needs="cc", tool=True,
)  # fmt: skip
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        _one("json", "JSON", ".json", to_json, media="application/json"),
        _one("safetensors", "safetensors", ".safetensors", to_safetensors),
        _one("npz", "NPZ", ".npz", to_npz),
        _one("paper", "the paper's JSON", "-paper.json", to_paper_json, paper_faults, "application/json",
             implied=True),
        _NIR,
        _code("snntorch", "snnTorch script", "_snntorch.py", to_snntorch_script, run_script,
              "run by Python with snnTorch in a process of its own"),
        _code("pytorch", "PyTorch script", "_pytorch.py", to_pytorch_script, run_script,
              "run by Python with PyTorch in a process of its own"),
        _code("numpy", "NumPy script", "_numpy.py", to_numpy_script, run_script,
              "run by Python with NumPy in a process of its own"),
        _C,
        _C_INT8,
        _ONNX,
    )
}  # fmt: skip
