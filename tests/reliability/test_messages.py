"""What a person is told of damaged files is in our words: nothing of Python, and nothing of a library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from reliability.readers import READERS

from snntrainer3d.data import ImportReport
from snntrainer3d.errors import Snntrainer3dError

RAW = re.compile(
    # Python
    r"Traceback|object at 0x|Errno|<class |<built-in|expected (?:str|int|bytes|float)\b|codec can't|NoneType"
    r"|\b[A-Z]\w+(?:Error|Exception|Warning)\b|invalid literal|not subscriptable|has no attribute|unhashable"
    r"|takes \d+ positional|out of range for|index out of|list index|must be str|not supported between|can't convert"
    r"|could not convert|unpack requires|not enough values|too many values to unpack|Error -?\d|Expecting |Extra data"
    r"|\(char \d+\)|Unterminated|Invalid control character|line \d+ column \d+|field larger than|new-line character"
    # its packages
    r"|np\.|numpy(?!\.savez)|dtype\(|reshape|broadcast|buffer size|buffer is|pydantic|validation error|Input should be"
    r"|input_value|type=|cannot identify|image file|Pillow|zipfile|zlib|BadZip|Bad magic|decompress|CRC-32"
    r"|Pytorch|torch\.(?!save|float32)"
    r"|pickle|weights_only|h5py|[Uu]nable to (?:open|read|synchron)|SafeTensor|safetensors_rust|HeaderToo|InvalidHeader"
    r"|jaxtyping|sqlite|sqlalchemy|\bNone\b|\bTrue\b|\bFalse\b|\bb'\\\\x"
)
LENIENT = ("record", "live frame", "waveforms", "message of the worker")
"""Of these a reader takes what is whole, and says nothing of the rest."""
QUICK = ("IDX", "WAV", "weight frame", "paper's JSON", "own CSV", "own NPZ", "events .bin", "body of a request")


def damaged(seed: bytes, some: int) -> Iterator[bytes]:
    """Give a file cut short, with bytes flipped, and with parts replaced; the same ones each time."""
    random = np.random.default_rng(len(seed))
    yield b""
    for length in random.integers(1, max(2, len(seed)), some):
        yield seed[:length]
    for place in random.integers(0, len(seed), 2 * some):
        yield seed[:place] + bytes([seed[place] ^ random.integers(1, 256)]) + seed[place + 1 :]
    for place in random.integers(0, len(seed), some):
        for part in (b"\xff" * 8, b"\0" * 8, b"nan", b'"', b"[[", b"\xed\xa0\x80", b"1e999", b"-1", b"null"):
            yield seed[:place] + part + seed[place + len(part) :]
    yield seed + seed
    yield seed[::-1]


def told(read: Any, content: bytes) -> str:
    """Give all that a person is told of a file."""
    try:
        found = read(content)
    except Snntrainer3dError as error:
        return "\n".join([error.message, error.hint, *(text for one in error.faults for text in asdict(one).values())])
    report = getattr(found, "report", None)
    return "\n".join(report.sentences()) if isinstance(report, ImportReport) else ""


def check(name: str, some: int) -> None:
    reader = READERS[name]
    said = 0
    for seed in reader.seeds():
        for content in damaged(seed, some):
            text = told(reader.read, content)
            said += bool(text)
            found = RAW.search(text)
            assert found is None, f"{name}, {content[:200]!r}: {found and found[0]!r} in {text}"
    assert said or name in LENIENT, "nothing of it was refused"


@pytest.mark.parametrize("name", QUICK)
def test_a_damaged_file_is_told_in_our_words(name: str) -> None:
    check(name, 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if reader.share == 1.0])
def test_a_file_damaged_in_many_ways_is_told_in_our_words(name: str) -> None:
    check(name, 12)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if reader.share < 1.0])
def test_a_damaged_file_that_is_read_apart_is_told_in_our_words(name: str) -> None:
    reader = READERS[name]
    for seed in reader.seeds():
        for content in (seed[: len(seed) // 2], seed[:-9], seed[:60] + b"\xff" * 40 + seed[100:]):
            text = told(reader.read, content)
            found = RAW.search(text)
            assert found is None, f"{name}: {found and found[0]!r} in {text}"
