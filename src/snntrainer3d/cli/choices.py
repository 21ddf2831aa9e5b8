"""From the options of `train` to a document, and faults of the document back to the option that caused them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from snntrainer3d.cli.settings import explained, read_settings, set_paths
from snntrainer3d.compose import DEFAULT_PRESET, Choices, compose, compose_training, overlaid, preset_of
from snntrainer3d.errors import Fault, InputError, SpecError
from snntrainer3d.neurons import neuron_named
from snntrainer3d.spec import (
    DEFAULT_KIND,
    NEURON_KINDS,
    OWN,
    Network,
    NeuronModel,
    RunSpec,
    TrainedNetwork,
    parse,
    parse_run,
    read_json_file,
)

_OPTIONS = (
    (r"network\.layers\[\d+\]\.neuron\.(alpha|beta)$", r"--\1"),
    (r"network\.layers\[\d+\]\.neuron\.kind$", "--neuron"),
    (r"network\.layers(\[\d+\]\.size)?$", "--hidden"),
    (r"(preset|template)$", r"--\1"),
    (r"output_neuron$", "--output-neuron"),
    (r"training\.(dataset|loss|epochs|num_steps|batch_size|learning_rate|seed|name|engine)$", r"--\1"),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What was given to `train`; None for what was not."""

    spec_file: Path | None = None
    hidden: str | None = None
    neuron: str | None = None
    preset: str | None = None
    neuron_values: Mapping[str, float] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    template: str | None = None
    output_neuron: str | None = None
    settings: tuple[str, ...] = ()
    """What `--set` was given: training.schedule=cosine."""

    def network_options(self) -> list[str]:
        """Give the names of options that shape the network."""
        given = {
            "--hidden": self.hidden,
            "--template": self.template,
            "--neuron": self.neuron,
            "--output-neuron": self.output_neuron,
            **self.neuron_values,
        }
        return [name if name.startswith("--") else f"--{name}" for name, value in given.items() if value is not None]


def spec_from(options: Options, start: TrainedNetwork | None = None, like: RunSpec | None = None) -> RunSpec:
    """Give the document to train: from SPEC.json, as `like`, from the network of `start`, or composed of options.

    Raises:
        SpecError: all faults at once, each named by its option, or by its path in SPEC.json.
        InputError: the network is given twice.
    """
    fields, faults = read_settings(options.settings)
    faults += [
        Fault(f"--set training.{name}", f"is given by --{name.replace('_', '-')} too.", "Keep one of the two.")
        for name in fields
        if name in options.training
    ]
    faults += _empty(options)
    given = replace(options, training={**options.training, **fields})
    named = set_paths(options.settings)
    try:
        spec = _spec_from(given, start, like)
    except SpecError as error:
        told = [explained(fault, named) for fault in error.faults]
        raise SpecError([*faults, *told], what="command" if options.spec_file is None else "spec") from None
    if faults:
        raise SpecError(faults, what="command")
    return spec


def _empty(options: Options) -> list[Fault]:
    """Find options that were given with nothing in them: a slip, as of an unset variable."""
    found = []
    if options.hidden is not None and not options.hidden.strip():
        found.append(Fault("--hidden", "is empty.", "Write --hidden none for no hidden layer, or leave it out."))
    if not str(options.training.get("name", "-")).strip():
        found.append(Fault("--name", "is empty.", "Leave it out for the name that the network makes."))
    return found


def _spec_from(options: Options, start: TrainedNetwork | None, like: RunSpec | None) -> RunSpec:
    if options.spec_file is not None:
        if like is not None:
            raise InputError("--like and a file both give the settings.", path="--like", hint="Give one of the two.")
        return _from_file(options, options.spec_file)
    if like is not None:
        _refuse_second_network(options, "--like")
        return _over(options, like)
    try:
        return _from_start(options, start) if start is not None else compose(_choices(options))
    except SpecError as error:
        raise SpecError(as_options(error.faults), what="command") from None


def _from_file(options: Options, path: Path) -> RunSpec:
    _refuse_second_network(options, f"{path.name}")
    document = read_json_file(path, what="spec")
    if isinstance(document, Mapping) and document.get("format") == "snntrainer3d/network":
        network = parse(Network, document, what=f"network {path.name}")
        return _over(options, compose_training(network, _choices(options)))
    return _over(options, parse_run(document))


def _over(options: Options, spec: RunSpec) -> RunSpec:
    try:
        given = spec.training.model_dump(mode="json")
        dataset = str(options.training.get("dataset", given["dataset"]))
        preset = preset_of(options.preset).training_for(dataset) if options.preset is not None else {}
        return spec.changed(training=overlaid({**given, **preset}, options.training))
    except SpecError as error:
        raise SpecError(as_options(error.faults), what="command") from None


def _from_start(options: Options, start: TrainedNetwork) -> RunSpec:
    _refuse_second_network(options, "--from")
    kept = None if start.training is None else {**start.training.model_dump(mode="json"), "name": ""}
    if options.preset is not None:
        kept = None
    return compose_training(start.network, _choices(options), kept)


def _refuse_second_network(options: Options, source: str) -> None:
    given = options.network_options()
    if given:
        raise InputError(f"{given[0]} and {source} both give the network.", path=given[0], hint="Give one of the two.")


def _choices(options: Options) -> Choices:
    training = dict(options.training)
    chosen = Choices(
        dataset=training.pop("dataset", None),
        template=options.template,
        neuron=_neuron(options.neuron or DEFAULT_KIND, "--neuron"),
        output_neuron=None if options.output_neuron is None else _neuron(options.output_neuron, "--output-neuron"),
        preset=options.preset or DEFAULT_PRESET,
        neuron_values=options.neuron_values,
        training=training,
    )
    if options.hidden is None:
        return chosen
    if options.template is not None:
        raise InputError("--hidden and --template both give the network.", path="--hidden", hint="Give one of the two.")
    try:
        return replace(chosen, hidden=hidden_sizes(options.hidden))
    except SpecError as error:
        raise SpecError([*error.faults, *_other_faults(chosen)], what="command") from None


def _neuron(given: str, option: str) -> str | NeuronModel:
    """Return a kind or a name as it is, and what stands in a file."""
    named = given in NEURON_KINDS or given.startswith(OWN)
    if named or not (Path(given).suffix or Path(given).exists()):
        return given
    try:
        return neuron_named(given, root=option)
    except SpecError as error:
        told = [replace(fault, path=fault.path.replace(f"{option}.", f"{option} ", 1)) for fault in error.faults]
        raise SpecError(told, what=f"neuron {given}") from None


def _other_faults(choices: Choices) -> tuple[Fault, ...]:
    try:
        compose(choices)
    except SpecError as error:
        return tuple(as_options(error.faults))
    return ()


def hidden_sizes(text: str) -> tuple[int, ...]:
    """Read `100`, `100,50` or `none`; raises SpecError."""
    if text.strip().lower() in {"none", ""}:
        return ()
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        fault = Fault(
            "--hidden", f"got {text!r}, expected whole numbers with commas between them.", "100, 100,50 or none."
        )
        raise SpecError([fault], what="command") from None


def as_options(faults: tuple[Fault, ...] | list[Fault]) -> list[Fault]:
    """Name faults by the option that causes them; what one option does to many layers is told once."""
    named = [replace(fault, path=_option(fault.path)) for fault in faults]
    return list(dict.fromkeys(named))


def _option(path: str) -> str:
    for pattern, option in _OPTIONS:
        if re.match(pattern, path):
            return re.sub(pattern, option, path).replace("_", "-")
    return path
