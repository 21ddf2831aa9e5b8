"""Runs: list, start, look at, rename, delete; and what a person tells one that goes on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from snntrainer3d.exports import read_weights
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.models import Rename, RunDetail, RunList, RunRow, StartRun
from snntrainer3d.server.requests import document, uploaded
from snntrainer3d.server.review import accepted
from snntrainer3d.server.views import RunViews
from snntrainer3d.spec import parse

router = APIRouter(tags=["runs"], responses=ERROR_RESPONSES)
WEIGHTS_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {}}}}}


def views_of(request: Request) -> RunViews:
    """Give the runs as the API shows them."""
    views: RunViews = request.app.state.views
    return views


Views = Annotated[RunViews, Depends(views_of)]


async def _start_body(request: Request) -> StartRun:
    return parse(StartRun, await document(request), what="request")


async def _rename_body(request: Request) -> Rename:
    return parse(Rename, await document(request), what="request")


@router.get("/runs", response_model=RunList)
def list_runs(views: Views) -> Response:
    """Give all runs, newest first."""
    return views.json({"runs": views.rows()})


@router.post("/runs", status_code=201, response_model=RunRow, openapi_extra=takes(StartRun))
def start_run(views: Views, body: Annotated[StartRun, Depends(_start_body)]) -> Response:
    """Put a training in the queue; it begins as soon as the machine bears it."""
    return views.json(views.start(accepted(body.spec), body.from_run), 201)


@router.post("/runs/import-weights", status_code=201, response_model=RunRow, openapi_extra=WEIGHTS_BODY)
async def import_weights(
    request: Request, views: Views, name: Annotated[str, Query(max_length=120, description="What to call it.")] = ""
) -> Response:
    """Keep a weight file, our JSON or safetensors, as a finished run."""
    async with uploaded(request, request.app.state.home) as file:
        trained = await run_in_threadpool(read_weights, file)
    return views.json(await run_in_threadpool(views.adopt, trained, name), 201)


@router.get("/runs/{run_id}", response_model=RunDetail)
def show_run(run_id: str, views: Views) -> Response:
    """Give one run with its documents and results."""
    return views.json(views.detail(run_id))


@router.patch("/runs/{run_id}", response_model=RunRow, openapi_extra=takes(Rename))
def rename_run(run_id: str, views: Views, body: Annotated[Rename, Depends(_rename_body)]) -> Response:
    """Give a run another name."""
    return views.json(views.rename(run_id, body.name))


@router.delete("/runs/{run_id}", status_code=204)
def delete_run(run_id: str, views: Views) -> Response:
    """Delete a run and its files; one that goes on must be cancelled first."""
    views.delete(run_id)
    return Response(status_code=204)


@router.post("/runs/{run_id}/pause", response_model=RunRow)
def pause_run(run_id: str, views: Views) -> Response:
    """Let a run rest after its present update."""
    return views.json(views.tell(run_id, "pause"))


@router.post("/runs/{run_id}/resume", response_model=RunRow)
def resume_run(run_id: str, views: Views) -> Response:
    """Let a resting run go on, or one that was cancelled, failed or interrupted, from its last checkpoint."""
    return views.json(views.tell(run_id, "resume"))


@router.post("/runs/{run_id}/cancel", response_model=RunRow)
def cancel_run(run_id: str, views: Views) -> Response:
    """Stop a run; it can be resumed."""
    return views.json(views.tell(run_id, "cancel"))


@router.post("/runs/{run_id}/step", response_model=RunRow)
def step_run(run_id: str, views: Views) -> Response:
    """Do one update of a run whose pace is `update`, or which rests."""
    return views.json(views.tell(run_id, "step"))
