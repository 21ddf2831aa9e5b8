"""The data sets by name: what is known of each without loading it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from snntrainer3d.spec import MEMORY_SILENCES, PARITY_BITS

PARITY_ROWS = 1024
"""Training samples of parity, as near as whole repetitions of all patterns come."""
_DIGIT_NAMES = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What a data set is; `input_shape` is that of one sample at one time, (features,) or (channels, height, width)."""

    name: str
    title: str
    input_shape: tuple[int, ...]
    classes: int
    class_names: tuple[str, ...]
    train_samples: int
    test_samples: int
    licence: str
    source: str
    summary: str
    download_mb: int = 0
    """What is fetched once where it is not on the machine; 0 where nothing is, or it cannot be fetched."""
    frames: int = 0
    """Of data over time, the moments of each sample, stored one after the other; 0 for samples that hold still."""

    @property
    def timed(self) -> bool:
        """Tell whether a sample is frames over time."""
        return self.frames > 0

    @property
    def input_size(self) -> int:
        """Give the number of input values of one sample."""
        return math.prod(self.input_shape)


DIGITS = DatasetInfo(
    name="digits",
    title="Digits 8×8",
    input_shape=(1, 8, 8),
    classes=10,
    class_names=_DIGIT_NAMES,
    train_samples=1438,
    test_samples=359,
    licence="CC BY 4.0",
    source="Alpaydin and Kaynak 1998, UCI Machine Learning Repository; comes with scikit-learn",
    summary="1,797 handwritten digits of 8×8 pixels; always there, trained in seconds.",
)

MNIST = DatasetInfo(
    name="mnist",
    title="MNIST",
    input_shape=(1, 28, 28),
    classes=10,
    class_names=_DIGIT_NAMES,
    train_samples=60_000,
    test_samples=10_000,
    licence="CC BY-SA 3.0",
    source="LeCun, Cortes and Burges 1998",
    summary="70,000 handwritten digits of 28×28 pixels.",
    download_mb=12,
)

FASHION = DatasetInfo(
    name="fashion-mnist",
    title="Fashion-MNIST",
    input_shape=(1, 28, 28),
    classes=10,
    class_names=(
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    train_samples=60_000,
    test_samples=10_000,
    licence="MIT",
    source="Xiao, Rasul and Vollgraf 2017, Zalando Research",
    summary="70,000 pictures of clothes of 28×28 pixels, harder than digits.",
    download_mb=30,
)  # fmt: skip

XOR = DatasetInfo(
    name="xor",
    title="XOR",
    input_shape=(2,),
    classes=2,
    class_names=("0", "1"),
    train_samples=4,
    test_samples=4,
    licence="none needed",
    source="the truth table",
    summary="Four rows of two bits: the smallest task that needs a hidden layer; tested on what it is trained on.",
)

SPOKEN_DIGITS = DatasetInfo(
    name="spoken-digits",
    title="Spoken digits",
    input_shape=(32,),
    classes=10,
    class_names=_DIGIT_NAMES,
    train_samples=2700,
    test_samples=300,
    licence="CC BY-SA 4.0",
    source="Jackson and others, Free Spoken Digit Dataset",
    summary="3,000 recordings of six speakers, each as 40 moments of 32 bands of pitch; tested on the official 300.",
    frames=40,
)

MOONS = DatasetInfo(
    name="moons",
    title="Moons",
    input_shape=(2,),
    classes=2,
    class_names=("upper", "lower"),
    train_samples=1000,
    test_samples=500,
    licence="none needed",
    source="drawn from a fixed seed",
    summary="1,500 points of two half moons in the plane, one inside the other: parted by a curve.",
)

SPIRALS = DatasetInfo(
    name="spirals",
    title="Spirals",
    input_shape=(2,),
    classes=2,
    class_names=("first", "second"),
    train_samples=1000,
    test_samples=500,
    licence="none needed",
    source="drawn from a fixed seed",
    summary="1,500 points of two spirals in the plane, wound into each other for 1¼ turns.",
)

SIMULATED_EVENTS = DatasetInfo(
    name="mnist-events-simulated",
    title="Simulated events of MNIST",
    input_shape=(2, 28, 28),
    classes=10,
    class_names=_DIGIT_NAMES,
    train_samples=6_000,
    test_samples=1_000,
    licence="CC BY-SA 3.0",
    source="simulated from the first digits of MNIST (LeCun, Cortes and Burges 1998); nothing was recorded",
    summary="Simulated, not recorded: what an event camera would see of 7,000 digits that move along a triangle, "
    "brighter and darker events in 12 frames.",
    download_mb=12,
    frames=12,
)


def _parity(bits: int) -> DatasetInfo:
    patterns = 2**bits
    return DatasetInfo(
        name=f"parity-{bits}",
        title=f"Parity of {bits} bits",
        input_shape=(bits,),
        classes=2,
        class_names=("even", "odd"),
        train_samples=max(1, PARITY_ROWS // patterns) * patterns,
        test_samples=patterns,
        licence="none needed",
        source="the truth table",
        summary=f"Is the number of ones odd? All {patterns} patterns of {bits} bits, repeated for training; tested on "
        "what it is trained on. Every bit counts: none of them alone tells anything.",
    )


PARITY: dict[int, DatasetInfo] = {bits: _parity(bits) for bits in PARITY_BITS}

MEMORY_CUE_STEPS, MEMORY_RECALL_STEPS = 10, 10
_CUES = 8


def _memory(name: str, silence: int) -> DatasetInfo:
    return DatasetInfo(
        name=name,
        title=f"Memory over {silence} steps",
        input_shape=(_CUES + 1,),
        classes=_CUES,
        class_names=tuple(f"cue {cue + 1}" for cue in range(_CUES)),
        train_samples=2000,
        test_samples=1000,
        licence="none needed",
        source="drawn from a fixed seed; after Bellec and others 2018",
        summary=f"One of eight inputs spikes for 10 steps, {silence} silent steps follow, then it is asked which. "
        "There are 4,096 cues, so 364 of the 1,000 test samples are training samples too.",
        frames=MEMORY_CUE_STEPS + silence + MEMORY_RECALL_STEPS,
    )


MEMORY: dict[str, DatasetInfo] = {name: _memory(name, silence) for name, silence in MEMORY_SILENCES.items()}

CATALOGUE: dict[str, DatasetInfo] = {
    info.name: info
    for info in (
        DIGITS,
        MNIST,
        FASHION,
        SPOKEN_DIGITS,
        XOR,
        MOONS,
        SPIRALS,
        *PARITY.values(),
        *MEMORY.values(),
        SIMULATED_EVENTS,
    )
}
