"""Every route of the API, with what it should be given and with what it should not."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import httpx
import numpy as np
import pytest
from made_runs import UPDATES, Served, small_spec, trained_for
from pydantic import BaseModel

from snntrainer3d import __version__
from snntrainer3d.events import Event, StateChanged, Update, dump_event
from snntrainer3d.exports import from_json, from_safetensors, to_json, to_safetensors
from snntrainer3d.frames import decode_frame
from snntrainer3d.server import models
from snntrainer3d.spec import NEURON_KINDS, PRESETS, TEMPLATES, TrainedNetwork, parse_run


def fits(answer: httpx.Response, model: type[BaseModel]) -> Any:
    """Check an answer against the model that OpenAPI and TypeScript have of it."""
    assert answer.is_success, answer.text
    model.model_validate(answer.json())
    assert set(answer.json()) <= {field.alias or name for name, field in model.model_fields.items()}
    return answer.json()


def fault(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is the one error body."""
    assert answer.status_code == status, answer.text
    models.ErrorBody.model_validate(answer.json())
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == code
    assert "Traceback" not in answer.text
    return error


def document(**training: Any) -> dict[str, Any]:
    return small_spec(**training).model_dump(mode="json")


@pytest.mark.slow
def test_health_tells_version_and_home(served: Served) -> None:
    health = fits(served.client.get("/api/health"), models.Health)
    assert (health["version"], health["home"]) == (__version__, str(served.home))


@pytest.mark.slow
def test_schema_presets_and_neurons_are_those_of_the_spec(served: Served) -> None:
    assert set(fits(served.client.get("/api/schema"), models.Schemas)["run"]["properties"]) >= {"network", "training"}
    presets = served.client.get("/api/presets").json()
    assert list(presets) == list(PRESETS)
    assert presets["paper"]["neurons"]["alpha"]["alpha"] == 0.97
    neurons = served.client.get("/api/neurons").json()
    assert [row["kind"] for row in neurons] == list(NEURON_KINDS)
    assert all("[t] = " in row["equation"] for row in neurons)
    assert [row["kind"] for row in neurons if row["patterns"]] == ["izhikevich"]
    for row in neurons:
        layers = [{"size": 10, "neuron": row["defaults"]}]
        network = {"input": {"shape": [64]}, "layers": layers}
        parse_run({"network": network, "training": {"loss": "max_membrane"}})


def test_templates_are_made_for_the_data_set_or_say_why_not(served: Served) -> None:
    rows = served.client.get("/api/templates", params={"dataset": "mnist"}).json()
    assert [row["name"] for row in rows] == list(TEMPLATES)
    for row in rows:
        models.TemplateRow.model_validate(row)
        assert row["fault"] == ""
        assert row["layers"][-1]["size"] == 10
        parse_run({"network": {"input": {"shape": [1, 28, 28]}, "layers": row["layers"]}, "training": row["training"]})
    lenet = next(row for row in served.client.get("/api/templates?dataset=xor").json() if row["name"] == "lenet")
    assert lenet["layers"] == []
    assert lenet["fault"] == "wants pictures, and the samples of XOR are 2 flat values."
    fault(served.client.get("/api/templates?dataset=nowhere"), 404, "not_found")


def test_datasets_tell_what_is_here(served: Served) -> None:
    rows = served.client.get("/api/datasets").json()
    assert (rows[0]["name"], rows[0]["available"]) == ("digits", True)
    assert all(models.DatasetRow.model_validate(row) for row in rows)


def test_fetching_what_is_here_or_does_not_exist(served: Served) -> None:
    answer = served.client.post("/api/datasets/digits/fetch")
    assert (answer.status_code, answer.json()["fetching"]) == (202, None)
    fault(served.client.post("/api/datasets/cifar/fetch"), 404, "not_found")


def check(served: Served, body: Any) -> dict[str, Any]:
    answer = served.client.post("/api/check", **body)
    return fits(answer, models.CheckAnswer)  # type: ignore[no-any-return]


def test_a_sound_document_has_a_cost(served: Served) -> None:
    answer = check(served, {"json": document()})
    assert answer["ok"]
    assert answer["cost"] == {
        "neurons": 16, "weights": 444, "parameters": 460, "parameter_bytes": 1840, "flops": 888,
        "flops_all_steps": 888 * answer["cost"]["flops_all_steps"] // 888,
    }  # fmt: skip


def test_faults_of_network_training_and_fit_are_told_at_once(served: Served) -> None:
    body = document()
    body["training"]["epochs"] = 0
    body["network"]["layers"][1]["size"] = 3
    paths = [fault["path"] for fault in check(served, {"json": body})["faults"]]
    assert paths == ["training.epochs", "network.layers[1].size"]
    body["network"]["layers"][0]["size"] = 0
    paths = [fault["path"] for fault in check(served, {"json": body})["faults"]]
    assert paths == ["network.layers[0].size", "training.epochs"]


def test_the_fit_is_told_by_the_chosen_coding_though_something_else_is_at_fault(served: Served) -> None:
    body = document()
    body["network"]["input"]["shape"] = [4, 8, 8]
    body["training"] |= {"coding": {"kind": "population", "neurons": 4}, "pixels": "standardised"}
    assert [one["path"] for one in check(served, {"json": body})["faults"]] == ["training.pixels"]
    body["training"] |= {"coding": {"kind": "delta"}, "epochs": 0}
    told = [one["path"] for one in check(served, {"json": body})["faults"]]
    assert told == ["training.epochs", "network.input.shape", "training.coding.kind"]


def test_a_warning_names_field_and_remedy(served: Served) -> None:
    body = document()
    body["network"]["layers"][0]["neuron"] = {"kind": "lapicque", "beta": 0.95}
    answer = check(served, {"json": body})
    assert answer["ok"]
    (warning,) = answer["warnings"]
    assert warning["path"] == "network.layers[0].neuron.beta"
    assert "19.5 times weaker" in warning["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"{} {}", b"[]", b"null", b'{"a": NaN}', b"\xff", b'{"a":1,"a":2}'])
def test_what_is_no_document_is_checked_and_faulty(served: Served, body: bytes) -> None:
    answer = check(served, {"content": body})
    assert not answer["ok"]
    assert answer["faults"]


@pytest.mark.slow
def test_a_run_is_queued_listed_renamed_cancelled_and_deleted(served: Served) -> None:
    answer = served.client.post("/api/runs", json={"spec": document(name="mine")})
    assert answer.status_code == 201
    row = fits(answer, models.RunRow)
    assert (row["name"], row["status"]) == ("mine", "queued")
    at = f"/api/runs/{row['id']}"
    assert fits(served.client.get("/api/runs"), models.RunList)["runs"][0]["id"] == row["id"]
    made = served.client.get(at).json()["name"]
    assert fits(served.client.patch(at, json={"name": "ours"}), models.RunRow)["name"] == "ours"
    # Empty gives back the name that it began with.
    for empty in ("", "  "):
        assert served.client.patch(at, json={"name": "other"}).json()["name"] == "other"
        assert served.client.patch(at, json={"name": empty}).json()["name"] == made
    assert served.client.patch(at, json={"name": "ours"}).json()["name"] == "ours"
    fault(served.client.delete(at), 409, "conflict")
    assert fits(served.client.post(f"{at}/cancel"), models.RunDetail)["status"] == "cancelled"
    assert served.client.delete(at).status_code == 204
    fault(served.client.get(at), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"spec": {}}, "network"),
        ({}, "spec"),
        ({"spec": 3}, ""),
        ({"spec": None, "extra": 1}, "extra"),
        ([], ""),
    ],
)
def test_what_cannot_be_trained_is_refused_at_its_field(served: Served, body: Any, path: str) -> None:
    error = fault(served.client.post("/api/runs", json=body), 422, "spec")
    assert path in [one["path"] for one in error["faults"]]


def test_a_network_that_does_not_fit_its_data_is_refused(served: Served) -> None:
    before = len(served.client.get("/api/runs").json()["runs"])
    body = document()
    body["training"]["dataset"] = "mnist"
    fault(served.client.post("/api/runs", json={"spec": body}), 422, "spec")
    assert len(served.client.get("/api/runs").json()["runs"]) == before


def test_training_on_takes_the_weights_of_a_run(served: Served, finished: str) -> None:
    row = served.client.post("/api/runs", json={"spec": document(), "from": finished}).json()
    assert served.store.folder(row["id"]).start.exists()
    assert served.client.get(f"/api/runs/{row['id']}").json()["start_from"] == finished
    other = document()
    other["network"]["layers"][0]["size"] = 7
    fault(served.client.post("/api/runs", json={"spec": other, "from": finished}), 422, "mismatch")
    fault(served.client.post("/api/runs", json={"spec": document(), "from": "zzzz"}), 404, "not_found")


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", "x" * 200, ".."])
def test_a_name_that_reads_as_a_path_is_refused(served: Served, finished: str, name: str) -> None:
    answer = served.client.patch(f"/api/runs/{finished}", json={"name": name})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["path"] == "name"


HALF = '"\\ud800"'
"""JSON of half a surrogate pair, which is no character: it can be neither stored nor sent."""


@pytest.mark.parametrize(
    ("method", "route", "body"),
    [
        ("PATCH", "/api/runs/RUN", f'{{"name": {HALF}}}'),
        ("PATCH", "/api/runs/RUN", f'{{"notes": {HALF}}}'),
        ("PATCH", "/api/runs/RUN", f'{{"tags": [{HALF}]}}'),
        ("PATCH", "/api/runs/RUN", f"{{{HALF}: 1}}"),
        ("POST", "/api/runs", f'{{"spec": {HALF}}}'),
        ("POST", "/api/runs", f'{{"spec": {{"training": {{"name": {HALF}}}}}}}'),
        ("POST", "/api/runs", f'{{"spec": {{}}, "from": {HALF}}}'),
        ("POST", "/api/check", f'{{"network": {HALF}}}'),
        ("POST", "/api/compare", f'{{"runs": [{HALF}, "b"]}}'),
        ("POST", "/api/studies", f'{{"study": {{"name": {HALF}}}}}'),
        ("POST", "/api/runs/RUN/play", f'{{"drawing": {HALF}}}'),
    ],
)
def test_half_a_surrogate_pair_is_a_fault_of_the_request(
    served: Served, finished: str, method: str, route: str, body: str
) -> None:
    answer = served.client.request(method, route.replace("RUN", finished), content=body)
    assert answer.status_code == (200 if route == "/api/check" else 422)
    assert "surrogate" in answer.text


@pytest.mark.parametrize("text", ["%ED%A0%80", "%FF", "%5Cud800", "%00"])
def test_an_odd_text_in_an_address_finds_nothing(served: Served, finished: str, text: str) -> None:
    for route in (
        f"/api/runs?search={text}", f"/api/runs?tag={text}", f"/api/runs?sort={text}", f"/api/runs?where=name%3D{text}",
        f"/api/runs/{text}", f"/api/runs/{finished}/events?after={text}", f"/api/datasets/{text}/samples",
    ):  # fmt: skip
        assert served.client.get(route).status_code < 500


@pytest.mark.parametrize("word", ["pause", "resume", "cancel", "step"])
def test_a_finished_run_takes_no_orders(served: Served, finished: str, word: str) -> None:
    fault(served.client.post(f"/api/runs/{finished}/{word}"), 409, "conflict")


ROUTES_OF_A_RUN = [
    ("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/cancel"), ("POST", "/step"),
    ("GET", "/events"), ("GET", "/frame"), ("GET", "/snapshots"), ("GET", "/snapshots/0"),
    ("GET", "/weight?layer=0&row=0&column=0"), ("GET", "/export/json"), ("GET", "/export/safetensors"),
    ("GET", "/export/csv"), ("GET", "/export/settings"), ("GET", "/export/figures.zip"),
    ("GET", "/export/figure/loss.svg"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "route"), ROUTES_OF_A_RUN)
@pytest.mark.parametrize("run", ["0" * 12, "..%2f..%2fetc", "%00"])
def test_a_run_that_does_not_exist_is_not_found(served: Served, method: str, route: str, run: str) -> None:
    fault(served.client.request(method, f"/api/runs/{run}{route}"), 404, "not_found")


def test_a_finished_run_in_full(served: Served, finished: str) -> None:
    detail = served.client.get(f"/api/runs/{finished}")
    told = models.RunDetail.model_validate(detail.json())
    assert told.status == "finished"
    assert told.results is not None
    assert told.results.test is not None
    assert told.results.test.samples == 50
    assert parse_run(detail.json()["spec"]).network.title() == "64-6-10"


def test_events_are_paged_by_line(served: Served, finished: str) -> None:
    everything = fits(served.client.get(f"/api/runs/{finished}/events"), models.EventPage)
    assert [event["kind"] for event in everything["events"]][-2:] == ["epoch", "finished"]
    assert everything["next"] == len(everything["events"]) == UPDATES + 4
    rest = served.client.get(f"/api/runs/{finished}/events?after=20").json()
    assert rest["events"] == everything["events"][20:]
    fault(served.client.get(f"/api/runs/{finished}/events?after=-1"), 422, "spec")


def test_frames_and_snapshots_are_weight_frames(served: Served, finished: str) -> None:
    newest = served.client.get(f"/api/runs/{finished}/frame")
    assert newest.headers["content-type"] == "application/octet-stream"
    assert decode_frame(newest.content).update == UPDATES
    assert fits(served.client.get(f"/api/runs/{finished}/snapshots"), models.SnapshotList)["snapshots"][1]["index"] == 1
    first = served.client.get(f"/api/runs/{finished}/snapshots/0")
    assert decode_frame(first.content).layers[0].values.shape == (6, 64)
    fault(served.client.get(f"/api/runs/{finished}/snapshots/9"), 404, "not_found")
    fault(served.client.get(f"/api/runs/{finished}/snapshots/x"), 422, "spec")


def test_one_weight_is_exact(served: Served, finished: str) -> None:
    wanted = trained_for(small_spec()).tensors["layers.1.weight"][3, 2]
    answer = served.client.get(f"/api/runs/{finished}/weight?layer=1&row=3&column=2")
    assert np.float32(fits(answer, models.WeightValue)["value"]) == wanted
    for place in ("layer=2&row=0&column=0", "layer=0&row=6&column=0", "layer=0&row=0&column=64"):
        fault(served.client.get(f"/api/runs/{finished}/weight?{place}"), 404, "not_found")
    fault(served.client.get(f"/api/runs/{finished}/weight?layer=0"), 422, "spec")


def download(served: Served, run: str, what: str, ending: str) -> bytes:
    answer = served.client.get(f"/api/runs/{run}/export/{what}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="Ein-Lauf-gr-er{ending}"'
    return answer.content


def same(one: TrainedNetwork, other: TrainedNetwork) -> bool:
    return all(np.array_equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


def test_weights_come_home_exactly(served: Served, finished: str) -> None:
    wanted = trained_for(small_spec())
    assert same(wanted, from_json(download(served, finished, "json", ".json")))
    assert same(wanted, from_safetensors(download(served, finished, "safetensors", ".safetensors")))


def test_metrics_settings_and_figures_come_home(served: Served, finished: str) -> None:
    table = download(served, finished, "csv", "-metrics.csv").decode().splitlines()
    assert len(table) == 1 + UPDATES + 1
    assert parse_run(json.loads(download(served, finished, "settings", "-settings.json"))).training.dataset == "digits"
    fault(served.client.get(f"/api/runs/{finished}/export/figure/loss.pdf"), 422, "spec")
    fault(served.client.get(f"/api/runs/{finished}/export/figure/nothing.svg"), 404, "not_found")


@pytest.mark.slow
def test_figures_come_home(served: Served, finished: str) -> None:
    assert b"<svg" in download(served, finished, "figure/loss.svg", "-loss.svg")
    assert download(served, finished, "figure/confusion.png", "-confusion.png")[:4] == b"\x89PNG"
    with zipfile.ZipFile(io.BytesIO(download(served, finished, "figures.zip", "-figures.zip"))) as archive:
        assert set(archive.namelist()) == {
            f"{name}.{form}" for name in ("loss", "accuracy", "confusion") for form in ("png", "svg")
        }


@pytest.mark.slow
@pytest.mark.parametrize("write", [to_json, to_safetensors])
def test_weights_are_imported_as_a_finished_run(served: Served, write: Any) -> None:
    trained = trained_for(small_spec(), seed=5)
    answer = served.client.post("/api/runs/import-weights?name=from+home", content=write(trained))
    assert answer.status_code == 201
    row = fits(answer, models.ImportedWeights)
    assert (row["status"], row["name"], row["title"]) == ("finished", "from home", "64-6-10")
    models.RunDetail.model_validate(served.client.get(f"/api/runs/{row['id']}").json())
    assert same(trained, from_json(served.client.get(f"/api/runs/{row['id']}/export/json").content))
    assert decode_frame(served.client.get(f"/api/runs/{row['id']}/frame").content).layers[1].values.shape == (10, 6)


def test_what_is_no_run_file_is_told_without_the_name_it_had_here(served: Served) -> None:
    error = served.client.post("/api/runs/import", content=b"junk").json()["error"]
    assert error["message"] == "The upload is no run file."


def test_weights_without_a_recipe_are_imported_too(served: Served) -> None:
    whole = trained_for(small_spec())
    bare = TrainedNetwork(whole.network, whole.tensors)
    row = served.client.post("/api/runs/import-weights", content=to_json(bare)).json()
    assert (row["dataset"], row["status"]) == ("digits", "finished")
    assert "does not say how its network is fed and read" in row["notices"][-1]


WHOLE = to_safetensors(trained_for(small_spec()))


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"{}", WHOLE[:-100], WHOLE[:50], b"PK\x03\x04zip", b"\x80\x04pickle", b'{"format": "other"}'],
)
def test_a_damaged_or_foreign_weight_file_leaves_nothing(served: Served, content: bytes) -> None:
    before = len(served.client.get("/api/runs").json()["runs"])
    fault(served.client.post("/api/runs/import-weights", content=content), 422, "file_format")
    assert len(served.client.get("/api/runs").json()["runs"]) == before
    assert not list(served.home.glob(".upload-*"))


@pytest.mark.slow
def test_openapi_names_every_route_and_body(served: Served) -> None:
    api = served.client.get("/api/openapi.json").json()
    assert {"/api/runs", "/api/runs/{run_id}/export/{form}", "/api/check"} <= set(api["paths"])
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path} says nothing of itself"
    assert {"RunRow", "RunDetail", "Results", "ErrorBody", "CheckAnswer"} <= set(api["components"]["schemas"])


def made(served: Served, **training: Any) -> str:
    return str(served.client.post("/api/runs", json={"spec": document(**training)}).json()["id"])


@pytest.mark.slow
def test_runs_are_chosen_tagged_archived_and_sorted(served: Served) -> None:
    first, second = (
        made(served, name="to choose", seed=seed, learning_rate=rate) for seed, rate in ((1, 0.01), (2, 0.001))
    )
    at = f"/api/runs/{first}"
    row = served.client.patch(at, json={"tags": ["b", "a"], "notes": "slow", "archived": True}).json()
    assert (row["tags"], row["archived"], row["seed"], row["pace"]) == (["a", "b"], True, 1, "full")
    assert served.client.get(at).json()["notes"] == "slow"
    assert served.client.get(at).json()["repeat"]["here"] == f"snntrainer3d train --like {first}"

    def ids(**wanted: object) -> list[str]:
        params = {"search": "to choose", **wanted}
        return [row["id"] for row in served.client.get("/api/runs", params=params).json()["runs"]]

    assert ids() == [second, first]
    assert ids(archived="no") == [second]
    assert ids(tag=["a", "b"]) == [first]
    assert ids(where=["training.learning_rate>=.01"]) == [first]
    assert ids(sort="training.learning_rate", order="asc") == [second, first]
    best = served.client.get("/api/runs", params={"search": "to choose", "sort": "seed", "limit": 1}).json()
    assert (best["total"], best["values"]) == (2, {second: 2})
    fields = {row["name"]: row for row in fits(served.client.get("/api/runs/fields"), models.RunFields)["fields"]}
    assert fields["training.seed"]["values"] == [0, 1, 2]
    assert served.client.get("/api/runs/tags").json() == {"tags": [{"tag": "a", "runs": 1}, {"tag": "b", "runs": 1}]}
    fault(served.client.get("/api/runs", params={"where": "training.learning_rat>1"}), 422, "spec")
    fault(served.client.patch(at, json={"tags": [""]}), 422, "spec")


@pytest.mark.slow
def test_a_deleted_run_is_restored_or_removed(served: Served) -> None:
    run = made(served)
    served.client.post(f"/api/runs/{run}/cancel")
    assert served.client.delete(f"/api/runs/{run}").status_code == 204
    fault(served.client.get(f"/api/runs/{run}"), 404, "not_found")
    trash = served.client.get("/api/trash").json()
    assert trash["runs"][0]["id"] == run
    assert trash["kept_days"] == 30
    assert served.client.post(f"/api/trash/{run}/restore").json()["id"] == run
    fault(served.client.post(f"/api/trash/{run}/restore"), 404, "not_found")
    served.client.delete(f"/api/runs/{run}")
    assert served.client.delete(f"/api/trash/{run}").status_code == 204
    assert served.client.delete("/api/trash").status_code == 204
    assert served.client.get("/api/trash").json()["runs"] == []


def test_curves_are_columns_thinned_by_their_means(served: Served, finished: str) -> None:
    whole = served.client.get(f"/api/runs/{finished}/curves").json()
    assert whole["updates"]["update"] == list(range(1, UPDATES + 1))
    assert whole["total_updates"] == UPDATES
    thin = served.client.get(f"/api/runs/{finished}/curves", params={"points": 5}).json()
    assert thin["updates"]["update"] == [4, 8, 12, 16, 20]
    assert thin["updates"]["loss"][0] == pytest.approx(sum(whole["updates"]["loss"][:4]) / 4)
    assert thin["updates"]["loss_low"][0] == min(whole["updates"]["loss"][:4])
    assert thin["updates"]["loss_high"][0] == max(whole["updates"]["loss"][:4])
    assert {len(column) for column in thin["updates"].values()} == {5}
    assert thin["epochs"]["train_accuracy"] == [0.9]


@pytest.mark.slow
def test_a_run_is_taken_along_as_a_file(served: Served, finished: str) -> None:
    answer = served.client.get(f"/api/runs/{finished}/export/run")
    assert answer.headers["content-disposition"].endswith('.snnrun.zip"')
    fault(served.client.post("/api/runs/import", content=answer.content), 409, "conflict")
    name = served.client.get(f"/api/runs/{finished}").json()["name"]
    served.client.delete(f"/api/runs/{finished}")
    served.client.delete(f"/api/trash/{finished}")
    imported = served.client.post("/api/runs/import", content=answer.content)
    assert imported.status_code == 201
    assert fits(imported, models.ImportedRun)["name"] == name
    fault(served.client.post("/api/runs/import", content=b"PK nonsense"), 422, "file_format")
    fault(served.client.get(f"/api/runs/{made(served)}/export/run"), 409, "conflict")
    assert not [path.name for path in served.home.iterdir() if path.name.startswith((".export-", ".import-"))]


@pytest.mark.slow
def test_a_training_that_no_memory_of_this_machine_holds_is_refused_with_the_limit(served: Served) -> None:
    layers = [{"size": 50_000}, {"size": 10}]
    network = {"input": {"shape": [1, 8, 8]}, "layers": layers}
    spec = {"network": network, "training": {"dataset": "digits", "num_steps": 10_000, "batch_size": 65_536}}
    answer = served.client.post("/api/runs", json={"spec": spec})
    assert answer.status_code == 422, answer.text
    assert "this machine has" in answer.json()["error"]["faults"][0]["message"]
    assert served.client.post("/api/check", json=spec).json()["faults"][0]["path"] == "training.batch_size"


@pytest.mark.slow
def test_a_long_run_is_thinned_to_be_drawn_and_whole_in_its_table(served: Served) -> None:
    run = served.store.create(small_spec(), launcher="cli").id
    events: list[Event] = [StateChanged(state="running")]
    for at in range(1, 5001):
        loss = 77.0 if at == 2345 else 1.0
        point = {"update": at, "epoch": 1, "learning_rate": 0.1, "samples_per_second": 1.0, "rates": [0.1, 0.1]}
        events.append(Update(loss=loss, accuracy=0.5, **point))
    served.store.folder(run).events.write_bytes(b"".join(dump_event(event) + b"\n" for event in events))
    served.store.sync(run)
    drawn = served.client.get(f"/api/runs/{run}/curves", params={"points": 100}).json()["updates"]
    assert len(drawn["update"]) == 100
    assert max(drawn["loss_high"]) == 77.0
    rows = list(csv.DictReader(io.StringIO(served.client.get(f"/api/runs/{run}/export/csv").text)))
    assert [int(row["update"]) for row in rows] == list(range(1, 5001))
    assert float(rows[2344]["train_loss_nat_per_sample"]) == 77.0


@pytest.mark.slow
def test_the_disk_is_told_run_by_run_and_bounded(served: Served, finished: str) -> None:
    told = fits(served.client.get("/api/disk"), models.DiskUse)
    row = next(row for row in told["runs"] if row["run"] == finished)
    assert 0 <= row["snapshots"] < row["bytes"] <= told["bytes"]
    assert told["quota_bytes"] is None
    assert told["free_bytes"] > 0
    bounded = served.client.put("/api/disk", json={"quota_bytes": 10**12})
    assert fits(bounded, models.DiskUse)["quota_bytes"] == 10**12
    fault(served.client.put("/api/disk", json={"quota_bytes": 5}), 422, "spec")
    fault(served.client.put("/api/disk", json={"quota": None}), 422, "spec")
    assert served.client.put("/api/disk", json={"quota_bytes": None}).json()["quota_bytes"] is None


@pytest.mark.slow
def test_what_a_file_does_not_say_is_told_and_can_be_said(served: Served) -> None:
    nir = pytest.importorskip("nir")
    cells = nir.LIF(tau=np.full(10, 4e-3), r=np.ones(10), v_leak=np.zeros(10), v_threshold=np.ones(10))
    nodes = {
        "input": nir.Input(input_type={"input": np.array([64])}),
        "fc": nir.Linear(weight=np.ones((10, 64))),
        "cells": cells,
        "output": nir.Output(output_type={"output": np.array([10])}),
    }
    out = io.BytesIO()
    nir.write(out, nir.NIRGraph(nodes=nodes, edges=[("input", "fc"), ("fc", "cells"), ("cells", "output")]))
    address = "/api/runs/import-weights"
    assumed = fits(served.client.post(address, content=out.getvalue()), models.ImportedWeights)
    assert assumed["assumed_dt_s"] == 1e-4
    assert any("no time step" in notice for notice in assumed["notices"])
    said = fits(served.client.post(f"{address}?dt_s=1e-3", content=out.getvalue()), models.ImportedWeights)
    assert said["assumed_dt_s"] is None
    kept = from_json(served.client.get(f"/api/runs/{said['id']}/export/json").content)
    assert kept.network.output.neuron.beta == pytest.approx(0.75)
    fault(served.client.post(f"{address}?dt_s=1e-3", content=WHOLE), 400, "input")


@pytest.mark.slow
def test_modules_of_a_state_dict_are_named_over_http(served: Served) -> None:
    spec = small_spec()
    square = spec.network.changed(layers=[{"size": 64}, {"size": 64}, {"size": 10}])
    out = io.BytesIO()
    weights = {"a": np.ones((64, 64)), "b": np.zeros((64, 64)), "c": np.zeros((10, 64))}
    biases = {f"{name}.bias": np.zeros(len(weight)) for name, weight in weights.items()}
    arrays = {**biases, **{f"{name}.weight": weight for name, weight in weights.items()}}
    np.savez(out, **{name: arrays[name] for name in sorted(arrays)})
    address, query = "/api/runs/import-weights", {"network": square.model_dump_json()}
    body = fault(served.client.post(address, params=query, content=out.getvalue()), 422, "mismatch")
    assert {one["path"] for one in body["faults"]} == {"a", "b"}
    asked = fits(served.client.post(f"{address}/modules", params=query, content=out.getvalue()), models.ModuleList)
    assert [(one["name"], one["sort"], one["fits"], one["layer"]) for one in asked["modules"]] == [
        ("a", "connections", [0, 1], None), ("b", "connections", [0, 1], None), ("c", "connections", [2], None),
    ]  # fmt: skip
    assert asked["modules"][2]["shapes"] == {"bias": [10], "weight": [10, 64]}
    fault(served.client.post(f"{address}/modules", params=query, content=WHOLE), 400, "input")
    answer = served.client.post(address, params=query | {"map": ["b=layers.0"]}, content=out.getvalue())
    row = fits(answer, models.ImportedWeights)
    kept = from_json(served.client.get(f"/api/runs/{row['id']}/export/json").content)
    assert kept.tensors["layers.0.weight"].max() == 0
    assert kept.tensors["layers.1.weight"].min() == 1
