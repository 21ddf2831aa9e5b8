"""Studies over HTTP and the socket: planned, started in a process of their own, watched, stopped, resumed, reported."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from made_runs import Served
from test_routes import fault, fits
from websockets.sync.client import connect

from snntrainer3d.server import study_models
from snntrainer3d.studies import StudyStore
from stepping import in_the_middle, released

PATIENCE_S = 600.0
TINY: dict[str, Any] = {
    "name": "tiny",
    "compose": {"dataset": "digits", "preset": "paper", "hidden": [5]},
    "vary": {"kind": "grid", "fields": {"training.learning_rate": [0.01, 0.001]}},
}
MISSPELT = "training.learning_rat"
ENDLESS = {f"training.f{number}": list(range(1000)) for number in range(3)}


def plan(served: Served, document: Any, **options: Any) -> Any:
    return fits(served.client.post("/api/studies/plan", json={"study": document, **options}), study_models.StudyPlan)


def make(served: Served, document: Any, **options: Any) -> Any:
    answer = served.client.post("/api/studies", json={"study": document, **options})
    assert answer.status_code == 201, answer.text
    return fits(answer, study_models.StudyDetail)


def until(met: Callable[[], Any]) -> Any:
    give_up = time.monotonic() + PATIENCE_S
    while not (found := met()):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return found


@pytest.mark.slow
def test_a_plan_tells_what_it_would_cost_and_makes_nothing(served: Served) -> None:
    found = plan(served, {**TINY, "seeds": [0, 1]}, workers=2)
    assert (found["ok"], found["runs"], found["settings"], found["seeds"], found["workers"]) == (True, 4, 2, 2, 2)
    assert found["seconds"] == pytest.approx(sum(entry["seconds"] for entry in found["entries"]) / 2)
    assert found["known"] is None
    assert served.client.get(f"/api/studies/{found['id']}").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"vary": {"kind": "grid", "fields": {MISSPELT: [1]}}}, f"vary.fields.{MISSPELT}", "no field"),
        ({"vary": {"kind": "grid", "fields": ENDLESS}}, "vary", "1,000,000,000"),
        ({"version": 2}, "version", "version 2"),
        ({"nonsense": 1}, "nonsense", ""),
    ],
)  # fmt: skip
def test_faults_of_a_document_are_an_answer_to_plan_and_an_error_to_start(
    served: Served, change: dict[str, Any], path: str, said: str
) -> None:
    found = plan(served, {**TINY, **change})
    assert not found["ok"]
    assert found["faults"][0]["path"] == path
    assert said in found["faults"][0]["message"]
    answer = served.client.post("/api/studies", json={"study": {**TINY, **change}})
    assert answer.status_code in (413, 422)
    assert fault(answer, answer.status_code, answer.json()["error"]["code"])["path"] == path


@pytest.mark.slow
def test_the_built_in_study_can_be_planned(served: Served) -> None:
    answer = served.client.get("/api/studies/built-in", params={"seeds": 12})
    [paper] = fits(answer, study_models.BuiltInStudies)["studies"]
    assert paper["name"] == "paper"
    assert len(paper["study"]["seeds"]) == 12
    assert plan(served, paper["study"])["runs"] == 384


@pytest.mark.slow
def test_a_study_is_kept_listed_and_deleted(served: Served) -> None:
    made = make(served, {**TINY, "name": "kept"}, start=False)
    assert (made["status"], made["kind"], made["total"]) == ("planned", "study", 2)
    assert [entry["status"] for entry in made["entries"]] == ["waiting", "waiting"]
    assert plan(served, made["document"])["known"]["id"] == made["id"]
    rows = fits(served.client.get("/api/studies"), study_models.StudyList)["studies"]
    assert made["id"] in {row["id"] for row in rows}
    at = f"/api/studies/{made['id']}"
    fault(served.client.post(f"{at}/stop"), 409, "conflict")
    assert fault(served.client.post(f"{at}/tune", json={}), 422, "spec")["path"] == "vary"
    report = fits(served.client.get(f"{at}/report"), study_models.StudyReport)
    assert report == {"written_at": None, "files": [], "tables": [], "figures": []}
    assert served.client.delete(at).status_code == 204
    fault(served.client.get(at), 404, "not_found")


@pytest.mark.slow
def test_a_deleted_run_inside_a_study_is_told(served: Served) -> None:
    made = make(served, {**TINY, "name": "with a hole"}, start=False)
    folder = StudyStore(served.home).find(made["id"])
    folder.add_member(made["entries"][0]["key"], "gone")
    detail = served.client.get(f"/api/studies/{made['id']}").json()
    assert detail["counts"] == {"deleted": 1, "waiting": 1}
    assert detail["entries"][0]["run"] == "gone"


@pytest.mark.slow
def test_a_damaged_study_does_not_hide_the_others(served: Served) -> None:
    broken = make(served, {**TINY, "name": "broken"}, start=False)["id"]
    whole = make(served, {**TINY, "name": "whole"}, start=False)["id"]
    folder = StudyStore(served.home).find(broken)
    (folder.path / "members.json").write_text("[1]")
    rows = {row["id"]: row for row in fits(served.client.get("/api/studies"), study_models.StudyList)["studies"]}
    assert "damaged" in rows[broken]["error"]
    assert rows[whole]["error"] == ""
    fault(served.client.get(f"/api/studies/{broken}"), 422, "file_format")
    assert served.client.delete(f"/api/studies/{broken}").status_code == 204


@pytest.mark.slow
def test_a_study_is_started_watched_and_reported(served: Served) -> None:
    with connect(f"ws{served.url.removeprefix('http')}/api/ws", max_size=None) as page:
        made = make(served, TINY, workers=1)
        assert (made["status"], made["workers"]) == ("running", 1)
        page.send(json.dumps({"study": made["id"]}))
        merged: dict[str, Any] = {}
        listed, messages = False, 0

        def finished() -> bool:
            nonlocal listed, messages
            message = json.loads(page.recv(timeout=PATIENCE_S))
            if message["kind"] == "studies":
                listed |= any(row["id"] == made["id"] for row in message["studies"])
            if message["kind"] == "study":
                messages += 1
                study_models.StudyMessage.model_validate(message)
                merged.update({entry["key"]: entry for entry in message["study"]["entries"]})
                return bool(message["study"]["status"] == "finished")
            return False

        until(finished)
    assert listed
    assert messages > 1
    detail = fits(served.client.get(f"/api/studies/{made['id']}"), study_models.StudyDetail)
    assert list(merged.values()) == detail["entries"]
    assert (
        detail["best"]["run"]
        == detail["entries"][0 if detail["leaders"][0] == detail["entries"][0]["key"] else 1]["run"]
    )
    at = f"/api/studies/{made['id']}"
    report = until(lambda: (found := served.client.get(f"{at}/report").json())["written_at"] and found)
    fits(served.client.get(f"{at}/report"), study_models.StudyReport)
    assert {"report.html", "report.md", "tables/runs.csv"} <= {file["path"] for file in report["files"]}
    html = served.client.get(f"{at}/files/report.html")
    assert html.headers["content-type"].startswith("text/html")
    assert "sandbox" in html.headers["content-security-policy"]
    assert detail["best"]["run"] in html.text
    for path in ("../study.json", "report.json", "nothing.csv"):
        fault(served.client.get(f"{at}/files/{path.replace('/', '%2F')}"), 404, "not_found")


@pytest.mark.slow
def test_a_study_is_stopped_and_resumed(served: Served) -> None:
    waiting = {**TINY, "name": "waiting", "compose": {**TINY["compose"], "training": {"pace": "update"}}}
    made = make(served, waiting, workers=1)
    at = f"/api/studies/{made['id']}"
    fault(served.client.post(f"{at}/start", json={}), 409, "conflict")
    until(lambda: in_the_middle(served.store, 5))
    assert served.client.get(at).json()["seconds_left"] > 0
    served.client.post(f"{at}/stop")
    until(lambda: served.client.get(at).json()["status"] == "stopped")
    begun = [entry["run"] for entry in served.client.get(at).json()["entries"] if entry["run"]]
    assert fits(served.client.post(f"{at}/start", json={"workers": 2}), study_models.StudyDetail)["workers"] == 2
    with released(served.store):
        done = until(lambda: (found := served.client.get(at).json())["status"] == "finished" and found)
    assert set(begun) <= {entry["run"] for entry in done["entries"]}


@pytest.mark.slow
def test_a_tuning_shows_its_trials(served: Served) -> None:
    search = {"kind": "random", "samples": 2, "fields": {"training.learning_rate": {"low": 0.001, "high": 0.01}}}
    compose = {**TINY["compose"], "training": {"validation_share": 0.1}}
    made = make(served, {**TINY, "name": "tuned", "compose": compose, "vary": search}, start=False)
    at = f"/api/studies/{made['id']}"
    assert served.client.post(f"{at}/tune", json={}).json()["error"] == ""
    done = until(lambda: (found := served.client.get(at).json())["status"] == "finished" and found)
    fits(served.client.get(at), study_models.StudyDetail)
    assert (done["kind"], done["total"], done["entries"]) == ("tuning", 2, [])
    accuracies = [trial["validation_accuracy"] for trial in done["trials"]]
    assert accuracies == sorted(accuracies, reverse=True)
    assert done["best"]["run"] == done["trials"][0]["run"]
