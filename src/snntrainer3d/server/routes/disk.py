"""The disk: what the runs take, and what they may."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.models import DiskUse, SetQuota
from snntrainer3d.server.requests import document
from snntrainer3d.server.routes.runs import Views
from snntrainer3d.spec import parse

router = APIRouter(tags=["disk"], responses=ERROR_RESPONSES)


async def _quota_body(request: Request) -> SetQuota:
    return parse(SetQuota, await document(request), what="request")


@router.get("/disk", response_model=DiskUse)
def show_disk(views: Views) -> Response:
    """Give what each run takes on the disk, and the quota."""
    return views.json(views.disk())


@router.put("/disk", response_model=DiskUse, openapi_extra=takes(SetQuota))
def set_quota(views: Views, body: Annotated[SetQuota, Depends(_quota_body)]) -> Response:
    """Bound what the runs take: snapshots of the oldest are thinned at once, and whenever they grow beyond it."""
    views.set_quota(body.quota_bytes)
    return views.json(views.disk())
