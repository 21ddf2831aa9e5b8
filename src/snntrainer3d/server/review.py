"""Everything that can be said of a document before it is trained: faults, warnings, cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psutil

from snntrainer3d.data import check_fit, describe
from snntrainer3d.errors import Fault, InputError, SpecError
from snntrainer3d.server.models import CheckAnswer
from snntrainer3d.spec import Network, RunSpec, Training, advise, cost_of, parse, parse_run, training_bytes


def review(document: Any) -> CheckAnswer:
    """Check a run's document, faults of network, training and their fit to the data set all at once."""
    try:
        spec = parse_run(document)
    except SpecError as error:
        return CheckAnswer(ok=False, faults=[*error.faults, *_fit_of_parts(document)], warnings=[], cost=None)
    try:
        info = describe(spec.training.dataset)
    except InputError as error:
        return CheckAnswer(ok=False, faults=list(error.faults), warnings=[], cost=None)
    memory = psutil.virtual_memory().total
    faults = [*check_fit(spec.network, info, spec.training), *_beyond(spec, memory)]
    warnings = advise(spec, classes=info.classes, memory_bytes=memory)
    return CheckAnswer(
        ok=not faults,
        faults=faults,
        warnings=[advice.fault() for advice in warnings],
        cost=None if faults else cost_of(spec.network, spec.training.num_steps),
    )


def _beyond(spec: RunSpec, memory: int) -> list[Fault]:
    """Refuse what cannot fit into this machine, and would take it from everything else that runs here."""
    needed = training_bytes(spec)
    if needed <= memory:
        return []
    told = f"one update needs about {needed / 2**30:,.1f} GiB of memory, this machine has {memory / 2**30:,.1f} GiB."
    return [Fault("training.batch_size", told, "Take a smaller batch, fewer time steps or smaller layers.")]


def accepted(document: Any) -> RunSpec:
    """Give the document ready to be trained; raises SpecError with all faults."""
    answer = review(document)
    if answer.faults:
        raise SpecError(answer.faults, what="spec")
    return parse_run(document)


def _what_enters(training: Any) -> Training | None:
    """Give a training of those fields alone that say what enters and leaves the network, where they are sound."""
    fields = ("dataset", "coding", "num_steps", "augmentation", "population", "loss")
    given = training if isinstance(training, Mapping) else {}
    try:
        return parse(Training, {name: given[name] for name in fields if name in given})
    except SpecError:
        return None


def _fit_of_parts(document: Any) -> list[Fault]:
    """Check a sound network against its data set although something else in the document is at fault."""
    parts = document if isinstance(document, Mapping) else {}
    training = parts.get("training")
    name = training.get("dataset", "digits") if isinstance(training, Mapping) else "digits"
    try:
        network = parse(Network, parts.get("network"))
    except SpecError:
        return []
    try:
        return check_fit(network, describe(name), _what_enters(training)) if isinstance(name, str) else []
    except InputError:
        return []
