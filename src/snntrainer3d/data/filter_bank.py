"""Sound as input over time: the energy in bands of pitch, frame after frame, as an ear's cochlea gives it."""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import Float32, Float64, Num, UInt8

LOWEST_HZ = 60.0
WINDOW_S = 0.032
"""Long enough to tell a voice's formants apart, short enough to place a consonant."""
RANGE_DB = 60.0
"""From the loudest band of a clip down to silence."""


def bands_over_time(
    clip: Num[np.ndarray, "sample"], rate: int, frames: int, bands: int
) -> UInt8[np.ndarray, "frame band"]:
    """Give the loudness of each band in each frame, 0–255 for RANGE_DB below the clip's loudest to the loudest.

    The bands are triangles, evenly spaced on the mel scale (O'Shaughnessy 1987) from 60 Hz to half the rate; the
    frames are spread evenly over the clip, so that long and short ones have as many.
    """
    window = round(WINDOW_S * rate)
    spectrum = np.abs(np.fft.rfft(_windows(clip.astype(np.float32), window, frames) * np.hanning(window))) ** 2
    energy = spectrum @ _triangles(rate, window, bands).T
    loudest = float(energy.max(initial=0.0))
    if loudest <= 0.0:
        return np.zeros((frames, bands), np.uint8)
    decibels = 10.0 * np.log10(np.maximum(energy / loudest, 10.0 ** (-RANGE_DB / 10.0)))
    return np.rint((decibels / RANGE_DB + 1.0) * 255.0).astype(np.uint8)


def _windows(clip: Float32[np.ndarray, "sample"], window: int, frames: int) -> Float32[np.ndarray, "frame sample"]:
    """Cut the clip into frames whose middles are evenly spaced; what lies before and after it is silence."""
    padded = np.pad(clip, window // 2 + 1)
    middles = (np.arange(frames) + 0.5) * len(clip) / frames
    starts = np.minimum(middles.astype(np.int64), max(len(clip) - 1, 0))
    return padded[starts[:, None] + np.arange(window)]


@cache
def _triangles(rate: int, window: int, bands: int) -> Float64[np.ndarray, "band frequency"]:
    """Give each band's weight for each frequency of the spectrum; a narrow one takes at least the nearest."""
    edges = _hertz(np.linspace(_mel(LOWEST_HZ), _mel(rate / 2.0), bands + 2))
    frequencies = np.fft.rfftfreq(window, 1.0 / rate)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    weights = np.clip(np.minimum(rising, falling), 0.0, None)
    empty = np.flatnonzero(weights.sum(axis=1) == 0.0)
    weights[empty, np.argmin(np.abs(frequencies - middle[empty]), axis=1)] = 1.0
    return weights


def _mel(hertz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hertz / 700.0))


def _hertz(mel: Float64[np.ndarray, "edge"]) -> Float64[np.ndarray, "edge"]:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
