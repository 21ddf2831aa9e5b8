"""Own data over HTTP: kept with its counts, listed, sampled, removed; faults name their file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from made_runs import serve

from own_files import packed, picture, pictures_by_class

pytestmark = pytest.mark.slow


@pytest.fixture
def client(home: Path) -> Iterator[httpx.Client]:
    """A server whose home is the test's."""
    for served in serve(home):
        yield served.client


def test_data_is_kept_listed_and_removed(client: httpx.Client) -> None:
    answer = client.post("/api/datasets/own?file=Pets.zip", content=packed(pictures_by_class()))
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert found["dataset"]["name"] == "own-pets"
    assert found["dataset"]["own"]
    assert found["dataset"]["class_names"] == ["cat", "dog"]
    assert (found["train_counts"], found["test_counts"]) == ([5, 5], [1, 1])
    assert found["dataset"]["recipe"]["epochs"] > 10
    assert (found["samples"]["total"], len(found["samples"]["labels"])) == (10, 10)
    assert client.get("/api/datasets").json()[-1] == found["dataset"]
    assert client.delete("/api/datasets/own-pets").status_code == 204
    assert client.delete("/api/datasets/own-pets").status_code == 404
    assert client.delete("/api/datasets/mnist").status_code == 409


def test_every_fault_comes_with_its_file(client: httpx.Client) -> None:
    files = {**pictures_by_class(), "pets/dog/x.png": b"text", "stray.png": picture()}
    answer = client.post("/api/datasets/own?file=a.zip", content=packed(files))
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"][0]["path"] == "stray.png"
    sized = client.post("/api/datasets/own?file=a.zip&side=900", content=packed(pictures_by_class()))
    assert sized.status_code == 400
    assert sized.json()["error"]["path"] == "side"
    assert [row["name"] for row in client.get("/api/datasets").json() if row["own"]] == []


def test_a_document_on_data_that_is_gone_is_a_fault_at_the_data_set(client: httpx.Client) -> None:
    client.post("/api/datasets/own?file=Pets.zip", content=packed(pictures_by_class()))
    network = {"input": {"shape": [1, 8, 8]}, "layers": [{"size": 2}]}
    spec = {"network": network, "training": {"dataset": "own-pets"}}
    assert client.post("/api/check", json=spec).json()["ok"]
    client.delete("/api/datasets/own-pets")
    checked = client.post("/api/check", json=spec).json()
    assert not checked["ok"]
    assert [fault["path"] for fault in checked["faults"]] == ["training.dataset"]


def test_how_it_is_read_is_told_before_anything_is_kept(client: httpx.Client) -> None:
    rows = b"y,town,w\n" + b"".join(b"%d,%s,%d\n" % (at % 2, (b"x", b"y", b"z")[at % 3], at * at) for at in range(12))
    refused = client.post("/api/datasets/own?file=t.csv&check=true&label=y", content=rows)
    assert [fault["path"] for fault in refused.json()["error"]["faults"]] == ["column town"]
    answer = client.post("/api/datasets/own?file=t.csv&check=true&ignore=town&ignore=nowhere", content=rows)
    assert answer.json()["error"]["path"] == "ignore"
    answer = client.post("/api/datasets/own?file=t.csv&check=true&ignore=town", content=rows)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["report"]["label"] == "The label is the column y (by its name)."
    assert found["report"]["table"]["columns"] == ["y", "town", "w"]
    assert found["report"]["left_out"][0]["examples"] == ["town"]
    assert not found["dataset"]["available"]
    assert [row["name"] for row in client.get("/api/datasets").json() if row["own"]] == []
    chosen = client.post("/api/datasets/own?file=t.csv&label=town&delimiter=comma&header=true&decimal=.", content=rows)
    assert chosen.status_code == 201, chosen.text
    assert chosen.json()["dataset"]["class_names"] == ["x", "y", "z"]
    assert chosen.json()["report"]["table"]["label"] == "town"


def test_its_samples_are_pictures(client: httpx.Client) -> None:
    client.post("/api/datasets/own?file=Pets.zip", content=packed(pictures_by_class()))
    block = client.get("/api/datasets/own-pets/samples?split=train&indices=0,9").json()
    assert (block["shape"], block["total"]) == ([1, 8, 8], 10)
    pixels = base64.b64decode(block["pixels"])
    assert len(pixels) == 2 * 64
    assert max(pixels[64:]) > max(pixels[:64])


TABLES = {
    "missing": "a,b,label\n" + "1,2,x\n3,,y\n" * 4,
    "decimals": "a;b;label\n" + "1.234,5;2;x\n3;4;y\n" * 4,
    "numbers": "a,b,c\n" + "".join(f"{at}.5,{at * at}.25,{at}.125\n" for at in range(12)),
    "one column": "abc\ndef\n",
    "words": "a,town,label\n" + "1,Bonn,x\n3,Rom,y\n" * 4,
    "constant": "a,b,label\n" + "1,2,x\n1,4,y\n" * 4,
}


@pytest.mark.parametrize("name", TABLES)
def test_no_answer_names_an_option_of_the_shell(client: httpx.Client, name: str) -> None:
    answer = client.post("/api/datasets/own?file=t.csv&check=true", content=TABLES[name].encode())
    assert "--" not in answer.text, answer.text
    if answer.status_code == 422 and name in ("missing", "words"):
        assert "“ignore”" in answer.text
