"""Errors of the disk, said so that a person knows what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from snntrainer3d.errors import StorageError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError within the block into a StorageError that names the file."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Free some space, or choose another home; the run can then be resumed.",
        ) from error
