"""Addresses where no cluster answers are told within seconds, before Ray is even imported."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from snntrainer3d.errors import FailureError, InputError
from snntrainer3d.studies import joining
from snntrainer3d.studies.joining import join


@contextmanager
def somebody(says: bytes) -> Iterator[str]:
    """Listen on a port and say this to whoever comes; nothing where it is empty. Give the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line, suppress(ConnectionError):
                line.recv(64)
                if says:
                    line.sendall(says)
                line.recv(64)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(120)


@pytest.mark.parametrize("address", ["", "here", "host:", ":6379", "host:70000", "http://host:80", "ray://host"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="no address") as caught:
        join(address)
    assert caught.value.path == "--cluster"


@pytest.mark.parametrize("kind", ["", "ray://"])
def test_a_port_where_nobody_listens(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(FailureError, match="cannot be reached: Connection refused"):
        join(f"{kind}127.0.0.1:{port}")


def test_somebody_who_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "PATIENCE_S", 0.05)
    with somebody(b"") as address, pytest.raises(FailureError, match="cannot be reached: no answer"):
        join(address)


def test_somebody_who_speaks_another_protocol() -> None:
    with somebody(b"HTTP/1.1 400 Bad Request\r\n\r\n") as address, pytest.raises(FailureError, match="no Ray cluster"):
        join(address)
