"""The command that repeats a run: by its id here, and written out for any other machine."""

from __future__ import annotations

import re
import shlex
from typing import Any

from snntrainer3d.compose import Choices, compose
from snntrainer3d.errors import Snntrainer3dError
from snntrainer3d.runs.rows import Repeat
from snntrainer3d.spec import PRESETS, RunSpec

_TRAINING = ("loss", "epochs", "num_steps", "batch_size", "learning_rate", "seed", "name", "engine")
"""Fields of the training that are options of `train` of the same name."""
_NEURON = ("alpha", "beta")


def repeat_of(run: str, name: str, spec: RunSpec, start_from: str) -> Repeat:
    """Give the commands; `anywhere` is one of options where these make exactly the same document, else by a file."""
    here = f"snntrainer3d train --like {run}"
    source = f" --from {start_from}" if start_from else ""
    options = None if start_from else _options(spec)
    if options is not None:
        return Repeat(here=here, anywhere=f"snntrainer3d train {shlex.join(options)}")
    file = shlex.quote((re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "run")[:60] + ".json")
    return Repeat(
        here=here,
        anywhere=f"snntrainer3d export {run} --to settings --output {file}\nsnntrainer3d train {file}{source}",
    )


def _options(spec: RunSpec) -> list[str] | None:
    """Give options that compose to the very same document, None where none do."""
    if not spec.network.only_dense:
        return None
    *hidden, _ = spec.network.dense_layers()
    first = spec.network.dense_layers()[0].neuron.model_dump(mode="json")
    training = spec.training.model_dump(mode="json")
    for preset in PRESETS.values():
        usual = {**preset.training_for(spec.training.dataset)}
        changed = {key: training[key] for key in _TRAINING if training[key] != usual.get(key)}
        neuron = {key: first[key] for key in _NEURON if first.get(key) is not None}
        usual_neuron = preset.neurons.get(first["kind"], {})
        neuron = {key: value for key, value in neuron.items() if value != usual_neuron.get(key)}
        for values in ({}, neuron):
            choices = Choices(
                dataset=spec.training.dataset,
                hidden=tuple(layer.size for layer in hidden),
                neuron=first["kind"],
                preset=preset.name,
                neuron_values=values,
                training=changed,
            )
            if _composes_to(choices, spec):
                return _written(choices)
    return None


def _composes_to(choices: Choices, spec: RunSpec) -> bool:
    try:
        return compose(choices) == spec
    except Snntrainer3dError:
        return False


def _written(choices: Choices) -> list[str]:
    told: dict[str, Any] = {
        "dataset": choices.dataset,
        "hidden": ",".join(map(str, choices.hidden)) or "none",
        "neuron": choices.neuron,
        "preset": choices.preset,
        **choices.neuron_values,
        **choices.training,
    }
    return [part for name, value in told.items() if value != "" for part in (f"--{name.replace('_', '-')}", str(value))]
