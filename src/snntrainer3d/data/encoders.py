"""How a sample becomes input over time; the one file of this room that needs torch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from snntrainer3d.spec import Direct


@dataclass(frozen=True, eq=False, slots=True)
class Encoded:
    """Input currents of a batch over `num_steps` time steps.

    A constant input is held once, [batch feature], so that the first layer multiplies it once; any other is
    [time batch feature].
    """

    values: Float[Tensor, "batch feature"] | Float[Tensor, "time batch feature"]
    constant: bool
    num_steps: int

    def over_time(self) -> Float[Tensor, "time batch feature"]:
        """Give the input at every step; a constant one as a view, without copies."""
        return self.values.expand(self.num_steps, *self.values.shape) if self.constant else self.values


def encode(coding: Direct, raw: Shaped[Tensor, "batch ..."], scale: float, offset: float, num_steps: int) -> Encoded:
    """Turn stored samples into input: `direct` gives raw · scale + offset, flattened, as float32, at every step.

    Args:
        coding: how; only `direct` exists so far.
        raw: samples as stored, uint8 or float.
    """
    assert coding.kind == "direct"
    values = raw.flatten(1).to(torch.float32) * scale  # not in place: `to` gives float32 samples back uncopied
    return Encoded(values.add_(offset) if offset else values, constant=True, num_steps=num_steps)
