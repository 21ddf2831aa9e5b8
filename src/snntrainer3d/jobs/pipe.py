"""Messages between the server and its worker: two lengths, a JSON header, raw bytes. Never pickle."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, NamedTuple

_LENGTHS = struct.Struct("<II")
MAX_PART_BYTES = 1 << 30


class Message(NamedTuple):
    """A header of plain values, and bytes that it says how to read."""

    header: dict[str, Any]
    body: bytes = b""


def write_message(stream: BinaryIO, message: Message) -> None:
    """Write a message whole; raises OSError where the other side is gone."""
    header = json.dumps(message.header, separators=(",", ":")).encode()
    stream.write(b"".join((_LENGTHS.pack(len(header), len(message.body)), header, message.body)))
    stream.flush()


def read_message(stream: BinaryIO) -> Message | None:
    """Wait for the next message; None at the end of the stream, or where it breaks off or makes no sense."""
    try:
        prefix = stream.read(_LENGTHS.size)
        if len(prefix) < _LENGTHS.size:
            return None
        lengths = _LENGTHS.unpack(prefix)
        if max(lengths) > MAX_PART_BYTES:
            return None
        header, body = (stream.read(length) for length in lengths)
        if (len(header), len(body)) != lengths:
            return None
        found = json.loads(header)
    except (OSError, ValueError):
        return None
    return Message(found, body) if isinstance(found, dict) else None
