"""Where data sets lie, and loading them by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import platformdirs

from snntrainer3d.data import fashion, mnist, own, spoken_digits
from snntrainer3d.data.catalogue import CATALOGUE, MEMORY, PARITY, DatasetInfo
from snntrainer3d.data.dataset import Dataset, Progress
from snntrainer3d.data.digits import load_digits
from snntrainer3d.data.download import ATTEMPTS, download
from snntrainer3d.data.memory import load_memory
from snntrainer3d.data.parity import load_parity
from snntrainer3d.data.planes import load_moons, load_spirals
from snntrainer3d.data.simulated_events import load_simulated_events
from snntrainer3d.data.xor import load_xor
from snntrainer3d.errors import DataUnavailableError, NotFoundError
from snntrainer3d.home import given_home
from snntrainer3d.spec import OWN
from snntrainer3d.storage import write_atomically


@dataclass(frozen=True, slots=True)
class _Files:
    """A data set that is files in a folder of its own name."""

    here: Callable[[Path], bool]
    read: Callable[[Path], Dataset]
    checksums: Mapping[str, str] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    folder: str = ""
    """Where it is made of another's files: that one's name."""
    how_to_get: str = ""
    """What a person has to do where there are no mirrors; the folder follows."""


def _mirrored(files: Mapping[str, str], mirrors: tuple[str, ...], read: Callable[[Path], Dataset]) -> _Files:
    return _Files(lambda folder: all((folder / file).is_file() for file in files), read, files, mirrors)


_BUILT_IN: dict[str, Callable[[], Dataset]] = {
    "digits": load_digits,
    "xor": load_xor,
    "moons": load_moons,
    "spirals": load_spirals,
    **{info.name: partial(load_parity, bits) for bits, info in PARITY.items()},
    **{name: partial(load_memory, name) for name in MEMORY},
}
_ON_DISK: dict[str, _Files] = {
    "mnist": _mirrored(mnist.FILES, mnist.MIRRORS, mnist.load_mnist),
    "fashion-mnist": _mirrored(fashion.FILES, fashion.MIRRORS, fashion.load_fashion),
    "mnist-events-simulated": replace(_mirrored(mnist.FILES, mnist.MIRRORS, load_simulated_events), folder="mnist"),
    "spoken-digits": _Files(spoken_digits.here, spoken_digits.load_spoken_digits, how_to_get=spoken_digits.HOW_TO_GET),
}


def describe(name: str) -> DatasetInfo:
    """Give what is known of a data set without loading it; raises NotFoundError naming those that exist."""
    if name.startswith(OWN):
        return own.describe_own(name)
    if name not in CATALOGUE:
        raise NotFoundError(
            f"There is no data set {name!r}.", path="training.dataset", hint=f"There are {', '.join(CATALOGUE)}."
        )
    return CATALOGUE[name]


def every_dataset() -> list[DatasetInfo]:
    """Give all data sets, those that every release knows first, then a person's own."""
    return [*CATALOGUE.values(), *(own.describe_own(name) for name in own.kept())]


def load(name: str, *, progress: Progress | None = None) -> Dataset:
    """Give a data set, from $SNNTRAINER3D_DATA/<name>, else the cache, else downloaded into the cache.

    Raises:
        NotFoundError: there is no data set of that name.
        FileFormatError: a file is damaged; it is named.
        DataUnavailableError: neither on disk nor to be downloaded; the hint names the files and where to put them.
    """
    info = describe(name)
    if name in _BUILT_IN:
        return _BUILT_IN[name]()
    if name.startswith(OWN):
        return own.load_own(name)
    fetch(name, progress)
    if progress:
        progress("loading", None, info.title)
    return _ON_DISK[name].read(_folder(name) or cache_folder() / _folder_name(name))


def available(name: str) -> bool:
    """Tell whether a data set can be loaded without a download; raises NotFoundError."""
    if name.startswith(OWN):
        return name in own.kept()
    describe(name)
    return name in _BUILT_IN or _folder(name) is not None


def pack(name: str) -> dict[str, bytes]:
    """Give the files of a data set that is here, for a machine that lacks it; none of one that is built in."""
    if name.startswith(OWN):
        return own.pack_own(name)
    folder = None if name in _BUILT_IN else _folder(name)
    if folder is None:
        return {}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def unpack(name: str, files: Mapping[str, bytes]) -> None:
    """Put the files that `pack` gave where they are looked for; raises StorageError."""
    folder = own.own_folder() if name.startswith(OWN) else cache_folder() / _folder_name(name)
    for file, content in files.items():
        write_atomically(folder / file, content)


def default_dataset() -> str:
    """Give the data set to begin with: MNIST where it is, else the digits that are always there."""
    return "mnist" if available("mnist") else "digits"


def fetch(
    name: str, progress: Progress | None = None, *, mirrors: Sequence[str] | None = None, attempts: int = ATTEMPTS
) -> None:
    """Download a data set into the cache unless it is there; raises DataUnavailableError, StorageError."""
    if available(name):
        return
    describe(name)  # own data that is not here can be fetched from nowhere
    files = _ON_DISK[name]
    if not files.checksums:
        raise DataUnavailableError(
            f"{describe(name).title} cannot be downloaded by this program.",
            path="training.dataset",
            hint=f"{files.how_to_get} {cache_folder() / name}.",
        )
    asked = files.mirrors if mirrors is None else mirrors
    download(files.checksums, asked, cache_folder() / _folder_name(name), progress, attempts=attempts)


def cache_folder() -> Path:
    """Give the folder of downloaded data: `data` in $SNNTRAINER3D_HOME where that is set, else in the user's cache."""
    return (given_home() or Path(platformdirs.user_cache_dir("snntrainer3d"))) / "data"


def _folder(name: str) -> Path | None:
    given = os.environ.get("SNNTRAINER3D_DATA")
    places = [Path(given).expanduser()] if given else []
    for place in [*places, cache_folder()]:
        if _ON_DISK[name].here(place / _folder_name(name)):
            return place / _folder_name(name)
    return None


def _folder_name(name: str) -> str:
    return _ON_DISK[name].folder or name
