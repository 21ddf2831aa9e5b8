"""From a study's document to its runs: each with a key that stays the same, so that nothing is done twice."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import check_fit, describe
from snntrainer3d.errors import Fault, LimitError, SpecError
from snntrainer3d.spec import (
    MAX_RUNS,
    Composition,
    Draw,
    Grid,
    Listing,
    RandomSearch,
    RunSpec,
    Study,
    cost_of,
    multiplications,
    parse_run,
)
from snntrainer3d.studies.fields import put

MOST_FAULTS = 20
KEY_LENGTH = 16
_LONGEST_NAME = 120
_START_S = 1.5
"""Making the run, testing and writing; measured on two shared cores, as is the next."""
_OPERATIONS_PER_S = 2.5e10


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of a study."""

    key: str
    """From the run's document alone: the same document, the same key."""
    settings: dict[str, Any]
    """What varies: field → value."""
    seed: int
    spec: RunSpec


@dataclass(frozen=True, slots=True)
class Plan:
    """All runs of a study, in order: all settings for the first seed, then for the next."""

    study: Study
    entries: tuple[Entry, ...]

    def seconds(self, workers: int = 1) -> float:
        """Estimate how long it takes on an ordinary core each; rough, for a person to decide by."""
        return sum(seconds_of(entry.spec) for entry in self.entries) / max(1, min(workers, len(self.entries)))


def make_plan(study: Study) -> Plan:
    """Give the runs of a study.

    Raises:
        LimitError: more than MAX_RUNS; nothing was made.
        SpecError: fields that do not exist, values that are not allowed, networks that do not fit the data set.
    """
    if study.runs() > MAX_RUNS:
        raise LimitError(
            f"The study has {study.runs():,} runs, at most {MAX_RUNS:,} are allowed.",
            path="vary",
            hint="Take fewer values, or a random search over the same fields.",
        )
    faults: list[Fault] = []
    entries: dict[str, Entry] = {}
    settings = list(_settings(study))
    for seed in study.seeds:
        for index, setting in enumerate(settings):
            try:
                entry = _entry(study, setting, seed, _where(study, index))
                entries.setdefault(entry.key, entry)
            except SpecError as error:
                faults += [fault for fault in error.faults if fault not in faults]
        if faults:
            raise SpecError(faults[:MOST_FAULTS], what="study")
    return Plan(study, tuple(entries.values()))


def key_of(spec: RunSpec) -> str:
    """Give a run's key: a hash of its document."""
    text = json.dumps(spec.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def _settings(study: Study) -> Iterator[dict[str, Any]]:
    match study.vary:
        case None:
            yield {}
        case Grid(fields=fields):
            for values in itertools.product(*fields.values()):
                yield dict(zip(fields, values, strict=True))
        case Listing(entries=entries):
            yield from entries
        case RandomSearch() as search:
            generator = np.random.default_rng(search.draw_seed)
            for _ in range(search.samples):
                yield {name: _drawn(draw, generator) for name, draw in search.fields.items()}


def _drawn(draw: Draw, generator: np.random.Generator) -> Any:
    if draw.among is not None:
        return draw.among[int(generator.integers(len(draw.among)))]
    assert draw.low is not None
    assert draw.high is not None
    if draw.scale == "log":
        value = math.exp(generator.uniform(math.log(draw.low), math.log(draw.high)))
    else:
        value = float(generator.uniform(draw.low, draw.high))
    return round(value) if draw.whole else value


def _where(study: Study, index: int) -> str:
    return f"vary.entries[{index}]" if isinstance(study.vary, Listing) else "vary.fields"


def _entry(study: Study, setting: dict[str, Any], seed: int, where: str) -> Entry:
    if "training.seed" in setting or "seed" in setting:
        raise SpecError([Fault(f"{where}.training.seed", "seeds are varied by `seeds`.", "Move them there.")])
    chosen, dotted = _of_composition(study, setting)
    document = _base(study, chosen, where)
    _put_all(document, dotted, where)
    document["training"] |= {"seed": seed, "name": _name(study, setting, seed)}
    try:
        spec = parse_run(document)
    except SpecError as error:
        raise SpecError([_placed(fault, setting, where) for fault in error.faults], what="study") from None
    if faults := check_fit(spec.network, describe(spec.training.dataset), spec.training):
        raise SpecError([_placed(fault, setting, where) for fault in faults], what="study")
    return Entry(key_of(spec), dict(setting), seed, spec)


def _put_all(document: Any, setting: dict[str, Any], where: str) -> None:
    """Set fields in a run's document; raises SpecError with every one that is not there."""
    faults: list[Fault] = []
    for name, value in setting.items():
        try:
            put(document, name, value, f"{where}.{name}")
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(faults, what="study")


def _of_composition(study: Study, setting: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tell fields of the composition from those of the run's document."""
    if study.compose is None:
        return {}, setting
    own = {name for name in Composition.model_fields if name != "training"}
    return {k: v for k, v in setting.items() if k in own}, {k: v for k, v in setting.items() if k not in own}


def _base(study: Study, chosen: dict[str, Any], where: str) -> dict[str, Any]:
    """Give the base run as plain values, with all fields that it has."""
    if study.base is not None:
        return study.base.model_dump(mode="json")
    assert study.compose is not None
    try:
        made = study.compose.changed(**chosen)
        choices = Choices(
            dataset=made.dataset,
            hidden=made.hidden,
            neuron=made.neuron,
            preset=made.preset,
            training=made.training,
        )
        return compose(choices).model_dump(mode="json")
    except SpecError as error:
        raise SpecError([_placed(fault, chosen, where) for fault in error.faults], what="study") from None


def _placed(fault: Fault, setting: dict[str, Any], where: str) -> Fault:
    told = ", ".join(f"{name} = {json.dumps(value)}" for name, value in setting.items())
    return Fault(
        where if setting else "base", f"{fault.path}: {fault.message}" + (f" ({told})" if told else ""), fault.hint
    )


def _name(study: Study, setting: dict[str, Any], seed: int) -> str:
    told = [f"{name.rsplit('.', 1)[-1]} {_short(value)}" for name, value in setting.items()]
    # A run's name may not hold slashes, which a setting's text may.
    name = " · ".join([study.name, *told, f"seed {seed}"]).replace("/", "∕").replace("\\", "∖")
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "-".join(_short(part) for part in value) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def seconds_of(spec: RunSpec) -> float:
    """Estimate a run: its products, forward and twice backward; a constant input is multiplied once, not per step."""
    info, training = describe(spec.training.dataset), spec.training
    first, *rest = multiplications(spec.network)
    neurons = 20 * cost_of(spec.network, 1).neurons
    each = 3 * (2 * first + training.num_steps * (2 * sum(rest) + neurons))
    samples = info.train_samples * training.epochs + info.test_samples / 3
    return _START_S + samples * each / _OPERATIONS_PER_S * (10 if training.engine == "reference" else 1)
