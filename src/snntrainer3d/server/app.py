"""The application put together: rooms opened at the start, jobs left running at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fastapi import FastAPI

from snntrainer3d import __version__
from snntrainer3d.data import remove_unpacked
from snntrainer3d.errors import Snntrainer3dError
from snntrainer3d.jobs import JobRunner, TorchWorker
from snntrainer3d.runs import RunStore, home_folder
from snntrainer3d.server import socket
from snntrainer3d.server.access import Access
from snntrainer3d.server.board import Board
from snntrainer3d.server.description import describe_bodies
from snntrainer3d.server.downloads import Downloads
from snntrainer3d.server.failures import answer_errors
from snntrainer3d.server.gate import Gate, Refusals
from snntrainer3d.server.guard import SecurityHeaders
from snntrainer3d.server.page import STATIC, Page
from snntrainer3d.server.routes import (
    about,
    bench,
    circuits,
    compare,
    datasets,
    disk,
    exports,
    own_neurons,
    playback,
    recordings,
    runs,
    studies,
    trash,
)
from snntrainer3d.server.simulations import Simulations
from snntrainer3d.server.study_views import StudyViews
from snntrainer3d.server.views import RunViews

STUDIES_PERIOD_S = 1.0
TICK_S = 0.25
"""How often jobs are looked at: started from the queue, and found ended."""
QUOTA_PERIOD_S = 60.0
"""How often it is looked whether the runs take more than they may; each look asks for the size of every file."""
log = logging.getLogger(__name__)


def create_app(home: Path | None = None, *, static: Path = STATIC, access: Access | None = None) -> FastAPI:
    """Give the application.

    Args:
        home: folder of the runs; $SNNTRAINER3D_HOME or the platform's data folder by default.
        static: folder of the built page.
        access: who may ask; by default who calls it by a name of this machine, without a token.
    """
    app = FastAPI(
        title="SNNtrainer3D",
        summary="Design, train and see spiking neural networks.",
        version=__version__,
        lifespan=_lifespan,
        openapi_url="/api/openapi.json",
        # The usual pages of documentation load scripts from elsewhere; docs/http-api.md has the same content.
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.home = home or home_folder()
    app.state.downloads = Downloads()
    for part in (
        about,
        bench,
        own_neurons,
        datasets,
        runs,
        trash,
        disk,
        recordings,
        playback,
        compare,
        studies,
        circuits,
        exports,
    ):
        app.include_router(part.router, prefix="/api")
    app.include_router(socket.router)
    app.router.default = Page(static, app.router.default)
    answer_errors(app)
    describe_bodies(app)
    app.state.refusals, app.state.sockets = Refusals(), set()
    app.add_middleware(Gate, access=access or Access(), refusals=app.state.refusals)
    app.add_middleware(SecurityHeaders)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    store = await asyncio.to_thread(RunStore, app.state.home)
    await asyncio.to_thread(remove_unpacked, home_folder())
    runner = JobRunner(store)
    app.state.store, app.state.runner, app.state.began = store, runner, time.monotonic()
    app.state.worker = TorchWorker(app.state.home)
    app.state.simulations = Simulations()
    app.state.views = RunViews(store, runner)
    app.state.studies = StudyViews(store)
    app.state.board = Board(app.state.views.rows, changed=lambda: store.version)
    app.state.study_board = Board(app.state.studies.rows, STUDIES_PERIOD_S)
    tasks = [
        asyncio.create_task(_often(runner.tick, TICK_S, "Jobs cannot be looked after")),
        asyncio.create_task(app.state.board.keep()),
    ]
    tasks.append(asyncio.create_task(app.state.study_board.keep()))
    tasks.append(asyncio.create_task(_often(app.state.views.quota.keep, QUOTA_PERIOD_S, "The quota cannot be kept")))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(app.state.simulations.close)
        await asyncio.to_thread(app.state.worker.close)
        await asyncio.to_thread(store.close)


async def _often(work: Callable[[], object], period_s: float, failing: str) -> None:
    """Do something in a thread for ever; a store that is locked for a moment is tried again."""
    while True:
        try:
            await asyncio.to_thread(work)
        except Snntrainer3dError as error:
            log.error("%s: %s", failing, error)
        except Exception:
            log.exception("%s: an error that was not foreseen.", failing)
        await asyncio.sleep(period_s)
