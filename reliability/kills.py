"""Kills a server and its jobs at random moments, and checks after each that no epoch is lost; at the end, every bit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reliability.networks import networks
from reliability.victims import Server, jobs_of, kill_job
from snntrainer3d.events import EpochDone
from snntrainer3d.runs import RunStore, read_record

VICTIMS = ("job", "server", "both")
PER_RUN = 4
"""Kills that one run bears before it is left in peace."""
EARLY = 0.3
"""Share of kills at any moment from the start on, while a process still imports; the others hit a training."""
START_S = 8.0
TRAIN_S = 1.5


class Lost(AssertionError):
    """Something that was there before a kill was not there after it."""


@dataclass(frozen=True)
class Kill:
    """One kill, and what was there before and after."""

    network: str
    victim: str
    status_before: str
    update_before: int
    epochs_before: int
    epochs_after: int
    status_after: str
    told: str


@dataclass(frozen=True)
class Life:
    """One run from its start to its end, with its kills."""

    network: str
    kills: tuple[Kill, ...]
    equal: bool


def kill_often(
    home: Path, kills: int, seed: int = 0, *, most: int | None = None, tell: Callable[[str], None] = lambda _: None
) -> list[Life]:
    """Kill `kills` times, over all networks in turn; raises Lost.

    Args:
        home: an empty folder.
        most: how many of the networks are used; None for all.
    """
    chance = random.Random(seed)
    specs = dict(list(networks().items())[:most])
    lives: list[Life] = []
    left = kills
    with Server(home) as server, RunStore(home) as store:
        undisturbed = {name: _undisturbed(server, store, name) for name in specs}
        while left > 0:
            name = list(specs)[len(lives) % len(specs)]
            life = _live(server, store, name, min(PER_RUN, left), undisturbed[name], chance)
            left -= len(life.kills)
            lives.append(life)
            tell(f"{kills - left}/{kills} kills, {name}: {'every bit equal' if life.equal else 'DIFFERENT'}")
    return lives


@dataclass(frozen=True)
class _Undisturbed:
    tensors: dict[str, np.ndarray]
    updates: list[Any]
    epochs: list[Any]


def _undisturbed(server: Server, store: RunStore, name: str) -> _Undisturbed:
    run = server.ask("POST", "/runs", json={"spec": networks("full")[name].model_dump(mode="json")})["id"]
    server.until(run, "finished")
    return _taken(store, run)


def _taken(store: RunStore, run: str) -> _Undisturbed:
    store.sync(run)
    metrics = store.metrics(run)
    return _Undisturbed(dict(store.trained(run).tensors), _points(metrics.updates), _points(metrics.epochs))


def _points(points: Any) -> list[dict[str, Any]]:
    """Give what does not depend on the clock."""
    timed = {"kind", "at", "seconds", "samples_per_second", "train_seconds"}
    return [{key: value for key, value in point.model_dump().items() if key not in timed} for point in points]


def _live(
    server: Server, store: RunStore, name: str, kills: int, undisturbed: _Undisturbed, chance: random.Random
) -> Life:
    spec = networks()[name].model_dump(mode="json")
    run = server.ask("POST", "/runs", json={"spec": spec})["id"]
    done: list[Kill] = []
    while len(done) < kills:
        _wait_for_the_moment(server, run, chance)
        if server.ask("GET", f"/runs/{run}")["status"] == "finished":
            break
        done.append(_kill(server, store, name, run, chance.choice(VICTIMS)))
    server.until(run, "finished")
    found = _taken(store, run)
    equal = set(found.tensors) == set(undisturbed.tensors) and all(
        array.tobytes() == undisturbed.tensors[key].tobytes() for key, array in found.tensors.items()
    )
    for what, mine, theirs in (
        ("updates", found.updates, undisturbed.updates),
        ("epochs", found.epochs, undisturbed.epochs),
    ):
        if mine != theirs:
            raise Lost(
                f"{name}, run {run}: its {what} differ from those of the run that nobody killed: {_first(mine, theirs)}"
            )
    if not equal:
        raise Lost(f"{name}, run {run}: its weights are not those of the run that nobody killed")
    return Life(name, tuple(done), equal)


def _first(mine: list[Any], theirs: list[Any]) -> str:
    """Give the first that differs, or how many there are."""
    for one, other in zip(mine, theirs, strict=False):
        if one != other:
            return f"{one} for {other}"
    return f"{len(mine)} for {len(theirs)}"


def _wait_for_the_moment(server: Server, run: str, chance: random.Random) -> None:
    if chance.random() < EARLY:
        time.sleep(chance.uniform(0.0, START_S))
        return
    begun = (server.ask("GET", f"/runs/{run}")["progress"] or {}).get("update", 0)
    server.until(run, "running", "finished", update=begun + 1)
    time.sleep(chance.uniform(0.0, TRAIN_S))


def _kill(server: Server, store: RunStore, name: str, run: str, victim: str) -> Kill:
    before = server.ask("GET", f"/runs/{run}")
    if victim in {"server", "both"}:
        server.kill()
    if victim in {"job", "both"}:
        kill_job(server.home, run)
    # Read once the killed are dead: what stands in the record now was told to be done.
    epochs = _epochs(store, run)
    server.start()
    after = server.until(run, "interrupted", "finished") if victim != "server" else server.ask("GET", f"/runs/{run}")
    kept = [point.epoch for point in store.metrics(run).epochs]
    if not set(epochs) <= set(kept):
        raise Lost(f"{name}, run {run}: epochs {sorted(set(epochs) - set(kept))} are gone after a kill of {victim}")
    if after["status"] == "interrupted":
        server.ask("POST", f"/runs/{run}/resume")
    elif victim == "server" and after["status"] not in {"finished", "queued"} and not jobs_of(server.home, run):
        server.until(run, "finished")  # its process ended in between by itself
    return Kill(
        name,
        victim,
        before["status"],
        (before["progress"] or {}).get("update", 0),
        len(epochs),
        len(kept),
        after["status"],
        (after["last_words"] or "").partition("\n")[0],
    )


def _epochs(store: RunStore, run: str) -> list[int]:
    events = read_record(store.folder(run).events).events
    return [event.epoch for event in events if isinstance(event, EpochDone)]


def summary(lives: list[Life], seconds: float) -> dict[str, Any]:
    """Give the figures of a campaign as JSON, all kills included."""
    return {
        "kills": sum(len(life.kills) for life in lives),
        "runs": len(lives),
        "equal": sum(life.equal for life in lives),
        "seconds": round(seconds),
        "lives": [asdict(life) for life in lives],
    }
