"""Own neurons: read while they are written, kept beside the runs, listed, removed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from snntrainer3d.errors import LimitError, Snntrainer3dError, SpecError
from snntrainer3d.neurons import keep_neuron, own_names, own_neuron, remove_neuron
from snntrainer3d.server.description import ERROR_RESPONSES, takes
from snntrainer3d.server.models import NeuronCheck, OwnNeuronList, OwnNeuronRow
from snntrainer3d.server.requests import document
from snntrainer3d.spec import OwnNeuron, equation_of, parse
from snntrainer3d.spec.equations import equation_lines, latex_of

router = APIRouter(tags=["neurons"], responses=ERROR_RESPONSES)


async def _given(request: Request) -> Any:
    return await document(request)


@router.get("/own-neurons", response_model=OwnNeuronList)
def list_own() -> OwnNeuronList:
    """Return the own neurons that are kept; one whose file is damaged with its fault."""
    return OwnNeuronList(neurons=[_row(name) for name in own_names()])


@router.post("/own-neurons/check", openapi_extra=takes(OwnNeuron))
async def check_own(request: Request) -> NeuronCheck:
    """Return every fault of an own neuron, else its equation; a faulty document is no error here."""
    try:
        return await run_in_threadpool(_checked, await document(request))
    except (SpecError, LimitError) as error:
        return NeuronCheck(faults=list(error.faults), equation=[], latex="", neuron=None)


@router.post("/own-neurons", status_code=201, response_model=OwnNeuronRow, openapi_extra=takes(OwnNeuron))
def keep_own(given: Annotated[Any, Depends(_given)]) -> OwnNeuronRow:
    """Keep an own neuron under a name made of its title."""
    return _row(keep_neuron(parse(OwnNeuron, given, what="neuron")))


@router.delete("/own-neurons/{name}", status_code=204)
def remove_own(name: str) -> Response:
    """Remove an own neuron; runs keep the equations that they were trained with."""
    remove_neuron(name)
    return Response(status_code=204)


def _checked(given: Any) -> NeuronCheck:
    neuron = parse(OwnNeuron, given, what="neuron")
    equation = equation_of(neuron)
    return NeuronCheck(
        faults=[], equation=equation_lines(equation), latex=latex_of(equation), neuron=neuron.model_dump(mode="json")
    )


def _row(name: str) -> OwnNeuronRow:
    try:
        neuron = own_neuron(name)
    except Snntrainer3dError as error:
        return OwnNeuronRow(name=name, title=name, equation=[], neuron=None, fault=str(error))
    lines = equation_lines(equation_of(neuron))
    return OwnNeuronRow(name=name, title=neuron.title, equation=lines, neuron=neuron.model_dump(mode="json"), fault="")
