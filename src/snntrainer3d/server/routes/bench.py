"""The neuron bench: what one or two neurons do with an input, for the page and as files."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from snntrainer3d.analysis import NeuronBench, PhasePlane, bench_csv, bench_neurons, curve_csv, draw_bench, render
from snntrainer3d.server.bench_models import BenchAnswer, BenchNeurons
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.requests import document
from snntrainer3d.spec import parse

router = APIRouter(tags=["bench"], responses=ERROR_RESPONSES)
BenchFile = Literal["bench.svg", "bench.csv", "curve.csv"]


async def _asked(request: Request) -> BenchNeurons:
    return parse(BenchNeurons, await document(request), what="request")


Asked = Annotated[BenchNeurons, Depends(_asked)]


@router.post("/neurons/bench", response_model=BenchAnswer, openapi_extra=takes(BenchNeurons))
def bench(body: Asked) -> Response:
    """Put one neuron, or two, under an input: states and spikes over time, firing curve and phase plane."""
    found = _benches(body)
    return JSONResponse({"current": _packed(found[0].response.current[:, 0]), "neurons": [_told(one) for one in found]})


@router.post("/neurons/{file}", openapi_extra=takes(BenchNeurons))
def bench_file(file: BenchFile, body: Asked) -> Response:
    """Give the same as a figure, or as a table of steps or of the firing curve."""
    found = _benches(body)
    if file == "bench.svg":
        kind = str(body.input.kind)
        title = f"{kind} input, {body.num_steps:,} steps"
        return Response(render(draw_bench(found, title), "svg"), media_type="image/svg+xml")
    text = bench_csv(found) if file == "bench.csv" else curve_csv(found)
    return Response(text, media_type="text/csv; charset=utf-8")


def _benches(body: BenchNeurons) -> list[NeuronBench]:
    return bench_neurons(
        body.neurons, body.input, body.num_steps, curve=body.curve, plane=body.plane, plane_current=body.plane_current
    )


def _told(one: NeuronBench) -> dict[str, Any]:
    curve = one.curve and {
        "currents": one.curve.currents.tolist(),
        "rates": one.curve.rates.tolist(),
        "rheobase": one.curve.rheobase,
    }
    return {
        "title": one.title,
        "equation": one.equation(),
        "states": [{"name": name, "values": _packed(values)} for name, values in one.variables.items()],
        "spikes": one.spike_steps,
        "step_s": one.step_s,
        "summary": one.summary(),
        "curve": curve,
        "plane": None if one.plane is None else _plane(one.plane),
    }


def _plane(plane: PhasePlane) -> dict[str, Any]:
    return {
        "names": plane.names,
        "ranges": plane.ranges,
        "current": plane.current,
        "nullclines": [_packed(lines) for lines in plane.nullclines],
        "threshold": _packed(plane.threshold),
    }


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
