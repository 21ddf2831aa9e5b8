"""Weights in every form over HTTP, and the proof that the worker makes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from made_runs import Served, small_spec, trained_for
from test_routes import fault, fits

from snntrainer3d.exports import FORMS, is_c_name, read_weights
from snntrainer3d.server import export_models as models


@pytest.mark.slow
def test_the_forms_of_a_run_are_listed_with_the_reasons_against_them(served: Served, finished: str) -> None:
    answer = served.client.get(f"/api/runs/{finished}/export")
    found = fits(answer, models.ExportForms)["forms"]
    assert [form["name"] for form in found] == list(FORMS)
    by_name = {form["name"]: form for form in found}
    assert answer.json()["circuit_faults"] == []
    assert by_name["json"]["faults"] == by_name["nir"]["faults"] == []
    assert by_name["nir"]["file"].endswith("-nir.zip")
    assert by_name["numpy"]["file"].endswith("_numpy.py")
    fault(served.client.get("/api/runs/nothing/export"), 404, "not_found")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["npz", "paper", "snntorch", "numpy"])
def test_weights_are_downloaded_in_a_form(served: Served, finished: str, form: str) -> None:
    answer = served.client.get(f"/api/runs/{finished}/export/{form}")
    assert answer.status_code == 200
    assert FORMS[form].ending in answer.headers["content-disposition"]
    if form == "npz":
        wanted = trained_for(small_spec()).tensors["layers.0.weight"]
        assert np.array_equal(read_weights(answer.content).tensors["layers.0.weight"], wanted)


@pytest.mark.parametrize("called", ["thesis 1", "math", "main", "…"])
def test_c_is_downloaded_whatever_a_run_is_called(served: Served, finished: str, called: str) -> None:
    assert served.client.patch(f"/api/runs/{finished}", json={"name": called}).status_code == 200
    answer = served.client.get(f"/api/runs/{finished}/export/c")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        source, header = archive.namelist()
        assert is_c_name(source)
        assert f'#include "{header}"' in archive.read(source).decode()


def test_the_circuit_is_one_zip_of_netlist_crossbars_and_parts(served: Served, finished: str) -> None:
    answer = served.client.get(f"/api/runs/{finished}/export/circuit.zip")
    assert answer.headers["content-disposition"].endswith('-circuit.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        netlist, *tables, parts = archive.namelist()
        layers = len(small_spec().network.layers)
        assert [table.rsplit("-", 1)[1] for table in tables] == [f"layer{at}.csv" for at in range(1, layers + 1)]
        assert ".subckt" in archive.read(netlist).decode().lower()
        assert "op-amp" in archive.read(parts).decode()
    ideal = served.client.get(f"/api/runs/{finished}/export/circuit.zip?form=ideal")
    assert ideal.status_code == 200
    assert ideal.content != answer.content
    fault(served.client.get(f"/api/runs/{finished}/export/circuit.zip?form=paper"), 422, "spec")


@pytest.mark.slow
def test_nir_is_downloaded_with_what_it_cannot_say(served: Served, finished: str) -> None:
    answer = served.client.get(f"/api/runs/{finished}/export/nir")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert [name.split(".", 1)[1] for name in names] == ["nir", "nir.json"]
        wanted = trained_for(small_spec()).tensors["layers.0.weight"]
        assert np.array_equal(read_weights(archive.read(names[0])).tensors["layers.0.weight"], wanted)


@pytest.mark.slow
def test_a_page_is_downloaded_that_opens_from_disk(
    served: Served, finished: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "page.js").write_text("0")
    (tmp_path / "page.css").write_text("")
    monkeypatch.setattr("snntrainer3d.exports.published.STATIC", tmp_path)
    answer = served.client.get(f"/api/runs/{finished}/export/page")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith('.html"')
    assert answer.text.startswith("<!doctype html>")
    assert '"plays":[{' in answer.text
    fault(served.client.get("/api/runs/nothing/export/page"), 404, "not_found")


@pytest.mark.slow
def test_a_form_that_does_not_exist_is_told(served: Served, finished: str) -> None:
    fault(served.client.get(f"/api/runs/{finished}/export/word"), 404, "not_found")
    fault(served.client.get(f"/api/runs/{finished}/export/word/proof"), 404, "not_found")


@pytest.mark.slow
def test_an_export_is_proved_by_the_worker_while_it_answers_others(served: Served, finished: str) -> None:
    found = fits(served.client.get(f"/api/runs/{finished}/export/numpy/proof"), models.ExportProof)
    assert found["holds"]
    assert (found["form"], found["samples"], found["spikes_differ"]) == ("numpy", 200, 0)
    assert found["spikes"] > 0
    assert found["samples_from"] == "test samples of Digits 8×8"
    assert served.client.post(f"/api/runs/{finished}/play", json={"index": 0}).status_code == 200


@pytest.mark.slow
def test_a_state_dict_becomes_a_run_of_the_architecture_stated(served: Served) -> None:
    spec = small_spec()
    trained = trained_for(spec)
    names = {"weight": "fc", "bias": "fc"}
    out = io.BytesIO()
    np.savez(
        out,
        **{
            f"{names[name.split('.')[2]]}{int(name.split('.')[1]) + 1}.{name.split('.')[2]}": array
            for name, array in trained.tensors.items()
            if ".neuron." not in name
        },
    )
    address = "/api/runs/import-weights"
    fault(served.client.post(address, content=out.getvalue()), 422, "file_format")
    query = {"name": "theirs", "network": spec.network.model_dump_json()}
    row = served.client.post(address, params=query, content=out.getvalue())
    assert row.status_code == 201
    again = read_weights(served.client.get(f"/api/runs/{row.json()['id']}/export/json").content)
    assert np.array_equal(again.tensors["layers.1.weight"], trained.tensors["layers.1.weight"])
    wrong = {"network": "{}"}
    assert fault(served.client.post(address, params=wrong, content=b""), 422, "spec")["path"]
