"""Files to take home from a run or a trained network, each whole or not at all, weights proved by running them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.errors import ConflictError, FailureError, InputError, NotFoundError
from snntrainer3d.exports import FORMS, Form, Proof, figures_zip, model_card, prove_files, settings_json
from snntrainer3d.jobs import page_of, record_shown
from snntrainer3d.notebook.opening import weight_file
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import Network, RunSpec, TrainedNetwork
from snntrainer3d.storage import refuse_place, write_output

if TYPE_CHECKING:
    from snntrainer3d.events import EpochDone, Update
    from snntrainer3d.notebook.scripting import Run

OF_A_RUN = ("csv", "figures", "settings", "card", "page")
"""What only a run has, a weight file has not: metrics, curves, its document, its page."""
_HIDING = ("numpy.py", "torch.py", "snntorch.py")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what came of running it."""

    files: tuple[Path, ...]
    proof: Proof | None = None
    """None of what is no network, and where it was not run."""
    notices: tuple[str, ...] = ()


def export(
    source: str | Path | Run | TrainedNetwork,
    to: str,
    output: str | Path,
    *,
    verify: bool | None = None,
    force: bool = False,
    spec: Network | RunSpec | str | Path | None = None,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
    home: str | Path | None = None,
) -> Exported:
    """Write a run's weights, code, metrics, figures, settings, model card or page.

    Args:
        source: a run (or its id or name), a weight file, or a trained network.
        to: a form of `exports.FORMS` (json, safetensors, npz, nir, snntorch, pytorch, numpy, c, onnx, paper …), or of a
            run also csv, figures, settings, card or page. Circuits are for `snntrainer3d export`.
        output: the file; of figures a folder, or a file that ends in .zip. Forms of several files put them beside it.
        verify: run what was written on 200 test samples; by default where that works here.
        force: replace what is there.
        spec: the architecture of a state dict (`.pt`): a network, a run's document, or the path of either.
        modules: which module of a state dict is which layer, `{"fc_in": "layers.0"}`, where it fits in several ways.
        dt_s: seconds of one time step of a NIR file that does not say it.
        home: folder of the runs; the usual one by default.

    Raises:
        InputError: no such form, or a name that cannot be used.
        NotFoundError: no such run or file, or a run that has nothing of the kind.
        ConflictError: a file is there and `force` was not given; nothing is written then.
        FileFormatError, MismatchError: a file that cannot be used, or a network that the form cannot hold.
        FailureError: what was written does not compute the same.
    """
    _check(to, Path(output), force)
    with RunStore(None if home is None else Path(home)) as store:
        written = write_export(store, source, to, Path(output), verify, force, spec=spec, modules=modules, dt_s=dt_s)
    if written.proof is not None and not written.proof.holds:
        raise FailureError(f"The export was written, but does not compute the same: {written.proof.sentence()}")
    return written


def write_export(
    store: RunStore,
    source: str | Path | Run | TrainedNetwork,
    to: str,
    output: Path,
    verify: bool | None = None,
    force: bool = False,
    *,
    spec: Network | RunSpec | str | Path | None = None,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
) -> Exported:
    """Write one form; what `export` does with a store that is open, and without judging the proof."""
    if to in FORMS:
        trained, notices = network_of(source, store, spec, modules, dt_s)
        return _weights(FORMS[to], trained, output, verify, force, notices)
    if isinstance(source, TrainedNetwork):
        raise InputError(f"A network alone has no {to}.", path="to", hint="Name the run that it is of.")
    run = store.find(_reference(source))
    if to == "figures":
        return Exported(_figures(store, run, output, force))
    content, notices = _of_run(store, run, to)
    return Exported((write_output(output, content),), None, notices)


def network_of(
    source: str | Path | Run | TrainedNetwork,
    store: RunStore,
    spec: Network | RunSpec | str | Path | None = None,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
) -> tuple[TrainedNetwork, tuple[str, ...]]:
    """Give the trained network that is meant, and what its file says of itself; raises what `weight_file` raises."""
    if isinstance(source, TrainedNetwork):
        return source, ()
    found = weight_file(_reference(source), store, spec, modules, dt_s)
    return (found[0], ()) if isinstance(found, tuple) else (found.trained, tuple(found.notices))


def write_beside(files: Mapping[str, bytes | str], output: Path, force: bool) -> tuple[Path, ...]:
    """Write files beside each other in the folder of `output`, none where one is there already."""
    beside = {output.with_name(name): content for name, content in files.items()}
    if not force and (there := [path for path in beside if path.exists()]):
        raise _there(there[0])
    return tuple(write_output(path, content) for path, content in beside.items())


def _reference(source: str | Path | Run) -> str:
    return str(source) if isinstance(source, str | Path) else source.id


def _check(to: str, output: Path, force: bool) -> None:
    known = (*FORMS, *OF_A_RUN)
    if to not in known:
        near = get_close_matches(to, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
        raise InputError(f"There is no form {to!r}.", path="to", hint=hint)
    check_output(output, to, force)


def check_output(output: Path, to: str, force: bool) -> None:
    """Refuse, before anything is computed, a file that cannot be written or must not be."""
    folder = to == "figures" and output.suffix.lower() != ".zip"
    if output.is_dir() and not folder:
        raise InputError(f"{output} is a folder.", path="output", hint="Give the name of a file.")
    if output.exists() and folder and not output.is_dir():
        raise InputError(f"{output} is a file.", path="output", hint="Give a folder, or a name ending in .zip.")
    if output.is_file() and not force:
        raise _there(output)
    refuse_place(output / "figure" if folder else output)
    if output.name in _HIDING:
        raise InputError(f"{output.name} would hide the package of that name.", path="output", hint="Rename it.")


def _there(path: Path) -> ConflictError:
    return ConflictError(f"{path} is already there.", path="output", hint="Allow to replace it (force).")


def _weights(
    form: Form, trained: TrainedNetwork, output: Path, verify: bool | None, force: bool, notices: tuple[str, ...]
) -> Exported:
    files = form.write(trained, output.name)
    written = write_beside(files, output, force)
    if verify is None and not form.runs_here:
        return Exported(written, None, (*notices, f"Not verified: {form.needs} is not here."))
    wanted = verify or verify is None
    return Exported(written, prove_files(form, trained, files) if wanted else None, notices)


def _of_run(store: RunStore, run: str, to: str) -> tuple[bytes | str, tuple[str, ...]]:
    detail = store.get(run)
    if to == "page":
        played = record_shown(store.folder(run))
        without = "The page has no samples: the network is too large to play them, or its data set is not here."
        return page_of(store, run, played), (without,) if played == b"[]" else ()
    if to == "csv":
        return metrics_csv(_events(store, run)), ()
    if to == "card":
        known = not detail.imported and detail.launcher != "watch"
        return model_card(detail.spec, detail.name, detail.results, recipe_known=known), ()
    return settings_json(detail.spec), ()


def _figures(store: RunStore, run: str, output: Path, force: bool) -> tuple[Path, ...]:
    detail = store.get(run)
    packed = figures_zip(_events(store, run), detail.results, detail.name)
    if output.suffix.lower() == ".zip":
        return (write_output(output, packed),)
    files = _unpacked(packed)
    if not force and (there := [name for name in files if (output / name).exists()]):
        raise _there(output / there[0])
    return tuple(write_output(output / name, content) for name, content in files.items())


def _unpacked(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _events(store: RunStore, run: str) -> list[Update | EpochDone]:
    history = store.metrics(run)
    events: list[Update | EpochDone] = [*history.updates, *history.epochs]
    if not events:
        raise NotFoundError(f"Run {run} has no metrics yet.", hint="They come with its first updates.")
    return events
