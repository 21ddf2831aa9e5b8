"""Stands before everything: refuses who may not ask, on HTTP and on the socket, and lets a browser in by its token."""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from snntrainer3d.errors import AccessError, GuessingError, NotFoundError, TokenError
from snntrainer3d.server.access import Access, cookie_name
from snntrainer3d.server.guesses import Guesses

POLICY_VIOLATION = 1008
_QUIET_S = 1.0
DOOR = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>SNNtrainer3D asks for its token</title></head>
<body><main><h1>This server asks for its token</h1>
<p>Open the address with <code>?token=…</code> that it printed when it started, or put the token in here.</p>
<form method="get" action="/">
<p><label>Token <input name="token" type="password" autocomplete="off" required autofocus></label>
<button>Open</button></p></form>
{wrong}</main></body></html>
"""
_WRONG = "<p role='alert'><strong>That is not the token of this server.</strong> A token is made at every start.</p>"
log = logging.getLogger(__name__)


class Refusals:
    """Logs refusals, one line a second at most, so that an attack fills no disk."""

    def __init__(self) -> None:
        self._silent_until = 0.0
        self._left_out = 0

    def note(self, text: str) -> None:
        """Log one, with how many were left out since the last."""
        now = time.monotonic()
        if now < self._silent_until:
            self._left_out += 1
            return
        more = f" ({self._left_out} more before it)" if self._left_out else ""
        self._silent_until, self._left_out = now + _QUIET_S, 0
        log.warning("Refused: %s%s", text, more)


class Gate:
    """Asks every request for name, origin and token before anything of it is read."""

    def __init__(self, app: ASGIApp, access: Access, refusals: Refusals, guesses: Guesses | None = None) -> None:
        self._app, self._access, self._refusals = app, access, refusals
        self._guesses = guesses or Guesses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers, client = Headers(scope=scope), (scope.get("client") or ("?",))[0]
        guess = self._access.token is not None and (
            self._access.is_guess(headers, _port(scope)) or self._given(scope) is not None
        )
        try:
            self._access.check_host(headers)
            self._access.check_origin(headers, scope["path"])
            _check_path(scope["path"])
            if guess:
                await self._guesses.take_turn(client)
            answer = self._greet(scope)
            if answer is None:
                self._access.check_token(headers, _port(scope))
        except (AccessError, NotFoundError) as error:
            if guess and isinstance(error, TokenError) and not isinstance(error, GuessingError):
                self._guesses.wrong(client)
            self._refusals.note(f"{told_of(scope)}: {error.message}")
            answer = _refusal(error, scope)
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})

    def _greet(self, scope: Scope) -> Response | None:
        """Take the token of a page's address, give a cookie for it, and send the browser to the address without."""
        token = self._given(scope)
        if token is None:
            return None
        if not self._access.fits(token):
            raise TokenError("The token is wrong.")
        rest = urlencode([pair for pair in _query(scope) if pair[0] != "token"])
        # One leading slash: with two, the rest of the path would be the name of another host.
        place = "/" + scope.get("raw_path", scope["path"].encode()).decode("latin-1").lstrip("/\\")
        answer = RedirectResponse(place + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(
            cookie_name(_port(scope)),
            self._access.new_cookie(),
            httponly=True,
            samesite="lax",
            secure=scope["scheme"] == "https",
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _given(self, scope: Scope) -> str | None:
        """Give the token of a page's address, None where there is none, or none is asked for."""
        if self._access.token is None or not _is_page(scope):
            return None
        return next((value for name, value in _query(scope) if name == "token"), None)


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _refusal(error: AccessError | NotFoundError, scope: Scope) -> Response:
    if isinstance(error, TokenError) and _is_page(scope):
        wrong = _WRONG if b"token=" in scope["query_string"] else ""
        return HTMLResponse(DOOR.format(wrong=wrong), error.http_status, {"Cache-Control": "no-store"})
    wanted = {"WWW-Authenticate": "Bearer"} if isinstance(error, TokenError) else {}
    if isinstance(error, GuessingError):
        wanted["Retry-After"] = "1"
    return JSONResponse(error.body(), error.http_status, wanted)


def _is_page(scope: Scope) -> bool:
    """Tell whether a browser asks for the page itself, by whatever address."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    return scope["path"] != "/api" and not scope["path"].startswith(("/api/", "/assets/"))


def _check_path(path: str) -> None:
    """Refuse a path that leads up, or that a file system reads otherwise than we do; raises NotFoundError."""
    if "\0" in path or ".." in re.split(r"[/\\]", path):
        raise NotFoundError("The path leads out of what this server has.", path="path")


def told_of(scope: Scope) -> str:
    """Say what was asked by whom, without the query, which may hold a token."""
    client = scope.get("client") or ("?",)
    return f"{scope.get('method', 'WebSocket')} {scope['path'][:200]!r} from {client[0]}"


def _port(scope: Scope) -> int:
    server = scope.get("server")
    return server[1] if server and server[1] else 0
