"""Files from public mirrors: checked, tried again, and never half there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from snntrainer3d.data.dataset import Progress
from snntrainer3d.errors import DataUnavailableError, StorageError, reason_of

ATTEMPTS = 3
TIMEOUT_S = 30.0
_CHUNK_BYTES = 1 << 16


def download(
    files: Mapping[str, str],
    mirrors: Sequence[str],
    folder: Path,
    progress: Progress | None = None,
    *,
    attempts: int = ATTEMPTS,
    pause_s: float = 1.0,
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Bring the files (name → md5) that are missing into the folder.

    Each is tried at every mirror in turn, `attempts` times round with a growing pause. A file stands under its name
    only when its checksum fits. Another process doing the same is waited for.

    Raises:
        DataUnavailableError: no mirror gave a right file; it names all files and the folder to put them in.
        StorageError: the folder cannot be written.
    """
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".download.lock"):
            missing = [name for name in files if not (folder / name).is_file()]
            for index, name in enumerate(missing):
                bar = _Bar(progress, name, index, len(missing))
                problems = _bring(name, files[name], mirrors, folder, bar, attempts, pause_s, timeout_s)
                if problems:
                    raise _unavailable(files, folder, problems)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {reason_of(error)}.",
            hint="Free some space, or set SNNTRAINER3D_HOME to a folder that can be written.",
        ) from error


def _bring(
    name: str,
    md5: str,
    mirrors: Sequence[str],
    folder: Path,
    bar: _Bar,
    attempts: int,
    pause_s: float,
    timeout_s: float,
) -> list[str]:
    """Give nothing when the file is there, else what each mirror answered last."""
    problems: dict[str, str] = {}
    for attempt in range(attempts):
        if attempt:
            time.sleep(pause_s * 2 ** (attempt - 1))
        for mirror in mirrors:
            problem = _try(mirror.rstrip("/") + "/" + name, md5, folder / name, bar, timeout_s)
            if problem is None:
                return []
            problems[mirror] = problem
    return [f"{mirror}: {problem}" for mirror, problem in problems.items()]


def _try(url: str, md5: str, target: Path, bar: _Bar, timeout_s: float) -> str | None:
    """Download once; give what went wrong, or None. pooch writes beside the target and renames when the md5 fits."""
    import pooch
    from requests.exceptions import RequestException

    pooch.get_logger().setLevel("WARNING")
    loader = pooch.HTTPDownloader(progressbar=bar, chunk_size=_CHUNK_BYTES, timeout=timeout_s)
    try:
        pooch.retrieve(url, f"md5:{md5}", fname=target.name, path=target.parent, downloader=loader)
    except RequestException as error:  # an OSError too: caught before it is taken for a full disk
        return _plain(error)
    except ValueError:
        return f"{target.name} came with a wrong checksum"
    return None


def _plain(error: Any) -> str:
    if error.response is not None:
        return f"HTTP {error.response.status_code}"
    kind = type(error).__name__
    return {
        "ConnectionError": "no connection",
        "ConnectTimeout": "no answer in time",
        "ReadTimeout": "no answer in time",
        "ChunkedEncodingError": "the transfer broke off",
        "SSLError": "no secure connection",
        "ProxyError": "the proxy refused",
    }.get(kind, kind)


def _unavailable(files: Mapping[str, str], folder: Path, problems: list[str]) -> DataUnavailableError:
    return DataUnavailableError(
        f"The data cannot be downloaded ({'; '.join(problems)}).",
        hint=f"Connect to the internet and try again, or put {', '.join(files)} into {folder}.",
    )


class _Bar:
    """What pooch calls while it downloads; turns bytes into a share over all files."""

    def __init__(self, progress: Progress | None, name: str, index: int, count: int) -> None:
        self.total = 0
        self._done = 0
        self._progress = progress
        self._name = name
        self._index = index
        self._count = count

    def update(self, size: int) -> None:
        """Count bytes and tell."""
        self._done = min(self._done + size, self.total)
        if self._progress and self.total:
            share = (self._index + self._done / self.total) / self._count
            self._progress("downloading", share, f"{self._name} ({self._index + 1} of {self._count})")

    def reset(self) -> None:
        """Begin again, at another mirror or to settle the sum."""
        self._done = 0

    def close(self) -> None:
        """Nothing is held."""
        self._done = 0
