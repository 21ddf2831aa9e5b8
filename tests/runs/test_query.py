"""Runs found and sorted by any setting or result."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from snntrainer3d.errors import SpecError
from snntrainer3d.events import Finished
from snntrainer3d.runs import Query, RunStore, append_event, parse_condition
from snntrainer3d.spec import Leaky, RunSpec, Training, dense_network


def made(store: RunStore, name: str, f1: float | None = None, size: int = 5, **training: object) -> str:
    spec = RunSpec(
        network=dense_network((1, 8, 8), [size, 20], 10, Leaky(beta=0.8)),
        training=Training(dataset="digits", name=name).changed(**training),
    )
    run = store.create(spec).id
    if f1 is not None:
        results = {"test": {"accuracy": f1, "macro_f1": f1, "note": "a 100% guess"}, "engine": "fused", "sure": True}
        append_event(store.folder(run).events, Finished(results=results))
        store.sync(run)
    return run


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    with RunStore(tmp_path_factory.mktemp("names")) as store:
        made(store, "slow", 0.5, learning_rate=0.001)
        made(store, "fast", 0.9, size=50, learning_rate=0.01, epochs=3)
        made(store, "waiting", learning_rate=0.1)
        yield store


def found(store: RunStore, *conditions: str, **options: object) -> list[str]:
    where = [parse_condition(text) for text in conditions]
    return [row.name for row in store.query(Query(where=where, **options)).runs]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("training.learning_rate>0.001", {"fast", "waiting"}),
        ("training.learning_rate >= 1e-3", {"slow", "fast", "waiting"}),
        ("training.learning_rate=0.01", {"fast"}),
        ("training.learning_rate != 0.01", {"slow", "waiting"}),
        ("results.test.macro_f1<.6", {"slow"}),
        ("results.test.macro_f1=null", {"waiting"}),
        ("results.test.macro_f1!=null", {"slow", "fast"}),
        ("results.engine=FUSED", {"slow", "fast"}),
        ("results.sure=true", {"slow", "fast"}),
        ("results.test.note~100%", {"slow", "fast"}),
        ("results.test.note~100_", set()),
        ("network.layers[0].size=50", {"fast"}),
        ("network.layers[*].size=50", {"fast"}),
        ("network.layers[*].neuron.beta<.85", {"slow", "fast", "waiting"}),
        ("network.input.shape[*]=8", {"slow", "fast", "waiting"}),
        ("name~a", {"fast", "waiting"}),
        ("status=finished", {"slow", "fast"}),
        ("test_accuracy>.6", {"fast"}),
        ('name="slow"', {"slow"}),
        ("training.loss>=0", set()),
    ],
)
def test_conditions(names: RunStore, condition: str, wanted: set[str]) -> None:
    assert set(found(names, condition)) == wanted


def test_conditions_hold_together(names: RunStore) -> None:
    assert found(names, "training.learning_rate<.1", "results.test.macro_f1>.6") == ["fast"]


def test_the_best_come_first_and_what_is_not_known_last(names: RunStore) -> None:
    assert found(names, sort="results.test.macro_f1") == ["fast", "slow", "waiting"]
    assert found(names, sort="test_accuracy", ascending=True) == ["slow", "fast", "waiting"]
    best = names.query(Query(sort="macro_f1", limit=1))
    assert [row.name for row in best.runs] == ["fast"]
    assert best.total == 3
    assert best.values == {best.runs[0].id: 0.9}


def test_newest_first_by_default(names: RunStore) -> None:
    assert found(names) == ["waiting", "fast", "slow"]
    assert names.query(Query()).values is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learning rate > 1", "no condition"),
        ("training.learning_rate", "no condition"),
        ("training.learning_rate>many", "no number"),
        ("training.epochs>null", "no number"),
    ],
)
def test_what_is_no_condition(text: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        parse_condition(text)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("training.learning_rat>1", "Did you mean training.learning_rate"),
        ("learning_rate>1", "no field of a run"),
        ("training>1", "no field of a run"),
        ("spec.training.epochs=1", "no field of a run"),
        ("network.layers[*].x[*].y=1", "twice"),
        ("network.layers[*].nothing=1", "no run has a field"),
        ("password=1", "no field of a run"),
    ],
)
def test_fields_that_do_not_exist(names: RunStore, condition: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        found(names, condition)
    assert said in str(error.value)
    assert error.value.path == "where"


def test_no_fault_where_there_are_no_runs(store: RunStore) -> None:
    assert found(store, "results.test.macro_f1>.5") == []


def test_fields_tell_kind_and_values(names: RunStore) -> None:
    fields = {field["name"]: field for field in names.fields()}
    assert fields["training.learning_rate"] == {
        "name": "training.learning_rate", "kind": "number", "runs": 3, "values": [0.001, 0.01, 0.1],
    }  # fmt: skip
    assert fields["results.sure"]["kind"] == "boolean"
    assert fields["results.engine"]["runs"] == 2
    assert fields["network.layers[1].neuron.kind"]["values"] == ["leaky"]
    assert "environment.torch" in fields


@pytest.mark.slow
def test_every_field_that_is_told_can_be_sorted_by(names: RunStore) -> None:
    told = [field["name"] for field in names.fields()]
    assert len(told) > 30
    for name in told:
        assert len(found(names, sort=name)) == 3
