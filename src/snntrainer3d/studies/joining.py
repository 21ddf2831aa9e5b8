"""Joining a Ray cluster by its address: what is wrong is told in seconds, where Ray itself takes minutes."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from typing import Any

from snntrainer3d.errors import FailureError, InputError, Snntrainer3dError

LOCAL, AUTO, CLIENT = "local", "auto", "ray://"
PATIENCE_S = 5.0
TRIES = 2
"""How often Ray asks, once a second; what does not listen at all was told before."""
STORE_BYTES = 256 << 20
"""Of a Ray that is started here: it holds the data set where one is sent, and parcels on their way."""
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS = 4
log = logging.getLogger(__name__)
HOW = "docs/cluster.md says how to start one."


def join(address: str) -> Any:
    """Join a cluster and give the module `ray`; the caller shuts it down.

    Raises:
        InputError: this is no address.
        FailureError: Ray is not installed, nobody answers there, or it does not let us in.
    """
    seek(address)
    ray = _ray()
    where: dict[str, Any] = {"address": address.strip()}
    if address.strip() == LOCAL:
        where = {"address": LOCAL, "include_dashboard": False, "object_store_memory": STORE_BYTES}
    try:
        ray.init(**where, log_to_driver=False, logging_level="error", namespace="snntrainer3d")
    except (ConnectionError, OSError, RuntimeError, ValueError, TimeoutError, ray.exceptions.RayError) as error:
        raise _refused(address, error) from None
    return ray


def seek(address: str) -> None:
    """Look whether a cluster answers there, where its address says where that is; raises as `join` does."""
    place = _parsed(address.strip())
    if place is not None:
        _knock(address, *place)


def _parsed(address: str) -> tuple[str, int] | None:
    """Give host and port; None where Ray finds them itself."""
    if address in (LOCAL, AUTO):
        return None
    host, colon, port = address.removeprefix(CLIENT).rpartition(":")
    if not (colon and host and "/" not in host and port.isdecimal() and 0 < int(port) < 65_536):
        raise InputError(
            f"{address!r} is no address of a cluster.",
            path="--cluster",
            hint="Give local, auto, HOST:6379 of a cluster that this machine belongs to, or ray://HOST:10001.",
        )
    return host.strip("[]"), int(port)


def _knock(address: str, host: str, port: int) -> None:
    """Tell whether somebody speaks Ray's protocol there; raises FailureError."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_S) as line:
            if os.environ.get("RAY_USE_TLS", "0") in ("", "0"):
                line.settimeout(PATIENCE_S)
                line.sendall(_PREFACE)
                speaks = _speaks_http2(line)
            else:
                speaks = True
    except OSError as error:
        why = "no answer" if isinstance(error, TimeoutError) else (error.strerror or "it does not answer")
        raise FailureError(f"The cluster {address} cannot be reached: {why}.", path="--cluster", hint=HOW) from None
    if not speaks:
        raise FailureError(f"What answers at {address} is no Ray cluster.", path="--cluster", hint=HOW)


def _speaks_http2(line: socket.socket) -> bool:
    """Read the first frame's head: gRPC, which Ray speaks, begins with its settings."""
    head = b""
    while len(head) < 9 and (more := line.recv(9 - len(head))):
        head += more
    return len(head) == 9 and head[3] == _SETTINGS


def _ray() -> Any:
    # Before the import, which reads them.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", str(TRIES))
    try:
        import ray
    except ImportError:
        raise FailureError("A cluster needs Ray.", hint="pip install 'snntrainer3d[cluster]'") from None
    return ray


def _refused(address: str, error: BaseException) -> Snntrainer3dError:
    """Give the error that says why a cluster was not joined."""
    # Ray puts what went wrong into the text of another error.
    if any("AuthenticationError" in f"{type(cause).__name__} {cause}" for cause in _causes(error)):
        return FailureError(
            f"The cluster {address} wants its token.",
            path="--cluster",
            hint="Set RAY_AUTH_MODE=token; Ray finds the token in RAY_AUTH_TOKEN_PATH or ~/.ray/auth_token.",
        )
    log.info("Joining %s: %s", address, error)
    why = (
        "it runs another release of Ray or Python" if "ersion mismatch" in str(error) else "Ray does not connect to it"
    )
    return FailureError(f"The cluster {address} cannot be joined: {why}.", path="--cluster", hint=HOW)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
