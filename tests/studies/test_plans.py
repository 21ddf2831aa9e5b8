"""A study's document and its plan: what is refused, what stays the same, what each run becomes."""

import copy
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snntrainer3d.errors import ConflictError, FileFormatError, LimitError, NotFoundError, SpecError
from snntrainer3d.spec import MAX_RUNS, RunSpec, parse_study
from snntrainer3d.studies import StudyStore, key_of, make_plan, paper_study, study_id

SMALL = {
    "name": "small",
    "compose": {"dataset": "digits", "preset": "paper"},
    "vary": {"kind": "grid", "fields": {"neuron": ["leaky", "synaptic"], "hidden": [[10], [20, 5]]}},
    "seeds": [3, 5],
}


def study(**changes):
    return parse_study({**copy.deepcopy(SMALL), **changes})


def grid(**fields):
    return {"kind": "grid", "fields": {name.replace("__", "."): values for name, values in fields.items()}}


DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["studies.md", "cluster.md", "tutorials/neurons-compared.md"])
def test_the_studies_on_the_pages_can_be_planned(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r"^(\{\n.*?^\})$", text, re.DOTALL | re.MULTILINE)
    assert found
    for document in found:
        assert make_plan(parse_study(json.loads(document))).entries


def test_a_grid_is_every_combination_for_every_seed():
    plan = make_plan(study())
    assert len(plan.entries) == study().runs() == 8
    assert [entry.seed for entry in plan.entries] == [3] * 4 + [5] * 4
    titles = [entry.spec.network.title() for entry in plan.entries[:4]]
    assert titles == ["64-10-10", "64-20-5-10"] * 2
    assert [entry.spec.training.seed for entry in plan.entries] == [entry.seed for entry in plan.entries]
    assert plan.entries[3].spec.network.output.neuron.kind == "synaptic"
    assert plan.entries[3].spec.training.name == "small · neuron synaptic · hidden 20-5 · seed 3"
    assert plan.seconds(2) == pytest.approx(plan.seconds(1) / 2)


def test_keys_are_those_of_the_documents_and_stay():
    first, second = make_plan(study()), make_plan(study())
    assert [entry.key for entry in first.entries] == [entry.key for entry in second.entries]
    assert len({entry.key for entry in first.entries}) == 8
    # Pinned: a resumed study finds its runs by these, also after an update of the program.
    assert make_plan(study()).entries[0].key == key_of(first.entries[0].spec)
    assert key_of(RunSpec.model_validate(first.entries[0].spec.model_dump(mode="json"))) == first.entries[0].key


def test_fields_of_the_training_and_of_all_layers():
    vary = grid(
        training__learning_rate=[0.1], **{"network.layers[*].neuron.beta": [0.3]}, **{"network.layers[0].size": [7]}
    )
    spec = make_plan(study(vary=vary, seeds=[0])).entries[0].spec
    assert spec.training.learning_rate == 0.1
    assert [layer.neuron.beta for layer in spec.network.layers] == [0.3, 0.3]
    assert spec.network.title() == "64-7-10"


def test_a_base_run_in_place_of_choices():
    base = make_plan(study()).entries[0].spec.model_dump(mode="json")
    found = make_plan(parse_study({"name": "b", "base": base, "vary": grid(training__epochs=[1, 2])}))
    assert [entry.spec.training.epochs for entry in found.entries] == [1, 2]


def test_a_list_and_nothing_at_all():
    listed = study(vary={"kind": "list", "entries": [{"hidden": [3]}, {"neuron": "alpha"}]}, seeds=[0])
    assert [entry.settings for entry in make_plan(listed).entries] == [{"hidden": [3]}, {"neuron": "alpha"}]
    assert len(make_plan(study(vary=None)).entries) == 2


def test_the_same_run_twice_is_one():
    assert len(make_plan(study(vary={"kind": "list", "entries": [{"hidden": [3]}, {"hidden": [3]}]})).entries) == 2


@pytest.mark.slow
@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 20))
def test_a_random_search_is_drawn_once_and_for_all(draw_seed, samples):
    fields = {
        "training.learning_rate": {"low": 1e-4, "high": 1e-2, "scale": "log"},
        "training.batch_size": {"low": 16, "high": 64, "whole": True},
        "neuron": {"among": ["leaky", "alpha"]},
    }
    drawn = study(vary={"kind": "random", "samples": samples, "draw_seed": draw_seed, "fields": fields}, seeds=[0])
    plan = make_plan(drawn)
    assert plan.entries == make_plan(drawn).entries
    for entry in plan.entries:
        assert 1e-4 <= entry.spec.training.learning_rate <= 1e-2
        assert 16 <= entry.spec.training.batch_size <= 64


@pytest.mark.parametrize(
    ("vary", "path", "said"),
    [
        (grid(training__lerning_rate=[1]), "vary.fields.training.lerning_rate", "Did you mean learning_rate"),
        (grid(nonsense=[1]), "vary.fields.nonsense", "no field"),
        (grid(**{"network.layers[2].size": [1]}), "vary.fields.network.layers[2].size", "2 entries"),
        (grid(**{"network.layers[-1].size": [1]}), "vary.fields.network.layers[-1].size", "no field"),
        (grid(**{"training..seed": [1]}), "vary.fields.training..seed", "no field"),
        (grid(training__seed=[1, 2]), "vary.fields.training.seed", "`seeds`"),
        (grid(training__learning_rate=[-1]), "vary.fields", "above 0"),
        (grid(neuron=["hodgkin"]), "vary.fields", "leaky"),
        (grid(network__input__shape=[[5]]), "vary.fields", "takes 5 values"),
        ({"kind": "list", "entries": [{}, {"hidden": [0]}]}, "vary.entries[1]", "not below 1"),
    ],
)
def test_faults_of_fields_and_values(vary, path, said):
    with pytest.raises(SpecError) as told:
        make_plan(study(vary=vary))
    assert path in [fault.path for fault in told.value.faults]
    assert said in str(told.value)


def test_every_field_that_is_not_there_is_told_at_once():
    with pytest.raises(SpecError) as told:
        make_plan(study(vary=grid(training__lerning_rate=[1, 2], **{"network.layers[9].size": [3]})))
    assert [fault.path for fault in told.value.faults] == [
        "vary.fields.training.lerning_rate",
        "vary.fields.network.layers[9].size",
    ]


def test_too_many_runs_are_refused_by_their_number_and_at_once():
    thousand = list(range(1, 1001))
    many = study(vary=grid(training__epochs=thousand, training__num_steps=thousand, hidden=[[n] for n in thousand]))
    with pytest.raises(LimitError, match=r"2,000,000,000 runs, at most 10,000"):
        make_plan(many)
    assert MAX_RUNS == 10_000


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"seeds": []}, "seeds"),
        ({"seeds": [1, 1]}, "seeds"),
        ({"seeds": [-1]}, "seeds[0]"),
        ({"vary": {"kind": "grid", "fields": {}}}, "vary.fields"),
        ({"vary": {"kind": "grid", "fields": {"hidden": []}}}, "vary.fields.hidden"),
        ({"vary": {"kind": "random", "samples": 0, "fields": {"hidden": {"among": [1]}}}}, "vary.samples"),
        (
            {"vary": {"kind": "random", "samples": 1, "fields": {"a": {"low": 0, "high": 1, "scale": "log"}}}},
            "vary.fields.a.low",
        ),
        ({"vary": {"kind": "random", "samples": 1, "fields": {"a": {"low": 0}}}}, "vary.fields.a.high"),
        ({"colour": 1}, "colour"),
        ({"compose": None}, "base"),
    ],
)
def test_faults_of_the_document(changes, path):
    with pytest.raises(SpecError) as told:
        study(**changes)
    assert path in [fault.path for fault in told.value.faults]


def test_a_newer_version_is_told():
    with pytest.raises(FileFormatError, match="newer release"):
        study(version=2)
    with pytest.raises(FileFormatError, match="not a study"):
        study(format="snntrainer3d/run")
    with pytest.raises(SpecError):
        parse_study([])


def test_the_papers_study():
    plan = make_plan(paper_study(2))
    assert len(plan.entries) == 64
    alpha = next(entry for entry in plan.entries if entry.settings["neuron"] == "alpha")
    assert alpha.spec.network.output.neuron.alpha == 0.97
    assert {entry.spec.training.learning_rate for entry in plan.entries} == {5e-4}


def test_a_study_is_found_again():
    store = StudyStore()
    made = store.create(study())
    assert store.create(study()).path == made.path
    assert made.id == study_id(study())
    assert store.find(made.id).path == store.find("small").path == made.path
    assert made.read_plan().entries == make_plan(study()).entries
    other = store.create(study(seeds=[1]))
    assert {found.id for found in store.list()} == {made.id, other.id}
    with pytest.raises(ConflictError, match="2 studies"):
        store.find("small")
    with pytest.raises(NotFoundError, match=made.id):
        store.find("large")
    store.delete(other.id)
    assert [found.id for found in store.list()] == [made.id]


def test_a_refused_study_leaves_nothing():
    with pytest.raises(SpecError):
        StudyStore().create(study(vary=grid(nonsense=[1])))
    assert StudyStore().list() == []


def test_a_damaged_study_is_told():
    made = StudyStore().create(study())
    made.add_member("a", "b")
    assert made.members() == {"a": "b"}
    (made.path / "members.json").write_text('{"a": ')
    with pytest.raises(FileFormatError, match="damaged"):
        made.members()
    (made.path / "plan.json").write_text('{"version": 1, "entries": [{}]}')
    with pytest.raises(FileFormatError, match="damaged"):
        made.read_plan()
    (made.path / "plan.json").write_text('{"version": 2}')
    with pytest.raises(FileFormatError, match="another release"):
        made.read_plan()


def test_the_examples_of_the_document_are_studies():
    text = (Path(__file__).parents[2] / "docs" / "studies.md").read_text()
    examples = [json.loads(part.split("```")[0]) for part in text.split("```json\n")[1:]]
    assert [len(make_plan(parse_study(example)).entries) for example in examples] == [36, 20]
