"""A study: one base run, what varies, and the seeds; a document like the others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from snntrainer3d.errors import FileFormatError
from snntrainer3d.spec._document import FieldFault, Part, parse
from snntrainer3d.spec.neurons import DEFAULT_KIND, OwnNeuron
from snntrainer3d.spec.run import RunSpec
from snntrainer3d.spec.training import Seed

MAX_RUNS = 10_000
"""Runs of one study; a study of more is a mistake of counting."""
MAX_SEEDS = 1000
_FORMAT = "snntrainer3d/study"
_VERSION = 1

Values = Annotated[tuple[Any, ...], Field(min_length=1)]
Fields = Annotated[dict[str, Values], Field(min_length=1)]


class Composition(Part):
    """A base run by a few choices, as the command line's options are; the rest follows from data set and preset."""

    dataset: str | None = None
    """None for MNIST where it is on this machine, else digits."""
    hidden: Annotated[tuple[int, ...], Field(max_length=200)] = (100,)
    """Sizes of the hidden layers."""
    neuron: str | OwnNeuron = DEFAULT_KIND
    preset: str = "fast"
    training: Annotated[dict[str, Any], Field(default_factory=dict)]
    """Fields of the training, over the preset's."""


class Grid(Part):
    """Every combination of the values."""

    kind: Literal["grid"] = "grid"
    fields: Fields
    """Field (`training.learning_rate`, `network.layers[*].neuron.beta`, or a field of the composition) → its values."""

    def combinations(self) -> int:
        """Give the number of combinations, without making them."""
        return math.prod(len(values) for values in self.fields.values())


class Listing(Part):
    """These combinations and no others."""

    kind: Literal["list"] = "list"
    entries: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]
    """Each a field → value."""

    def combinations(self) -> int:
        """Give the number of combinations."""
        return len(self.entries)


class Draw(Part):
    """One of some values, or any number between two, evenly or evenly in its logarithm."""

    among: Values | None = None
    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False
    """Whether only whole numbers are meant."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.among is not None:
            if self.low is not None or self.high is not None:
                raise FieldFault("among", "given together with low or high.", "Give values, or a range.")
            return self
        if self.low is None or self.high is None:
            missing = "low" if self.low is None else "high"
            raise FieldFault(missing, "missing.", "Give low and high, or among.")
        if self.low >= self.high:
            raise FieldFault("high", f"got {self.high:g}, expected a number above low = {self.low:g}.")
        if self.scale == "log" and self.low <= 0:
            raise FieldFault("low", f"got {self.low:g}, expected a number above 0 for a log scale.")
        return self


class RandomSearch(Part):
    """Combinations drawn at random, the same ones for the same seed."""

    kind: Literal["random"] = "random"
    samples: Annotated[int, Field(ge=1, strict=True)]
    draw_seed: Seed = 0
    """Seed of the drawing, not of the runs."""
    fields: Annotated[dict[str, Draw], Field(min_length=1)]
    """Field → what its value is drawn from."""

    def combinations(self) -> int:
        """Give the number of combinations."""
        return self.samples


class Study(Part):
    """Many runs that belong together: base × what varies × seeds."""

    format: Literal["snntrainer3d/study"] = "snntrainer3d/study"
    version: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What it is called, and what its runs' names begin with."""
    base: RunSpec | None = None
    """The run that is varied; in place of it, `compose`."""
    compose: Composition | None = None
    vary: Annotated[Grid | Listing | RandomSearch, Field(discriminator="kind")] | None = None
    """None for one setting over all seeds."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=MAX_SEEDS)] = (0,)
    decide_steps: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], Field(max_length=4)] = ()
    """Numbers of steps at which decisions are also taken on the test set, beside those trained with."""

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if any(mark in name for mark in "/\\\0") or not name.strip() or not name.isprintable():
            raise FieldFault("", f"got {name!r}, which reads as a path or as nothing.", "Use a name without slashes.")
        return name.strip()

    @field_validator("seeds")
    @classmethod
    def _each_seed_once(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise FieldFault("", "a seed comes twice.", "The same run twice is no evidence; give each seed once.")
        return seeds

    @model_validator(mode="after")
    def _one_base(self) -> Self:
        if self.base is not None and self.compose is not None:
            raise FieldFault("compose", "given together with base.", "Give one of them.")
        if self.base is None and self.compose is None:
            raise FieldFault("base", "missing.", "Give a run's document as base, or a few choices as compose.")
        return self

    def runs(self) -> int:
        """Give the number of runs, without making them."""
        return (self.vary.combinations() if self.vary else 1) * len(self.seeds)


def parse_study(value: Any) -> Study:
    """Read a study's document.

    Raises:
        FileFormatError: of another kind, or of a newer release.
        SpecError: every fault at once.
    """
    if not isinstance(value, Mapping):
        return parse(Study, value, what="study")
    found, version = value.get("format", _FORMAT), value.get("version", _VERSION)
    if found != _FORMAT:
        raise FileFormatError(f"This is not a study: its format is {found!r:.60}.", path="format", hint=f"{_FORMAT!r}")
    if type(version) is int and version > _VERSION:
        raise FileFormatError(
            f"The study has version {version}, this release reads {_VERSION}.",
            path="version",
            hint="It was written by a newer release: update SNNtrainer3D.",
        )
    return parse(Study, value, what="study")
