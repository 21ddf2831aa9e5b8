"""Own data read in a process of its own with limits of time and memory: its decoders get files of anyone.

The two processes share a folder: what to read goes in, what was found comes out as .npy files and JSON, never pickle.
Their folder is gone afterwards, as is all that was unpacked in it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
from pydantic import TypeAdapter, ValidationError

from snntrainer3d.apart import broken_by, needed_environment, read_npy
from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.unpacking import place_of_its_own, remove_unpacked
from snntrainer3d.errors import (
    FileFormatError,
    LimitError,
    Snntrainer3dError,
    StorageError,
    error_of,
    reason_of,
    unforeseen,
)
from snntrainer3d.home import VARIABLE, home_folder
from snntrainer3d.spec import whole_text

MOST_BYTES = 12_000_000_000
"""Of memory: the largest set that is taken, while it is scaled."""
REFUSED = 3
"""What the other process gives where it put an error into the folder."""
_LEAST_S = 600.0
_BYTES_A_SECOND = 100_000
"""How slowly a file may be read at worst, on a busy machine; what takes longer hangs."""
_ASKED, _FOUND, _ERROR = "asked.json", "found.json", "error.json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read."""

    paths: tuple[str, ...]
    name: str
    choice: Choice
    limit_s: float


def read_in_own_process(paths: Sequence[Path], name: str, choice: Choice, *, limit_s: float | None = None) -> Gathered:
    """Read own data as `reading.read` does, with all that it raises.

    Raises:
        FileFormatError: also where the file broke the process that read it.
        LimitError: also where reading took too long or too much memory.
        FailureError: an error that was not foreseen; its trace is in the log.
    """
    remove_unpacked(home_folder())
    _refuse_odd_names(paths)
    most_s = limit_s or _LEAST_S + sum(map(_bytes_of, paths)) / _BYTES_A_SECOND
    with place_of_its_own() as folder:
        asked = Asked(tuple(str(path.absolute()) for path in paths), name, choice, most_s)
        try:
            (folder / _ASKED).write_text(json.dumps(TypeAdapter(Asked).dump_python(asked)), encoding="ascii")
        except OSError as error:
            raise StorageError(f"{home_folder()} cannot be written: {reason_of(error)}.") from error
        ended, words = _run(folder, name, most_s)
        if ended == REFUSED:
            raise error_of(json.loads((folder / _ERROR).read_text(encoding="ascii")))
        if ended:
            raise _broken(ended, words, name)
        return get_found(folder, name)


def asked_of(folder: Path) -> Asked:
    """Return what is to be read, as it was put into the folder."""
    return TypeAdapter(Asked).validate_json((folder / _ASKED).read_bytes())


def put_error(folder: Path, error: Snntrainer3dError) -> None:
    """Put an error into the folder, with all its faults."""
    (folder / _ERROR).write_text(json.dumps(error.body()), encoding="ascii")


def put_found(folder: Path, found: Gathered) -> None:
    """Put into the folder what was read: a file for each array, and the rest as JSON; raises StorageError."""
    told, hints = {}, get_type_hints(Gathered)
    try:
        for one in fields(Gathered):
            value = getattr(found, one.name)
            if isinstance(value, np.ndarray):
                np.save(folder / f"{one.name}.npy", value, allow_pickle=False)
            elif value is not None:
                told[one.name] = TypeAdapter(hints[one.name]).dump_python(value, mode="json")
        (folder / _FOUND).write_text(json.dumps(told), encoding="ascii")
    except OSError as error:
        hint = "Free some space."
        raise StorageError(f"What was read cannot be written: {reason_of(error)}.", hint=hint) from error


def get_found(folder: Path, name: str) -> Gathered:
    """Return what was put into the folder; a process that a file has taken over might say anything."""
    hints = get_type_hints(Gathered)
    try:
        told: dict[str, Any] = json.loads((folder / _FOUND).read_bytes())
        given: dict[str, Any] = {
            one.name: TypeAdapter(hints[one.name]).validate_json(json.dumps(told[one.name]), strict=True)
            for one in fields(Gathered)
            if one.name in told
        }
        given |= {path.stem: read_npy(path) for path in folder.glob("*.npy")}
        found = Gathered(**given)
        if _fits(found):
            return found
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ValidationError, FileFormatError) as error:
        _log.error("Reading %s: what was read is no such data: %s", name, error)
    raise FileFormatError(f"{name} is damaged: what was read of it does not fit together.", hint="Save it again.")


def _refuse_odd_names(paths: Sequence[Path]) -> None:
    """Refuse file names whose bytes are no text: they can be neither kept as a class nor shown."""
    for path in paths:
        for one in (path, *(path.rglob("*") if path.is_dir() else ())):
            if not whole_text(str(one)):
                raise FileFormatError(f"The name of {one} holds bytes that are no UTF-8 text.", hint="Rename it.")


def _bytes_of(path: Path) -> int:
    """Return how large a file is, or all files of a folder; what is not there has none."""
    if path.is_dir():
        return sum(_bytes_of(one) for one in path.rglob("*") if one.is_file())
    return path.stat().st_size if path.is_file() else 0


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-P", "-m", f"{__package__}.reading_child", str(folder)]


def _run(folder: Path, name: str, limit_s: float) -> tuple[int, str]:
    """Run the other process in the folder, which it takes for its home; return how it ended, and its last words.

    It ends with all that it started when this process does, by the pipe that is its standard input.
    """
    environment = {**needed_environment(folder, threads=1), VARIABLE: str(folder)}
    theirs, ours = os.pipe()
    try:
        with subprocess.Popen(
            _command(folder), stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            errors="replace", env=environment, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                _, words = process.communicate(timeout=limit_s)
            except BaseException:
                _end(process)
                raise
        return process.returncode, words
    except subprocess.TimeoutExpired:
        message = f"Reading {name} took longer than {limit_s:,.0f} seconds."
        raise LimitError(message, hint="Give fewer or smaller files.") from None
    except OSError as error:
        raise StorageError(f"{name} cannot be read apart: {reason_of(error)}.") from error
    finally:
        os.close(ours)
        os.close(theirs)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process, and those that it started, which are of its session."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _broken(code: int, words: str, name: str) -> Snntrainer3dError:
    """Return the error for a process that ended otherwise than it should."""
    if code < 0:
        return broken_by(name, code, "Copy or save it again.")
    _log.info("Reading %s ended with %d: %s", name, code, words)
    if os.environ.get("SNNTRAINER3D_DEBUG"):
        sys.stderr.write(words)
    return unforeseen(words, f"{name} was not read. SNNTRAINER3D_DEBUG=1 shows more; please report it, with the file.")


def _fits(found: Gathered) -> bool:
    """Tell whether samples, labels and classes belong together."""
    samples = len(found.labels)
    lead = (samples, found.frames) if found.frames else (samples,)
    return bool(
        (found.inputs.dtype in (np.uint8, np.float32) if found.scaling == "unit" else found.inputs.dtype.kind in "buif")
        and len(found.places) in (0, samples)
        and found.inputs.shape == (*lead, *found.shape)
        and found.labels.shape == (samples,)
        and found.labels.dtype == np.int64
        and samples
        and 0 <= found.labels.min() <= found.labels.max() < len(found.class_names)
        and (found.tests is None or (found.tests.dtype == bool and found.tests.shape == (samples,)))
    )
