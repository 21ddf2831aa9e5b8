"""Own neurons: what the grammar reads, what it refuses and where, and that nothing of a text is ever run."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snntrainer3d.errors import SpecError
from snntrainer3d.spec import Network, OwnNeuron, OwnSurrogate, equation_of, parse
from snntrainer3d.spec.equations import equation_lines
from snntrainer3d.spec.equations.grammar import FUNCTIONS

LIF = {
    "kind": "equations",
    "title": "LIF",
    "parameters": {"beta": 0.9, "theta": {"value": 1.0, "low": 0.1, "learn": "shared"}},
    "states": {"u": 0.0, "v": "beta / 2"},
    "membrane": "v",
    "threshold": "theta",
    "step": ["u = 0.5 * u + x", "v = beta * v + u  # the current decays too", "", "out = spike(v - theta)"],
}


def own(**changes: Any) -> OwnNeuron:
    return parse(OwnNeuron, {**LIF, **changes})


def faults(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as raised:
        own(**changes)
    return [(fault.path, fault.message) for fault in raised.value.faults]


def fault_of(line: str, **changes: Any) -> str:
    found = faults(**{"step": [*LIF["step"][:2], line], **changes})
    assert [path for path, _ in found] == ["step[2]"], found
    return found[0][1]


def test_a_document_is_read_and_written_as_it_was():
    neuron = own()
    assert neuron.model.states == ("v", "u")
    assert neuron.learning() == {"beta": "fixed", "theta": "shared"}
    assert (neuron.threshold_value(), neuron.number("beta"), neuron.never_spikes) == (1.0, 0.9, False)
    assert equation_lines(equation_of(neuron)) == [
        "u[t] = 0.5·u[t−1] + x[t]", "v[t] = β·v[t−1] + u[t]", "s[t] = Θ(v[t] − theta)", "v[0] = β/2",
    ]  # fmt: skip
    again = parse(OwnNeuron, json.loads(neuron.model_dump_json()))
    assert again == neuron
    assert own(step="\n".join(LIF["step"])) == neuron


def test_a_state_means_its_value_before_until_it_is_assigned():
    first = equation_of(own(states={"v": 0, "u": 0}, step=["v = u + x", "u = v"], threshold=""))
    assert first.states["u"] is first.states["v"]
    second = equation_of(own(states={"v": 0, "u": 0}, step=["u = v", "v = u + x"], threshold=""))
    assert second.states["u"].operation == "state"


def test_lines_before_the_spike_are_repeated_and_dt_is_a_part_of_the_step():
    step = ["v += dt * x", "u = v", "out = spike(v - theta)", "v = v - out"]
    made = equation_of(own(step=step, substeps=4, time_step_s=0.002))
    lines = " ".join(equation_lines(made))
    assert lines.count("0.0005") == 4
    assert lines.count("Θ") == 1


LINES = {
    "w = vv + 1": "line 3, column 5: there is no vv.",
    "  v = foo(x)": "line 3, column 7: there is no function foo.",
    "v = exp(x, 2)": "line 3, column 5: exp got 2 of its values.",
    "v = exp(x=2)": "line 3, column 5: exp takes its values by place.",
    "v = exp": "line 3, column 5: exp is a function.",
    "exp = x": "line 3, column 1: exp is a function.",
    "beta = x": "line 3, column 1: beta is a parameter.",
    "x = 1": "line 3, column 1: x is the input.",
    "pi = 3": "line 3, column 1: pi has its meaning already.",
    "v": "line 3, column 1: v is no assignment.",
    "import os": "line 3, column 1: import os is no assignment.",
    "v = v + (v > 1)": "line 3, column 10: a comparison is no number.",
    "v = where(v, 1, 2)": "line 3, column 11: v is no comparison.",
    "v = where(0 < v < 1, 1, 2)": "line 3, column 11: such a comparison is not read.",
    "v = where(v > 1 and x > 1, 1, 2)": "line 3, column 11: conditions are not joined here.",
    "v = 1 if x > 1 else 2": "line 3, column 5: if and else choose nothing here.",
    "v = x.real": "line 3, column 5: x.real is not part of the language of equations.",
    "v = __import__": "line 3, column 5: there is no __import__.",
    "v = __import__('os').system('true')": 'line 3, column 16: "\'" means nothing here.',
    "v = (lambda: 1)()": "line 3, column 12: ':' means nothing here.",
    "v = f'{x}'": 'line 3, column 6: "\'" means nothing here.',
    "v = [x][0]": "line 3, column 5: '[' means nothing here.",
    "v = x; u = 1": "line 3, column 6: ';' means nothing here.",
    "v = τ": "line 3, column 5: 'τ' means nothing here.",
    "v = x ** 0.5": "line 3, column 10: 0.5 is no power that is read.",
    "v = 2 ** 9 ** 9": "line 3, column 10: 9 ** 9 is no power that is read.",
    "v = 1j": "line 3, column 5: 1j is no real number.",
    "v = True": "line 3, column 5: True is no real number.",
    f"v = 1{'0' * 400}": f"line 3, column 5: 1{'0' * 38}… is too large a number.",
    "v = 1e999": "line 3, column 5: 1e999 is too large a number.",
    "v = (x": "line 3, column 5: a closing bracket is missing.",
    "v = x +": "line 3, column 8: something is missing, or stands where it cannot.",
    "v = spike(x)": "line 3, column 5: a spike stands here.",
    "out = x": "line 3, column 1: out is no spike.",
    "out = 2 * spike(x)": "line 3, column 11: a spike stands here.",
    f"v = {'x + ' * 300}x": "line 3, column 1000: the line has 1,205 characters, at most 1,000 are read.",
    f"v = {'(' * 300}x{')' * 300}": "line 3, column 205: something is missing, or stands where it cannot.",
    f"v = {'-' * 500}x": "line 3, column 1: the line is nested too deeply.",
    f"v = {'*'.join('x' * 200)}": "line 3, column 1: the line is nested too deeply.",
    "v = x / 0": "line 3, column 5: x / 0 is nan at once, with an input of 0.",
    "v = v * v + 2 * v + 1": "line 3, column 5: v * v is inf at step 7 of an input of 1.",
    "v = exp(2 * v + x)": "line 3, column 5: exp(2 * v + x) is inf at step 3 of an input of 0.",
    "v = log(x - 1)": "line 3, column 5: log(x - 1) is nan at once, with an input of 0.",
}


def test_every_fault_of_a_line_has_its_place_and_its_words():
    wrong = {}
    for line, expected in LINES.items():
        found = fault_of(line)
        if found != expected:
            wrong[line[:40]] = found
    assert not wrong


def test_all_faults_are_told_at_once():
    found = faults(step=["v = vv", "u = x x", "w = foo(u)", "out = spike(v)", "out = spike(u)"])
    assert [path for path, _ in found] == ["step[0]", "step[1]", "step[2]", "step[4]"]
    assert found[-1][1] == "line 5, column 1: out is assigned a second time."


def test_names_are_checked_before_anything_is_read():
    found = faults(
        parameters={"beta": 0.9, "theta": 1, "lambda": 1, "exp": 1, "a b": 1, "half": 2, "u": 1, "out": 1, "_x": 0},
        inputs=["v"],
        membrane="m",
        threshold="zeta",
    )
    assert sorted(path for path, _ in found) == sorted([
        "parameters.lambda", "parameters.exp", "parameters.a b", "parameters.half", "parameters.out", "parameters._x",
        "states.u", "states.v", "membrane", "threshold",
    ])  # fmt: skip
    assert faults(parameters={"beta": {"value": 2, "high": 1}, "theta": {"value": 1, "low": 2, "high": 1}}) == [
        ("parameters.beta.value", "2 is outside its bounds."),
        ("parameters.theta.low", "2 is not below high, 1."),
    ]


def test_states_begin_with_finite_numbers_and_are_assigned():
    assert faults(states={"u": 0.0, "v": "beta / 0"}) == [("states.v", "its start is inf.")]
    assert faults(states={"u": 0.0, "v": "x + 1"}) == [("states.v", "column 1: there is no x.")]
    assert faults(states={"u": 0, "v": 0, "w": 0}) == [("states.w", "the step never assigns it.")]
    assert faults(substeps=900) == [
        ("step[1]", "line 2, column 5: the step takes more than 2,000 operations, all sub-steps together.")
    ]


def test_a_hostile_document_is_refused_quickly_and_whole():
    assert len(faults(step=["v = x"] * 101)) == 1
    assert len(faults(states={f"s{n}": 0 for n in range(9)})) == 1
    assert [path for path, _ in faults(step=["v = x", "u = x", "a" * 10_000])] == ["step[2]"]
    where = ("kind", "title", "inputs", "parameters", "states", "step", "membrane", "threshold", "surrogate")
    for name in where:
        for bad in (None, 3, [], {}, [[]], {"x": []}, "\0", "x" * 10_000):
            with suppress(SpecError):
                parse(OwnNeuron, {**LIF, name: bad})


SIGNS = list("=+-*/(),<>#':[].é\\ \n")
WORDS = [*FUNCTIONS, *SIGNS, "u", "v", "x", "beta", "out", "+=", "**", "1", "0.5", "1e9", "__class__", "lambda", "if"]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), max_size=5))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    try:
        neuron = own(step=[*LIF["step"][:2], *lines])
    except SpecError as error:
        refused = error
    else:
        assert equation_of(neuron).states
        return
    assert {fault.path.partition("[")[0] for fault in refused.faults} == {"step"}


def test_a_surrogate_can_be_written_too():
    surrogate = {"kind": "equations", "derivative": "width / (1 + (width * z)**2)", "parameters": {"width": 3}}
    assert own(surrogate=surrogate).surrogate == OwnSurrogate(**surrogate)
    for derivative, path, message in (
        ("1 / z", "surrogate.derivative", "is not finite at z = 0."),
        ("exp(z)", "surrogate.derivative", "is not finite at z = 1000."),
        ("spike(z)", "surrogate.derivative", "column 1: a spike stands here."),
        ("v * z", "surrogate.derivative", "column 1: there is no v."),
        ("", "surrogate.derivative", "is empty, expected a text."),
    ):
        assert faults(surrogate={"kind": "equations", "derivative": derivative}) == [(path, message)]


def test_a_neuron_that_never_spikes_stands_at_the_output_alone():
    silent = {**LIF, "step": LIF["step"][:2], "threshold": ""}
    layer = {"kind": "dense", "size": 2, "neuron": silent}
    parse(Network, {"input": {"shape": [2]}, "layers": [layer]})
    with pytest.raises(SpecError) as raised:
        parse(Network, {"input": {"shape": [2]}, "layers": [layer, layer]})
    assert [fault.path for fault in raised.value.faults] == ["layers[0].neuron.kind"]


def test_faults_in_a_network_stand_at_their_line():
    layer = {"kind": "dense", "size": 2, "neuron": {**LIF, "step": ["v = x", "u = w"]}}
    with pytest.raises(SpecError) as raised:
        parse(Network, {"input": {"shape": [2]}, "layers": [layer]}, root="network")
    assert [(one.path, one.message) for one in raised.value.faults] == [
        ("network.layers[0].neuron.step[1]", "line 2, column 5: there is no w.")
    ]


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "own-neurons.md").read_text(encoding="utf-8")


def test_the_page_has_a_document_that_is_right_and_every_function():
    (document,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    neuron = parse(OwnNeuron, json.loads(document))
    assert neuron.learning()["tau"] == "per_neuron"
    table = PAGE[PAGE.index("| function |") : PAGE.index("There are no loops")]
    assert {name for name, _ in re.findall(r"`(\w+)\(([^)]*)\)`", table)} == set(FUNCTIONS)
    told = dict(re.findall(r"`(\w+)\(([^)]*)\)`", table))
    assert told == {name: arguments for name, (arguments, _) in FUNCTIONS.items()}
    fields = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*) \|", PAGE[PAGE.index("| field |") :], re.MULTILINE)))
    )
    assert fields == set(OwnNeuron.model_fields) - {"kind"}


def test_faults_of_fields_do_not_hide_those_of_the_lines():
    wrong = {
        "substeps": 0,
        "parameters": {"beta": "a", "theta": 1.0},
        "step": ["u = 0.5 * u + q", "v = (beta * v", "out = spike(v)"],
    }
    found = dict(faults(**wrong))
    assert found["parameters.beta"] == 'got "a", expected a number, or an object with "value".'
    assert found["step[0]"] == "line 1, column 15: there is no q."
    assert found["step[1]"].endswith("a closing bracket is missing.")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("v = v^2", "Write ** for a power."),
        ("v = v − x", "Write - for minus."),
        ("dv/dt = -v + x", "Write the step in place of the derivative: v = v + dt * (…)."),
        ("v = ｘ", "Use names of the letters a to z, numbers, + - * / ** ( ) , and comparisons."),
    ],
)
def test_what_people_write_of_equations_has_a_remedy(line: str, hint: str) -> None:
    with pytest.raises(SpecError) as raised:
        own(step=[*LIF["step"][:2], line])
    assert hint in [fault.hint for fault in raised.value.faults], raised.value.faults


def test_a_title_can_be_read():
    for title in ("   ", "a\nb", "a\x1b[31m"):
        assert [path for path, _ in faults(title=title)] == ["title"]
