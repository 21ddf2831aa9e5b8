"""Every document there is: what its schema allows is kept exactly or refused in our words, and nothing else happens."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from documents import damaged, documents
from snntrainer3d.circuits import CircuitSettings
from snntrainer3d.errors import InputError
from snntrainer3d.events import Change, Progress, dump_event, load_event
from snntrainer3d.jobs.control import Order
from snntrainer3d.runs.quota_file import DiskDocument
from snntrainer3d.runs.run_file import About
from snntrainer3d.server import models as bodies
from snntrainer3d.server.bench_models import BenchNeurons
from snntrainer3d.server.circuit_models import MeasureCircuit, SimulateCircuit
from snntrainer3d.server.compare_models import CompareRuns
from snntrainer3d.server.socket import understand
from snntrainer3d.server.study_models import PlanStudy, ResumeStudy, StartStudy, TuneStudy, WatchStudy
from snntrainer3d.spec import Network, RunSpec, Training, parse, parse_run, parse_study, read_json
from snntrainer3d.spec.study import Study
from strategies import networks

pytestmark = pytest.mark.slow
DOCUMENTS: tuple[type[BaseModel], ...] = (
    About, BenchNeurons, CircuitSettings, CompareRuns, MeasureCircuit, Network, Order, PlanStudy, ResumeStudy, RunSpec,
    SimulateCircuit, StartStudy, Study, Training, TuneStudy, WatchStudy, DiskDocument, bodies.Ack, bodies.ChangeRun,
    bodies.Drawing, bodies.Live, bodies.Play, bodies.SetQuota, bodies.StartRun, bodies.Watch,
)  # fmt: skip
FEW = settings(max_examples=int(os.environ.get("EXAMPLES", "40")), suppress_health_check=list(HealthCheck))
EVENTS = documents(Annotated[Progress | Change, Field(discriminator="kind")])
MESSAGES = st.one_of([documents(kind) for kind in (bodies.Ack, bodies.Live, bodies.Watch, WatchStudy)])


def test_every_body_that_is_taken_is_among_them() -> None:
    taken = {kind for kind in _below(bodies._Request) if kind.__module__.startswith("snntrainer3d.")}
    assert len(taken) >= 12
    assert taken <= set(DOCUMENTS)


def _below(kind: type[Any]) -> set[type[Any]]:
    return {found for one in kind.__subclasses__() for found in ({one} | _below(one))}


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_what_a_documents_schema_allows_comes_back_as_it_was_or_is_refused(kind: type[BaseModel]) -> None:
    read, told = 0, {"every refusal says why"}

    @FEW
    @given(documents(kind))
    def once(plain: Any) -> None:
        nonlocal read
        try:
            found = parse(kind, plain)
        except InputError as error:
            told.update(fault.message for fault in error.faults)
            return
        read += 1
        written = found.model_dump_json(by_alias=True)
        assert parse(kind, read_json(written)) == found

    once()
    assert all(told)
    if kind not in (About, Study, RunSpec, Network):  # their own rules say more than a schema can
        assert read > 0


@FEW
@given(networks(), documents(Training))
def test_a_run_of_any_network_comes_back_as_it_was_or_is_refused(network: Network, training: Any) -> None:
    plain = {"network": network.model_dump(mode="json"), "training": training}
    try:
        found = parse_run(plain)
    except InputError:
        return
    assert parse_run(read_json(found.model_dump_json())) == found
    assert found.network == network


@FEW
@given(st.data())
def test_a_run_with_any_part_damaged_is_read_or_refused(data: st.DataObject) -> None:
    network = data.draw(networks()).model_dump(mode="json")
    whole = {"network": network, "training": Training().model_dump(mode="json")}
    plain = data.draw(damaged(whole))
    for reads in (parse_run, parse_study):
        try:
            reads(plain)
        except InputError as error:
            json.dumps(error.body())


@FEW
@given(EVENTS)
def test_every_event_is_a_line_that_is_read_again(plain: Any) -> None:
    line = json.dumps(plain).encode()
    assert load_event(dump_event(load_event(line))) == load_event(line)


@FEW
@given(MESSAGES | st.dictionaries(st.sampled_from(["watch", "ack", "live", "study", "hertz"]), st.integers()))
def test_every_message_of_a_page_is_understood_or_refused(plain: Any) -> None:
    try:
        understand(plain)
    except InputError:
        return
