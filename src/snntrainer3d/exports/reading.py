"""Reading weights of any form this release knows, told apart by their first bytes, never by the file's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from snntrainer3d.errors import FileFormatError, InputError, LimitError, NotFoundError
from snntrainer3d.exports.hdf5_reading import MAGIC as HDF5_MAGIC
from snntrainer3d.exports.json_weights import from_document, parse_json
from snntrainer3d.exports.nir_reading import from_nir
from snntrainer3d.exports.npz_file import from_npz
from snntrainer3d.exports.paper_json import from_paper_document, is_paper_document
from snntrainer3d.exports.safetensors_file import from_safetensors, looks_like_safetensors
from snntrainer3d.spec import TrainedNetwork

MAX_FILE_BYTES = 1_000_000_000
"""A little more than the largest network allowed takes as float32."""
_HINT = "Give JSON, safetensors, NPZ or NIR, as `snntrainer3d export` writes them."
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
    form: Literal["json", "safetensors", "paper", "npz", "nir"]
    notices: tuple[str, ...] = ()
    """What a person should know before trusting figures of it, in plain words."""
    legacy_synaptic: bool = False
    """Whether it was trained with Synaptic neurons as snnTorch 0.9.1 and older computed them."""


def read_weights(source: bytes | str | Path) -> TrainedNetwork:
    """Read a trained network from a file's path or content; raises what `read_weight_file` raises."""
    return read_weight_file(source).trained


def read_weight_file(source: bytes | str | Path) -> WeightFile:
    """Read a file's path or content: JSON, safetensors or NPZ of ours, NIR, or JSON in the form of the paper's program.

    Raises:
        NotFoundError, InputError: there is no such file, or it cannot be read.
        FileFormatError: damaged, foreign or of another version; with all faults.
        MismatchError: the arrays are not those of the network.
        LimitError: larger than MAX_FILE_BYTES.
    """
    raw = source if isinstance(source, bytes) else _bytes_of(Path(source))
    if looks_like_safetensors(raw):
        return WeightFile(from_safetensors(raw), "safetensors")
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return _from_json(raw)
    if raw.startswith(_ZIP_MAGIC):
        return WeightFile(from_npz(raw), "npz")
    if raw.startswith(HDF5_MAGIC):
        found = from_nir(raw)
        return WeightFile(found.trained, "nir", found.notices)
    raise FileFormatError(f"This is not a weight file: it is {_what(raw)}.", hint=_HINT)


def _from_json(raw: bytes) -> WeightFile:
    document = parse_json(raw)
    if not is_paper_document(document):
        return WeightFile(from_document(document), "json")
    found = from_paper_document(document)
    return WeightFile(found.trained, "paper", found.notices, found.legacy_synaptic)


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
