"""Reading weights of any form this release knows, told apart by their first bytes, never by the file's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from snntrainer3d.apart import MAGIC as HDF5_MAGIC
from snntrainer3d.apart import read_npz
from snntrainer3d.errors import FileFormatError, InputError, LimitError, NotFoundError
from snntrainer3d.exports.json_weights import from_document, parse_json
from snntrainer3d.exports.matching import FoundModule
from snntrainer3d.exports.nir_reading import from_nir
from snntrainer3d.exports.npz_file import KEY as NPZ_KEY
from snntrainer3d.exports.npz_file import from_npz
from snntrainer3d.exports.paper_json import from_paper_document, is_paper_document
from snntrainer3d.exports.pt_reading import looks_like_pt, read_pt
from snntrainer3d.exports.safetensors_file import (
    from_safetensors,
    has_spec,
    looks_like_safetensors,
    safetensors_arrays,
)
from snntrainer3d.exports.silence import never_fires
from snntrainer3d.exports.state_dict import cut_notices, from_state_dict, modules_found
from snntrainer3d.spec import Network, TrainedNetwork

MAX_FILE_BYTES = 1_000_000_000
"""A little more than the largest network allowed takes as float32."""
_HINT = "Give JSON, safetensors, NPZ or NIR, as `snntrainer3d export` writes them."
_STATE_IT = (
    "State it: --spec SPEC.json on the command line, spec in Python; on the page, the design on the bench is taken."
)
_SAYS_ITSELF = "The file says itself which array is which."
_ZIP_MAGIC = b"PK\x03\x04"
_FOREIGN = (
    (b"\x80", "a pickle, which could run code when read"),
    (b"\x93NUMPY", "a numpy array"),
    (b"S3DF", "a weight frame, which is for looking at and not exact"),
    (b"\x1f\x8b", "compressed with gzip"),
)


@dataclass(frozen=True, eq=False, slots=True)
class WeightFile:
    """A trained network and what its file says of itself."""

    trained: TrainedNetwork
    form: Literal["json", "safetensors", "paper", "npz", "nir", "state_dict"]
    notices: tuple[str, ...] = ()
    """What a person should know before trusting figures of it, in plain words."""
    assumed_dt_s: float | None = None
    """Seconds of one time step that were assumed for a NIR file that does not say it."""
    legacy_synaptic: bool = False
    """Whether it was trained with neurons of two decays as snnTorch 0.9.1 and older computed them."""


def read_weights(source: bytes | str | Path) -> TrainedNetwork:
    """Read a trained network from a file's path or content; raises what `read_weight_file` raises."""
    return read_weight_file(source).trained


def read_weight_file(
    source: bytes | str | Path,
    network: Network | None = None,
    *,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
) -> WeightFile:
    """Read a file's path or content: JSON, safetensors or NPZ of ours, NIR, the paper's JSON, or a state dict.

    Args:
        network: the architecture of a snnTorch state dict, which cannot say it: of a `.pt`, and of safetensors and NPZ
            without a spec of ours. For all other files it is of no meaning.
        modules: which module of a state dict is which layer, `{"fc_in": "layers.0"}`, where it fits in several ways.
        dt_s: seconds of one time step of a NIR file.

    Raises:
        NotFoundError, InputError: there is no such file, it cannot be read, or `modules` or `dt_s` is not of its kind.
        FileFormatError: damaged, foreign or of another version; with all faults.
        MismatchError: the arrays are not those of the network.
        LimitError: larger than MAX_FILE_BYTES.
    """
    raw = source if isinstance(source, bytes) else _bytes_of(Path(source))
    found = _read(raw, network, modules or {}, dt_s)
    if modules and found.form != "state_dict":
        raise InputError(_SAYS_ITSELF, path="map", hint="Leave it out.")
    if dt_s is not None and found.form != "nir":
        raise InputError("A time step is only told of NIR files.", path="dt_s", hint="Leave it out.")
    told = (*cut_notices(found.trained), *never_fires(found.trained))
    return replace(found, notices=tuple(dict.fromkeys((*found.notices, *told))))


def read_modules(source: bytes | str | Path, network: Network) -> tuple[FoundModule, ...]:
    """Read which modules a state dict holds and which layers of a network they can be.

    Raises what `read_weight_file` raises, but no MismatchError where they fit in more than one way.
    """
    raw = source if isinstance(source, bytes) else _bytes_of(Path(source))
    if (found := _state_dict(raw)) is None:
        raise InputError(_SAYS_ITSELF, hint="Import it as it is.")
    arrays, ordered = found
    return modules_found(arrays, network, ordered=ordered)


def _read(raw: bytes, network: Network | None, modules: Mapping[str, str], dt_s: float | None) -> WeightFile:
    if network is not None and (held := _state_dict(raw)) is not None:
        arrays, ordered = held
        made = from_state_dict(arrays, network, modules=modules, ordered=ordered)
        return WeightFile(made.trained, "state_dict", made.notices)
    if looks_like_safetensors(raw):
        return WeightFile(from_safetensors(raw), "safetensors")
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return _from_json(raw)
    if raw.startswith(_ZIP_MAGIC):
        if looks_like_pt(raw):
            raise FileFormatError("This is a PyTorch state dict, which does not say its architecture.", hint=_STATE_IT)
        return WeightFile(from_npz(raw), "npz")
    if raw.startswith(HDF5_MAGIC):
        found = from_nir(raw, dt_s)
        return WeightFile(found.trained, "nir", found.notices, found.assumed_dt_s)
    raise FileFormatError(f"This is not a weight file: it is {_what(raw)}.", hint=_HINT)


def _state_dict(raw: bytes) -> tuple[Mapping[str, np.ndarray], bool] | None:
    """Give the arrays of a state dict and whether they come in the order of definition; None for another file."""
    if looks_like_safetensors(raw):
        return None if has_spec(raw) else (safetensors_arrays(raw), False)
    if not raw.startswith(_ZIP_MAGIC):
        return None
    arrays = read_pt(raw) if looks_like_pt(raw) else read_npz(raw)
    return None if NPZ_KEY in arrays else (arrays, True)


def _from_json(raw: bytes) -> WeightFile:
    document = parse_json(raw)
    if not is_paper_document(document):
        return WeightFile(from_document(document), "json")
    found = from_paper_document(document)
    return WeightFile(found.trained, "paper", found.notices, legacy_synaptic=found.legacy_synaptic)


def _what(raw: bytes) -> str:
    if not raw.strip():
        return "empty"
    named = (name for magic, name in _FOREIGN if raw.startswith(magic))
    return next(named, "neither JSON nor safetensors, or a safetensors file cut short")


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise LimitError(f"{path} has {size:,} bytes, at most {MAX_FILE_BYTES:,} are read.")
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.", hint="Check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read: {reason}.") from None
