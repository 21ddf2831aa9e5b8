"""Figures become a page, pictures and verdicts; a refusal shows evidence and no figure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from benchmarks.environment import REQUIREMENTS, ROOT
from benchmarks.goals import Goal, goals
from benchmarks.plots import draw
from benchmarks.refusal import RefusedError
from benchmarks.report import BEGIN, END, put_between_marks, render
from benchmarks.sections import SECTIONS, Section, own_loop, watch
from benchmarks.sections.step import families

from benchmarks import command

GENERATOR_TIMES = ("import_s", "load_s", "train_s", "prepared_trained_tested_s", "whole_process_s")
CORES = (1.9, 0.02, 0.01)


def timed(name: str, family: str, milliseconds: float, **more: Any) -> dict[str, Any]:
    parity = {"difference": 1e-6, "same": True, "first_loss": 64.8, "last_loss": 36.9}
    row = {
        "name": name, "family": family, "title": f"{family} {name}", "documented": True, "meant_same": True,
        "versions": {family: "1"}, "threads": 2, "reason": "", "parity": parity,
        "min_ms": milliseconds, "median_ms": milliseconds * 1.1, "cpu_min_ms": 2.0, "samples_per_s": 1.0, "rounds": 3,
        "updates_per_round": 5, "ratio_min": milliseconds / 1.5, "ratio_median": milliseconds / 1.5,
    }  # fmt: skip
    return {**row, **more}


def untimed(name: str, family: str, reason: str) -> dict[str, Any]:
    kept = ("name", "family", "title", "documented", "meant_same", "versions", "threads")
    return {**{key: value for key, value in timed(name, family, 1.0).items() if key in kept},
            "reason": reason, "parity": None}  # fmt: skip


@pytest.fixture
def results() -> dict[str, Any]:
    rows = [
        timed("fused", "snntrainer3d", 1.5),
        timed("snntorch", "snnTorch", 33.0),
        timed("snntorch-hoisted", "snnTorch", 21.0, documented=False),
        timed("jax", "JAX by hand", 1.2),
        untimed("norse", "Norse", "ModuleNotFoundError: norse"),
    ]
    curve = {"fused": [{"at": 10, **rows[0]}, {"at": 100, **rows[0]}], "snntorch": [{"at": 10, **rows[1]}]}
    best, memory, told = {"min": 1.0, "median": 1.2}, {"bytes": 3 << 20, "formula_bytes": 2 << 20}, families(rows)
    sections: dict[str, Any] = {
        "step": {"job": "784-100-10", "tolerance": 5e-4, "updates_compared": 10, "rows": rows, "families": told},
        "neurons": {"kinds": {"leaky": {"job": "x", "neuron": {}, "rows": rows[:2]}}},
        "others": {"updates_compared": 10, "tolerance": 5e-4, "networks": {"x": {"job": "x", "rows": rows}}},
        "steps": {"field": "num_steps", "series": curve},
        "width": {"field": "hidden", "series": curve},
        "batch": {"field": "batch", "series": curve},
        "memory": {"skipped": "", "rows": [{"job": "x", "fused": memory, "snntorch": None}]},
        "epoch": {
            "dataset": "mnist",
            "generator": {**dict.fromkeys(GENERATOR_TIMES, best), "test_accuracy": 0.92},
            "command": {
                "train_s": best, "whole_command_s": best, "test_accuracy": 0.92, "updates": 469, "engine": "fused",
            },
            "reference": None,
        },
        "networks": {"dataset": "mnist", "networks": 1, "train_s": 1.0, "whole_process_s": 3.0,
                     "rows": [{"neuron": "leaky", "hidden": 10, "train_s": 1.0, "test_accuracy": 0.8}]},
        "start": {"rows": [{"title": "help", "min_s": 0.1, "median_s": 0.2, "times": 3}]},
        "watch": {"dataset": "mnist", "turn_s": 2.0, "frames": 9, "frame_bytes": 9 << 20, "events": 100,
                  "rows": {"watched": watch.costs([(watch.Turn(0, 2, *CORES), watch.Turn(2, 4, *CORES))],
                                                  [(0.1, 1.1), (2.1, 3.14)])}},
        "own_loop": {"pairs": 2, "rows": [
            {"sizes": [784, 100, 10], "batch": 128, "num_steps": 25, "updates": 20, "open_and_close_s": 0.02,
             **own_loop._costs([{"seconds": 1.0, "cpu_s": 2.0}] * 2, [{"seconds": 1.02, "cpu_s": 2.02}] * 2, 20)}]},
        "view": {"networks": [{"network": "784-100-10", "edgesTotal": 79400, "buildMs": 2.3, "updateMs": 0.1,
                               "strongestMs": 0.2, "drawCalls": 4, "idleDrawCalls": 2, "megabytes": 4.2}],
                 "left": {"views": 50, "grown": 0.1},
                 "drawing": {"drawing": "mnist", "answers": 90, "median": 31.2, "most": 44.4}},
    }  # fmt: skip
    assert set(sections) == set(SECTIONS)
    machine = {"processor": "P", "instructions": "avx2", "cores": 2, "memory_gib": 8.0, "system": "Linux",
               "python": "3.11", "versions": {"torch": "2"}, "load_before": 0.0, "date": "2026-01-01"}  # fmt: skip
    titled = {name: {"title": SECTIONS[name].title, "seconds": 1.0, **section} for name, section in sections.items()}
    return {"machine": machine, "data": "mnist", "quick": False, "refused": "", "evidence": {}, "sections": titled,
            "goals": [goal.row() for goal in goals(titled)]}  # fmt: skip


def test_every_section_is_rendered(results: dict[str, Any]) -> None:
    page = render(results, plots=True)
    for section in SECTIONS.values():
        assert f"### {section.title}" in page
    assert "did not take part: ModuleNotFoundError: norse" in page
    assert "performance/steps.svg" in page
    for table in re.findall(r"(?:^\|.*\|\n)+", page, flags=re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_documented_forms_count_and_the_fastest_is_shown(results: dict[str, Any]) -> None:
    snntorch = next(each for each in results["sections"]["step"]["families"] if each["family"] == "snnTorch")
    assert snntorch["ratio_min"] == pytest.approx(22)
    assert snntorch["fastest_ratio_min"] == pytest.approx(14)
    verdicts = {goal["text"]: goal["verdict"] for goal in results["goals"]}
    assert verdicts["Times faster than snnTorch"] == "reached"
    assert verdicts["Times faster than JAX by hand"] == "short"
    assert verdicts["Cost of a client that watches"] == "short"
    assert verdicts["Cost of `watch` in processor time, 784-100-10"] == "reached"


def test_a_form_that_differs_never_counts() -> None:
    red = {"difference": 0.1, "same": False, "first_loss": 1.0, "last_loss": 1.0}
    assert families([timed("norse", "Norse", 30.0, parity=red)]) == []


@pytest.mark.parametrize(
    ("value", "higher", "verdict"),
    [
        (31, True, "aim reached"),
        (25, True, "reached"),
        (19, True, "short"),
        (19, False, "reached"),
        (25, False, "short"),
    ],
)
def test_verdicts(value: float, higher: bool, verdict: str) -> None:
    must, aim = (20, 30) if higher else (20, 20)
    assert Goal("g", value, must, aim, "×", higher).verdict == verdict


@pytest.mark.slow
def test_pictures_are_the_same_for_the_same_figures(results: dict[str, Any], tmp_path: Path) -> None:
    names = draw(results["sections"], tmp_path / "a")
    assert len(names) == 5
    draw(results["sections"], tmp_path / "b")
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_only_what_is_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    put_between_marks(page, "new")
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnew\n{END}\nafter\n"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="no marks"):
        put_between_marks(page, "new")


def test_the_page_in_docs_has_the_marks() -> None:
    page = command.PAGE.read_text(encoding="utf-8")
    assert page.index(BEGIN) < page.index(END)


def test_a_refusal_gives_evidence_and_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parity = {"difference": 0.1, "same": False, "first_loss": 65.0, "last_loss": 40.0}

    def refuse(_session: object) -> dict[str, Any]:
        raise RefusedError("fused differs", {"fused": parity})

    monkeypatch.setitem(SECTIONS, "step", Section("One training step", refuse))
    monkeypatch.setattr(command, "prepare_data", lambda _folder: "invented")
    monkeypatch.setattr(command, "peers_python", lambda _say: (None, "not wanted"))
    monkeypatch.setattr(command, "write_page", lambda _results: pytest.fail("a refusal is not written"))
    assert command.run(["--only", "step", "--json", "--write"]) == command.FAILED
    told = json.loads(capsys.readouterr().out)
    assert told["refused"] == "fused differs"
    assert told["sections"] == {}
    assert told["evidence"]["fused"]["same"] is False


def test_wrong_input_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["--only", "steps,nothing"]) == command.WRONG_INPUT
    assert "nothing" in capsys.readouterr().err
    assert command.run(["--unknown"]) == command.WRONG_INPUT


def test_peers_are_pinned_and_stand_on_the_same_torch() -> None:
    lines = [line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert len(lines) > 20
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line) for line in lines)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    ours = next(line for line in lock.splitlines() if line.startswith("torch=="))
    assert next(line for line in lines if line.startswith("torch==")) == ours.split("+")[0].split()[0]


def test_a_section_measured_anew_takes_the_place_of_the_last_sessions(
    results: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "KEPT", tmp_path / "results.json")
    command.KEPT.write_text(json.dumps(results), encoding="utf-8")
    start = {**results["sections"]["start"], "measured": "2026-02-02 10:00 UTC"}
    start["rows"] = [{"title": "help", "min_s": 0.07, "median_s": 0.08, "times": 3}]
    both = command.renewed({**results, "sections": {"start": start}})
    page = render(both)
    assert "Measured anew, 2026-02-02 10:00 UTC." in page
    assert page.count("Measured anew") == 1
    assert "0.07" in page
    assert set(both["sections"]) == set(results["sections"])
    assert both["goals"] == results["goals"]


def test_a_view_that_could_not_be_measured_says_why(results: dict[str, Any]) -> None:
    view = {**results["sections"]["view"], "skipped": "Not measured: no browser."}
    page = render({**results, "goals": [], "sections": {"view": view}})
    assert "Not measured: no browser." in page
    assert "784-100-10" not in page


def test_the_readme_names_the_figures_of_the_last_full_session() -> None:
    measured = json.loads((ROOT / "docs" / "performance" / "results.json").read_text(encoding="utf-8"))
    times = {goal["text"]: goal["value"] for goal in measured["goals"]}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for peer, words in {
        "snnTorch": "took it {:.0f} times as long",
        "SpikingJelly": "| {:.0f} times as long on a CPU, three times where convolutions",
        "Norse": "| {:.0f} times as long on a CPU; ours",
        "Spyx": "| {:.0f} times as long (Spyx)",
        "JAX by hand": "{:.1f} times (JAX written by hand)",
    }.items():
        assert words.format(times[f"Times faster than {peer}"]) in readme, peer
