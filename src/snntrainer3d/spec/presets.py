"""Recipes by name: what `--preset` and the page's buttons put into a training and its neurons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from snntrainer3d.spec.training import MEMORY_SILENCES

LONG_EPOCHS = 5
"""Epochs from which on a training is long: what learns best in one epoch forgets its validation samples in ten."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A named recipe: fields of Training, and of each neuron kind; `datasets` holds what differs by data set."""

    name: str
    title: str
    summary: str
    training: dict[str, Any]
    neurons: dict[str, dict[str, Any]] = field(default_factory=dict)
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    longer: str = ""
    """Recipe that takes this one's place from LONG_EPOCHS epochs on, for data sets that `datasets` does not name."""

    def training_for(self, dataset: str) -> dict[str, Any]:
        """Give the fields of Training that this recipe sets for a data set."""
        return {"dataset": dataset, **self.training, **self.datasets.get(dataset, {})}


_MEMORY = {name: {"num_steps": 20 + silence, "read_last_steps": 10} for name, silence in MEMORY_SILENCES.items()}
"""Ten steps for the cue, ten for the question, in which the answer is read."""

PAPER = Preset(
    name="paper",
    title="Paper",
    summary="The recipe of Jurj et al. 2024: cross-entropy on the membrane at each of 25 steps, Adam 5e-4, one epoch.",
    training={
        "pixels": "unit",
        "num_steps": 25,
        "epochs": 1,
        "batch_size": 128,
        "learning_rate": 5e-4,
        "optimizer": {"kind": "adam", "beta1": 0.9, "beta2": 0.999},
        "schedule": {"kind": "constant"},
        "gradient_clip_norm": None,
        "loss": "membrane",
        "read_last_steps": None,
        "validation_share": 0.0,
        "keep_last_batch": True,
    },
    neurons={
        "leaky": {"beta": 0.95, "reset": "subtract"},
        "lapicque": {"beta": 0.95, "reset": "subtract"},
        "synaptic": {"alpha": 0.5, "beta": 0.95, "reset": "subtract"},
        # The paper's alpha of .5 is illegal for Alpha, which needs alpha > beta; its own "Alpha" runs were Synaptic.
        "alpha": {"alpha": 0.97, "beta": 0.95, "reset": "zero"},
        # The paper has none of these.
        "adaptive": {"beta": 0.95},
        "izhikevich": {},
        "integrator": {"beta": 0.95},
    },
    datasets={"spoken-digits": {"num_steps": 40}, "mnist-events-simulated": {"num_steps": 12}, **_MEMORY},
)

_SOFT = {"kind": "atan", "slope": 1.0}
# Validation would be on the very patterns that are trained on.
_PARITY = {"batch_size": 32, "learning_rate": 1e-2, "validation_share": 0.0}
_PARITY_EPOCHS = {3: 20, 4: 20, 5: 40, 6: 40, 7: 100, 8: 100}

FAST = Preset(
    name="fast",
    title="Fast and accurate",
    summary="Cross-entropy on spike counts, one-cycle Adam, chosen on validation images; a tenth kept for validation.",
    training={
        "pixels": "unit",
        "num_steps": 20,
        "epochs": 1,
        "batch_size": 64,
        "learning_rate": 4e-3,
        "optimizer": {"kind": "adam", "beta1": 0.9, "beta2": 0.999},
        "schedule": {"kind": "one_cycle", "warm_up_share": 0.1},
        "gradient_clip_norm": None,
        "loss": "count",
        "read_last_steps": None,
        "validation_share": 0.1,
        "split_seed": 0,
        "keep_last_batch": True,
    },
    neurons={
        "leaky": {"beta": 0.92, "surrogate": _SOFT},
        "lapicque": {"beta": 0.92, "surrogate": _SOFT},
        "synaptic": {"alpha": 0.5, "beta": 0.92, "surrogate": _SOFT},
        "alpha": {"alpha": 0.95, "beta": 0.92, "surrogate": _SOFT},
        "adaptive": {"beta": 0.92, "surrogate": _SOFT},
        "izhikevich": {},
        "integrator": {"beta": 0.92},
    },
    datasets={
        "digits": {"epochs": 30, "batch_size": 32, "learning_rate": 1e-2, "num_steps": 10},
        "spoken-digits": {"epochs": 30, "num_steps": 40},
        "mnist-events-simulated": {"epochs": 5, "num_steps": 12},
        "moons": {"epochs": 30, "batch_size": 32, "learning_rate": 1e-2},
        "spirals": {"epochs": 150, "batch_size": 32, "learning_rate": 1e-2},
        **{f"parity-{bits}": {**_PARITY, "epochs": epochs} for bits, epochs in _PARITY_EPOCHS.items()},
        "xor": {"epochs": 300, "batch_size": 4, "learning_rate": 1e-2, "validation_share": 0.0},
        **{name: {"epochs": 10, "learning_rate": 2e-2, **steps} for name, steps in _MEMORY.items()},
    },
    longer="thorough",
)

_SHARP = {"kind": "atan", "slope": 4.0}

THOROUGH = Preset(
    name="thorough",
    title="Thorough",
    summary="Ten epochs for larger networks: Fast and accurate with the values that do best in a long training.",
    training={
        **FAST.training,
        "num_steps": 25,
        "epochs": 10,
        "batch_size": 128,
        "learning_rate": 1.5e-3,
        "schedule": {"kind": "one_cycle", "warm_up_share": 0.25},
    },
    neurons={
        "leaky": {"beta": 0.87, "surrogate": _SHARP},
        "lapicque": {"beta": 0.87, "surrogate": _SHARP},
        "synaptic": {"alpha": 0.5, "beta": 0.87, "surrogate": _SHARP},
        "alpha": {"alpha": 0.95, "beta": 0.87, "surrogate": _SHARP},
        "adaptive": {"beta": 0.87, "surrogate": _SHARP},
        "izhikevich": {},
        "integrator": {"beta": 0.87},
    },
    datasets=FAST.datasets,
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in (PAPER, FAST, THOROUGH)}


def recipe(name: str, dataset: str, epochs: Any = None) -> Preset | None:
    """Give the preset of a name, or the one that takes its place for so many epochs; None where there is none."""
    preset = PRESETS.get(name)
    if preset is None or not preset.longer or dataset in preset.datasets:
        return preset
    return PRESETS[preset.longer] if isinstance(epochs, int) and epochs >= LONG_EPOCHS else preset
