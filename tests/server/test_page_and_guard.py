"""The page, the headers around every answer, and what happens to requests that make no sense."""

from __future__ import annotations

import errno
import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from made_runs import Served, serve

from snntrainer3d.jobs import JobRunner
from snntrainer3d.server import failures, requests
from snntrainer3d.server.routes import about


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/runs/abc", "/anything?design=x"])
def test_every_address_is_the_page(served: Served, path: str) -> None:
    answer = served.client.get(path)
    assert answer.status_code == 200
    assert "the page" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert served.client.head(path).status_code == 200


def test_hashed_files_are_kept_for_ever_and_come_small(served: Served) -> None:
    answer = served.client.get("/assets/index-abc123.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.text)
    plain = served.client.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text


@pytest.mark.slow
def test_a_file_packed_beforehand_is_taken(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.css").write_text("slow")
    (tmp_path / "assets" / "a.css.gz").write_bytes(gzip.compress(b"packed"))
    for other in serve(tmp_path / "home", static=tmp_path):
        assert other.client.get("/assets/a.css").text == "packed"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.js",
        "/assets/none.css",
        "/assets/none",
        "/assets/",
        "/../../etc/passwd.txt",
        "/%2e%2e/%2e%2e/secret.txt",
    ],
)
def test_files_that_are_not_the_pages_are_not_found(served: Served, path: str) -> None:
    (served.home / "secret.txt").write_text("secret")
    answer = served.client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_full_disk_is_told_as_one(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(requests.tempfile, "mkstemp", fail)
    answer = served.client.post("/api/runs/import", content=b"anything")
    assert answer.status_code == 507
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("storage", "The disk cannot be used: No space left on device.")


@pytest.mark.slow
def test_a_page_that_is_not_built_says_what_to_run(tmp_path: Path) -> None:
    for other in serve(tmp_path / "home", static=tmp_path / "nowhere"):
        answer = other.client.get("/")
        assert answer.status_code == 503
        assert "make run" in answer.text


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/nothing", "/assets/index-abc123.js"])
def test_every_answer_is_guarded(served: Served, path: str) -> None:
    headers = served.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers or "uvicorn" in headers["server"]


def test_nothing_of_the_api_is_kept_by_a_cache(served: Served) -> None:
    assert served.client.get("/api/runs").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("POST", "/api/nothing", 404, "not_found"),
        ("PUT", "/api/runs", 405, "conflict"),
        ("POST", "/api/health", 405, "conflict"),
        ("POST", "/", 404, "not_found"),
        ("GET", "/api/check", 405, "conflict"),
    ],
)
def test_what_does_not_exist_or_is_not_taken(served: Served, method: str, path: str, status: int, code: str) -> None:
    answer = served.client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_request_beyond_the_limit_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MAX_DOCUMENT_BYTES", 1000)
    monkeypatch.setattr(requests, "MAX_WEIGHTS_BYTES", 2000)
    for path, size in (("/api/runs", 1001), ("/api/runs/import-weights", 2001)):
        for content in (b"x" * size, iter([b"x" * size])):
            answer = served.client.post(path, content=content)
            assert answer.status_code == 413
            assert answer.json()["error"]["code"] == "limit"
    assert not list(served.home.glob(".upload-*"))


@pytest.mark.slow
def test_deep_json_is_refused_quietly(served: Served) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert served.client.post("/api/runs", content=b'{"spec": ' + deep + b"}").status_code == 422
    assert not served.client.post("/api/check", content=deep).json()["ok"]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    def fail(*_args: object, **_named: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(JobRunner, "tick", lambda _self: None)
    monkeypatch.setattr(about, "Health", fail)
    for other in serve(tmp_path / "home"):
        yield other.client


@pytest.mark.slow
def test_an_unforeseen_error_shows_nothing_of_the_inside(
    broken: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.get("/api/health")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "failure"
    assert "secret" not in answer.text
    assert "default-src" in answer.headers["content-security-policy"]
    assert any("secret inside" in str(record.exc_info) for record in caplog.records if record.name == failures.__name__)
    assert broken.get("/api/runs").status_code == 200
