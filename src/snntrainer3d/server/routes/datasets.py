"""Data sets: which there are, which are here, and fetching those that are not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from snntrainer3d.compose import own_recipe
from snntrainer3d.data import Choice, DatasetInfo, available, describe, every_dataset, import_data, load, remove_own
from snntrainer3d.errors import ConflictError
from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.downloads import Downloads
from snntrainer3d.server.models import DatasetRow, OwnData
from snntrainer3d.server.requests import uploaded
from snntrainer3d.spec import OWN

router = APIRouter(tags=["data sets"])
FILE_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {}}}}}


@router.get("/datasets")
def list_datasets(request: Request) -> list[DatasetRow]:
    """Give all data sets, with the state of a download where one goes on."""
    return [_row(info, request.app.state.downloads) for info in every_dataset()]


@router.post("/datasets/{name}/fetch", status_code=202, responses=ERROR_RESPONSES)
def fetch_dataset(name: str, request: Request) -> DatasetRow:
    """Begin to download a data set; GET /api/datasets tells how far it is."""
    downloads: Downloads = request.app.state.downloads
    info = describe(name)
    if not available(name):
        downloads.start(name)
    return _row(info, downloads)


@router.post("/datasets/own", status_code=201, responses=ERROR_RESPONSES, openapi_extra=FILE_BODY)
async def import_dataset(
    request: Request,
    file: Annotated[
        str, Query(min_length=1, max_length=200, description="The file's name, whose ending tells its kind.")
    ],
    side: Annotated[int | None, Query(description="Height and width that pictures and events are brought to.")] = None,
    over_time: Annotated[bool, Query(description="Whether the second axis of an NPZ's samples is time.")] = False,
    test_share: Annotated[float, Query(description="Share kept for the test.")] = 0.2,
    frames: Annotated[int, Query(description="Into how many frames events are counted.")] = 20,
    clip: Annotated[int, Query(description="The most events that count at one place of a frame.")] = 4,
    polarity: Annotated[bool, Query(description="Whether brighter and darker events are channels.")] = True,
) -> OwnData:
    """Read own data (NPZ, CSV, spike trains in HDF5, a zip of pictures, sounds or events), check and keep it."""
    choice = Choice(side, over_time, test_share, frames, clip, polarity)
    async with uploaded(request, request.app.state.home) as path:
        info = await run_in_threadpool(import_data, path, file, choice)
    train, test = (await run_in_threadpool(load, info.name)).class_counts()
    return OwnData(dataset=_row(info, request.app.state.downloads), train_counts=train, test_counts=test)


@router.delete("/datasets/{name}", status_code=204, responses=ERROR_RESPONSES)
def remove_dataset(name: str) -> Response:
    """Forget own data; runs that were trained on it keep their results."""
    if not name.startswith(OWN):
        raise ConflictError("Only data of your own can be removed.", path="name")
    remove_own(name)
    return Response(status_code=204)


def _row(info: DatasetInfo, downloads: Downloads) -> DatasetRow:
    return DatasetRow(
        name=info.name,
        title=info.title,
        input_shape=list(info.input_shape),
        classes=info.classes,
        class_names=list(info.class_names),
        train_samples=info.train_samples,
        test_samples=info.test_samples,
        licence=info.licence,
        summary=info.summary,
        frames=info.frames,
        own=info.name.startswith(OWN),
        recipe=own_recipe(info),
        available=available(info.name),
        download_mb=info.download_mb,
        fetching=downloads.state(info.name),
    )
