"""What a shell offers after an option or argument: data sets, neurons, runs; everything is read only then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from glob import escape, glob
from os.path import isdir

_MOST_RUNS = 200
_PLAIN = re.compile(r"[\w.+-]+")
"""Names that a shell takes as they are."""


def complete_setting(incomplete: str) -> list[str]:
    """Give names of fields for `--set`."""
    from snntrainer3d.cli import settings

    return settings.complete_setting(incomplete)


def complete_dataset(incomplete: str) -> list[str]:
    """Give names of data sets, own ones among them."""
    from snntrainer3d.data import every_dataset
    from snntrainer3d.errors import Snntrainer3dError

    try:
        return _beginning(incomplete, (info.name for info in every_dataset()))
    except Snntrainer3dError:  # of own data that is damaged; a command says what is wrong
        return []


def complete_own(incomplete: str) -> list[str]:
    """Give names of own data sets."""
    from snntrainer3d.spec import OWN

    return [name for name in complete_dataset(incomplete) if name.startswith(OWN)]


def complete_neuron(incomplete: str) -> list[str]:
    """Return kinds of neurons, and names of own ones."""
    from snntrainer3d.spec import NEURON_KINDS

    return [*_beginning(incomplete, NEURON_KINDS), *complete_own_neuron(incomplete)]


def complete_own_neuron(incomplete: str) -> list[str]:
    """Return names of own neurons."""
    from snntrainer3d.neurons import own_names

    return _beginning(incomplete, own_names())


def complete_template(incomplete: str) -> list[str]:
    """Give names of architectures."""
    from snntrainer3d.spec import TEMPLATES

    return _beginning(incomplete, TEMPLATES)


def complete_preset(incomplete: str) -> list[str]:
    """Give names of recipes."""
    from snntrainer3d.spec import PRESETS

    return _beginning(incomplete, PRESETS)


def complete_loss(incomplete: str) -> list[str]:
    """Give names of losses."""
    from typing import get_args

    from snntrainer3d.spec import Training

    return _beginning(incomplete, get_args(Training.model_fields["loss"].annotation))


def complete_run(incomplete: str) -> list[tuple[str, str]]:
    """Give ids of runs, the newest first, each with its name; and names that need no quotes."""
    from snntrainer3d.errors import Snntrainer3dError
    from snntrainer3d.home import home_folder

    if not (home_folder() / "runs.db").is_file():
        return []
    from snntrainer3d.runs import RunStore

    try:
        with RunStore() as store:
            rows = store.list(limit=_MOST_RUNS)
    except Snntrainer3dError:
        return []
    ids = [(row.id, row.name) for row in rows if row.id.startswith(incomplete)]
    names = {row.name: row.id for row in rows if row.name.startswith(incomplete) and _PLAIN.fullmatch(row.name)}
    return [*names.items(), *ids]


def complete_run_or_file(incomplete: str) -> list[tuple[str, str]]:
    """Give runs, and files and folders that begin so."""
    files = (f"{path}/" if isdir(path) else path for path in sorted(glob(f"{escape(incomplete)}*")))
    return [*complete_run(incomplete), *((path, "") for path in files)]


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
