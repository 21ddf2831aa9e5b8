"""What there is to choose from: the server itself, documents, presets, neurons; and the check of a document."""

from __future__ import annotations

import inspect
import os
import shutil
import time
from importlib.util import find_spec

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from snntrainer3d import __version__
from snntrainer3d.data import DatasetInfo, describe
from snntrainer3d.errors import LimitError, SpecError
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.diagnostics import diagnose
from snntrainer3d.server.models import CheckAnswer, Health, NeuronRow, PresetRow, Schemas, TemplateRow
from snntrainer3d.server.requests import document
from snntrainer3d.server.review import review
from snntrainer3d.spec import (
    DEFAULT_KIND,
    NEURONS,
    PRESETS,
    TEMPLATES,
    Network,
    RunSpec,
    Template,
    equation_of,
    parse,
    usual_neuron,
)
from snntrainer3d.spec.equations import equation_lines

router = APIRouter(tags=["about"])


@router.get("/health")
def health(request: Request) -> Health:
    """Tell that the server is there, what it runs on, and what it does."""
    state = request.app.state
    statuses = [run.status for run in state.store.unfinished()]
    return Health(
        version=__version__,
        home=str(request.app.state.home),
        cores=os.cpu_count() or 1,
        torch_ready=find_spec("torch") is not None,
        uptime_s=time.monotonic() - state.began,
        running=statuses.count("running"),
        queued=statuses.count("queued"),
        pages=len(state.sockets),
        free_bytes=shutil.disk_usage(state.home).free,
    )


@router.get("/diagnostics")
def diagnostics(request: Request) -> JSONResponse:
    """Give a file for a report of a fault: versions, machine, counts, the end of the log; no data, no secrets."""
    found = diagnose(request.app.state.home, request.app.state.store)
    name = 'attachment; filename="snntrainer3d-diagnostics.json"'
    return JSONResponse(found, headers={"Content-Disposition": name})


@router.get("/schema")
def schema() -> Schemas:
    """Give the JSON Schema of a run's document."""
    return Schemas(run=RunSpec.model_json_schema())


@router.get("/presets")
def presets() -> dict[str, PresetRow]:
    """Give the recipes by name."""
    return {
        preset.name: PresetRow(
            title=preset.title,
            summary=preset.summary,
            training=preset.training,
            neurons=preset.neurons,
            datasets=preset.datasets,
        )
        for preset in PRESETS.values()
    }


@router.get("/templates", responses=ERROR_RESPONSES)
def templates(dataset: str) -> list[TemplateRow]:
    """Give the networks to begin with, as this data set's samples and classes need them."""
    info = describe(dataset)
    return [_template(template, info) for template in TEMPLATES.values()]


def _template(template: Template, info: DatasetInfo) -> TemplateRow:
    about = {"name": template.name, "title": template.title, "summary": template.summary}
    layers = template.layers(info.input_shape, info.classes, {"kind": DEFAULT_KIND})
    if len(info.input_shape) != 3 and layers[0]["kind"] == "conv2d":
        fault = f"wants pictures, and the samples of {info.title} are {info.input_size:,} flat values."
        return TemplateRow(**about, layers=[], training={}, fault=fault)
    try:
        network = parse(Network, {"input": {"shape": list(info.input_shape)}, "layers": layers})
    except SpecError as error:
        return TemplateRow(
            **about, layers=[], training={}, fault=" ".join((error.faults[0].message, error.faults[0].hint))
        )
    return TemplateRow(**about, layers=list(network.layers), training=template.recipe_for(info.name), fault="")


@router.get("/neurons")
def neurons() -> list[NeuronRow]:
    """Give the neuron models with their equations."""
    return [
        NeuronRow(
            kind=model.model_fields["kind"].default,
            title=model.title,
            summary=(inspect.getdoc(model) or "").splitlines()[0],
            equation="; ".join(equation_lines(equation_of(usual_neuron(model)))),
            defaults=usual_neuron(model).model_dump(mode="json"),
            patterns=model.patterns,
        )
        for model in NEURONS
    ]


async def _checked(request: Request) -> CheckAnswer:
    try:
        return review(await document(request))
    except (SpecError, LimitError) as error:
        return CheckAnswer(ok=False, faults=list(error.faults), warnings=[], cost=None)


@router.post("/check", openapi_extra=takes(RunSpec))
def check(answer: CheckAnswer = Depends(_checked)) -> CheckAnswer:  # noqa: B008
    """Tell every fault and warning of a run's document and its cost; a faulty document is no error here."""
    return answer
