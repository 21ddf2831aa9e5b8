"""What a network does with samples: browse them, play one or a drawing, all decisions, all rates, one neuron."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from snntrainer3d.data import describe
from snntrainer3d.errors import Fault, SpecError
from snntrainer3d.jobs import SURVEY_LIMIT_S, TorchWorker
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.models import (
    Drawing,
    NeuronDetail,
    NeuronRates,
    Plane,
    Play,
    Playback,
    Predictions,
    SampleBlock,
    SplitName,
)
from snntrainer3d.server.requests import document
from snntrainer3d.server.routes.runs import Views
from snntrainer3d.spec import parse

router = APIRouter(tags=["playback"], responses=ERROR_RESPONSES)
MOST_SAMPLES = 500


def _worker_of(request: Request) -> TorchWorker:
    worker: TorchWorker = request.app.state.worker
    return worker


Worker = Annotated[TorchWorker, Depends(_worker_of)]
Split = Annotated[SplitName, Query(description="Which samples.")]
Indices = Annotated[
    str | None,
    Query(pattern=r"^\d{1,7}(,\d{1,7})*$", description=f"These samples instead, with commas; at most {MOST_SAMPLES}."),
]


async def _play_body(request: Request) -> Play:
    body = parse(Play, await document(request), what="request")
    if sum(given is not None for given in (body.index, body.pixels, body.drawing)) != 1:
        fault = Fault("", "expected exactly one of index, pixels and drawing.", "Name a sample or send one.")
        raise SpecError([fault], what="request")
    return body


@router.get("/datasets/{name}/samples", response_model=SampleBlock)
def list_samples(
    name: str,
    worker: Worker,
    split: Split = "test",
    start: Annotated[int, Query(ge=0)] = 0,
    count: Annotated[int, Query(ge=1, le=MOST_SAMPLES)] = 50,
    indices: Indices = None,
) -> Response:
    """Give samples of a data set that is on this machine."""
    describe(name)
    picked = None if indices is None else [int(index) for index in indices.split(",")]
    if picked is not None and len(picked) > MOST_SAMPLES:
        raise SpecError([Fault("indices", f"got {len(picked):,}, at most {MOST_SAMPLES} are given.")], what="request")
    return _json(worker.ask("samples", dataset=name, split=split, start=start, count=count, indices=picked))


@router.post("/runs/{run_id}/play", response_model=Playback, openapi_extra=takes(Play))
def play(run_id: str, views: Views, worker: Worker, body: Annotated[Play, Depends(_play_body)]) -> Response:
    """Run one sample or drawing through a run's network, its newest checkpoint while it trains."""
    fields: dict[str, Any] = {"num_steps": body.num_steps, "layers": body.layers, "lane": body.page}
    content = b""
    if body.drawing is not None:
        fields["drawing"], content = [body.drawing.height, body.drawing.width], _canvas(body.drawing)
    elif body.pixels is not None:
        content = bytes(body.pixels)
    else:
        fields |= {"split": body.split, "index": body.index}
    return _json(worker.ask("play", content, run=views.place(run_id), **fields))


@router.get("/runs/{run_id}/predictions", response_model=Predictions)
def predictions(run_id: str, views: Views, worker: Worker, split: Split = "test") -> Response:
    """Tell what a run's network decides for each sample; counted once, which takes seconds, then kept."""
    return _survey(worker, views.place(run_id), split, "predictions")


@router.get("/runs/{run_id}/rates", response_model=NeuronRates)
def neuron_rates(run_id: str, views: Views, worker: Worker, split: Split = "test") -> Response:
    """Tell how often each neuron spikes; counted once together with the predictions, then kept."""
    return _survey(worker, views.place(run_id), split, "rates")


@router.get("/runs/{run_id}/neuron", response_model=NeuronDetail)
def neuron(
    run_id: str,
    views: Views,
    worker: Worker,
    layer: Annotated[int, Query(ge=0, description="From 0, the first that has neurons.")],
    neuron: Annotated[int, Query(ge=0, description="Neuron of the layer.")],
) -> Response:
    """Give one neuron with all its weights, of the newest checkpoint while the run trains."""
    return _json(worker.ask("neuron", run=views.place(run_id), layer=layer, neuron=neuron))


@router.get("/runs/{run_id}/plane", response_model=Plane)
def plane(run_id: str, views: Views, worker: Worker) -> Response:
    """Tell what a network of two inputs decides all over their plane, of the newest checkpoint while it trains."""
    return _json(worker.ask("plane", run=views.place(run_id)))


def _survey(worker: TorchWorker, run: str, split: str, part: str) -> Response:
    return _json(worker.ask("survey", limit_s=SURVEY_LIMIT_S, run=run, split=split, part=part))


def _canvas(drawing: Drawing) -> bytes:
    try:
        pixels = base64.b64decode(drawing.pixels, validate=True)
    except (binascii.Error, ValueError):
        fault = Fault("drawing.pixels", "is not base64.", "Send one byte 0–255 for each pixel, as base64.")
        raise SpecError([fault], what="request") from None
    wanted = drawing.width * drawing.height
    if len(pixels) != wanted:
        fault = Fault("drawing.pixels", f"got {len(pixels):,} pixels, expected {wanted:,}.")
        raise SpecError([fault], what="request")
    return pixels


def _json(content: bytes) -> Response:
    """Give the worker's document as it is."""
    return Response(content, media_type="application/json")
