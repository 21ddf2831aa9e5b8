"""Events as an event camera would see MNIST's digits, simulated: nothing was recorded.

A digit moves along a triangle, as N-MNIST's did before a camera (Orchard and others 2015). Each pixel remembers the
logarithm of its brightness, ln(0.1 + x); where that has changed by the threshold θ = 0.3 since, it gives an event,
brighter or darker, for each θ, and remembers the new value (Lichtsteiner, Posch and Delbruck 2008). No noise, no
mismatch of thresholds, no refractory time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8

from snntrainer3d.data.catalogue import MNIST, SIMULATED_EVENTS
from snntrainer3d.data.dataset import Dataset, Split
from snntrainer3d.data.mnist import load_mnist

DARKEST, THRESHOLD = 0.1, 0.3
CORNERS = ((0.0, 0.0), (2.0, 4.0), (4.0, 0.0), (0.0, 0.0))
"""Of the triangle in pixels, down and across: the ways between them are walked in equal steps."""
MOST = 4
"""Events at one place of a frame that count."""
_AT_ONCE = 500


def load_simulated_events(folder: Path) -> Dataset:
    """Simulate the first digits of MNIST's training and test images; raises FileFormatError as those do."""
    mnist = load_mnist(folder, MNIST)
    train = _split(mnist.train, SIMULATED_EVENTS.train_samples)
    test = _split(mnist.test, SIMULATED_EVENTS.test_samples)
    return Dataset(SIMULATED_EVENTS, train, test, input_scale=1 / 255)


def simulate(
    pictures: UInt8[np.ndarray, "sample height width"], frames: int
) -> UInt8[np.ndarray, "sample frame 2 height width"]:
    """Give for each step of the way how many events each place had, darker ones in channel 0; 255 stands for MOST."""
    bright = pictures.astype(np.float32) / 255
    remembered = _logarithm(bright, 0.0, 0.0)
    found = np.zeros((len(pictures), frames, 2, *pictures.shape[1:]), np.uint8)
    for frame, (down, across) in enumerate(_way(frames)):
        crossed = np.trunc((_logarithm(bright, down, across) - remembered) / np.float32(THRESHOLD))
        remembered = remembered + crossed * np.float32(THRESHOLD)
        for channel, sign in enumerate((-1.0, 1.0)):
            found[:, frame, channel] = np.rint(np.clip(sign * crossed, 0, MOST) * (255 / MOST))
    return found


def _split(part: Split, count: int) -> Split:
    pictures = part.inputs[:count, 0]
    pieces = [simulate(pictures[at : at + _AT_ONCE], SIMULATED_EVENTS.frames) for at in range(0, count, _AT_ONCE)]
    return Split(np.concatenate(pieces), part.labels[:count])


def _way(frames: int) -> list[tuple[float, float]]:
    """Give the place of the picture at the end of each frame."""
    at = np.arange(1, frames + 1) * (len(CORNERS) - 1) / frames
    corners = np.array(CORNERS)
    return [tuple(np.interp(one, np.arange(len(CORNERS)), corners[:, axis]) for axis in (0, 1)) for one in at]


def _logarithm(
    bright: Float32[np.ndarray, "sample height width"], down: float, across: float
) -> Float32[np.ndarray, "sample height width"]:
    """Give ln(DARKEST + x) of pictures moved by parts of pixels, black coming in."""
    moved = bright
    for axis, distance in ((1, down), (2, across)):
        whole, part = int(distance), np.float32(distance - int(distance))
        moved = (1 - part) * _shifted(moved, axis, whole) + part * _shifted(moved, axis, whole + 1)
    return np.log(np.float32(DARKEST) + moved)


def _shifted(
    pictures: Float32[np.ndarray, "sample height width"], axis: int, by: int
) -> Float32[np.ndarray, "sample height width"]:
    if by == 0:
        return pictures
    moved = np.zeros_like(pictures)
    to, source = [slice(None)] * 3, [slice(None)] * 3
    to[axis], source[axis] = slice(by, None), slice(None, -by)
    moved[tuple(to)] = pictures[tuple(source)]
    return moved
