"""How a sample becomes input over time; the one file of this room that needs torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped, UInt32
from torch import Tensor

from snntrainer3d.data.contract import contract_of
from snntrainer3d.data.dataset import Dataset
from snntrainer3d.data.encoding import coded, mixed, sample_keys
from snntrainer3d.spec import FOR_TESTS, Augmentation, Coding, Direct, InputContract, Training

DIRECT, AS_THEY_ARE = Direct(), Augmentation()


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


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns stored samples into input: scaled to raw · scale + offset, then coded.

    A timed sample is frames, one after the other, spread evenly over the steps: step t shows frame ⌊t·frames/steps⌋.
    """

    coding: Coding = DIRECT
    scale: float = 1.0
    offset: float = 0.0
    num_steps: int = 1
    timed: bool = False
    seed: int = 0
    augmentation: Augmentation = AS_THEY_ARE
    """What is changed at random where a draw is for learning."""

    @property
    def plain(self) -> bool:
        """Tell whether the input is raw · scale + offset at every step, and nothing more."""
        return self.coding.kind == "direct" and not self.timed and not self.augmentation.changes

    def encode(
        self, raw: Shaped[Tensor, "batch ..."], places: Int[np.ndarray, "batch"] | None = None, draw: int = FOR_TESTS
    ) -> Encoded:
        """Turn a batch of stored samples, uint8 or float, into input.

        Args:
            places: which samples of their split these are; what is drawn follows from them, not from the batch.
            draw: what is drawn at random is drawn anew for each.
        """
        keys = sample_keys(self.seed, draw, np.arange(len(raw)) if places is None else places)
        changes = draw != FOR_TESTS and self.augmentation.changes
        values = self._shown(_moved(raw, self.augmentation, keys) if changes else raw)
        if changes and self.augmentation.noise > 0.0:
            values = values + self.augmentation.noise * _noise(values.shape, keys, self.timed)
        if self.coding.kind == "direct":
            return self._over_time(values) if self.timed else Encoded(values, True, self.num_steps)
        made = torch.from_numpy(coded(values.numpy(), self.coding, self.num_steps, keys))
        return self._over_time(made) if made.dim() == 3 else Encoded(made, True, self.num_steps)

    def _shown(self, raw: Shaped[Tensor, "batch ..."]) -> Tensor:
        """Give scaled values, [batch feature], or of timed samples [time batch feature]."""
        flat = raw.flatten(2 if self.timed else 1)
        if self.timed:
            frames = torch.arange(self.num_steps) * flat.shape[1] // self.num_steps
            flat = flat.transpose(0, 1)[frames]
        values = flat.to(torch.float32) * self.scale  # not in place: `to` gives float32 samples back uncopied
        return values.add_(self.offset) if self.offset else values

    def _over_time(self, values: Float[Tensor, "time batch feature"]) -> Encoded:
        return Encoded(values, False, self.num_steps)


def encoder_of(contract: InputContract, augmentation: Augmentation = AS_THEY_ARE) -> Encoder:
    """Give the encoder that does what a network's contract says."""
    return Encoder(
        contract.coding,
        contract.scale,
        contract.offset,
        contract.num_steps,
        contract.timed,
        contract.seed,
        augmentation,
    )


def encoder_for(dataset: Dataset, training: Training, known: InputContract | None = None) -> Encoder:
    """Give the encoder by which a training shows the samples of a data set; `known` as in `contract_of`."""
    return encoder_of(contract_of(dataset, training, known), training.augmentation)


def _moved(raw: Tensor, how: Augmentation, keys: UInt32[np.ndarray, "sample"]) -> Tensor:
    """Shift and mirror pictures, each by what its key draws."""
    if how.shift_pixels == 0 and not how.mirror:
        return raw
    height, width, reach = raw.shape[-2], raw.shape[-1], how.shift_pixels
    span = np.uint32(2 * reach + 1)
    down, across = (torch.from_numpy((mixed(keys + np.uint32(at)) % span).astype(np.int64)) for at in (1, 2))
    rows = torch.arange(height) + down[:, None]
    columns = torch.arange(width) + across[:, None]
    if how.mirror:
        turned = torch.from_numpy((mixed(keys + np.uint32(3)) & 1).astype(bool))
        columns = torch.where(turned[:, None], columns.flip(1), columns)
    padded = torch.nn.functional.pad(raw, (reach,) * 4)
    samples = torch.arange(len(raw))[:, None, None]
    picked = padded.movedim(1, -1)[samples, rows[:, :, None], columns[:, None, :]]
    return picked.movedim(-1, 1).contiguous()


def _noise(shape: torch.Size, keys: UInt32[np.ndarray, "sample"], timed: bool) -> Tensor:
    """Draw normal values, those of a sample from its key; timed ones come with time first."""
    each = (shape[0], *shape[2:]) if timed else shape[1:]
    drawn = [np.random.default_rng(int(key)).standard_normal(each, np.float32) for key in keys]
    return torch.from_numpy(np.stack(drawn, axis=1 if timed else 0))
