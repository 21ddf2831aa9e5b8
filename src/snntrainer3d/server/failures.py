"""Every error as the one body, whoever raised it; nothing of our inside reaches the client."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from snntrainer3d.errors import (
    ConflictError,
    FailureError,
    Fault,
    FileFormatError,
    InputError,
    LimitError,
    NotFoundError,
    Snntrainer3dError,
    SpecError,
)
from snntrainer3d.server.gate import told_of
from snntrainer3d.storage import disk_error

log = logging.getLogger(__name__)
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*[a-z])")


def answer_errors(app: FastAPI) -> None:
    """Make every error of the application one body."""
    app.add_exception_handler(Snntrainer3dError, _ours)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(LastResort)


def body_of(error: Exception) -> dict[str, Any]:
    """Give the body for any error; one that is not ours is logged and told in general words."""
    return _body(_in_our_words(error))


def without_options(told: str) -> str:
    """Return words for a request and the page, which have no options of a shell: --label is the field “label”.

    What is said of the shell itself stays.
    """
    if "command line" in told or "snntrainer3d " in told:
        return told
    return _OPTION.sub(lambda found: f"“{found[1].replace('-', '_')}”", told)


def _body(error: Snntrainer3dError) -> dict[str, Any]:
    body = error.body()
    for part in (body["error"], *body["error"]["faults"]):
        part.update({name: without_options(part[name]) for name in ("message", "hint")})
    return body


def _in_our_words(error: Exception) -> Snntrainer3dError:
    if isinstance(error, Snntrainer3dError):
        return error
    told = disk_error(error) if isinstance(error, OSError) else None
    if told is not None:
        log.error("%s", told)
        return told
    log.error("Unforeseen error.", exc_info=error)
    return FailureError(
        "The server met an error that it did not foresee.", hint="Its log holds the details; please report it."
    )


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Snntrainer3dError)
    if _is_hostile(error):
        # What it was, not what it said: that may name files of a person.
        request.app.state.refusals.note(f"{told_of(request.scope)}: {error.code}")
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s", error)
    return JSONResponse(_body(error), error.http_status)


def _is_hostile(error: Snntrainer3dError) -> bool:
    """Tell whether a body was beyond a limit, damaged, or no document at all, rather than one with faults in it."""
    unread = isinstance(error, SpecError) and any(not fault.path for fault in error.faults)
    return unread or isinstance(error, LimitError | FileFormatError)


async def _parameters(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [Fault(str(detail["loc"][-1]), _plainly(detail)) for detail in error.errors()]
    wrong = SpecError(faults, what="request")
    return JSONResponse(wrong.body(), wrong.http_status)


def _plainly(detail: dict[str, Any]) -> str:
    if detail["type"] == "missing":
        return "missing."
    return f"got {detail['input']!r:.60}; {detail['msg'][:1].lower()}{detail['msg'][1:]}."


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        ours: InputError = NotFoundError(f"There is nothing at {request.url.path}.")
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        ours = ConflictError(f"{request.url.path} does not take {request.method}.")
    else:
        ours = InputError(str(error.detail))
    return JSONResponse(ours.body(), error.status_code, headers=error.headers)


class LastResort:
    """Answers what no one foresaw; without it the server would tell it twice and drop the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            ours = _in_our_words(error)
            await JSONResponse(ours.body(), ours.http_status)(scope, receive, send)
