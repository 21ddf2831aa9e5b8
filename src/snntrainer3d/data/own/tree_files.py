"""The files of a folder or zip, and what each holds: by its ending, or by its first bytes where that says nothing."""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from snntrainer3d.data.own.gathered import MAX_SAMPLES, Faults
from snntrainer3d.data.own.unpacking import BROKEN
from snntrainer3d.errors import FileFormatError, LimitError, Snntrainer3dError

MAX_FILE_BYTES = 50_000_000
MAX_TREE_BYTES = 4_000_000_000
MAX_RATIO = 200
"""Unpacked over packed size, above which a zip is taken for a bomb; pictures and sounds hardly shrink."""
_SMALL_BYTES = 1_000_000
ENDINGS: dict[Literal["picture", "sound", "events"], tuple[str, ...]] = {
    "picture": (
        ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pbm", ".pgm", ".ppm",
    ),
    "sound": (".wav", ".wave"),
    "events": (".bin",),
}  # fmt: skip
TEXTS = (
    ".txt", ".md", ".rst", ".html", ".htm", ".pdf", ".doc", ".docx", ".csv", ".tsv", ".xls", ".xlsx", ".json", ".xml",
    ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".log", ".py", ".m", ".r", ".sh", ".ipynb", ".zip", ".gz",
)  # fmt: skip
"""Endings of what lies beside samples and is none."""
_OF_SYSTEMS = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "__macosx", "$recycle.bin")
_START_BYTES = 12
_UTF8_NAMES, _ENCRYPTED = 0x800, 1


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file, or a folder that is empty."""

    path: str
    """As a person finds it, from the top of the folder or zip."""
    parts: tuple[str, ...]
    """The folders that it lies in, then its name; an empty folder and a link to one have no name."""
    what: Literal["picture", "sound", "events", "other", "link", "empty"]
    read: Callable[[], bytes] = bytes

    @property
    def ending(self) -> str:
        """Return the ending in small letters: .png."""
        return PurePosixPath(self.path).suffix.lower()

    @property
    def is_sample(self) -> bool:
        """Tell whether it is read."""
        return self.what in ENDINGS


def hidden(path: str) -> bool:
    """Tell whether systems keep a file for themselves, or the folder that it lies in."""
    parts = PurePosixPath(path).parts
    return any((part.startswith(".") and part != "..") or part.lower() in _OF_SYSTEMS for part in parts)


def in_folder(folder: Path) -> list[TreeFile]:
    """Return the files of a folder, in the order of their names; raises LimitError."""
    found = []
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if hidden(path):
            continue
        if file.is_symlink():
            found.append(_file(path, "link", folder=file.is_dir()))
        elif file.is_file():
            found.append(_file(path, _held(path, _start_of(file)), _reader(file)))
        elif file.is_dir() and not any(file.iterdir()):
            found.append(_file(path, "empty", folder=True))
        if len(found) > MAX_SAMPLES:
            raise LimitError(f"{folder} holds more than {MAX_SAMPLES:,} files.")
    return found


def in_zip(archive: zipfile.ZipFile, name: str, faults: Faults) -> list[TreeFile]:
    """Return the files of a zip, in the order of their names; raises LimitError."""
    entries = [(member_path(entry), entry) for entry in archive.infolist() if entry.filename]
    members = [(path, entry) for path, entry in entries if not entry.is_dir() and not path.endswith("/")]
    if len(members) > MAX_SAMPLES:
        raise LimitError(f"{name} holds {len(members):,} files, at most {MAX_SAMPLES:,} are read.")
    unpacked, packed = (sum(getattr(entry, key) for _, entry in members) for key in ("file_size", "compress_size"))
    if unpacked > MAX_TREE_BYTES or (unpacked > _SMALL_BYTES and unpacked > MAX_RATIO * max(packed, 1)):
        raise LimitError(
            f"{name} has {packed:,} bytes and says that it unpacks to {unpacked:,}; no pictures or sounds do.",
            hint=f"At most {MAX_TREE_BYTES:,} bytes are unpacked, and {MAX_RATIO} times what was packed.",
        )
    for path, count in Counter(path for path, _ in members if not hidden(path)).items():
        if count > 1:
            faults.add(path, "is in the zip more than once.", "Pack it again.")
        if ".." in PurePosixPath(path).parts:
            faults.add(path, "leads out of the zip.", "Pack it again.")
    filled = {str(parent) for path, _ in members for parent in PurePosixPath(path).parents}
    found = [_file(path, "empty", folder=True) for path, _ in entries if path.endswith("/") and path[:-1] not in filled]
    for path, entry in members:
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        what = "link" if is_link else _held(path, _unpacker(archive, entry, _START_BYTES, whole=False))
        found.append(_file(path, what, _unpacker(archive, entry, MAX_FILE_BYTES)))
    return sorted((one for one in found if any(one.parts) and not hidden(one.path)), key=lambda one: one.path)


def member_path(member: zipfile.ZipInfo) -> str:
    r"""Return where a member of a zip lies as its packer meant it: some write \ for /, or UTF-8 without saying so."""
    path = member.filename
    if not member.flag_bits & _UTF8_NAMES and not path.isascii():
        try:
            path = path.encode("cp437").decode()
        except UnicodeError:  # of a code page that the zip does not name
            path = member.filename
    return path.replace("\\", "/")


def _file(
    path: str,
    what: Literal["picture", "sound", "events", "other", "link", "empty"],
    read: Callable[[], bytes] = bytes,
    *,
    folder: bool = False,
) -> TreeFile:
    parts = tuple(part for part in PurePosixPath(path).parts if part.strip("/"))
    return TreeFile(path.rstrip("/"), (*parts, "") if folder else parts, what, read)


def _held(path: str, start: Callable[[], bytes]) -> Literal["picture", "sound", "events", "other"]:
    ending = PurePosixPath(path).suffix.lower()
    for kind, endings in ENDINGS.items():
        if ending in endings:
            return kind
    try:
        begins = start() if ending not in TEXTS else b""
    except (OSError, Snntrainer3dError):
        return "other"
    if begins.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")):
        return "picture"
    if begins.startswith(b"RIFF"):
        return "picture" if begins.endswith(b"WEBP") else "sound" if begins.endswith(b"WAVE") else "other"
    return "other"


def _reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise LimitError(f"has {file.stat().st_size:,} bytes, at most {MAX_FILE_BYTES:,} are read.")
        return file.read_bytes()

    return read


def _start_of(file: Path) -> Callable[[], bytes]:
    def start() -> bytes:
        with file.open("rb") as opened:
            return opened.read(_START_BYTES)

    return start


def _unpacker(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, *, whole: bool = True
) -> Callable[[], bytes]:
    def read() -> bytes:
        """Unpack no more than is allowed: what a zip says of its sizes may be a lie."""
        if member.flag_bits & _ENCRYPTED:
            raise FileFormatError("is encrypted.", hint="Pack it without a password.")
        try:
            with archive.open(member) as file:
                content = file.read(most + 1 if whole else most)
        except (OSError, NotImplementedError, *BROKEN):
            raise FileFormatError("cannot be unpacked.", hint="Copy or pack the zip again.") from None
        if len(content) > most:
            raise LimitError(f"unpacks to more than {most:,} bytes.")
        return content

    return read
