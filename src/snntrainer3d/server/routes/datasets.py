"""Data sets: which there are, which are here, and fetching those that are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from snntrainer3d.compose import own_recipe
from snntrainer3d.data import (
    Choice,
    DatasetInfo,
    available,
    check_data,
    describe,
    every_dataset,
    import_reading,
    remove_own,
)
from snntrainer3d.errors import ConflictError
from snntrainer3d.jobs import sample_block
from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.downloads import Downloads
from snntrainer3d.server.failures import without_options
from snntrainer3d.server.models import DatasetRow, OwnData, SampleBlock
from snntrainer3d.server.requests import uploaded
from snntrainer3d.spec import OWN

router = APIRouter(tags=["data sets"])
_SHOWN = 24
"""Samples that come with what was read."""
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
    response: Response,
    file: Annotated[
        str, Query(min_length=1, max_length=200, description="The file's name, whose ending tells its kind.")
    ],
    side: Annotated[int | None, Query(description="Height and width that pictures and events are brought to.")] = None,
    over_time: Annotated[bool, Query(description="Whether the second axis of an NPZ's samples is time.")] = False,
    test_share: Annotated[float, Query(description="Share kept for the test.")] = 0.2,
    frames: Annotated[int, Query(description="Into how many frames events are counted.")] = 20,
    clip: Annotated[int, Query(description="The most events that count at one place of a frame.")] = 4,
    polarity: Annotated[bool, Query(description="Whether brighter and darker events are channels.")] = True,
    label: Annotated[
        str, Query(description="Of a table, the label's column by name or number; of an NPZ, its array.")
    ] = "",
    ignore: Annotated[list[str], Query(description="Columns of a table to leave out, by name or number.")] = [],  # noqa: B006
    header: Annotated[bool | None, Query(description="Whether a table's first row names its columns.")] = None,
    delimiter: Annotated[str, Query(description="What separates a table's columns: a sign, or tab.")] = "",
    decimal: Annotated[str, Query(description="A table's decimal sign, . or , as it is.")] = "",
    check: Annotated[bool, Query(description="Say how it is read, with 200, and keep nothing.")] = False,
) -> OwnData:
    """Read own data (NPZ, CSV, spike trains in HDF5, a zip of pictures, sounds or events), check and keep it."""
    choice = Choice(
        side=side,
        over_time=over_time,
        test_share=test_share,
        frames=frames,
        clip=clip,
        polarity=polarity,
        label=label,
        ignore=tuple(ignore),
        header=header,
        delimiter=delimiter,
        decimal=decimal,
    )
    async with uploaded(request, request.app.state.home) as path:
        reading = await run_in_threadpool(check_data if check else import_reading, path, file, choice)
    if check:
        response.status_code = 200
    train, test = reading.dataset.class_counts()
    total = len(reading.dataset.train)
    some = min(_SHOWN, total)
    return OwnData(
        dataset=_row(reading.dataset.info, request.app.state.downloads),
        train_counts=train,
        test_counts=test,
        report=replace(reading.report, notes=tuple(map(without_options, reading.report.notes))),
        samples=SampleBlock(**sample_block(reading.dataset, "train", [at * total // some for at in range(some)])),
    )


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
