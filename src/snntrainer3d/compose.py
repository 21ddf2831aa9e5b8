"""A run's document from a few choices: what the command line's options and a page's first start mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from snntrainer3d.data import CATALOGUE, DatasetInfo, default_dataset, describe, input_shape
from snntrainer3d.errors import Fault, InputError, Snntrainer3dError, SpecError
from snntrainer3d.neurons import neuron_named, own_neuron
from snntrainer3d.spec import (
    DEFAULT_KIND,
    NEURON_KINDS,
    OWN,
    PRESETS,
    TEMPLATES,
    Network,
    NeuronModel,
    Part,
    Preset,
    RunSpec,
    TrainedNetwork,
    Training,
    neuron_of,
    parse,
    recipe,
)

DEFAULT_PRESET = "fast"
DEFAULT_HIDDEN = (100,)
OWN_UPDATES, OWN_EPOCHS = 1_500, 100
"""Updates that own data are trained for unless told otherwise, and the most epochs for them."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person said; everything else follows from data set and preset."""

    dataset: str | None = None
    """None for MNIST where it is on this machine, else digits."""
    hidden: Sequence[int] = DEFAULT_HIDDEN
    template: str | None = None
    """An architecture by name, in place of `hidden`."""
    neuron: str | NeuronModel = DEFAULT_KIND
    """By kind, by the name of an own one, or as it is."""
    output_neuron: str | NeuronModel | None = None
    """Of the output alone, where it differs."""
    preset: str = DEFAULT_PRESET
    neuron_values: Mapping[str, Any] = field(default_factory=dict)
    """Fields put into every neuron, over the preset's: beta, alpha."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the training, over the preset's."""


def compose(choices: Choices) -> RunSpec:
    """Give the whole document: input and outputs from the data set, the rest from the preset, then the choices.

    Raises:
        SpecError: every fault at once, with paths into the document.
    """
    faults = [
        *_unknown_dataset(choices.dataset),
        *_unknown("preset", choices.preset, PRESETS),
        *_unknown("template", choices.template, TEMPLATES),
        *_unknown_neuron("network.layers[0].neuron.kind", choices.neuron),
        *_unknown_neuron("output_neuron", choices.output_neuron),
    ]
    if (misfit := _template_misfit(choices)) is not None:
        faults.append(misfit)
        choices = replace(choices, template=None)
    try:
        spec = parse(RunSpec, _document(choices), what="spec")
    except SpecError as error:
        raise SpecError([*faults, *error.faults], what="spec") from None
    if faults:
        raise SpecError(faults, what="spec")
    return spec


def compose_training(network: Network, choices: Choices, given: Mapping[str, Any] | None = None) -> RunSpec:
    """Give a document for a network that already is: `given` (or the preset's) training with the choices over it.

    Raises:
        SpecError: every fault at once.
    """
    faults = [*_unknown_dataset(choices.dataset), *_unknown("preset", choices.preset, PRESETS)]
    if faults:
        raise SpecError(faults, what="spec")
    training = dict(given) if given is not None else _training(choices, _dataset(choices))
    training = overlaid(training, choices.training)
    return parse(RunSpec, {"network": network.model_dump(mode="json"), "training": training})


def overlaid(training: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give fields of a training with changes over them; a part that says no kind changes the one that is there."""
    found = {**training}
    for name, value in changes.items():
        inner = isinstance(value, Mapping) and "kind" not in value
        before = found.get(name, _usual(name)) if inner else None
        found[name] = {**before, **value} if isinstance(before, Mapping) else value
    return found


def _usual(name: str) -> Any:
    """Give a part of a training as it is where nothing is said of it."""
    usual = Training.model_fields[name].default if name in Training.model_fields else None
    return usual.model_dump(mode="json") if isinstance(usual, Part) else None


def own_recipe(info: DatasetInfo) -> dict[str, Any]:
    """Give what differs from a recipe for own data: as many epochs as about OWN_UPDATES updates take."""
    if not info.name.startswith(OWN):
        return {}
    batch = 64 if info.train_samples >= 64 * 20 else 16
    epochs = max(1, min(OWN_EPOCHS, round(OWN_UPDATES * batch / info.train_samples)))
    held = {"validation_share": 0.0} if info.train_samples < 10 * info.classes else {}
    return {"epochs": epochs, "batch_size": batch, "num_steps": max(20, info.frames), **held}


def recipe_to_measure(
    trained: TrainedNetwork, dataset: str | None, num_steps: int | None, *, what: str = "request"
) -> Training:
    """Give the recipe that a trained network is measured by: its own, or what it says,
    on another data set or for other steps if asked.

    Raises:
        SpecError: of the `what`, where nothing says the data set or a value is wrong.
        NotFoundError: there is no such data set.
    """
    if dataset is None and trained.training is None:
        raise SpecError([Fault("dataset", "missing.", "The file does not say its data set.")], what=what)
    # Some data have no validation samples; of no importance for measuring.
    changes: dict[str, Any] = {} if dataset is None else {"dataset": describe(dataset).name, "validation_share": 0.0}
    if num_steps is not None:
        changes["num_steps"] = num_steps
    recipe = trained.recipe or Training()
    return recipe.changed(**changes) if changes else recipe


def preset_of(name: str) -> Preset:
    """Give a preset by name; raises SpecError at `preset`."""
    if faults := _unknown("preset", name, PRESETS):
        raise SpecError(faults, what="spec")
    return PRESETS[name]


def _dataset(choices: Choices) -> str:
    known = choices.dataset is not None and not _unknown_dataset(choices.dataset)
    return choices.dataset if choices.dataset is not None and known else default_dataset()


def _document(choices: Choices) -> dict[str, Any]:
    info = describe(_dataset(choices))
    neuron = _neuron(choices, choices.neuron)
    training = _training(choices, info.name)
    shape, population = _input_shape(info, training), training.get("population")
    outputs = info.classes * (population if isinstance(population, int) and 0 < population <= 1_000 else 1)
    sizes = (*choices.hidden, outputs)
    layers: list[dict[str, Any]] = [{"kind": "dense", "size": size, "neuron": neuron} for size in sizes]
    if choices.template in TEMPLATES:
        layers = TEMPLATES[choices.template].layers(shape, outputs, neuron)
    if choices.output_neuron is not None and not _unknown_neuron("", choices.output_neuron):
        layers[-1] = {**layers[-1], "neuron": _neuron(choices, choices.output_neuron)}
    if "loss" not in choices.training and _never_spikes(layers[-1]["neuron"]):
        training["loss"] = "max_membrane"
    return {
        "network": {"input": {"shape": list(shape)}, "layers": layers},
        "training": training,
    }


def _template_misfit(choices: Choices) -> Fault | None:
    """Tell where a template begins with maps and the samples are flat."""
    if choices.template not in TEMPLATES:
        return None
    info = describe(_dataset(choices))
    shape = _input_shape(info, _training(choices, info.name))
    first = TEMPLATES[choices.template].layers(shape, info.classes, _neuron(choices, choices.neuron))[0]
    if len(shape) == 3 or first["kind"] != "conv2d":
        return None
    message = f"{choices.template} wants pictures, but the samples of {info.name} are {math.prod(shape)} flat values."
    return Fault("template", message, "Take wide or recurrent.")


def _input_shape(info: DatasetInfo, training: Mapping[str, Any]) -> tuple[int, ...]:
    """Give the shape of the input that the coding makes; the samples' own where the coding is at fault."""
    try:
        return input_shape(info, parse(Training, {"coding": training.get("coding", {"kind": "direct"})}).coding)
    except SpecError:
        return info.input_shape


def _never_spikes(neuron: dict[str, Any]) -> bool:
    try:
        return neuron_named(neuron).never_spikes
    except SpecError:
        return False


def _neuron(choices: Choices, named: str | NeuronModel) -> dict[str, Any]:
    """Return a neuron by name with the preset's values; the given ones, too, where it is the one of all layers."""
    if isinstance(named, NeuronModel) or named.startswith(OWN):
        return _own_neuron(choices, named)
    kind = named if named in NEURON_KINDS else DEFAULT_KIND
    preset = _recipe(choices)
    given = choices.neuron_values
    if kind != choices.neuron:
        given = {name: value for name, value in given.items() if name in neuron_of(kind).model_fields}
    return {"kind": kind, **(preset.neurons.get(kind, {}) if preset else {}), **given}


def _own_neuron(choices: Choices, named: str | NeuronModel) -> dict[str, Any]:
    """Return a neuron that is said whole, with the given values where it is the one of all layers."""
    if _unknown_neuron("", named):
        return _neuron(choices, DEFAULT_KIND)
    found = neuron_named(named).model_dump(mode="json")
    given = dict(choices.neuron_values) if named == choices.neuron else {}
    parameters = found.get("parameters", {})
    changed = {name: {**parameters[name], "value": given.pop(name)} for name in [*given] if name in parameters}
    return {**found, **given, **({"parameters": {**parameters, **changed}} if changed else {})}


def _unknown_neuron(path: str, named: str | NeuronModel | None) -> list[Fault]:
    if named is None or isinstance(named, NeuronModel):
        return []
    if not named.startswith(OWN):
        return _unknown(path, named, NEURON_KINDS)
    try:
        own_neuron(named)
    except Snntrainer3dError as error:
        return [Fault(path, error.message, error.hint)]
    return []


def _training(choices: Choices, dataset: str) -> dict[str, Any]:
    preset = _recipe(choices)
    found = {**(preset.training_for(dataset) if preset else {}), **own_recipe(describe(dataset))}
    if choices.template in TEMPLATES and choices.preset == DEFAULT_PRESET:
        found = {**found, **TEMPLATES[choices.template].recipe_for(dataset)}
    return {**overlaid(found, choices.training), "dataset": dataset}


def _recipe(choices: Choices) -> Preset | None:
    return recipe(choices.preset, _dataset(choices), choices.training.get("epochs"))


def _unknown_dataset(name: str | None) -> list[Fault]:
    if name is None or not name.startswith(OWN):
        return _unknown("training.dataset", name, CATALOGUE)
    try:
        describe(name)
    except InputError as error:
        return [Fault("training.dataset", error.message, error.hint)]
    return []


def _unknown(path: str, name: str | None, known: Mapping[str, Any] | Sequence[str]) -> list[Fault]:
    if name is None or name in known:
        return []
    close = get_close_matches(name, list(known), 1)
    hint = f"Did you mean {close[0]}?" if close else ""
    return [Fault(path, f"got {name!r}, expected one of {', '.join(known)}.", hint)]
