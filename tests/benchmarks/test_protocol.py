"""Workers answer line by line; contestants that fail say why; turns alternate."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from benchmarks.command import _measured
from benchmarks.contest import Contest, Entry
from benchmarks.contestants import CONTESTANTS, FUSED, REFERENCE, YARDSTICK, Contestant
from benchmarks.parity import compare, why_refused
from benchmarks.sections import Section, watch
from benchmarks.session import Session
from benchmarks.task import Job, invented_images, write_data, write_job
from benchmarks.timing import Effort, time_rounds
from benchmarks.worker import Worker, serve

from benchmarks import whole_runs

PEERS = 4
"""SpikingJelly, Norse, Spyx and JAX."""


def answers(worker: Worker, *wishes: dict[str, Any]) -> list[dict[str, Any]]:
    lines, out = io.StringIO("".join(json.dumps(wish) + "\n" for wish in wishes)), io.StringIO()
    serve(worker, lines, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def task(tmp_path: Path) -> str:
    write_data(tmp_path, *invented_images(samples=60, features=16))
    return write_job(tmp_path, Job(hidden=5, num_steps=3, batch=8))


@pytest.mark.slow
def test_a_worker_prepares_gives_losses_and_times(task: str) -> None:
    worker = Worker("benchmarks.ours:Reference", ["torch"])
    prepared, first, timed, again = answers(
        worker,
        {"do": "prepare", "task": task},
        {"do": "losses", "count": 3},
        {"do": "time", "updates": 2, "warm": 1},
        {"do": "losses", "count": 3},
    )
    assert prepared["ok"]
    assert prepared["versions"]["torch"]
    assert prepared["threads"] >= 1
    assert len(first["losses"]) == 3
    assert timed["seconds"] > 0
    assert timed["cpu_seconds"] > 0
    assert again == first, "losses are those from the initial weights on, whatever was trained in between"


def test_a_worker_tells_a_fault_and_stays(task: str) -> None:
    worker = Worker("benchmarks.ours:NoSuchForm", [])
    failed, other = answers(worker, {"do": "prepare", "task": task}, {"do": "losses", "count": 1})
    assert not failed["ok"]
    assert "NoSuchForm" in failed["reason"]
    assert not other["ok"]


def test_a_worker_ends_at_goodbye() -> None:
    assert answers(Worker("x:Y", []), {"do": "bye"}, {"do": "losses", "count": 1}) == []


@pytest.mark.slow
def test_a_contestant_that_cannot_start_is_told_and_the_others_go_on(task: str, tmp_path: Path) -> None:
    broken = Contestant("broken", "nobody", "Broken", "benchmarks.peers.nothing:Here", ())
    said: list[str] = []
    contest = Contest(Path(sys.executable), "", tmp_path / "logs", said.append)
    with contest.open([broken, CONTESTANTS[REFERENCE]], task) as (out, takes_part):
        assert not out.takes_part
        assert "nothing" in out.reason
        assert said
        assert takes_part.ask("losses", count=1)


def test_without_their_environment_peers_are_out_with_the_reason(tmp_path: Path) -> None:
    contest = Contest(None, "no network", tmp_path, lambda _: None)
    assert contest.enter(CONTESTANTS["norse"]).reason == "no network"


class Scripted:
    """Stands for a process: notes who was asked what, answers with a fixed speed."""

    def __init__(self, log: list[tuple[str, int, int]], name: str, seconds: float) -> None:
        self.log, self.name, self.seconds = log, name, seconds

    def send(self, do: str, updates: int, warm: int) -> None:
        assert do == "time"
        self.log.append((self.name, updates, warm))

    def receive(self) -> dict[str, Any]:
        seconds = self.log[-1][1] * self.seconds
        return {"seconds": seconds, "cpu_seconds": 2 * seconds}


def scripted(log: list[tuple[str, int, int]], name: str, seconds: float) -> Entry:
    return Entry(CONTESTANTS[name], process=Scripted(log, name, seconds))  # type: ignore[arg-type]


def test_turns_alternate_and_begin_with_another_one_each_round() -> None:
    log: list[tuple[str, int, int]] = []
    entries = [scripted(log, name, 0.01) for name in ("fused", "jax", "norse")]
    timings = time_rounds(entries, 128, Effort(rounds=3, block_s=0.2))
    turns = [name for name, _, _ in log][-9:]
    assert turns == ["fused", "jax", "norse", "jax", "norse", "fused", "norse", "fused", "jax"]
    row = timings["jax"].row()
    assert row["min_ms"] == pytest.approx(10)
    assert row["cpu_min_ms"] == pytest.approx(20)
    assert row["samples_per_s"] == pytest.approx(12_800)
    assert timings["jax"].updates == 20


def test_compiled_chunks_are_never_cut() -> None:
    log: list[tuple[str, int, int]] = []
    time_rounds([scripted(log, "jax-scan", 0.003)], 1, Effort(rounds=2, block_s=0.1))
    assert len(log) >= 3
    assert all(updates % 10 == 0 and warm % 10 == 0 for _, updates, warm in log)


def test_every_contestant_is_told_apart() -> None:
    families = {each.family for each in CONTESTANTS.values() if not each.lives_here}
    assert len(families) == PEERS
    assert all(any(each.documented and each.family == family for each in CONTESTANTS.values()) for family in families)
    assert all(each.same or not each.documented for each in CONTESTANTS.values())


@pytest.mark.parametrize(
    ("ours", "yardstick", "refused"),
    [
        ([60.0, 50.0], [60.0, 50.0], ""),
        ([60.0, 50.2], [60.0, 50.0], "differs from snnTorch"),
        ([60.0, float("nan")], [60.0, 50.0], "differs from snnTorch"),
        ([60.0, 50.0], None, "nothing could be compared"),
    ],
)
def test_red_parity_refuses(ours: Sequence[float], yardstick: Sequence[float] | None, refused: str) -> None:
    parities = {FUSED: compare(FUSED, ours, yardstick)}
    if yardstick is not None:
        parities[YARDSTICK] = compare(YARDSTICK, yardstick, yardstick)
    assert refused in why_refused(parities, [FUSED])
    assert bool(why_refused(parities, [FUSED])) == bool(refused)


@pytest.mark.slow
def test_a_run_that_goes_on_is_watched_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "TURN_S", 0.5)
    monkeypatch.setattr(watch, "QUICK_PAIRS", 2)
    session = SimpleNamespace(has_mnist=False, quick=True, say=lambda _: None)
    found = watch.run(session)  # type: ignore[arg-type]
    assert found["rows"]["watched"]["pairs"] == 2
    assert found["frames"] >= 2
    assert found["events"] > 0
    assert found["rows"]["watched"]["cores"]["watched"]["watcher"] > 0


def test_watching_costs_what_most_pairs_say_it_does() -> None:
    turns = [watch.Turn(at, at + 2, 1.9, 0.1, 0.0) for at in range(0, 40, 2)]
    took = [1.02 if at % 2 else 1.0 for at in range(20)]
    took[3] = took[8] = 1.6  # the machine was slow for a while, once as it was watched and once as it was not
    epochs = [(turn.begin + 0.1, turn.begin + 0.1 + each) for turn, each in zip(turns, took, strict=True)]
    astride = (1.5, 2.5)
    found = watch.costs(list(zip(turns[::2], turns[1::2], strict=True)), [*epochs, astride])
    assert found["pairs"] == 10
    assert found["cost"] == pytest.approx(0.02)
    assert found["cost_low"] == pytest.approx(0.02)
    assert found["cost_high"] == pytest.approx(0.02)
    with pytest.raises(ValueError, match="epoch"):
        watch.costs([(turns[0], turns[1])], [astride])


def test_the_median_lies_between_what_nineteen_in_twenty_samples_would_give() -> None:
    assert watch.median_of([3.0, 1.0, 2.0]) == (1.0, 2.0, 3.0)
    low, middle, high = watch.median_of([float(value) for value in range(1, 61)])
    assert (low, middle, high) == (22.0, 30.5, 39.0)


@pytest.mark.slow
def test_whole_runs_are_told_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    whole_runs.main(["xor", "1", "leaky:4", "alpha:3"])
    rows = json.loads(capsys.readouterr().out)["networks"]
    assert [(row["neuron"], row["hidden"]) for row in rows] == [("leaky", 4), ("alpha", 3)]


def test_a_section_that_breaks_costs_no_other_its_figures() -> None:
    def broken(_: Session) -> dict[str, Any]:
        raise KeyError("nothing")

    assert "KeyError" in _measured(Section("broken", broken), None)["failed"]  # type: ignore[arg-type]
