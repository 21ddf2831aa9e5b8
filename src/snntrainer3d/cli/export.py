"""`snntrainer3d export`: files to take home."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from snntrainer3d.cli.output import AsJson, give_json
from snntrainer3d.errors import ConflictError, InputError, NotFoundError

if TYPE_CHECKING:
    from snntrainer3d.events import EpochDone, Update
    from snntrainer3d.runs import RunStore


class Form(StrEnum):
    """What a run can be taken home as."""

    JSON = "json"
    SAFETENSORS = "safetensors"
    CSV = "csv"
    FIGURES = "figures"
    SETTINGS = "settings"


def export(
    run: Annotated[str, typer.Argument(help="The run's id, the beginning of it, or its name.")],
    to: Annotated[Form, typer.Option("--to", help="What: weights as json or safetensors, metrics as csv…")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; for figures a folder, or a file ending in .zip.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run's weights, metrics, figures or settings; each file whole or not at all."""
    from snntrainer3d.runs import RunStore

    _check(output, to, force)
    with RunStore() as store:
        found = store.find(run)
        written = _figures(store, found, output, force) if to is Form.FIGURES else [_one(store, found, to, output)]
    if as_json:
        give_json({"run": found, "to": to.value, "files": [str(path) for path in written]})
    else:
        for path in written:
            print(path)


def _check(output: Path, to: Form, force: bool) -> None:
    folder = to is Form.FIGURES and output.suffix.lower() != ".zip"
    if output.is_dir() and not folder:
        raise InputError(f"{output} is a folder.", path="--output", hint="Give the name of a file.")
    if output.exists() and folder and not output.is_dir():
        raise InputError(f"{output} is a file.", path="--output", hint="Give a folder, or a name ending in .zip.")
    if output.is_file() and not force:
        raise _there(output)


def _there(path: Path) -> ConflictError:
    return ConflictError(f"{path} is already there.", path="--output", hint="Give --force to replace it.")


def _one(store: RunStore, run: str, to: Form, output: Path) -> Path:
    from snntrainer3d.analysis import metrics_csv
    from snntrainer3d.exports import settings_json, to_json, to_safetensors
    from snntrainer3d.storage import write_atomically

    makers: dict[Form, Callable[[], bytes | str]] = {
        Form.JSON: lambda: to_json(store.trained(run)),
        Form.SAFETENSORS: lambda: to_safetensors(store.trained(run)),
        Form.CSV: lambda: metrics_csv(_events(store, run)),
        Form.SETTINGS: lambda: settings_json(store.get(run).spec),
    }
    return write_atomically(output, makers[to]())


def _figures(store: RunStore, run: str, output: Path, force: bool) -> list[Path]:
    from snntrainer3d.exports import figures_zip
    from snntrainer3d.storage import write_atomically

    detail = store.get(run)
    packed = figures_zip(_events(store, run), detail.results, detail.name)
    if output.suffix.lower() == ".zip":
        return [write_atomically(output, packed)]
    files = _unpacked(packed)
    if not force and (there := [name for name in files if (output / name).exists()]):
        raise _there(output / there[0])
    return [write_atomically(output / name, content) for name, content in files.items()]


def _unpacked(packed: bytes) -> dict[str, bytes]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _events(store: RunStore, run: str) -> list[Update | EpochDone]:
    history = store.metrics(run)
    events: list[Update | EpochDone] = [*history.updates, *history.epochs]
    if not events:
        raise NotFoundError(f"Run {run} has no metrics yet.", hint="They come with its first updates.")
    return events
