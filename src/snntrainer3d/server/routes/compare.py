"""Runs side by side, and everything that can be measured of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from snntrainer3d.analysis import HOROWITZ_45_NM, EnergyModel, energy_of
from snntrainer3d.jobs import SURVEY_LIMIT_S, TorchWorker
from snntrainer3d.runs import RunFolder
from snntrainer3d.server.compare_models import CompareRuns, Comparison, RunMeasurement
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.requests import document
from snntrainer3d.server.routes.playback import Split, Worker
from snntrainer3d.server.routes.runs import Views
from snntrainer3d.spec import parse
from snntrainer3d.studies import Decide, compare

router = APIRouter(tags=["compare"], responses=ERROR_RESPONSES)
MOST_PJ = 1e6
_OPERATIONS = ("input_operations", "synaptic_operations", "neuron_operations", "conventional_operations")
Picojoules = Annotated[float | None, Query(ge=0, le=MOST_PJ, description="Energy of one operation; 45 nm by default.")]


async def _compare_body(request: Request) -> CompareRuns:
    return parse(CompareRuns, await document(request), what="request")


@router.post("/compare", response_model=Comparison, openapi_extra=takes(CompareRuns))
def compare_runs(views: Views, worker: Worker, body: Annotated[CompareRuns, Depends(_compare_body)]) -> Response:
    """Set finished runs side by side: figures, settings that differ, and the tests that their data allow."""
    decide = _decider(worker) if body.decide else None
    return views.json(compare(views.store, body.runs, decide=decide))


@router.get("/runs/{run_id}/measurement", response_model=RunMeasurement)
def measurement(
    run_id: str,
    views: Views,
    worker: Worker,
    split: Split = "test",
    multiply_accumulate_pj: Picojoules = None,
    accumulate_pj: Picojoules = None,
) -> Response:
    """Measure everything of a run's network; counted once, which takes seconds, then kept."""
    raw = worker.ask("measure", limit_s=SURVEY_LIMIT_S, run=views.place(run_id), split=split)
    found = json.loads(raw)
    model = _model(multiply_accumulate_pj, accumulate_pj)
    activity = found["activity"]
    energy = energy_of(**{name: activity[name] for name in _OPERATIONS}, model=model)
    activity["energy_nj"] = {**asdict(energy), "total": energy.total}
    return views.json({**found, "energy_model": asdict(model)})


def _decider(worker: TorchWorker) -> Decide:
    def decide(run: RunFolder, steps: Sequence[int]) -> None:
        worker.ask("decide", limit_s=SURVEY_LIMIT_S, run=str(run.path), steps=list(steps))

    return decide


def _model(multiply_accumulate_pj: float | None, accumulate_pj: float | None) -> EnergyModel:
    """Give the coefficients that were asked for, over those of the default."""
    given = {"multiply_accumulate_pj": multiply_accumulate_pj, "accumulate_pj": accumulate_pj}
    changes = {name: value for name, value in given.items() if value is not None}
    return replace(HOROWITZ_45_NM, **changes, source="given by hand") if changes else HOROWITZ_45_NM
