"""What a neuron is given: each kind of input, and what is wrong with a file of numbers, by line."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from snntrainer3d.errors import SpecError
from snntrainer3d.spec import MOST_STEPS, RecordedInput, Stimulus, current_of, parse


def given(num_steps: int = 6, **document: Any) -> list[float]:
    stimulus = cast("Stimulus", parse(cast("Any", Stimulus), document))
    found = current_of(stimulus, num_steps)
    assert found.dtype == np.float32
    assert found.shape == (num_steps,)
    return [round(float(value), 6) for value in found]


def test_each_kind_of_input_over_time() -> None:
    assert given(kind="step", current=0.5, begin=2) == [0, 0, 0.5, 0.5, 0.5, 0.5]
    assert given(kind="ramp", first=1, last=-1, num_steps=5) == [1, 0.5, 0, -0.5, -1]
    assert given(kind="ramp", num_steps=1) == [0]
    assert given(kind="pulse", current=2, begin=1, length=2) == [0, 2, 2, 0, 0, 0]
    assert given(kind="sine", mean=1, amplitude=2, period=4) == [1, 3, 1, -1, 1, 3]
    assert given(kind="recorded", text="3\n1.5 2\n") == [3, 1.5, 2, 0, 0, 0]
    assert given(kind="recorded", text="1, 4; 4", reading="spikes", current=0.5) == [0, 0.5, 0, 0, 1, 0]
    assert given(kind="recorded", text="# volts\n1e-3\n", num_steps=1) == [0.001]


def test_noise_is_the_same_for_the_same_seed_only() -> None:
    first = given(4000, kind="noise", mean=0.5, deviation=0.2, seed=3)
    assert first == given(4000, kind="noise", mean=0.5, deviation=0.2, seed=3)
    assert first != given(4000, kind="noise", mean=0.5, deviation=0.2, seed=4)
    assert abs(np.mean(first) - 0.5) < 0.02
    assert abs(np.std(first) - 0.2) < 0.02


def test_a_table_is_read_by_its_header() -> None:
    table = "step,input,spike\n0,0.5,0\n1,0.25,1\n2,0,0\n3,0,1\n"
    assert given(kind="recorded", text=table) == [0.5, 0.25, 0, 0, 0, 0]
    assert given(kind="recorded", text=table, reading="spikes") == [0, 1, 0, 1, 0, 0]
    assert RecordedInput(text=table).length == 4
    assert RecordedInput(text=table, reading="spikes").length == 4
    assert given(kind="recorded", text="microamps\n1\n2\n") == [1, 2, 0, 0, 0, 0]


def test_a_file_that_is_no_list_of_numbers_is_a_fault_at_its_line() -> None:
    for words, text, reading in (
        ("holds no numbers.", " \n# only words\n", "currents"),
        ("line 3: got 'x', expected a finite number.", "1\n2\nx\n", "currents"),
        ("line 2: got 'nan', expected a finite number.", "1\nnan\n", "currents"),
        ("line 1: got '1e400', expected a finite number.", "1e400", "currents"),
        ("line 2: got 2.5, expected the time step of a spike", "1\n2.5\n", "spikes"),
        ("line 1: got -1, expected the time step of a spike", "-1", "spikes"),
        ("of which none is named input or current.", "a,b\n1,2\n", "currents"),
        ("line 3 has no column input.", "step,input\n1,2\n3\n", "currents"),
        ("line 1: got 'input', expected a finite number.", "input\n", "currents"),
        ("has no spike in its column spike.", "step,spike\n0,0\n", "spikes"),
        (f"holds {MOST_STEPS + 1:,} numbers", "1\n" * (MOST_STEPS + 1), "currents"),
    ):
        with pytest.raises(SpecError) as caught:
            parse(RecordedInput, {"text": text, "reading": reading})
        (fault,) = caught.value.faults
        assert fault.path == "text"
        assert words in fault.message, fault.message


def test_values_that_no_input_can_have_are_all_told() -> None:
    with pytest.raises(SpecError) as caught:
        given(kind="pulse", current=float("nan"), begin=-1, length=0)
    assert [fault.path for fault in caught.value.faults] == ["current", "begin", "length"]
    with pytest.raises(SpecError, match="kind"):
        given(kind="square")
