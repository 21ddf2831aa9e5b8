"""safetensors with the spec in its metadata, under the key `snntrainer3d`; documented in docs/formats.md."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from snntrainer3d.errors import Fault, FileFormatError
from snntrainer3d.exports.header import check_kind, header_of, in_order, read_header
from snntrainer3d.exports.json_weights import parse_json
from snntrainer3d.spec import TrainedNetwork

KEY = "snntrainer3d"
_LENGTH_BYTES = 8


def to_safetensors(trained: TrainedNetwork) -> bytes:
    """Give a trained network as a safetensors file."""
    arrays = {name: np.asarray(array, order="C") for name, array in in_order(trained).items()}
    metadata = {KEY: json.dumps(header_of(trained), ensure_ascii=False)}
    return safetensors.numpy.save(arrays, metadata)


def from_safetensors(raw: bytes) -> TrainedNetwork:
    """Read a safetensors file that has its spec.

    Raises:
        FileFormatError: damaged, truncated, without a spec or with a faulty one.
        MismatchError: names or shapes of the arrays are not those of the network.
    """
    arrays = safetensors_arrays(raw)
    document = _document(raw)
    check_kind(document)
    faults: list[Fault] = []
    header = read_header(document, faults)
    if header is None:
        raise FileFormatError("The spec within the safetensors file is faulty.", faults=faults)
    return header.trained(arrays)


def has_spec(raw: bytes) -> bool:
    """Tell whether the file says its network, as ours do; raises FileFormatError where its header is damaged."""
    length = int.from_bytes(raw[:_LENGTH_BYTES], "little")
    header = parse_json(raw[_LENGTH_BYTES : _LENGTH_BYTES + length])
    metadata = header.get("__metadata__", {}) if isinstance(header, dict) else {}
    return isinstance(metadata, dict) and KEY in metadata


def looks_like_safetensors(raw: bytes) -> bool:
    """Tell by the first nine bytes: the length of a JSON header that lies within the file, and its brace."""
    length = int.from_bytes(raw[:_LENGTH_BYTES], "little")
    return raw[_LENGTH_BYTES : _LENGTH_BYTES + 1] == b"{" and length <= len(raw) - _LENGTH_BYTES


def safetensors_arrays(raw: bytes) -> dict[str, np.ndarray]:
    """Read the arrays of any safetensors file; raises FileFormatError."""
    try:
        # Copied, because the arrays lie read-only in the file's bytes, of which torch warns.
        return {name: array.copy() for name, array in sorted(safetensors.numpy.load(raw).items())}
    except (KeyError, TypeError, AttributeError):  # of NumPy, which has no such type
        raise FileFormatError(
            "The safetensors file holds numbers of a type that is not read, such as bfloat16.",
            hint="Store them as float32: {name: tensor.float() for name, tensor in state.items()}.",
        ) from None
    except (SafetensorError, ValueError):
        raise FileFormatError(
            "The safetensors file is damaged: it is not whole.", hint="Copy or export it again; it may be truncated."
        ) from None


def _document(raw: bytes) -> Any:
    length = int.from_bytes(raw[:_LENGTH_BYTES], "little")
    header = parse_json(raw[_LENGTH_BYTES : _LENGTH_BYTES + length])
    text = header.get("__metadata__", {}).get(KEY)
    if not isinstance(text, str):
        raise FileFormatError(
            "The safetensors file has no spec of its network.",
            path=f"__metadata__.{KEY}",
            hint="It was not written by SNNtrainer3D.",
        )
    return parse_json(text.encode())
