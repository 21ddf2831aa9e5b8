"""The forms a trained network can be written in: how each is called, made, and run to prove it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np
from jaxtyping import Float32

from snntrainer3d.errors import NotFoundError
from snntrainer3d.exports.json_weights import to_json
from snntrainer3d.exports.nir_writing import nir_sidecar, to_nir
from snntrainer3d.exports.npz_file import to_npz
from snntrainer3d.exports.numpy_script import to_numpy_script
from snntrainer3d.exports.paper_writing import to_paper_json
from snntrainer3d.exports.proof import Proof, Recorded, Samples, prove
from snntrainer3d.exports.reading import read_weights
from snntrainer3d.exports.running import run_script
from snntrainer3d.exports.safetensors_file import to_safetensors
from snntrainer3d.exports.snntorch_script import to_snntorch_script
from snntrainer3d.spec import TrainedNetwork

_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
Files = dict[str, bytes]
"""Contents by name. The first is the main one."""
Run = Callable[[bytes, Float32[np.ndarray, "..."], int], Recorded]


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
    """Runs the main file on samples."""
    ran: str
    """How, in words."""
    needs: str = ""
    """The package that running or writing needs beyond those that are always here."""

    @property
    def runs_here(self) -> bool:
        """Tell whether its proof can be made on this machine."""
        return not self.needs or find_spec(self.needs) is not None


def form_of(name: str) -> Form:
    """Give the form of that name; raises NotFoundError."""
    if name not in FORMS:
        raise NotFoundError(f"There is no form {name!r}.", path="form", hint=f"There are {', '.join(FORMS)}.")
    return FORMS[name]


def prove_files(
    form: Form, trained: TrainedNetwork, files: Mapping[str, bytes], samples: Samples | None = None
) -> Proof:
    """Run what was written on samples, beside the network; raises FailureError where it does not run."""
    return prove(trained, partial(form.run, next(iter(files.values()))), form.ran, samples)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Give one file as it is, several as a zip; the same files give the same bytes."""
    if len(files) == 1:
        return next(iter(files.values()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH_OF_ZIP), content)
    return out.getvalue()


def _read_back(raw: bytes, inputs: Float32[np.ndarray, "..."], num_steps: int) -> Recorded:
    from snntrainer3d.engine.truth import record_arrays

    return record_arrays(read_weights(raw), inputs, num_steps)


def _run_script(record: tuple[str, ...]) -> Run:
    return lambda raw, inputs, num_steps: run_script(raw, inputs, num_steps, record)


_READ = "read back and run by snnTorch"
_SCRIPT = "text/x-python"
_BYTES = "application/octet-stream"
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form("json", "JSON", "application/json", ".json", lambda t, name: {name: to_json(t)}, _read_back, _READ),
        Form("safetensors", "safetensors", _BYTES, ".safetensors",
             lambda t, name: {name: to_safetensors(t)}, _read_back, _READ),
        Form("npz", "NPZ", _BYTES, ".npz", lambda t, name: {name: to_npz(t)}, _read_back, _READ),
        Form("paper", "the paper's JSON", "application/json", "-paper.json",
             lambda t, name: {name: to_paper_json(t)}, _read_back, _READ),
        Form("nir", "NIR", _BYTES, ".nir",
             lambda t, name: {name: to_nir(t), f"{name}.json": nir_sidecar(t)}, _read_back, _READ, needs="nir"),
        Form("snntorch", "snnTorch script", _SCRIPT, "_snntorch.py",
             lambda t, name: {name: to_snntorch_script(t, name)},
             _run_script(("--record",)), "run by Python with snnTorch in a process of its own"),
        Form("numpy", "NumPy script", _SCRIPT, "_numpy.py",
             lambda t, name: {name: to_numpy_script(t, name)},
             _run_script(()), "run by Python with NumPy in a process of its own"),
    )
}  # fmt: skip
