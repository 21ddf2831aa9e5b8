"""A run as one file: a zip with its folder's files, what its row says, and a checksum of each.

Whoever reads one trusts nothing in it: names are those that are known, sizes are bounded before anything is unpacked.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from snntrainer3d.errors import (
    FileFormatError,
    LimitError,
    NotFoundError,
    Snntrainer3dError,
    SpecError,
    StorageError,
    reason_of,
)
from snntrainer3d.runs.checkpoints import list_checkpoints
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.identity import ALPHABET, ID_LENGTH
from snntrainer3d.runs.record import whole_lines
from snntrainer3d.runs.rows import Launcher
from snntrainer3d.spec import parse, read_json
from snntrainer3d.storage import output_error, refuse_place

ENDING = ".snnrun.zip"
MOST_ENTRIES = 32
MOST_BYTES = 2_000_000_000
"""Unpacked, all together."""
MOST_DOCUMENT_BYTES = 16_000_000
"""Of each of what is read whole: run.json, spec.json, results.json."""
MOST_RATIO = 200
"""Unpacked to packed; text of ours reaches 20."""
SMALL_BYTES = 1_000_000
"""Below this the ratio says nothing."""
_VERSION = 1
_ABOUT = "run.json"
_DOCUMENTS = ("spec.json", "results.json")
_NAMES = re.compile(
    r"run\.json|spec\.json|events\.jsonl|results\.json|metrics\.csv|snapshots\.bin|(weights|start)\.safetensors"
    r"|checkpoints/update-\d{10}\.safetensors"
)
_FILES = ("events.jsonl", "results.json", "metrics.csv", "snapshots.bin", "weights.safetensors", "start.safetensors")
_CHUNK = 1 << 20
_END = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_COMMENT = 1 << 16
_HINT = "Export the run again."


class FileSum(BaseModel):
    """Size and checksum of one file."""

    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class About(BaseModel):
    """What a run file says of its run beside the files."""

    format: Literal["snntrainer3d/run-file"] = "snntrainer3d/run-file"
    version: Literal[1] = 1
    id: Annotated[str, Field(pattern=rf"^[{ALPHABET}]{{{ID_LENGTH}}}$")]
    name: str
    created_at: Annotated[float, Field(ge=0, le=1e11)]
    launcher: Launcher
    imported: bool
    start_from: Annotated[str, Field(pattern=rf"^([{ALPHABET}]{{{ID_LENGTH}}})?$")] = ""
    tags: list[str] = []
    notes: str = ""
    environment: dict[str, Any]
    files: dict[str, FileSum] = {}


def write_run_file(run: RunFolder, about: About, target: Path) -> None:
    """Write a run file, whole or not at all.

    Raises:
        InputError: nothing can be written there.
        StorageError: the disk is full or broken.
    """
    refuse_place(target)
    names = ["spec.json", *(name for name in _FILES if (run.path / name).is_file())]
    if not run.weights.exists():
        # What a run that was stopped goes on from.
        names += [f"checkpoints/{row.file}" for row in list_checkpoints(run.checkpoints)[-1:]]
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w") as archive:
            sums = {name: _pack(archive, _content(run, name), name) for name in names}
            document = about.model_copy(update={"files": sums}).model_dump_json(indent=1)
            archive.writestr(_ABOUT, document, zipfile.ZIP_DEFLATED)
        os.replace(part, target)
    except OSError as error:
        raise output_error(target, error) from None
    finally:
        with suppress(OSError):
            part.unlink()


def read_run_file(path: Path, into: Path, called: str = "") -> About:
    """Unpack a run file into an empty folder; give what it says of the run. Faults name it as it is `called`.

    Raises:
        FileFormatError: no run file, damaged, of a newer release, or with anything in it that does not belong there.
        LimitError: larger than is allowed.
    """
    called = called or path.name
    _check_directory(path, called)
    with _told(called), zipfile.ZipFile(path) as archive:
        _check(archive.infolist())
        about = _about(archive)
        names = {info.filename for info in archive.infolist()} - {_ABOUT}
        if names != set(about.files):
            raise _damaged(called, f"it lists other files than it holds: {sorted(names ^ set(about.files))[:3]}.")
        if "spec.json" not in names:
            raise _damaged(called, "it has no spec.json.")
        for name, wanted in about.files.items():
            if _unpack(archive, name, into / name) != wanted:
                raise _damaged(called, f"the checksum of {name} does not fit.")
    return about


def _content(run: RunFolder, name: str) -> Iterator[bytes]:
    """Give what is packed of a file; of the record, the lines that can be read."""
    if name == run.events.name:
        yield from whole_lines(run.events)
        return
    with (run.path / name).open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _pack(archive: zipfile.ZipFile, content: Iterator[bytes], name: str) -> FileSum:
    text = name.endswith((".json", ".jsonl", ".csv"))
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED
    found, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=False) as packed:
        for chunk in content:
            found.update(chunk)
            size += len(chunk)
            packed.write(chunk)
    return FileSum(bytes=size, sha256=found.hexdigest())


def _check_directory(path: Path, called: str) -> None:
    """Refuse an archive of too many entries before its directory is read into memory."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LONGEST_COMMENT - _END_BYTES))
            tail = file.read()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.", hint="Check the path.") from None
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read: {error.strerror or 'no file'}.") from None
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        raise FileFormatError(f"{called} is no run file.", hint=f"Give a file as `runs export-file` writes: *{ENDING}.")
    entries = int.from_bytes(tail[end + 10 : end + 12], "little")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if entries > MOST_ENTRIES or directory > MOST_ENTRIES * 1024:
        raise LimitError(f"{called} has {entries:,} entries, at most {MOST_ENTRIES} are read.")


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len({info.filename for info in entries}) < len(entries):
        raise FileFormatError("The run file holds a file twice.", hint=_HINT)
    for info in entries:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not _NAMES.fullmatch(info.filename) or kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
            raise FileFormatError(f"The run file holds {info.filename!r:.80}, which does not belong there.", hint=_HINT)
        if info.file_size > SMALL_BYTES and info.file_size > MOST_RATIO * max(1, info.compress_size):
            raise LimitError(f"{info.filename} is packed more than {MOST_RATIO} times smaller; it is not unpacked.")
        if info.filename in (_ABOUT, *_DOCUMENTS) and info.file_size > MOST_DOCUMENT_BYTES:
            raise LimitError(f"{info.filename} has {info.file_size:,} bytes, at most {MOST_DOCUMENT_BYTES:,} are read.")
    total = sum(info.file_size for info in entries)
    if total > MOST_BYTES:
        raise LimitError(f"The run file holds {total:,} bytes, at most {MOST_BYTES:,} are unpacked.")


def _about(archive: zipfile.ZipFile) -> About:
    try:
        document = read_json(archive.read(_ABOUT), what="run file")
    except (KeyError, ValueError, SpecError):
        raise FileFormatError(f"The zip is no run file: it has no whole {_ABOUT}.", hint=_HINT) from None
    found = document if isinstance(document, Mapping) else {}
    if type(found.get("version")) is int and found["version"] > _VERSION:
        raise FileFormatError(
            f"The run file has version {found['version']}, this release reads {_VERSION}.",
            path="version",
            hint="It was written by a newer release: update SNNtrainer3D.",
        )
    return parse(About, document, what="run file")


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> FileSum:
    target.parent.mkdir(parents=True, exist_ok=True)
    found, size = hashlib.sha256(), 0
    with archive.open(name) as packed, target.open("xb") as file:
        while chunk := packed.read(_CHUNK):
            found.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return FileSum(bytes=size, sha256=found.hexdigest())


def _damaged(called: str, why: str) -> FileFormatError:
    return FileFormatError(f"{called} is damaged: {why}", hint=_HINT)


@contextmanager
def _told(called: str) -> Iterator[None]:
    """Turn whatever a damaged archive raises into a FileFormatError; what the disk says into a StorageError."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place before the file's beginning, which only damage names
            raise _damaged(called, "a part of it lies before its beginning.") from None
        raise StorageError(f"{called} cannot be unpacked: {reason_of(error)}.") from None
    except NotImplementedError:
        raise _damaged(called, "it is packed in a way that is not read.") from None
    except Snntrainer3dError:
        raise
    except Exception:
        # BadZipFile, zlib.error, struct.error, and whatever else the next release of Python raises.
        raise _damaged(called, "the archive is not whole.") from None
