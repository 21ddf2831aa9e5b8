import csv
import io

import pytest

from snntrainer3d.analysis import history_of, metrics_csv
from snntrainer3d.events import EpochDone, Notice, Prepared, Update


def update(number, epoch=1, loss=1.0):
    return Update(
        update=number,
        epoch=epoch,
        loss=loss,
        accuracy=0.5,
        learning_rate=1e-3,
        samples_per_second=9e4,
        rates=[0.1, 0.2],
    )


def epoch(number, at, held=True):
    extra = {"validation_loss": 0.7, "validation_accuracy": 0.8} if held else {}
    return EpochDone(
        epoch=number, update=at, train_loss=0.1 + 0.2, train_accuracy=0.6, rates=[0.1, 0.2], seconds=1.5, **extra
    )


def prepared(first):
    return Prepared(
        engine="reference",
        threads=1,
        parameters=1,
        train_samples=1,
        validation_samples=0,
        test_samples=1,
        updates_per_epoch=2,
        total_updates=4,
        first_update=first,
    )


def test_updates_and_epochs_are_kept_in_order():
    events = [prepared(0), update(1), Notice(level="info", code="x", text="y"), update(2), epoch(1, 2)]
    history = history_of(events)
    assert [event.update for event in history.updates] == [1, 2]
    assert history.epochs == (epoch(1, 2),)
    assert history.layers == 2


def test_what_a_resume_does_again_replaces_what_was_done():
    before = [
        prepared(0),
        update(1),
        update(2),
        epoch(1, 2),
        update(3, 2, loss=9.0),
        update(4, 2, loss=9.0),
        epoch(2, 4),
    ]
    after = [prepared(2), update(3, 2, loss=0.5)]
    history = history_of(before + after)
    assert [(event.update, event.loss) for event in history.updates] == [(1, 1.0), (2, 1.0), (3, 0.5)]
    assert [event.epoch for event in history.epochs] == [1]
    assert history_of([*before, update(3, 2)]).updates[-1].loss == 1.0


def test_the_table_names_its_units_and_holds_every_number_exactly():
    text = metrics_csv([prepared(0), update(1), update(2), epoch(1, 2), update(3, 2), epoch(2, 4, held=False)])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["event"], int(row["update"])) for row in rows] == [
        ("update", 1),
        ("update", 2),
        ("epoch", 2),
        ("update", 3),
        ("epoch", 4),
    ]
    assert float(rows[2]["train_loss_nat_per_sample"]) == 0.1 + 0.2
    assert float(rows[2]["validation_accuracy_fraction"]) == 0.8
    assert rows[4]["validation_loss_nat_per_sample"] == ""
    assert rows[2]["epoch_time_s"] == "1.5"
    assert rows[0]["learning_rate"] == "0.001"
    assert float(rows[0]["rate_layer_2_spikes_per_neuron_and_step"]) == 0.2
    assert "\r" not in text
    assert {len(row) for row in csv.reader(io.StringIO(text))} == {12}


@pytest.mark.parametrize("events", [[], [prepared(0)]])
def test_a_run_without_updates_is_a_header(events):
    assert metrics_csv(events).startswith("event,update,epoch,")
    assert metrics_csv(events).count("\n") == 1
