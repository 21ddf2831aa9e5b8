"""What a run recorded: events, weight frames, snapshots, exact weights."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.models import Curves, EventPage, SnapshotList, WeightValue
from snntrainer3d.server.routes.runs import Views

router = APIRouter(tags=["recordings"], responses=ERROR_RESPONSES)
BYTES = "application/octet-stream"
FRAME: dict[int | str, dict[str, Any]] = {
    200: {"content": {BYTES: {}}, "description": "A weight frame, docs/formats.md."}
}
MOST_EVENTS = 100_000


@router.get("/runs/{run_id}/events", response_model=EventPage)
def list_events(
    run_id: str,
    views: Views,
    after: Annotated[int, Query(ge=0, description="Line of the record to begin at.")] = 0,
) -> Response:
    """Give what happened in a run, from a line of its record on."""
    events, following = views.events(run_id, after, MOST_EVENTS)
    return views.json({"events": events, "next": following})


@router.get("/runs/{run_id}/curves", response_model=Curves)
def curves(
    run_id: str,
    views: Views,
    points: Annotated[int, Query(ge=2, le=10_000, description="Updates are thinned to so many at most.")] = 500,
) -> Response:
    """Give losses and accuracies over updates and epochs, in columns."""
    return views.curves(run_id, points)


@router.get("/runs/{run_id}/frame", response_class=Response, responses=FRAME)
def newest_frame(run_id: str, views: Views) -> Response:
    """Give the newest weights as a weight frame, once a run has ended its last."""
    return Response(views.newest_frame(run_id), media_type=BYTES)


@router.get("/runs/{run_id}/snapshots", response_model=SnapshotList)
def list_snapshots(run_id: str, views: Views) -> Response:
    """Tell which snapshots of its weights a run recorded."""
    return views.json({"snapshots": views.snapshots(run_id)})


@router.get("/runs/{run_id}/snapshots/{index}", response_class=Response, responses=FRAME)
def snapshot(run_id: str, index: int, views: Views) -> Response:
    """Give one snapshot as a weight frame."""
    return Response(views.snapshot(run_id, index), media_type=BYTES)


@router.get("/runs/{run_id}/weight")
def weight(
    run_id: str,
    views: Views,
    layer: Annotated[int, Query(ge=0, description="From 0, the first after the input.")],
    row: Annotated[int, Query(ge=0, description="Neuron of the layer.")],
    column: Annotated[int, Query(ge=0, description="Neuron or input before it.")],
) -> WeightValue:
    """Give one weight exactly, of the last checkpoint."""
    return WeightValue(value=views.weight(run_id, layer, row, column))
