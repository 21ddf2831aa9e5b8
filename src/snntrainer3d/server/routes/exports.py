"""Files to take home."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.exports import figure_file, figures_zip, settings_json, to_json, to_safetensors
from snntrainer3d.server.description import ERROR_RESPONSES
from snntrainer3d.server.routes.runs import Views

router = APIRouter(tags=["exports"])
Form = Literal["png", "svg"]


def _file(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {}}, "description": "The file."}, **ERROR_RESPONSES}


def _download(content: bytes | str, media: str, run_name: str, ending: str) -> Response:
    return Response(content, media_type=media, headers=_headers(run_name, ending))


def _headers(run_name: str, ending: str) -> dict[str, str]:
    # Only plain characters: a name is written by people and ends up in a header.
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", run_name).strip("-.") or "run"
    return {"Content-Disposition": f'attachment; filename="{plain[:80]}{ending}"'}


@router.get("/runs/{run_id}/export/run", response_class=Response, responses=_file("application/zip"))
def export_run(run_id: str, views: Views) -> Response:
    """Give the run with all that it holds as one file, which any other home can import."""
    descriptor, name = tempfile.mkstemp(prefix=".export-", dir=views.store.home)
    os.close(descriptor)
    try:
        views.export_file(run_id, FilePath(name))
    except BaseException:
        FilePath(name).unlink(missing_ok=True)
        raise
    away = BackgroundTask(FilePath(name).unlink, missing_ok=True)
    return FileResponse(
        name, media_type="application/zip", headers=_headers(views.name(run_id), ".snnrun.zip"), background=away
    )


@router.get("/runs/{run_id}/export/json", response_class=Response, responses=_file("application/json"))
def export_json(run_id: str, views: Views) -> Response:
    """Give network, recipe and exact weights as JSON with type tags."""
    return _download(to_json(views.trained(run_id)), "application/json", views.name(run_id), ".json")


@router.get("/runs/{run_id}/export/safetensors", response_class=Response, responses=_file("application/octet-stream"))
def export_safetensors(run_id: str, views: Views) -> Response:
    """Give network, recipe and exact weights as safetensors."""
    content = to_safetensors(views.trained(run_id))
    return _download(content, "application/octet-stream", views.name(run_id), ".safetensors")


@router.get("/runs/{run_id}/export/csv", response_class=Response, responses=_file("text/csv"))
def export_csv(run_id: str, views: Views) -> Response:
    """Give losses, accuracies and rates over the updates as CSV."""
    return _download(metrics_csv(views.all_events(run_id)), "text/csv", views.name(run_id), "-metrics.csv")


@router.get("/runs/{run_id}/export/settings", response_class=Response, responses=_file("application/json"))
def export_settings(run_id: str, views: Views) -> Response:
    """Give the run's document, ready to be trained again."""
    return _download(settings_json(views.spec(run_id)), "application/json", views.name(run_id), "-settings.json")


@router.get("/runs/{run_id}/export/figures.zip", response_class=Response, responses=_file("application/zip"))
def export_figures(run_id: str, views: Views) -> Response:
    """Give all figures as PNG and SVG in one zip."""
    name = views.name(run_id)
    content = figures_zip(views.all_events(run_id), views.results(run_id), name)
    return _download(content, "application/zip", name, "-figures.zip")


@router.get(
    "/runs/{run_id}/export/figure/{figure}.{form}",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}, "image/svg+xml": {}}, "description": "The figure."},
        **ERROR_RESPONSES,
    },
)
def export_figure(
    run_id: str, figure: Annotated[str, Path(description="loss, accuracy or confusion")], form: Form, views: Views
) -> Response:
    """Give one figure."""
    name = views.name(run_id)
    content = figure_file(figure, form, views.all_events(run_id), views.results(run_id), name)
    return _download(content, "image/svg+xml" if form == "svg" else "image/png", name, f"-{figure}.{form}")
