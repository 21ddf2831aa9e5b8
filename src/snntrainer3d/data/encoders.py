"""How a sample becomes input over time; the one file of this room that needs torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped, UInt32
from torch import Tensor

from snntrainer3d.data.contract import contract_of
from snntrainer3d.data.dataset import Dataset
from snntrainer3d.spec import (
    FOR_TESTS,
    Augmentation,
    Coding,
    Delta,
    Direct,
    InputContract,
    Latency,
    Population,
    Rate,
    Training,
)

DIRECT, AS_THEY_ARE = Direct(), Augmentation()
_JUST_ABOVE = 1e-7
"""As snnTorch: how far above the threshold the weakest value of the logarithmic code lies."""


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
        keys = _keys(self.seed, draw, np.arange(len(raw)) if places is None else places)
        changes = draw != FOR_TESTS and self.augmentation.changes
        values = self._shown(_moved(raw, self.augmentation, keys) if changes else raw)
        if changes and self.augmentation.noise > 0.0:
            values = values + self.augmentation.noise * _noise(values.shape, keys, self.timed)
        match self.coding:
            case Direct():
                pass
            case Rate(gain=gain):
                chances = (values * gain).clamp_(0.0, 1.0)
                return self._over_time(_spikes(chances, keys, self.num_steps))
            case Latency():
                return self._over_time(_latencies(values, self.coding, self.num_steps))
            case Delta():
                values = _changes(values, self.coding)
            case Population():
                values = _bells(values, self.coding)
        return self._over_time(values) if self.timed else Encoded(values, True, self.num_steps)

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
    down, across = (torch.from_numpy((_mixed(keys + np.uint32(at)) % span).astype(np.int64)) for at in (1, 2))
    rows = torch.arange(height) + down[:, None]
    columns = torch.arange(width) + across[:, None]
    if how.mirror:
        turned = torch.from_numpy((_mixed(keys + np.uint32(3)) & 1).astype(bool))
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


def _keys(seed: int, draw: int, places: Int[np.ndarray, "sample"]) -> UInt32[np.ndarray, "sample"]:
    """Give each sample a number of its own, which seed, draw and its place in the split decide."""
    first, second = InputContract(seed=seed).start_words(draw)
    return _mixed(_mixed(places.astype(np.uint32) + np.uint32(first)) ^ np.uint32(second))


def _spikes(chances: Tensor, keys: UInt32[np.ndarray, "sample"], steps: int) -> Float[Tensor, "time batch feature"]:
    """Draw a spike for every value and step; the same for a sample in whatever batch it comes."""
    each, features = chances.numpy(), chances.shape[-1]
    spikes = np.empty((steps, len(keys), features), np.float32)
    for step in range(steps):
        counted = _mixed(np.arange(step * features, (step + 1) * features, dtype=np.uint32))
        drawn = _mixed(counted ^ keys[:, None])
        drawn >>= np.uint32(8)
        uniform = drawn * np.float32(2.0**-24)
        np.less(uniform, each if each.ndim == 2 else each[step], out=spikes[step])
    return torch.from_numpy(spikes)


def _mixed(values: UInt32[np.ndarray, "..."]) -> UInt32[np.ndarray, "..."]:
    """Mix bits, each of the result depending on each given: MurmurHash3's finaliser (Appleby 2008, public domain)."""
    mixed = values ^ (values >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def _latencies(
    values: Float[Tensor, "batch feature"], coding: Latency, steps: int
) -> Float[Tensor, "time batch feature"]:
    threshold = coding.threshold
    values = values.clamp(0.0, 1.0)
    if coding.scale == "linear":
        times = (steps - 1) * (1.0 - values)
    else:
        weakest = torch.tensor(threshold + _JUST_ABOVE)
        charged = values.clamp(min=threshold + _JUST_ABOVE)
        latest = torch.log(weakest / (weakest - threshold))
        times = torch.log(charged / (charged - threshold)) * (steps - 1) / latest
    heard: Bool[Tensor, "batch feature"] = values >= threshold
    return (torch.arange(steps)[:, None, None] == torch.where(heard, torch.round(times), -1.0)).to(torch.float32)


def _changes(values: Float[Tensor, "time batch feature"], coding: Delta) -> Float[Tensor, "time batch feature"]:
    """Compare each step with the one before, the first with silence."""
    grown = torch.diff(values, dim=0, prepend=torch.zeros_like(values[:1]))
    spikes = (grown >= coding.threshold).to(torch.float32)
    return spikes - (grown <= -coding.threshold).to(torch.float32) if coding.off_spikes else spikes


def _bells(values: Float[Tensor, "... feature"], coding: Population) -> Float[Tensor, "... more"]:
    """Give for each curve in turn its value for every feature: maps stay maps, with more channels."""
    centres = (torch.arange(coding.neurons) + 0.5) / coding.neurons
    apart = (values[..., None, :] - centres[:, None]) * (coding.neurons / coding.width)
    return torch.exp(-0.5 * apart.square()).flatten(-2)
