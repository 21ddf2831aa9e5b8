import xml.etree.ElementTree as ET

import numpy as np
import pytest

from snntrainer3d.analysis import FIGURES, draw, evaluate_counts, history_of, render
from snntrainer3d.errors import NotFoundError
from snntrainer3d.events import EpochDone, Update


@pytest.fixture(scope="module")
def history():
    events = []
    for number in range(1, 101):
        loss = 2.3 / number**0.5
        events.append(
            Update(
                update=number,
                epoch=1 + (number - 1) // 50,
                loss=loss,
                accuracy=1 - loss / 2.4,
                learning_rate=1e-3,
                samples_per_second=1.0,
                rates=[0.1],
            )
        )
        if number % 50 == 0:
            events.append(
                EpochDone(
                    epoch=number // 50,
                    update=number,
                    train_loss=loss,
                    train_accuracy=0.8,
                    validation_loss=loss * 1.1,
                    validation_accuracy=0.75,
                    rates=[0.1],
                    seconds=1.0,
                )
            )
    return history_of(events)


@pytest.fixture(scope="module")
def results():
    counts = np.eye(3, dtype=int)[[0, 1, 2, 2, 1, 0]]
    return {"test": evaluate_counts(counts, np.array([0, 1, 2, 2, 1, 1]), 0.4, ["cat", "a<b & c", "$x$"]).to_dict()}


def texts(figure):
    axes = figure.axes[0]
    legend = axes.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else [text.get_text() for text in axes.texts]


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_bytes_every_time_as_png_and_svg(name, history, results):
    svg = render(draw(name, history, results, "my $run$"), "svg")
    assert svg == render(draw(name, history, results, "my $run$"), "svg")
    assert ET.fromstring(svg).tag.endswith("svg")
    assert b"<dc:date>" not in svg
    png = render(draw(name, history, results, "my $run$"), "png")
    assert png == render(draw(name, history, results, "my $run$"), "png")
    assert png.startswith(b"\x89PNG")
    assert b"atplotlib" not in png


@pytest.mark.slow
def test_the_curves_hold_every_series(history, results):
    figure = draw("accuracy", history, results)
    assert texts(figure) == [
        "training, each update",
        "its moving mean",
        "training, mean of epoch",
        "validation",
        "test",
    ]
    lines = figure.axes[0].lines
    assert len(lines[0].get_xdata()) == 100
    assert lines[3].get_ydata().tolist() == [75.0, 75.0]
    assert lines[4].get_ydata() == [pytest.approx(500 / 6)]
    assert figure.axes[0].get_ylabel() == "accuracy (%)"


@pytest.mark.slow
def test_the_moving_mean_lies_on_a_straight_line_where_the_values_do():
    events = [
        Update(update=n, epoch=1, loss=float(n), accuracy=0.0, learning_rate=1.0, samples_per_second=1.0, rates=[])
        for n in range(1, 81)
    ]
    mean = draw("loss", history_of(events)).axes[0].lines[1]
    np.testing.assert_allclose(mean.get_xdata(), mean.get_ydata())


@pytest.mark.slow
def test_a_short_run_without_validation_is_drawn(history):
    few = history_of(history.updates[:3])
    assert texts(draw("loss", few)) == ["training, each update"]
    assert draw("loss", few).axes[0].get_ylim()[0] == 0.0


@pytest.mark.slow
def test_the_confusion_matrix_shows_its_counts(history, results):
    figure = draw("confusion", history, results)
    assert sorted(texts(figure)) == ["1", "1", "2", "2"]
    assert "83.33 %" in figure.axes[0].get_title(loc="left")


def test_what_cannot_be_drawn_is_told(history):
    with pytest.raises(NotFoundError, match="loss, accuracy, confusion"):
        draw("weights", history)
    with pytest.raises(NotFoundError, match="nothing to draw"):
        draw("confusion", history)
    with pytest.raises(NotFoundError, match="nothing to draw"):
        draw("loss", history_of([]))
