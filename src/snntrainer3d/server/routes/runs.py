"""Runs: find, start, look at, change, delete; and what a person tells one that goes on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from snntrainer3d.events import RunStatus
from snntrainer3d.exports import modules_in, read_modules, read_weight_file
from snntrainer3d.runs import Query as RunQuery
from snntrainer3d.runs import parse_condition
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.models import (
    ChangeRun,
    ImportedRun,
    ImportedWeights,
    ModuleList,
    RunDetail,
    RunFields,
    RunList,
    RunRow,
    StartRun,
    TagList,
)
from snntrainer3d.server.requests import document, uploaded
from snntrainer3d.server.review import accepted
from snntrainer3d.server.views import RunViews
from snntrainer3d.spec import Network, parse, read_json

router = APIRouter(tags=["runs"], responses=ERROR_RESPONSES)
WEIGHTS_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {}}}}}


def views_of(request: Request) -> RunViews:
    """Give the runs as the API shows them."""
    views: RunViews = request.app.state.views
    return views


Views = Annotated[RunViews, Depends(views_of)]


async def _start_body(request: Request) -> StartRun:
    return parse(StartRun, await document(request), what="request")


async def _change_body(request: Request) -> ChangeRun:
    return parse(ChangeRun, await document(request), what="request")


def _query(
    search: Annotated[str, Query(max_length=200, description="In name, id, data set, network, tags, notes.")] = "",
    status: Annotated[list[RunStatus] | None, Query(description="One of these; repeated.")] = None,
    tag: Annotated[list[str] | None, Query(description="All of these; repeated.")] = None,
    archived: Annotated[Literal["no", "yes", "all"], Query(description="Which of the two kinds.")] = "all",
    where: Annotated[
        list[str] | None,
        Query(max_length=20, description="`FIELD OP VALUE`, OP one of = != < <= > >= ~ (contains); all; repeated."),
    ] = None,
    sort: Annotated[str, Query(max_length=200, description="A column of the row, or a dotted field.")] = "created_at",
    order: Annotated[Literal["asc", "desc"], Query()] = "desc",
    limit: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> RunQuery:
    return RunQuery(
        search=search,
        status=status,
        tags=tag or (),
        archived={"no": False, "yes": True}.get(archived),
        where=[parse_condition(text) for text in where or ()],
        sort=sort,
        ascending=order == "asc",
        limit=limit,
    )


@router.get("/runs", response_model=RunList)
def list_runs(views: Views, query: Annotated[RunQuery, Depends(_query)]) -> Response:
    """Give runs by any setting or result; all, newest first, where nothing is said."""
    return views.query(query)


@router.get("/runs/fields", response_model=RunFields)
def list_fields(views: Views) -> Response:
    """Give every setting and result that runs can be chosen and sorted by."""
    return views.json({"fields": views.fields()})


@router.get("/runs/tags", response_model=TagList)
def list_tags(views: Views) -> Response:
    """Give all tags."""
    return views.json({"tags": views.tags()})


@router.post("/runs", status_code=201, response_model=RunRow, openapi_extra=takes(StartRun))
def start_run(views: Views, body: Annotated[StartRun, Depends(_start_body)]) -> Response:
    """Put a training in the queue; it begins as soon as the machine bears it."""
    return views.json(views.start(accepted(body.spec), body.from_run), 201)


def _network(document: str) -> Network:
    return parse(Network, read_json(document, what="network"), what="network", root="network")


@router.post("/runs/import-weights", status_code=201, response_model=ImportedWeights, openapi_extra=WEIGHTS_BODY)
async def import_weights(
    request: Request,
    views: Views,
    name: Annotated[str, Query(max_length=120, description="What to call it.")] = "",
    network: Annotated[str, Query(description="A network's document: what a state dict cannot say of itself.")] = "",
    maps: Annotated[
        list[str] | None,
        Query(alias="map", description="NAME=layers.0: a module of a state dict that fits several layers; repeatable."),
    ] = None,
    dt_s: Annotated[
        float | None, Query(description="Seconds of one time step of a NIR file that does not say it.")
    ] = None,
) -> Response:
    """Keep a weight file as a finished run: JSON, safetensors or NPZ of ours, NIR, the paper's JSON, a state dict."""
    stated = _network(network) if network else None
    async with uploaded(request, request.app.state.home) as file:
        found = await run_in_threadpool(read_weight_file, file, stated, modules=modules_in(maps), dt_s=dt_s)
    row = await run_in_threadpool(views.adopt, found.trained, name)
    assumed = [found.trained.assumed] if found.trained.assumed else []
    about = {"notices": [*found.notices, *assumed], "assumed_dt_s": found.assumed_dt_s}
    return views.json({**row, **about}, 201)


@router.post("/runs/import-weights/modules", response_model=ModuleList, openapi_extra=WEIGHTS_BODY)
async def list_modules(
    request: Request,
    views: Views,
    network: Annotated[str, Query(description="The document of the network whose layers they are.")],
) -> Response:
    """Give the modules of a state dict and the layers that each can be, to choose a `map` from; keeps nothing."""
    stated = _network(network)
    async with uploaded(request, request.app.state.home) as file:
        found = await run_in_threadpool(read_modules, file, stated)
    return views.json({"modules": [asdict(module) for module in found]})


@router.post("/runs/import", status_code=201, response_model=ImportedRun, openapi_extra=WEIGHTS_BODY)
async def import_file(request: Request, views: Views) -> Response:
    """Make a run of a file that `export/run` gave; it keeps its id."""
    async with uploaded(request, request.app.state.home) as file:
        return views.json(await run_in_threadpool(views.import_file, file), 201)


@router.get("/runs/{run_id}", response_model=RunDetail)
def show_run(run_id: str, views: Views) -> Response:
    """Give one run with its documents and results."""
    return views.shown(run_id)


@router.patch("/runs/{run_id}", response_model=RunRow, openapi_extra=takes(ChangeRun))
def change_run(run_id: str, views: Views, body: Annotated[ChangeRun, Depends(_change_body)]) -> Response:
    """Give a run another name, tags or notes, or put it into the archive."""
    return views.json(views.change(run_id, **body.model_dump()))


@router.delete("/runs/{run_id}", status_code=204)
def delete_run(run_id: str, views: Views) -> Response:
    """Put a run into the trash, from where it can be restored; one that goes on must be cancelled first."""
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
