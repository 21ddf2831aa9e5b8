"""What results.json holds, by its types."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from snntrainer3d.events import Count, finite_values
from snntrainer3d.spec import FieldFault, parse, refuse_unkeepable

Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, use_attribute_docstrings=True)


class ClassResult(_Part):
    """One class against the rest; shares 0–1."""

    label: Count
    name: str
    precision: Share
    recall: Share
    f1: Share
    support: Count
    tp: Count
    fp: Count
    fn: Count
    tn: Count


class EvaluationResult(_Part):
    """How well a network decides on a set of samples; shares 0–1, loss as mean per sample."""

    accuracy: Share
    loss: float | None
    samples: Count
    ties: Count
    """Samples with more than one largest spike count, decided for the lowest class."""
    macro_precision: Share
    macro_recall: Share
    macro_f1: Share
    confusion: list[list[Count]]
    """[true class][decided class]."""
    per_class: list[ClassResult]

    @model_validator(mode="after")
    def _is_square(self) -> Self:
        sizes = {len(row) for row in self.confusion} | {len(self.confusion)}
        if len(sizes) > 1 or len(self.per_class) > len(self.confusion):
            raise FieldFault("confusion", f"has no row and column for each of {len(self.per_class)} classes.")
        return self


class Results(_Part):
    """What a finished run holds; an imported one has only the counts."""

    model_config = ConfigDict(extra="allow")

    test: EvaluationResult | None = None
    validation: EvaluationResult | None = None
    train_seconds: float | None = None
    samples_per_second: float | None = None
    parameters: Count
    flops: Count
    """Operations per sample by the paper's eq. 12."""
    flops_all_steps: Count
    updates: Count
    epochs: Count
    engine: str | None = None
    threads: int | None = None
    rates: list[float]
    """Spikes per neuron and step, per layer."""


_NOT_COUNTED = {"parameters": 0, "flops": 0, "flops_all_steps": 0, "updates": 0, "epochs": 0, "rates": []}
"""What may be missing as a whole."""


def checked_results(value: Any) -> dict[str, Any]:
    """Return results that came from elsewhere, with None for every number that is not finite.

    Raises:
        SpecError: every value that is of another type than a training writes, or is missing in a part.
    """
    plain = finite_values(value)
    refuse_unkeepable(plain, what="results.json")
    parse(Results, {**_NOT_COUNTED, **plain} if isinstance(plain, dict) else plain, what="results.json")
    found: dict[str, Any] = plain
    return found
