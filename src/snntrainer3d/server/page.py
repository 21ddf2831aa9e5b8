"""The built page: one document for every address, hashed assets kept by the browser for ever."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

STATIC = Path(__file__).resolve().parent.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
SQUEEZABLE = {"text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"}
NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>SNNtrainer3D</title></head>
<body><main><h1>The page is not built yet</h1>
<p>The server runs, but the page that it shows is missing. In the folder of the project, run</p>
<pre>make run</pre>
<p>or, without make, <code>python scripts/build_page.py</code> (needs node 20 or newer). Then reload this page.</p>
<p>The API is here: <a href="/api/health">/api/health</a>, <a href="/api/openapi.json">/api/openapi.json</a>.</p>
</main></body></html>
"""


class Page:
    """Answers what no route does: the page's files, and its one document for every other address outside /api."""

    def __init__(self, folder: Path, otherwise: ASGIApp) -> None:
        """Take the folder of the built page, and who answers what is not the page's either."""
        self._root = folder.resolve()
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = None
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            answer = await run_in_threadpool(self._answer, scope["path"].removeprefix("/"), Request(scope))
        await (answer or self._otherwise)(scope, receive, send)

    def _answer(self, path: str, request: Request) -> Response | None:
        if path == "api" or path.startswith("api/"):
            return None
        file = _inside(self._root, path)
        if file is not None:
            return _file(file, request, FOR_EVER if path.startswith("assets/") else ASK_AGAIN)
        if Path(path).suffix or path.startswith("assets/"):
            return None
        index = self._root / "index.html"
        return _file(index, request, ASK_AGAIN) if index.is_file() else HTMLResponse(NOT_BUILT, 503)


def _inside(root: Path, path: str) -> Path | None:
    """Give the file that a path names, None for what does not exist or lies outside."""
    if not path or "\0" in path:
        return None
    file = (root / path).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None


def _file(file: Path, request: Request, caching: str) -> Response:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    if kind not in SQUEEZABLE or "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(file, media_type=kind, headers=headers)
    ready = file.with_name(f"{file.name}.gz")
    packed = ready.read_bytes() if ready.is_file() else _squeezed(file, file.stat().st_mtime_ns)
    return Response(packed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})


@lru_cache(maxsize=64)
def _squeezed(file: Path, _changed: int) -> bytes:
    return gzip.compress(file.read_bytes(), compresslevel=6, mtime=0)
