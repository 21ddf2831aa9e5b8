"""The trash: runs that were deleted, until they are restored or removed for good."""

from __future__ import annotations

from fastapi import APIRouter, Response

from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.models import RunRow, TrashList
from snntrainer3d.server.routes.runs import Views

router = APIRouter(tags=["trash"], responses=ERROR_RESPONSES)


@router.get("/trash", response_model=TrashList)
def list_trash(views: Views) -> Response:
    """Give the runs in the trash."""
    return views.json(views.trash())


@router.post("/trash/{run_id}/restore", response_model=RunRow)
def restore_run(run_id: str, views: Views) -> Response:
    """Take a run out of the trash: it is as it was."""
    return views.json(views.restore(run_id))


@router.delete("/trash/{run_id}", status_code=204)
def remove_run(run_id: str, views: Views) -> Response:
    """Remove a run of the trash with all its files, for good."""
    views.remove(run_id)
    return Response(status_code=204)


@router.delete("/trash", status_code=204)
def empty_trash(views: Views) -> Response:
    """Remove everything in the trash, for good."""
    views.empty_trash()
    return Response(status_code=204)
