"""Ports, addresses, and a real server process from start to Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from interruptible import interruptible
from snntrainer3d.errors import ConflictError, InputError
from snntrainer3d.server import bind
from snntrainer3d.server.access import is_loopback
from snntrainer3d.server.listen import _address

listening = sys.modules["snntrainer3d.server.listen"]

PATIENCE_S = 600.0


def test_a_free_port_is_picked() -> None:
    with bind("127.0.0.1", 0) as one, bind("127.0.0.1", 0) as other:
        assert one.getsockname()[1] != other.getsockname()[1]


def test_a_taken_port_is_told_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "ANSWER_S", 0.05)
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConflictError, match=f"Port {port} is taken") as caught:
            bind("127.0.0.1", port)
    assert "--port 0" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_second_start_is_sent_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "ANSWER_S", PATIENCE_S)

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"version": "0.1.0", "home": "x", "cores": 2, "torch_ready": true}')

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as first:
        Thread(target=first.handle_request, daemon=True).start()
        port = first.server_port
        with pytest.raises(ConflictError, match=f"runs there already. Open http://127.0.0.1:{port}"):
            bind("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_told() -> None:
    for host in ("no.such.host.invalid", "203.0.113.7"):
        with pytest.raises(InputError):
            bind(host, 0)


def test_the_port_can_be_taken_again_at_once() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = first.accept()
            accepted.close()
    with bind("127.0.0.1", port):
        pass


@pytest.mark.parametrize(
    ("host", "address", "loopback"),
    [
        ("127.0.0.1", "http://127.0.0.1:5", True),
        ("localhost", "http://localhost:5", True),
        ("0.0.0.0", "http://127.0.0.1:5", False),
        ("::1", "http://[::1]:5", True),
        ("192.168.0.9", "http://192.168.0.9:5", False),
    ],
)
def test_the_address_is_one_that_a_browser_takes(host: str, address: str, loopback: bool) -> None:
    assert _address(host, 5) == address
    assert is_loopback(host) is loopback


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "snntrainer3d", "serve", "--no-browser", *arguments]
    with interruptible():
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **environment},
        )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def opened(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    return found.group(1)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_the_server_starts_answers_and_ends_cleanly(home: Path) -> None:
    with serving("--port", "0") as process:
        url = opened(process)
        assert httpx.get(f"{url}/api/health", timeout=PATIENCE_S).json()["home"] == str(home)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.slow
def test_a_token_is_asked_for_where_it_is_wished_and_shown_once(home: Path) -> None:
    with serving("--port", "0", "--token") as process:
        assert process.stdout is not None
        url, token = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+)/\?token=(\S+)\n", process.stdout.readline()).groups()
        assert httpx.get(f"{url}/api/health", timeout=PATIENCE_S).status_code == 401
        assert httpx.get(f"{url}/?token=x{token}", timeout=PATIENCE_S).status_code == 401
        allowed = httpx.get(f"{url}/api/health", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S)
        assert allowed.json()["home"] == str(home)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert token not in out + err
    assert "Refused" in err


@pytest.mark.slow
def test_on_another_address_a_token_is_asked_for_and_encryption_spoken_of(home: Path) -> None:
    with serving("--port", "0", "--host", "0.0.0.0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.fullmatch(r"Open http://127\.0\.0\.1:\d+/\?token=\S{43}\n", line), line
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert "not encrypted" in err
    assert not list(home.glob("*token*"))


@pytest.mark.slow
def test_the_port_of_the_environment_is_used_and_a_taken_one_told(home: Path) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        with serving(PORT=port) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (2, "")
    assert f"Port {port} is taken" in err
    assert "--port 0" in err
    assert "Traceback" not in err
    assert not (home / "runs").exists(), "nothing is made before the port is there"
