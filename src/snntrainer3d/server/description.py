"""OpenAPI's share of bodies that routes read or give by themselves: named in the routes, described when asked for.

FastAPI would describe each body of each route when it is imported, which took a third of the server's start.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from snntrainer3d.server.bench_models import BenchNeurons
from snntrainer3d.server.circuit_models import MeasureCircuit, SimulateCircuit
from snntrainer3d.server.compare_models import CompareRuns
from snntrainer3d.server.models import ChangeRun, ErrorBody, Play, SetQuota, StartRun
from snntrainer3d.server.study_models import PlanStudy, ResumeStudy, StartStudy, TuneStudy
from snntrainer3d.spec import OwnNeuron, RunSpec

_REF = "#/components/schemas/{model}"
_NAMED: tuple[type[BaseModel], ...] = (
    BenchNeurons,
    ChangeRun,
    CompareRuns,
    ErrorBody,
    MeasureCircuit,
    OwnNeuron,
    PlanStudy,
    Play,
    ResumeStudy,
    RunSpec,
    SetQuota,
    SimulateCircuit,
    StartRun,
    StartStudy,
    TuneStudy,
)


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """Say in a route's `openapi_extra` that it takes a JSON body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _reference(model)}}}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    if model not in _NAMED:
        raise ValueError(f"{model.__name__} is not among the bodies described here")
    return {"$ref": _REF.format(model=model.__name__)}


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _reference(ErrorBody)}}}


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": _error("What was asked for cannot be done; the body says why."),
    "5XX": _error("Something broke; the body says what."),
}


def describe_bodies(app: FastAPI) -> None:
    """Add the bodies named by `takes` and `ERROR_RESPONSES` to the application's OpenAPI."""
    usual = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = usual()
            _, named = models_json_schema([(model, "validation") for model in _NAMED], ref_template=_REF)
            document.setdefault("components", {}).setdefault("schemas", {}).update(named["$defs"])
        return usual()

    app.openapi = openapi  # type: ignore[method-assign]
