"""What a coding makes of values, in NumPy: for networks that learn, and for everything that runs without torch."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int, Shaped, UInt32

from snntrainer3d.spec import FOR_TESTS, Coding, Delta, Direct, InputContract, Latency, Population, Rate

Keys = UInt32[np.ndarray, "sample"]
_JUST_ABOVE = 1e-7
"""As snnTorch: how far above the threshold the weakest value of the logarithmic code lies."""


def encoded(
    contract: InputContract, stored: Shaped[np.ndarray, "sample ..."], places: Int[np.ndarray, "sample"]
) -> Float32[np.ndarray, "sample feature"] | Float32[np.ndarray, "time sample feature"]:
    """Return the input of stored samples, as a network gets it that does not learn; one row where it holds still.

    Args:
        places: which samples of their split these are; what is drawn at random follows from them.
    """
    flat = stored.reshape(len(stored), stored.shape[1] if contract.timed else 1, -1)
    if contract.timed:
        flat = flat[:, np.arange(contract.num_steps) * flat.shape[1] // contract.num_steps]
    values = flat.transpose(1, 0, 2).astype(np.float32) * np.float32(contract.scale)
    if contract.offset:
        values += np.float32(contract.offset)
    keys = sample_keys(contract.seed, FOR_TESTS, places)
    return coded(values if contract.timed else values[0], contract.coding, contract.num_steps, keys)


def coded(values: Float32[np.ndarray, "..."], coding: Coding, steps: int, keys: Keys) -> Float32[np.ndarray, "..."]:
    """Return values [sample feature] or [time sample feature] in a coding, over time where it changes with time."""
    match coding:
        case Direct():
            return values
        case Rate(gain=gain):
            return _rate(np.clip(values * np.float32(gain), 0.0, 1.0), steps, keys)
        case Latency():
            return _latency(values, coding, steps)
        case Delta():
            return _delta(values, coding)
        case Population():
            return _population(values, coding)


def sample_keys(seed: int, draw: int, places: Int[np.ndarray, "sample"]) -> Keys:
    """Return a number of its own for each sample, which seed, draw and its place in the split decide."""
    first, second = InputContract(seed=seed).start_words(draw)
    return mixed(mixed(places.astype(np.uint32) + np.uint32(first)) ^ np.uint32(second))


def mixed(values: UInt32[np.ndarray, "..."]) -> UInt32[np.ndarray, "..."]:
    """Mix bits, each of the result depending on each given: MurmurHash3's finaliser (Appleby 2008, public domain)."""
    found = values ^ (values >> np.uint32(16))
    found *= np.uint32(0x85EBCA6B)
    found ^= found >> np.uint32(13)
    found *= np.uint32(0xC2B2AE35)
    found ^= found >> np.uint32(16)
    return found


def _rate(chances: Float32[np.ndarray, "..."], steps: int, keys: Keys) -> Float32[np.ndarray, "time sample feature"]:
    """Draw a spike for every value and step; the same for a sample in whatever batch it comes."""
    features = chances.shape[-1]
    spikes = np.empty((steps, len(keys), features), np.float32)
    for step in range(steps):
        counted = mixed(np.arange(step * features, (step + 1) * features, dtype=np.uint32))
        drawn = mixed(counted ^ keys[:, None])
        drawn >>= np.uint32(8)
        uniform = drawn * np.float32(2.0**-24)
        np.less(uniform, chances if chances.ndim == 2 else chances[step], out=spikes[step])
    return spikes


def _latency(
    values: Float32[np.ndarray, "sample feature"], coding: Latency, steps: int
) -> Float32[np.ndarray, "time sample feature"]:
    threshold = np.float32(coding.threshold)
    values = np.clip(values, np.float32(0.0), np.float32(1.0))
    if coding.scale == "linear":
        times = np.float32(steps - 1) * (np.float32(1.0) - values)
    else:
        weakest = np.float32(coding.threshold + _JUST_ABOVE)
        charged = np.maximum(values, weakest)
        latest = np.log(weakest / (weakest - threshold))
        times = np.log(charged / (charged - threshold)) * np.float32(steps - 1) / latest
    at = np.where(values >= threshold, np.rint(times), np.float32(-1.0))
    return (np.arange(steps)[:, None, None] == at).astype(np.float32)


def _delta(
    values: Float32[np.ndarray, "time sample feature"], coding: Delta
) -> Float32[np.ndarray, "time sample feature"]:
    """Compare each step with the one before, the first with silence."""
    grown = np.diff(values, axis=0, prepend=np.zeros_like(values[:1]))
    threshold = np.float32(coding.threshold)
    spikes = (grown >= threshold).astype(np.float32)
    return spikes - (grown <= -threshold).astype(np.float32) if coding.off_spikes else spikes


def _population(values: Float32[np.ndarray, "... feature"], coding: Population) -> Float32[np.ndarray, "... more"]:
    """Return for each curve in turn its value for every feature: maps stay maps, with more channels."""
    centres = (np.arange(coding.neurons, dtype=np.float32) + np.float32(0.5)) / np.float32(coding.neurons)
    distances = (values[..., None, :] - centres[:, None]) * np.float32(coding.neurons / coding.width)
    bells = np.exp(np.float32(-0.5) * np.square(distances))
    return bells.reshape(*values.shape[:-1], -1)
