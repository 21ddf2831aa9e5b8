"""Data sets: which there are, which are here, and fetching those that are not."""

from __future__ import annotations

from fastapi import APIRouter, Request

from snntrainer3d.data import CATALOGUE, DatasetInfo, available, describe
from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.downloads import Downloads
from snntrainer3d.server.models import DatasetRow

router = APIRouter(tags=["data sets"])


@router.get("/datasets")
def list_datasets(request: Request) -> list[DatasetRow]:
    """Give all data sets, with the state of a download where one goes on."""
    return [_row(info, request.app.state.downloads) for info in CATALOGUE.values()]


@router.post("/datasets/{name}/fetch", status_code=202, responses=ERROR_RESPONSES)
def fetch_dataset(name: str, request: Request) -> DatasetRow:
    """Begin to download a data set; GET /api/datasets tells how far it is."""
    downloads: Downloads = request.app.state.downloads
    info = describe(name)
    if not available(name):
        downloads.start(name)
    return _row(info, downloads)


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
        available=available(info.name),
        fetching=downloads.state(info.name),
    )
