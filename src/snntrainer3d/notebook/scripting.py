"""Design, train, evaluate and compare from Python: what the command line and the page do, on the same runs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from snntrainer3d.compose import DEFAULT_HIDDEN, DEFAULT_PRESET, Choices, recipe_to_measure
from snntrainer3d.compose import compose as composed
from snntrainer3d.data import check_fit, describe, load
from snntrainer3d.errors import SpecError
from snntrainer3d.events import Event
from snntrainer3d.jobs import run_job
from snntrainer3d.neurons import AnyNeuronSource, neuron_named
from snntrainer3d.notebook.taking_home import network_of
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import (
    DEFAULT_KIND,
    Network,
    NeuronModel,
    OwnNeuron,
    RunSpec,
    TrainedNetwork,
    parse,
    parse_run,
    read_json_file,
)

if TYPE_CHECKING:
    from snntrainer3d.analysis import Evaluation, Measurement

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Run:
    """A run in the store, which page and command line show too; what is asked of it is read anew each time."""

    id: str
    home: Path

    @property
    def name(self) -> str:
        """Give what it is called."""
        return self._ask(lambda store: store.get(self.id).name)

    @property
    def spec(self) -> RunSpec:
        """Give its document."""
        return self._ask(lambda store: store.get(self.id).spec)

    @property
    def status(self) -> str:
        """Give where it is: queued, running, paused, finished, cancelled, failed or interrupted."""
        return self._ask(lambda store: store.get(self.id).status)

    @property
    def results(self) -> dict[str, Any]:
        """Give what results.json holds: `test`, `validation`, `train_seconds` …; empty before the end."""
        return self._ask(lambda store: store.get(self.id).results) or {}

    @property
    def accuracy(self) -> float | None:
        """Give the share of test samples decided right, 0–1; None before the end."""
        test = self.results.get("test")
        return None if test is None else float(test["accuracy"])

    @property
    def network(self) -> TrainedNetwork:
        """Give document and trained weights; of one that trains those of its newest checkpoint."""
        return self._ask(lambda store: store.trained(self.id))

    def _ask(self, question: Callable[[RunStore], Answer]) -> Answer:
        with RunStore(self.home) as store:
            return question(store)


def design(
    dataset: str | None = None,
    *,
    hidden: Sequence[int] = DEFAULT_HIDDEN,
    template: str | None = None,
    neuron: AnyNeuronSource = DEFAULT_KIND,
    output_neuron: AnyNeuronSource | None = None,
    preset: str = DEFAULT_PRESET,
    neuron_values: Mapping[str, Any] | None = None,
    **training: Any,
) -> RunSpec:
    """Give a run's document from a few choices; everything else follows from data set and recipe.

    Args:
        dataset: by name; MNIST where it is on this machine, else the small digits.
        hidden: sizes of dense hidden layers, in order.
        template: an architecture by name in place of `hidden`: lenet, triangle, recurrent …
        neuron: of all layers: a kind by name, an own one by its name, one made by `neuron`, a document or its file,
            or a name with values, "leaky:beta=0.8".
        output_neuron: that of the output, where it differs.
        preset: the recipe: paper, fast or thorough.
        neuron_values: fields put into every neuron: `{"beta": 0.9}`.
        training: fields of the training over the recipe's: `epochs=5, seed=1, num_steps=25`; docs/training.md has all.

    Raises:
        SpecError: every fault at once, each with its path.
    """
    choices = Choices(
        dataset=dataset,
        hidden=tuple(hidden),
        template=template,
        neuron=_neuron_of(neuron, "neuron"),
        output_neuron=None if output_neuron is None else _neuron_of(output_neuron, "output_neuron"),
        preset=preset,
        neuron_values=neuron_values or {},
        training=training,
    )
    return composed(choices)


def _neuron_of(source: AnyNeuronSource, root: str) -> str | NeuronModel:
    """Return what is said whole as a neuron; a bare name stays one, for a recipe has values for it."""
    if isinstance(source, str) and ":" not in source and not source.endswith(".json"):
        return source
    return neuron_named(source, root=root)


def neuron(
    step: str | Sequence[str],
    states: Mapping[str, float | str],
    parameters: Mapping[str, float | Mapping[str, Any]] | None = None,
    **fields: Any,
) -> OwnNeuron:
    """Return a neuron that is written as equations, for `design(neuron=…)` and wherever a neuron is.

    Args:
        step: lines `name = expression`, of one text or one each; `out = spike(z)` is the spike, 1 where z > 0.
        states: what it keeps from step to step, each with its start: a number, or an expression of parameters. The
            first one is the membrane, unless `membrane` says another.
        parameters: its numbers: a value each, or `{"value": 0.9, "low": 0, "high": 1, "learn": "per_neuron"}`.
        fields: the document's others: title, inputs, membrane, threshold, surrogate, substeps, time_step_s;
            docs/own-neurons.md has all.

    Raises:
        SpecError: every fault at once, those of a line with line and column.
    """
    document = {"kind": "equations", "step": step, "states": dict(states), "parameters": dict(parameters or {})}
    return parse(OwnNeuron, {**document, **fields}, what="neuron")


def train(
    spec: RunSpec | Mapping[str, Any] | str | Path,
    *,
    start_from: Run | TrainedNetwork | str | Path | None = None,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
    on_event: Callable[[Event], None] | None = None,
    home: str | Path | None = None,
) -> Run:
    """Train in this process, measure on the test set, and give the run; a page that is open shows it meanwhile.

    Ctrl-C stops after the current update with a checkpoint, and raises KeyboardInterrupt; the run can be resumed.

    Args:
        spec: a document, as an object, as its JSON's mapping, or as the path of its file.
        start_from: a run or weights to train on from; the network must be the same.
        modules: which module of a state dict to start from is which layer, where it fits in several ways.
        dt_s: seconds of one time step of a NIR file to start from that does not say it.
        on_event: told each `events.Event` after it is in the record: updates, epochs, notices.
        home: folder of the runs; the usual one by default.

    Raises:
        SpecError: every fault of the document, and where it does not fit its data set.
        DataUnavailableError: the data set is not on this machine and could not be fetched.
        MismatchError: weights that do not fit.
    """
    wanted = _document(spec)
    if faults := check_fit(wanted.network, describe(wanted.training.dataset), wanted.training):
        raise SpecError(faults, what="spec")
    with RunStore(_path(home)) as store:
        start = None if start_from is None else _told(*network_of(start_from, store, wanted, modules, dt_s))
        row = store.create(wanted, start_from=start, launcher="cli")
        try:
            results = run_job(store.folder(row.id), on_event)
        finally:
            store.sync(row.id)
        if results is None:
            raise KeyboardInterrupt(f"Run {row.id} was cancelled; it can be resumed.")
        return Run(row.id, store.home)


def open_run(reference: str, *, home: str | Path | None = None) -> Run:
    """Give a run of the store by its id, the beginning of one, or its name; raises NotFoundError."""
    with RunStore(_path(home)) as store:
        return Run(store.find(reference), store.home)


def evaluate(
    source: Run | TrainedNetwork | str | Path,
    *,
    dataset: str | None = None,
    num_steps: int | None = None,
    thorough: bool = False,
    spec: Network | RunSpec | str | Path | None = None,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
    home: str | Path | None = None,
) -> Evaluation | Measurement:
    """Measure on the whole test set.

    Args:
        source: a run (or its id or name), a weight file, or a trained network.
        dataset: to test on; by default the one that it was trained on.
        num_steps: simulated time steps; by default as many as it was trained with.
        spec: the architecture of a state dict (`.pt`): a network, a run's document, or the path of either.
        modules: which module of a state dict is which layer, `{"fc_in": "layers.0"}`, where it fits in several ways.
        dt_s: seconds of one time step of a NIR file that does not say it.
        thorough: also calibration, rates, operations, energy and accuracy over time, as a Measurement.

    Raises:
        NotFoundError: no such run or file.
        SpecError: the network does not fit the data set, or nothing says which one.
    """
    from snntrainer3d.training import evaluate as score
    from snntrainer3d.training import measure

    with RunStore(_path(home)) as store:
        trained = _told(*network_of(source, store, spec, modules, dt_s))
    if trained.assumed:
        warnings.warn(trained.assumed, stacklevel=2)
    recipe = recipe_to_measure(trained, dataset, num_steps, what="call")
    info = describe(recipe.dataset)
    if faults := check_fit(trained.network, info, recipe):
        raise SpecError(faults, what="network")
    data = load(info.name)
    return measure(trained, data, recipe) if thorough else score(trained, data, recipe)


def compare(*runs: Run | str, home: str | Path | None = None) -> dict[str, Any]:
    """Say what the data of finished runs allow to say of them, by the statistics of the page's Compare.

    Returns:
        `runs` with accuracy and interval each, `differences` of their settings, `pairs` with McNemar's test for each
        two, `settings` with Wilcoxon's test over common seeds; a test that data do not allow has a `refusal` instead.

    Raises:
        NotFoundError, ConflictError: a run is not there, or has no test yet.
        InputError, LimitError: fewer than two runs, too many, or one twice.
    """
    from snntrainer3d.studies import compare as compared
    from snntrainer3d.studies import decide_here

    with RunStore(_path(home)) as store, decide_here(store) as decide:
        return compared(store, [run if isinstance(run, str) else run.id for run in runs], decide=decide)


def _told(trained: TrainedNetwork, notices: Sequence[str]) -> TrainedNetwork:
    """Give a network after warning of what its file should have people know, such as what was assumed."""
    for notice in notices:
        warnings.warn(notice, stacklevel=3)
    return trained


def _document(spec: RunSpec | Mapping[str, Any] | str | Path) -> RunSpec:
    if isinstance(spec, RunSpec):
        return spec
    if isinstance(spec, str | Path):
        return parse_run(read_json_file(Path(spec), what="spec"))
    return parse_run(dict(spec))


def _path(home: str | Path | None) -> Path | None:
    return None if home is None else Path(home)
