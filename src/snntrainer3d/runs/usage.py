"""What the runs of a home take on its disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from snntrainer3d.runs.disk import on_disk
from snntrainer3d.runs.folder import RunFolder


@dataclass(frozen=True, slots=True)
class RunUse:
    """What one run takes, in bytes."""

    run: str
    bytes: int
    snapshots: int
    """Of these, the weights recorded for replay: all that may be thinned."""


def use_of(run: RunFolder) -> RunUse:
    """Give what a run takes; a file that vanishes meanwhile takes nothing."""
    return RunUse(run.id, sum(map(on_disk, _below(run.path))), _bytes_of_path(run.snapshots))


def uses_below(runs: Path) -> list[RunUse]:
    """Give what each run of a folder of runs takes, those in the trash too."""
    with suppress(FileNotFoundError), os.scandir(runs) as found:
        return [use_of(RunFolder(Path(one.path))) for one in found if one.is_dir(follow_symlinks=False)]
    return []


def _below(folder: Path) -> Iterator[os.stat_result]:
    with suppress(OSError), os.scandir(folder) as found:
        for one in found:
            with suppress(OSError):
                if one.is_dir(follow_symlinks=False):
                    yield from _below(Path(one.path))
                else:
                    yield one.stat(follow_symlinks=False)


def _bytes_of_path(path: Path) -> int:
    with suppress(OSError):
        return on_disk(path.stat())
    return 0
