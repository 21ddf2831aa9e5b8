"""Studies with real worker processes: carried out, killed, resumed; deleted and failed runs; the report."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from snntrainer3d.errors import ConflictError
from snntrainer3d.jobs import decisions_file
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import parse_study
from snntrainer3d.studies import Order, StudyStore, compare, decide_here, run_study, start, state_of, stop, write_report
from stepping import in_the_middle, released

pytestmark = pytest.mark.slow
PATIENCE_S = 600.0
SOME = 5
"""Updates of a training that then waits: fewer than an epoch has."""


def document(seeds=(0, 1), **training):
    return parse_study(
        {
            "name": "small",
            "compose": {"dataset": "digits", "preset": "paper", "training": {"learning_rate": 0.01, **training}},
            "vary": {"kind": "grid", "fields": {"neuron": ["leaky", "alpha"], "hidden": [[8], [12]]}},
            "seeds": list(seeds),
            "decide_steps": [40],
        }
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Give a study that was carried out without disturbance, with its store."""
    home = tmp_path_factory.mktemp("done")
    with RunStore(home) as store:
        study = StudyStore(home).create(document())
        run_study(study, store, workers=2)
        yield study, store


def table(study, store):
    write_report(study, store)
    lines = (study.report / "tables" / "leaders.csv").read_text().splitlines()
    return [line.rsplit(",", 1)[0] for line in lines]


def written(home):
    """Give the bytes of all records: how far a study is."""
    return sum(record.stat().st_size for record in home.rglob("events.jsonl"))


def test_every_run_is_trained_once_and_recorded_like_any_other(done):
    study, store = done
    state = state_of(study, store)
    assert (state.status, state.counts()) == ("finished", {"finished": 8})
    assert len(store.list()) == 8
    for entry in state.entries:
        detail = store.get(entry.run_id)
        assert detail.spec == entry.entry.spec
        assert detail.results["test"]["samples"] == 359
        assert store.folder(entry.run_id).weights.exists()
    best = state.leaders()[0].run.test_accuracy
    assert best == max(entry.run.test_accuracy for entry in state.entries) > 0.5


def test_a_finished_study_is_not_trained_again(done):
    study, store = done
    before, rows = study.members(), store.list()
    assert run_study(study, store).status == "finished"
    assert study.members() == before
    assert store.list() == rows, "each ended when it ended first"


def test_the_report_names_a_run_for_every_figure(done):
    study, store = done
    report = write_report(study, store)
    page = report.html.read_text()
    for run in study.members().values():
        assert f'id="run-{run}"' in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert report.markdown.read_text().startswith("# Study small")
    first = write_report(study, store)
    assert first.html.read_text() == page


def test_deleted_runs_are_told_and_made_anew_only_when_asked(tmp_path):
    home = tmp_path / "own"
    with RunStore(home) as store:
        study = StudyStore(home).create(document(seeds=[0]))
        run_study(study, store, workers=2)
        victim = next(iter(study.members().values()))
        store.delete(victim)
        state = run_study(study, store)
        assert (state.status, state.counts()) == ("incomplete", {"deleted": 1, "finished": 3})
        assert "deleted" in write_report(study, store).markdown.read_text()
        assert run_study(study, store, replace_deleted=True).status == "finished"
        assert victim not in study.members().values()


def test_two_at_once_are_refused_and_a_study_can_be_stopped(tmp_path):
    home = tmp_path / "own"
    with RunStore(home) as store:
        study = StudyStore(home).create(document(seeds=[0], pace="update"))
        with pytest.raises(ConflictError, match="Nobody"):
            stop(study)
        start(study, home, Order(workers=2))
        _until(lambda: in_the_middle(store, SOME))
        with pytest.raises(ConflictError, match="works on study"):
            start(study, home)
        with pytest.raises(ConflictError, match="Another process"), study.hold():
            pass
        stop(study)
        _until(lambda: not study.busy())
        for run in study.members().values():
            store.sync(run)
        state = state_of(study, store)
        assert state.status == "stopped"
        assert state.counts().get("cancelled")


def test_a_dead_worker_is_replaced(tmp_path):
    import psutil

    home = tmp_path / "own"
    with RunStore(home) as store:
        study = StudyStore(home).create(document(seeds=[0], epochs=2, pace="update"))
        start(study, home, Order(workers=1))
        _until(lambda: in_the_middle(store, SOME))
        workers = [
            process
            for process in psutil.process_iter(["cmdline"])
            if "snntrainer3d.studies.worker" in (process.info["cmdline"] or []) and _home_of(process) == str(home)
        ]
        assert len(workers) == 1
        workers[0].kill()
        with released(store):
            _until(lambda: state_of(study, store).status == "finished")


def test_a_run_that_fails_does_not_stop_the_others(tmp_path):
    home = tmp_path / "own"
    with RunStore(home) as store:
        study = StudyStore(home).create(
            parse_study(
                {
                    "name": "odd",
                    "compose": {"dataset": "digits", "preset": "paper"},
                    "vary": {"kind": "grid", "fields": {"hidden": [[5], [6]]}},
                }
            )
        )
        blocked = store.create(study.read_plan().entries[0].spec, launcher="cli")
        study.add_member(study.read_plan().entries[0].key, blocked.id)
        # A folder where the file of the snapshots should be.
        (store.folder(blocked.id).path / "snapshots.bin").mkdir()
        state = run_study(study, store, workers=1)
        assert state.status == "incomplete"
        assert sorted(state.counts().items()) == [("failed", 1), ("finished", 1)]


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.verify)])
def test_killed_at_any_moment_a_study_ends_with_the_same_table(done, tmp_path, kills):
    """Killed at random places and resumed, the study ends with the same table, and repeats nothing finished."""
    undisturbed, its_store = done
    wanted, whole = table(undisturbed, its_store), written(its_store.home)
    home = tmp_path / "own"
    chance = random.Random(0)
    finished: dict[str, str] = {}
    with RunStore(home) as store:
        study = StudyStore(home).create(document())
        study.give_order(Order(workers=2))
        for kill in range(kills):
            place = whole * (kill + chance.random()) / kills
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "snntrainer3d.studies.child", str(home), study.id],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _until(lambda: written(home) >= place or process.poll() is not None)  # noqa: B023
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            members = study.members()
            for key, run in finished.items():
                assert members[key] == run
            for key, run in members.items():
                store.sync(run)
                if store.get(run).status == "finished":
                    finished[key] = run
        ended = {run: store.get(run).ended_at for run in finished.values()}
        assert run_study(study, store, workers=2).status == "finished"
        assert {run: store.get(run).ended_at for run in ended} == ended
        assert table(study, store) == wanted
        assert len(set(study.members().values())) == 8
        assert len(store.list()) == 8


def _until(met):
    give_up = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def _home_of(process):
    # The parent's command line names the home.
    parent = process.parent()
    return parent.cmdline()[-2] if parent and len(parent.cmdline()) > 3 else ""


def test_runs_are_compared_with_decisions_computed_where_they_are_missing(done):
    study, store = done
    runs = list(study.members().values())[:3]
    decisions_file(store.folder(runs[0])).unlink()
    refused = compare(store, runs)["pairs"][0]["mcnemar"]
    assert refused["refusal"]["code"] == "no_decisions"
    with decide_here(store) as decide:
        found = compare(store, runs, decide=decide)
    assert len(found["pairs"]) == 3
    for pair in found["pairs"]:
        assert 0 <= pair["mcnemar"]["p"] <= 1
        ones = [store.results(pair[side])["test"]["accuracy"] for side in ("first", "second")]
        assert pair["mcnemar"]["difference"] == pytest.approx(ones[0] - ones[1])
    differ = {row["field"]: row["values"] for row in found["differences"]}
    assert differ["network.layers[0].size"] == [8, 12, 8]
    assert "training.dataset" not in differ
    assert [run["metrics"]["test_accuracy"] for run in found["runs"]] == [
        run["accuracy"]["value"] for run in found["runs"]
    ]
