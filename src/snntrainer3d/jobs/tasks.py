"""What the worker does when asked: show samples, play one, survey all, open a neuron. Answers are ready JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Num, Shaped, UInt8

from snntrainer3d.analysis import settled
from snntrainer3d.data import Dataset, Split, prepare_drawing
from snntrainer3d.errors import (
    ConflictError,
    InputError,
    LimitError,
    MismatchError,
    NotFoundError,
    StorageError,
)
from snntrainer3d.exports.stages import step_of
from snntrainer3d.jobs.chances import chances_of
from snntrainer3d.jobs.decisions import deciding
from snntrainer3d.jobs.opened import opened
from snntrainer3d.jobs.pictures import BRIGHTEST, pictures_of, sample_block
from snntrainer3d.jobs.pipe import Message
from snntrainer3d.jobs.plane import plane_of
from snntrainer3d.jobs.proving import prove_export
from snntrainer3d.jobs.publishing import samples_to_show
from snntrainer3d.jobs.shelf import KnownNetwork, Shelf, read_trained
from snntrainer3d.runs import RunFolder
from snntrainer3d.spec import Neuron, decide
from snntrainer3d.storage import write_atomically

if TYPE_CHECKING:
    from snntrainer3d.engine import Objective, Playback

MAX_INPUTS = 4_000_000
"""Input values × steps of one playback that are sent."""
MAX_RECORDED = 20_000_000
"""Neurons × steps of one playback."""
MAX_SHOWN = 500_000
"""Neurons × steps of a sample on a published page: more would be megabytes for each."""
PORTION = 200_000_000
"""Weights × steps × samples of a survey between two looks at the inbox: some ten milliseconds."""
PLANE_AT_ONCE = 4_096
"""Points of a plane in one portion, at most: they are few numbers each."""
LEVELS = 32_767
_VERSION = 2

Answer = bytes | Generator[None, None, bytes]
"""A document; or work in portions, with the document at its end."""


class Tasks:
    """Does the tasks with what lies on a shelf."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()
        self._surveys: dict[tuple[Path, str], dict[str, Any]] = {}

    def do(self, request: Message) -> Answer:
        """Do what a request's `task` names; raises Snntrainer3dError."""
        tasks: dict[str, Callable[[Message], Answer]] = {
            "samples": self.samples,
            "play": self.play,
            "show": self.show,
            "survey": self.survey,
            "measure": self.measure,
            "decide": self.decide,
            "neuron": self.neuron,
            "plane": self.plane,
            "prove": lambda request: prove_export(request.header),
        }
        return tasks[request.header["task"]](request)

    def samples(self, request: Message) -> bytes:
        """Give samples of a data set: `indices`, or `count` from `start` on."""
        asked = request.header
        dataset = self._shelf.dataset(asked["dataset"])
        part = _part(dataset, asked["split"])
        indices = asked.get("indices")
        if indices is None:
            indices = list(range(min(asked["start"], len(part)), min(asked["start"] + asked["count"], len(part))))
        for index in indices:
            _check_index(index, part, dataset, asked["split"])
        return _document(sample_block(dataset, asked["split"], indices))

    def play(self, request: Message) -> bytes:
        """Run one sample, picture or drawing through a run's network and give all that it did."""
        from snntrainer3d.data.encoders import encoder_for
        from snntrainer3d.engine import objective_of, play

        asked = request.header
        known = self._shelf.network(RunFolder(Path(asked["run"])))
        dataset = self._shelf.dataset_of(known)
        steps = asked.get("num_steps") or known.training.num_steps
        _check_size(known, steps)
        raw, origin = _sample(request, dataset)
        encoder = replace(encoder_for(dataset, known.training, known.inputs), num_steps=steps)
        playback = play(known.module, encoder, raw, origin["index"] or 0)
        shape, pixels = pictures_of(raw[None], dataset)
        answer = {
            "run": Path(asked["run"]).name,
            "update": known.update,
            **origin,
            "shape": shape,
            "pixels": _base64(pixels),
            "inputs": _inputs(playback.inputs),
            "num_steps": steps,
            **_decision(playback, objective_of(known.training)),
            "race": None,
            "layers": [],
        }
        if asked.get("layers", True):
            answer["race"] = _race(playback.scores(objective_of(known.training)))
            layers = zip(known.network.neurons(), playback.spikes, playback.membranes, strict=True)
            answer["layers"] = [
                {
                    **_layer(spikes, membranes),
                    **_threshold(known, index),
                    **_recovery(known, index, neuron),
                    "neuron": neuron.kind,
                }
                for index, (neuron, spikes, membranes) in enumerate(layers)
            ]
        return _document(answer)

    def show(self, request: Message) -> Generator[None, None, bytes]:
        """Play the samples that a published page shows; give a list of playbacks.

        It is empty for a network too large, and where its data set is not on this machine.
        """
        known = self._shelf.network(RunFolder(Path(request.header["run"])))
        if sum(known.network.spiking_sizes()) * known.training.num_steps > MAX_SHOWN:
            return b"[]"
        try:
            dataset = self._shelf.dataset_of(known)
        except (ConflictError, MismatchError, NotFoundError):
            return b"[]"
        played = []
        for index in samples_to_show(known, dataset):
            played.append(self.play(Message({"run": request.header["run"], "split": "test", "index": index})))
            yield
        return b"[" + b",".join(played) + b"]"

    def neuron(self, request: Message) -> bytes:
        """Give one neuron of a run's network with all its weights."""
        asked = request.header
        known = self._shelf.network(RunFolder(Path(asked["run"])))
        about = {"run": Path(asked["run"]).name, "update": known.update}
        return _document({**about, **opened(known, asked["layer"], asked["neuron"])})

    def plane(self, request: Message) -> Generator[None, None, bytes]:
        """Give what a run's network decides all over the plane of its two inputs."""
        asked = request.header
        known = self._shelf.network(RunFolder(Path(asked["run"])))
        found = yield from plane_of(known, self._shelf.dataset_of(known), _at_once(known, PLANE_AT_ONCE))
        return _document({"run": Path(asked["run"]).name, "update": known.update, **found})

    def survey(self, request: Message) -> Generator[None, None, bytes]:
        """Run every sample of a split; give `part` of what was found: `predictions` or `rates`."""
        asked = request.header
        run, split = RunFolder(Path(asked["run"])), asked["split"]
        known = self._shelf.network(run)
        found = self._known_survey(run, split, known)
        if found is None:
            found = yield from self._make_survey(run, split, known)
        kept = {"run", "update", "split", "samples", "num_steps"}
        kept |= {"rates"} if asked["part"] == "rates" else {"labels", "decisions", "confidences", "latencies"}
        return _document({key: value for key, value in found.items() if key in kept})

    def measure(self, request: Message) -> Generator[None, None, bytes]:
        """Run every sample of a split and count everything; kept in the run's folder where the weights are final."""
        asked = request.header
        run, split = RunFolder(Path(asked["run"])), asked["split"]
        known = self._shelf.network(run)
        found = _known_measurement(run, split, known)
        if found is None:
            found = yield from self._make_measurement(run, split, known)
        return _document({key: value for key, value in found.items() if key not in ("version", "of")})

    def _make_measurement(
        self, run: RunFolder, split: str, known: KnownNetwork
    ) -> Generator[None, None, dict[str, Any]]:
        from snntrainer3d.training import measure_in_portions

        dataset = self._shelf.dataset_of(known)
        trained, update = read_trained(run, known.stamp)
        at_once = int(np.clip(PORTION // (known.weights * known.training.num_steps), 1, 250))
        measured = yield from measure_in_portions(trained, dataset, known.training, split=split, batch=at_once)
        about = {"run": run.id, "update": update, "split": split, "num_steps": known.training.num_steps}
        found = {"version": _VERSION, "of": list(known.stamp), **about, **measured.to_dict()}
        if update is None and run.path.is_dir():
            with suppress(StorageError):
                write_atomically(run.measurement(split), _document(found), durable=False)
        return found

    def decide(self, request: Message) -> Generator[None, None, bytes]:
        """Keep what a finished run's network decides on its test set at these numbers of steps."""
        run = RunFolder(Path(request.header["run"]))
        dataset = self._shelf.dataset(run.read_spec().training.dataset)
        yield from deciding(run, dataset, request.header["steps"])
        return _document({})

    def _known_survey(self, run: RunFolder, split: str, known: KnownNetwork) -> dict[str, Any] | None:
        found = self._surveys.get((run.path, split))
        if found is None and known.update is None:
            try:
                found = json.loads(run.survey(split).read_bytes())
            except (OSError, ValueError):
                return None
        fits = isinstance(found, dict) and found.get("version") == _VERSION and found.get("of") == list(known.stamp)
        return found if fits else None

    def _make_survey(self, run: RunFolder, split: str, known: KnownNetwork) -> Generator[None, None, dict[str, Any]]:
        from snntrainer3d.data.encoders import encoder_for
        from snntrainer3d.engine import objective_of, tally

        dataset = self._shelf.dataset_of(known)
        part, recipe = _part(dataset, split), known.training
        encoder, objective = encoder_for(dataset, recipe, known.inputs), objective_of(recipe)
        at_once = _at_once(known, 250)
        decided: dict[str, list[Any]] = {"decisions": [], "confidences": [], "latencies": []}
        fired: list[np.ndarray] = [np.zeros(size, np.int64) for size in known.network.spiking_sizes()]
        for begin in range(0, len(part), at_once):
            chosen = part.inputs[begin : begin + at_once]
            found = tally(known.module, encoder, chosen, begin, objective)
            fired = [before + now for before, now in zip(fired, found.fired, strict=True)]
            decided["decisions"] += decide(found.counts[-1]).tolist()
            decided["confidences"] += chances_of(found.counts[-1]).max(axis=1).round(4).tolist()
            decided["latencies"] += _latencies(found.counts, objective.readout.reading)
            yield
        survey = {
            "version": _VERSION,
            "of": list(known.stamp),
            "run": run.id,
            "update": known.update,
            "split": split,
            "samples": len(part),
            "num_steps": recipe.num_steps,
            "labels": part.labels.tolist(),
            **decided,
            "rates": [(total / (len(part) * recipe.num_steps)).round(6).tolist() for total in fired],
        }
        self._keep(run, split, survey)
        return survey

    def _keep(self, run: RunFolder, split: str, survey: dict[str, Any]) -> None:
        """Keep a survey here and, where the weights are final, in the run's folder, unless it was deleted meanwhile."""
        self._surveys.pop((run.path, split), None)
        self._surveys[run.path, split] = survey
        while len(self._surveys) > 4:
            del self._surveys[next(iter(self._surveys))]
        if survey["update"] is None and run.path.is_dir():
            # On a full disk it is counted anew next time.
            with suppress(StorageError):
                write_atomically(run.survey(split), _document(survey), durable=False)


def record_shown(run: RunFolder) -> bytes:
    """Do the task `show` in this process."""
    work = Tasks().show(Message({"run": str(run.path)}))
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def _known_measurement(run: RunFolder, split: str, known: KnownNetwork) -> dict[str, Any] | None:
    try:
        found = json.loads(run.measurement(split).read_bytes())
    except (OSError, ValueError):
        return None
    fits = isinstance(found, dict) and found.get("version") == _VERSION and found.get("of") == list(known.stamp)
    return found if fits else None


def _at_once(known: KnownNetwork, most: int) -> int:
    return int(np.clip(PORTION // (known.products * known.training.num_steps), 1, most))


def _part(dataset: Dataset, split: str) -> Split:
    return dataset.test if split == "test" else dataset.train


def _check_index(index: int, part: Split, dataset: Dataset, split: str) -> None:
    if not 0 <= index < len(part):
        raise NotFoundError(
            f"There is no sample {index} in the {split} samples of {dataset.info.title}.",
            path="index",
            hint=f"They count from 0 to {len(part) - 1:,}.",
        )


def _check_size(known: KnownNetwork, steps: int) -> None:
    neurons = sum(known.network.spiking_sizes())
    if neurons * steps > MAX_RECORDED:
        raise LimitError(
            f"{neurons:,} neurons over {steps:,} steps are more than can be played, {MAX_RECORDED:,} in all.",
            path="num_steps",
            hint=f"Take at most {MAX_RECORDED // neurons:,} steps.",
        )


def _sample(request: Message, dataset: Dataset) -> tuple[Shaped[np.ndarray, "..."], dict[str, Any]]:
    """Give what is asked for as the data set stores it, and where it comes from."""
    asked, nowhere = request.header, {"split": None, "index": None, "label": None}
    if asked.get("index") is not None:
        part = _part(dataset, asked["split"])
        _check_index(asked["index"], part, dataset, asked["split"])
        found = {"split": asked["split"], "index": asked["index"], "label": int(part.labels[asked["index"]])}
        return part.inputs[asked["index"]], found
    shades = np.frombuffer(request.body, np.uint8)
    if asked.get("drawing") is not None:
        shades = prepare_drawing(dataset.info.name, shades.reshape(asked["drawing"])).reshape(-1)
    if dataset.info.timed:
        raise InputError(
            f"A sample of {dataset.info.title} is frames over time and cannot be drawn.",
            path="pixels",
            hint="Pick one of the data set's samples.",
        )
    if shades.size != dataset.info.input_size:
        raise InputError(
            f"got {shades.size:,} pixels, expected {dataset.info.input_size:,}.",
            path="pixels",
            hint=f"A sample of {dataset.info.title} has the shape {list(dataset.info.input_shape)}.",
        )
    # Exact for MNIST, whose values are stored as 0–255.
    return (shades / (BRIGHTEST * dataset.input_scale)).astype(np.float32), nowhere


def _inputs(values: Float32[np.ndarray, "time feature"]) -> dict[str, Any] | None:
    """Give what entered the network as signed bytes of a scale; None where it is too much to be sent."""
    if values.size > MAX_INPUTS:
        return None
    scale = max(1.0, float(np.abs(values).max(initial=0.0)))
    return {"steps": len(values), "scale": scale, "values": _base64(np.rint(values * (127 / scale)).astype(np.int8))}


def _decision(playback: Playback, objective: Objective) -> dict[str, Any]:
    scores = playback.scores(objective)
    last = scores[-1]
    chances = chances_of(last[None])[0]
    return {
        "prediction": int(decide(last)),
        "tie": bool((last == last.max()).sum() > 1),
        "confidence": float(chances.max()),
        "chances": chances.round(6).tolist(),
        "reading": objective.readout.reading,
        "scores": [round(float(score), 4) for score in last],
        "counts": playback.counts[-1].tolist(),
        "latency": _latencies(scores[:, None], objective.readout.reading)[0],
    }


def _race(scores: Num[np.ndarray, "time class"]) -> str | None:
    """Give what decides at each step as little-endian float32; None where it is too much to be sent."""
    return None if scores.size > MAX_INPUTS else _base64(scores.astype("<f4"))


def _latencies(counts: Num[np.ndarray, "time sample class"], reading: str) -> list[int | None]:
    """Give each sample's first step, from 1, from which on the decision stays; None where nothing speaks for one."""
    decisions = np.where((counts.max(axis=2) > 0) | (reading == "membrane"), decide(counts), -1)
    return [int(step) if final >= 0 else None for step, final in zip(settled(decisions), decisions[-1], strict=True)]


def _layer(spikes: UInt8[np.ndarray, "time neuron"], membranes: Shaped[np.ndarray, "time neuron"]) -> dict[str, Any]:
    """Give spikes as bits, membranes as whole numbers of a scale; both little-endian, a row for each step."""
    finite = np.nan_to_num(membranes)
    scale = float(np.abs(finite).max()) / LEVELS or 1.0
    return {
        "size": spikes.shape[1],
        "spikes": _base64(np.packbits(spikes, axis=1, bitorder="little")),
        "membranes": _base64(np.rint(finite / scale).astype("<i2")),
        "scale": scale,
    }


def _threshold(known: KnownNetwork, layer: int) -> dict[str, float | list[float] | None]:
    """Give what the threshold follows from; none of neurons that never spike, and no rise of one that stays."""
    found = known.values[layer]
    return {name: _plain(name, found[name]) if name in found else None for name in ("threshold", "rho", "adaptation")}


def _recovery(known: KnownNetwork, layer: int, neuron: Neuron) -> dict[str, Any]:
    """Return where a neuron starts and what its recovery follows from, where it has one that the page draws."""
    membrane, *_ = step_of(neuron, known.values[layer]).starts.values()
    recovery = None
    if neuron.recovery:
        recovery = {name: _plain(name, known.values[layer][name]) for name in neuron.recovery}
        recovery["time_step_ms"] = neuron.model_dump()["time_step_ms"]
    return {"start": float(np.mean(membrane)), "recovery": recovery}


def _plain(name: str, values: np.ndarray) -> float | list[float]:
    """Give values as neurons compute with them: what decays is held between 0 and 1, wherever learning took it."""
    values = values.clip(0, 1) if name in ("rho", "a") else values
    return float(values) if values.ndim == 0 else [float(value) for value in values.reshape(-1)]


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _document(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
