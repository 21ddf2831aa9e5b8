"""Bodies of requests, read with a limit and told of in the same words as files."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from snntrainer3d.errors import LimitError
from snntrainer3d.spec import read_json

MAX_DOCUMENT_BYTES = 4_000_000
MAX_WEIGHTS_BYTES = 1_000_000_000
"""A little more than the largest network allowed takes as float32."""


async def document(request: Request) -> Any:
    """Read one JSON document; raises SpecError, LimitError."""
    parts = [part async for part in _limited(request, MAX_DOCUMENT_BYTES)]
    return read_json(b"".join(parts), what="request")


@contextlib.asynccontextmanager
async def uploaded(request: Request, folder: Path) -> AsyncIterator[Path]:
    """Write the body into a file of `folder` that is gone afterwards; raises LimitError."""
    descriptor, name = tempfile.mkstemp(prefix=".upload-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            async for part in _limited(request, MAX_WEIGHTS_BYTES):
                await run_in_threadpool(file.write, part)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


async def _limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    too_large = LimitError(f"The request is larger than {limit:,} bytes, the most that is taken here.")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced[:20]) > limit:
        raise too_large
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        yield part
