"""From what a person typed to a study: names, files, seeds, and when to go on needs to be said."""

import json

import pytest

from snntrainer3d.errors import ConflictError, FileFormatError, InputError, LimitError, NotFoundError, SpecError
from snntrainer3d.runs import RunStore
from snntrainer3d.studies import StudyStore, carry_out, document_of, make_plan, state_of

FILE = {
    "name": "tiny",
    "compose": {"dataset": "digits", "preset": "paper", "hidden": [5]},
    "vary": {"kind": "grid", "fields": {"neuron": ["leaky", "lapicque"]}},
}


def written(tmp_path, document):
    path = tmp_path / "study.json"
    path.write_text(json.dumps(document))
    return str(path)


def test_the_built_in_study():
    assert document_of("paper").runs() == 32
    assert document_of("paper", 12).seeds == tuple(range(12))


def test_a_file_with_and_without_seeds(tmp_path):
    assert document_of(written(tmp_path, {**FILE, "seeds": [7]})).seeds == (7,)
    assert document_of(written(tmp_path, FILE), 3).seeds == (0, 1, 2)


@pytest.mark.parametrize(
    ("document", "seeds", "error"),
    [
        (FILE, 0, InputError),
        (FILE, 10**9, InputError),
        ({**FILE, "version": 2}, None, FileFormatError),
        ({**FILE, "nonsense": 1}, None, SpecError),
        ({"format": "snntrainer3d/weights"}, None, FileFormatError),
    ],
)
def test_files_that_cannot_be_used(tmp_path, document, seeds, error):
    with pytest.raises(error):
        document_of(written(tmp_path, document), seeds)


def test_no_file():
    with pytest.raises(NotFoundError, match="no file"):
        document_of("papers")


def test_what_is_refused_leaves_no_study(tmp_path):
    with RunStore() as store:
        with pytest.raises(ConflictError, match="to resume"):
            carry_out(document_of(written(tmp_path, FILE)), store, resume=True)
        many = {**FILE, "vary": {"kind": "grid", "fields": {"training.epochs": list(range(1, 20_002))}}}
        with pytest.raises(LimitError, match="20,001"):
            carry_out(document_of(written(tmp_path, many)), store)
        assert StudyStore(store.home).list() == []


@pytest.mark.slow
def test_going_on_must_be_said(tmp_path):
    study = document_of(written(tmp_path, FILE))
    with RunStore() as store:
        folder = StudyStore(store.home).create(study)
        entry = make_plan(study).entries[0]
        folder.add_member(entry.key, store.create(entry.spec, launcher="cli").id)
        assert state_of(folder, store).counts() == {"queued": 1, "waiting": 1}
        with pytest.raises(ConflictError, match="1 queued, 1 waiting"):
            carry_out(study, store)


@pytest.mark.slow
def test_to_the_report_and_once_more(tmp_path):
    study = document_of(written(tmp_path, FILE), 2)
    with RunStore() as store:
        done = carry_out(study, store, workers=2)
        assert done.state.status == "finished"
        assert done.report.html.is_file()
        runs = [row.id for row in store.list()]
        again = carry_out(study, store)
        assert [row.id for row in store.list()] == runs
        assert again.report.html.read_text() == done.report.html.read_text()
