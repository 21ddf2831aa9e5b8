"""Listening on a port until Ctrl-C, and opening the browser where there is one."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Collection
from http.client import HTTPConnection, HTTPException

import uvicorn
from fastapi import FastAPI

from snntrainer3d.errors import ConflictError, InputError, TokenError, reason_of
from snntrainer3d.home import home_folder
from snntrainer3d.runs import RunStore
from snntrainer3d.server.access import access_for, is_loopback
from snntrainer3d.server.app import create_app
from snntrainer3d.server.logs import log_to

BACKLOG = 256
MAX_MESSAGE_BYTES = 64 * 1024
"""Largest message taken from a page over the WebSocket; those of the protocol are below 1 KiB."""
ANSWER_S = 2
"""How long a program that holds our port may take to say what it is."""
NOT_ENCRYPTED = (
    "Who has the token can use this server; from elsewhere, put this machine's name into the address.\n"
    "The connection is not encrypted: on a network that others share, use an SSH tunnel, or a proxy with a\n"
    "certificate before a server on loopback, as SECURITY.md says."
)
GRACE_S = 2
"""How long open answers may go on after Ctrl-C."""


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def listen(
    host: str, port: int, *, open_browser: bool = True, ask_token: bool = False, names: Collection[str] = ()
) -> None:
    """Serve the page and the API until Ctrl-C.

    Prints the address on stdout once it answers, with its token where it asks for one. Jobs go on when the server
    ends.

    Args:
        ask_token: ask for a token on loopback too, as on a machine that several people use.
        names: names, beside the machine's own, by which requests may call the server.

    Raises:
        ConflictError: the port is taken.
        InputError: there is no such address, the port needs more rights, or the token that is set is too short.
        StorageError: the home cannot be used.
    """
    with RunStore():
        pass  # so that a home that cannot be opened is told before anything listens
    access = access_for(host, ask_token=ask_token, names=names)
    bound = bind(host, port)
    address = _address(host, bound.getsockname()[1])

    log_to(home_folder())

    def ready() -> None:
        entrance = f"{address}/?token={access.token}" if access.token else address
        print(f"Open {entrance}", flush=True)
        if not is_loopback(host):
            print(NOT_ENCRYPTED, file=sys.stderr)
        if open_browser and _has_browser():
            webbrowser.open(entrance)

    try:
        _Server(configured(create_app(access=access)), ready).run(sockets=[bound])
    except KeyboardInterrupt:
        pass
    finally:
        bound.close()


def configured(app: FastAPI, log_level: str = "warning") -> uvicorn.Config:
    """Give how the application is served."""
    return uvicorn.Config(
        app,
        log_level=log_level,
        # Of uvicorn's two, this one does not build on an interface that websockets has given up.
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )


def bind(host: str, port: int) -> socket.socket:
    """Give a socket that listens, so that a taken port is told before anything else starts."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError:
        raise InputError(f"{host!r} is no address of this machine.", path="--host", hint="Try 127.0.0.1.") from None
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise _not_bound(host, port, error) from None
    bound.set_inheritable(False)
    return bound


def _not_bound(host: str, port: int, error: OSError) -> InputError:
    if error.errno == errno.EADDRINUSE:
        hint = "Use --port 0 for a free one (with make: PORT=0)."
        if _is_ours(host, port):
            message = f"Port {port} is taken: SNNtrainer3D runs there already. Open {_address(host, port)}."
            return ConflictError(message, path="--port", hint=f"For another beside it: {hint[0].lower()}{hint[1:]}")
        return ConflictError(f"Port {port} is taken by another program.", path="--port", hint=hint)
    if error.errno == errno.EACCES:
        return InputError(f"Port {port} needs more rights.", path="--port", hint="Use a port above 1023.")
    return InputError(f"{host}:{port} cannot be listened on: {reason_of(error)}.", path="--host", hint="Try 127.0.0.1.")


def _is_ours(host: str, port: int) -> bool:
    """Tell whether a server of this program answers there."""
    asking = HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=ANSWER_S)
    try:
        asking.request("GET", "/api/health")
        told = json.loads(asking.getresponse().read(MAX_MESSAGE_BYTES))
        return isinstance(told, dict) and (
            "torch_ready" in told or told.get("error", {}).get("code") == TokenError.code
        )
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        asking.close()


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _has_browser() -> bool:
    """Tell whether a window can be shown; a text browser in the terminal would not help."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
