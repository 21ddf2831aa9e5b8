"""A run's network as a circuit: what it is, its crossbars, and simulations under ngspice."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, get_args

import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response

from snntrainer3d.data import describe
from snntrainer3d.errors import Fault, SimulationError, SpecError
from snntrainer3d.server.circuit_models import (
    CircuitCard,
    CircuitFormName,
    CircuitNetlist,
    CircuitPlan,
    CircuitReport,
    MeasureCircuit,
    SimulateCircuit,
    Simulation,
)
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.requests import document
from snntrainer3d.server.routes.runs import Views
from snntrainer3d.server.simulations import TIME_LIMIT_S, Simulations
from snntrainer3d.spec import parse

if TYPE_CHECKING:
    from snntrainer3d.circuits import Design, Samples, Waveforms

router = APIRouter(tags=["circuits"], responses=ERROR_RESPONSES)
MOST_HERE_S = 2.0
"""Estimate of one sample under ngspice, up to which a page simulates it by itself, some times slower."""
MOST_SHOWN = 400_000
"""Devices that a page is given."""


def _simulations_of(request: Request) -> Simulations:
    kept: Simulations = request.app.state.simulations
    return kept


Kept = Annotated[Simulations, Depends(_simulations_of)]


async def _simulate_body(request: Request) -> SimulateCircuit:
    return parse(SimulateCircuit, await document(request), what="request")


async def _measure_body(request: Request) -> MeasureCircuit:
    return parse(MeasureCircuit, await document(request), what="request")


@router.get("/runs/{run_id}/circuit", response_model=CircuitCard)
def circuit(run_id: str, views: Views) -> Response:
    """Tell what a run's network is as a circuit, how long its simulation takes, and whether ngspice is here."""
    from snntrainer3d.circuits import CircuitSettings, design_circuit, estimate, find_ngspice

    trained, settings = views.trained(run_id), CircuitSettings()
    spec = views.spec(run_id)
    steps = spec.training.num_steps
    about: dict[str, Any] = {"network": spec.network.title(), "num_steps": steps, "time_limit_s": TIME_LIMIT_S}
    about["test_samples"] = describe(spec.training.dataset).test_samples
    about |= {"min_siemens": settings.min_conductance_siemens, "max_siemens": settings.max_conductance_siemens}
    try:
        find_ngspice()
        about["ngspice"] = ""
    except SimulationError as error:
        about["ngspice"] = f"{error.message} {error.hint}"
    forms, faults, devices, neurons = [], [], 0, 0
    try:
        for form in get_args(CircuitFormName):
            design = design_circuit(trained, settings.changed(form=form))
            devices, neurons = design.devices, design.neurons
            seconds = estimate(design, steps).seconds
            forms.append(
                {"form": form, "seconds": seconds, "bearable": seconds <= TIME_LIMIT_S, "here": seconds <= MOST_HERE_S}
            )
    except SpecError as error:
        faults = [asdict(fault) for fault in error.faults]
    return views.json({**about, "forms": forms, "faults": faults, "devices": devices, "neurons": neurons})


@router.get("/runs/{run_id}/circuit/crossbars", response_model=CircuitPlan)
def crossbars(run_id: str, views: Views) -> Response:
    """Give the conductance of every device."""
    from snntrainer3d.circuits import CircuitSettings, Production, design_circuit, sheet_of
    from snntrainer3d.errors import LimitError

    settings = CircuitSettings()
    design = design_circuit(views.trained(run_id), settings)
    if design.devices > MOST_SHOWN:
        told = f"{design.title} has {design.devices:,} devices; {MOST_SHOWN:,} can be shown."
        raise LimitError(told, hint="The tables and the print hold them all.")
    shown = [
        {
            "rows": bar.rows,
            "columns": 2 * bar.neurons,
            "bias": bar.bias,
            "siemens": base64.b64encode(sheet_of(bar).astype("<f4").tobytes()).decode(),
        }
        for bar in design.crossbars
    ]
    low, high = settings.min_conductance_siemens, settings.max_conductance_siemens
    return views.json({"pitch_m": Production().pitch_m, "min_siemens": low, "max_siemens": high, "crossbars": shown})


@router.get("/runs/{run_id}/circuit/netlist", response_model=CircuitNetlist)
def netlist_of_sample(
    run_id: str, views: Views, form: CircuitFormName = "vccs", sample: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Give a sample of the test set as a netlist, for a simulator in the page."""
    from snntrainer3d.circuits import netlist, timing

    design, chosen = _small(views, run_id, form, sample)
    clock = timing(design.settings, chosen.recipe.num_steps, len(design.crossbars))
    return views.json({"netlist": netlist(design, chosen.inputs()), "stop_s": clock.stop_s})


@router.post("/runs/{run_id}/circuit/measures", response_model=CircuitReport, openapi_extra=takes(MeasureCircuit))
def measure(run_id: str, views: Views, body: Annotated[MeasureCircuit, Depends(_measure_body)]) -> Response:
    """Measure what a simulator in the page made of a sample, as `simulations` does."""
    from snntrainer3d.circuits import report_of, simulated_elsewhere, traces_of

    design, chosen = _small(views, run_id, body.form, body.sample)
    found = simulated_elsewhere(design, chosen.inputs()[0], chosen.readout, _waveforms(body), body.seconds)
    report = report_of([found], chosen.indices, chosen.labels.tolist())
    del report["settings"]
    return views.json({**report, "traces": [{"sample": body.sample, **traces_of(found)}]})


def _small(views: Any, run_id: str, form: CircuitFormName, sample: int) -> tuple[Design, Samples]:
    from snntrainer3d.circuits import CircuitSettings, design_circuit, estimate, samples_for
    from snntrainer3d.errors import LimitError

    trained = views.trained(run_id)
    design = design_circuit(trained, CircuitSettings(form=form))
    chosen = samples_for(trained, None, [sample])
    if estimate(design, chosen.recipe.num_steps).seconds > MOST_HERE_S:
        told = f"{design.title} in the form {form} is too large to be simulated in the page."
        raise LimitError(told, hint="Simulate it under ngspice at the server.")
    return design, chosen


def _waveforms(body: MeasureCircuit) -> Waveforms:
    from snntrainer3d.circuits import Waveforms

    try:
        times, values = (
            np.frombuffer(base64.b64decode(text, validate=True), "<f4") for text in (body.times, body.values)
        )
        rows = values.reshape(len(body.nodes), len(times)).astype(np.float64)
    except ValueError:
        raise SpecError([Fault("values", "are not so many float32 as nodes times moments.")], what="request") from None
    moments = times.astype(np.float64)
    if not np.isfinite(rows).all() or not np.isfinite(moments).all() or (np.diff(moments) < 0.0).any():
        raise SpecError([Fault("values", "are not finite volts over growing times.")], what="request")
    return Waveforms(moments, dict(zip(body.nodes, rows, strict=True)))


@router.post(
    "/runs/{run_id}/circuit/simulations",
    response_model=Simulation,
    status_code=202,
    openapi_extra=takes(SimulateCircuit),
)
def begin_simulation(
    run_id: str, views: Views, kept: Kept, body: Annotated[SimulateCircuit, Depends(_simulate_body)]
) -> Response:
    """Begin to simulate samples of the test set under ngspice."""
    from snntrainer3d.circuits import CircuitSettings, design_circuit, samples_for

    trained = views.trained(run_id)
    if len(set(body.samples)) < len(body.samples):
        raise SpecError([Fault("samples", "the same sample stands there twice.", "Name each once.")], what="request")
    design = design_circuit(trained, CircuitSettings(form=body.form))
    chosen = samples_for(trained, None, body.samples)
    return _told(kept.begin(run_id, design, chosen).to_dict(), status=202)


@router.get("/runs/{run_id}/circuit/simulations/{simulation}", response_model=Simulation)
def get_simulation(run_id: str, simulation: str, kept: Kept) -> Response:
    """Give how far a simulation is, or what it found."""
    return _told(kept.get(run_id, simulation).to_dict())


@router.delete("/runs/{run_id}/circuit/simulations/{simulation}", response_model=Simulation)
def cancel_simulation(run_id: str, simulation: str, kept: Kept) -> Response:
    """Cancel a simulation; what is done already stays."""
    found = kept.get(run_id, simulation)
    found.cancel()
    return _told(found.to_dict())


@router.get(
    "/runs/{run_id}/circuit/simulations/{simulation}/report.zip",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "The file."}},
)
def simulation_report(run_id: str, simulation: str, views: Views, kept: Kept) -> Response:
    """Give the measures as JSON, and each sample's waveforms beside the network's membranes as SVG."""
    from snntrainer3d.exports import packed

    found = kept.get(run_id, simulation)
    files = found.waveforms()
    report = {**(found.to_dict()["report"] or {}), "run": run_id, "name": views.name(run_id), "form": found.form}
    report.pop("traces", None)
    content = packed({"simulation.json": (json.dumps(report, indent=1) + "\n").encode(), **files})
    headers = {"Content-Disposition": f'attachment; filename="simulation-{found.form}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


def _told(value: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(value), status_code=status, media_type="application/json")
