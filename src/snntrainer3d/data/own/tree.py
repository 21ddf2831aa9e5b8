"""A folder or a zip of files by class: `cat/1.png`, or `train/cat/1.png` and `test/cat/9.png`."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from snntrainer3d.data.own.gathered import MAX_SAMPLES, Faults
from snntrainer3d.data.own.unpacking import BROKEN
from snntrainer3d.errors import FileFormatError, LimitError

MAX_FILE_BYTES = 50_000_000
MAX_TREE_BYTES = 4_000_000_000
MAX_RATIO = 200
"""Unpacked over packed size, above which a zip is taken for a bomb; pictures and sounds hardly shrink."""
_SMALL_BYTES = 1_000_000
TRAIN, TEST = ("train", "training"), ("test", "testing")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
SOUNDS = (".wav", ".wave")
EVENTS = (".bin",)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file of a class."""

    path: str
    """As a person finds it, from the top of the folder or zip."""
    label: str
    test: bool | None
    """Whether it lies in test or in train; None where the tree is not split."""
    read: Callable[[], bytes]

    @property
    def suffix(self) -> str:
        """Give the ending in small letters: .png."""
        return PurePosixPath(self.path).suffix.lower()


@contextmanager
def opened_tree(path: Path, name: str, faults: Faults) -> Iterator[list[Leaf]]:
    """Give the files by class of a folder or zip while it is open; raises FileFormatError, LimitError.

    Args:
        faults: takes those of files that lie in no class's folder, to be told with what the others are at fault in.
    """
    if path.is_dir():
        yield _leaves(_in_folder(path), name, faults)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield _leaves(_in_zip(archive, name), name, faults)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{name} is not a whole zip file: {error}.", hint="Pack it again.") from None


def _in_folder(folder: Path) -> list[tuple[str, Callable[[], bytes]]]:
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        found.append((file.relative_to(folder).as_posix(), _reader(file)))
        if len(found) > MAX_SAMPLES:
            raise LimitError(f"{folder} holds more than {MAX_SAMPLES:,} files.")
    return found


def _reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise LimitError(f"has {file.stat().st_size:,} bytes, at most {MAX_FILE_BYTES:,} are read.")
        return file.read_bytes()

    return read


def _in_zip(archive: zipfile.ZipFile, name: str) -> list[tuple[str, Callable[[], bytes]]]:
    members = [member for member in archive.infolist() if member.filename and not member.is_dir()]
    if len(members) > MAX_SAMPLES:
        raise LimitError(f"{name} holds {len(members):,} files, at most {MAX_SAMPLES:,} are read.")
    unpacked, packed = (
        (sum(sizes) for sizes in zip(*((m.file_size, m.compress_size) for m in members), strict=True))
        if members
        else (0, 0)
    )
    if unpacked > MAX_TREE_BYTES or (unpacked > _SMALL_BYTES and unpacked > MAX_RATIO * max(packed, 1)):
        raise LimitError(
            f"{name} has {packed:,} bytes and says that it unpacks to {unpacked:,}; no pictures or sounds do.",
            hint=f"At most {MAX_TREE_BYTES:,} bytes are unpacked, and {MAX_RATIO} times what was packed.",
        )
    return [(member.filename, _unpacker(archive, member)) for member in sorted(members, key=lambda m: m.filename)]


def _unpacker(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        """Unpack no more than is allowed: what a zip says of its sizes may be a lie."""
        if member.flag_bits & 1:
            raise FileFormatError("is encrypted.", hint="Pack it without a password.")
        try:
            with archive.open(member) as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except (OSError, *BROKEN) as error:
            raise FileFormatError(f"cannot be unpacked: {error}.") from None
        if len(content) > MAX_FILE_BYTES:
            raise LimitError(f"unpacks to more than {MAX_FILE_BYTES:,} bytes.")
        return content

    return read


def _leaves(files: list[tuple[str, Callable[[], bytes]]], name: str, faults: Faults) -> list[Leaf]:
    """Find each file's class by the folder that it lies in."""
    shown = [(tuple(PurePosixPath(path).parts), path, read) for path, read in files]
    shown = [one for one in shown if not any(part.startswith((".", "__MACOSX")) for part in one[0])]
    while shown and len({parts[0] for parts, _, _ in shown}) == 1 and all(len(parts) > 2 for parts, _, _ in shown):
        shown = [(parts[1:], path, read) for parts, path, read in shown]
    split = {parts[0].lower() for parts, _, _ in shown if len(parts) > 2}
    is_split = bool(split & set(TRAIN)) and bool(split & set(TEST)) and split <= {*TRAIN, *TEST}
    leaves = []
    for parts, path, read in shown:
        own = parts[1:] if is_split else parts
        if PurePosixPath(path).suffix.lower() not in (*PICTURES, *SOUNDS, *EVENTS):
            continue
        if len(own) < 2 or (is_split and len(parts) < 3):
            faults.add(path, "lies in no class's folder.", "Put it into a folder with its class's name.")
            continue
        leaves.append(Leaf(path, own[0], parts[0].lower() in TEST if is_split else None, read))
    if not leaves:
        faults.tell()
        raise FileFormatError(
            f"{name} holds no picture, no sound and no events.",
            hint="A folder for each class, with PNG or JPEG pictures, WAV sounds or .bin events in it.",
        )
    return leaves
