"""`neuron bench`: what it prints and writes, and faults that name their option."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.cli import run

pytestmark = pytest.mark.slow
Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *arguments: str, code: int = 0) -> tuple[str, str]:
    assert run(["neuron", "bench", *arguments]) == code
    found = capsys.readouterr()
    return found.out, found.err


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_neuron_is_told_in_a_few_lines(capsys: Capture) -> None:
    out, err = told(capsys, "--neuron", "izhikevich", "--input", "step:0.1,20")
    assert not err
    lines = dict(line.split("  ", 1) for line in out.splitlines() if line)
    assert {name: words.strip() for name, words in lines.items() if name in ("spikes", "first spike")} == {
        "spikes": "4 in 200 steps, 0.02 a step, 20 Hz",
        "first spike": "at step 24",
    }
    assert "v[t]" in lines["step"]
    assert lines["rheobase"].strip().startswith("0.034")
    assert "none up to a constant input of 1" in told(capsys, "--neuron", "integrator")[0]


def test_values_of_the_neuron_are_set_in_both_ways(capsys: Capture) -> None:
    def spikes(*arguments: str) -> list[int]:
        found = json.loads(told(capsys, *arguments, "--json")[0])
        return [neuron["spikes"] for neuron in found["neurons"]]

    plain = spikes("--neuron", "leaky")
    assert spikes("--neuron", "leaky:beta=0.5,threshold=0.5") == spikes("--set", "beta=0.5", "--set", "threshold=0.5")
    assert spikes("--neuron", "leaky", "--against", "leaky:threshold=2") == [
        plain[0],
        spikes("--set", "threshold=2")[0],
    ]


def test_files_of_neurons_and_inputs_are_read(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("neuron.json").write_text('{"kind": "leaky", "beta": 0.5}')
    Path("input.csv").write_text("step,input\n" + "".join(f"{step},{step / 10}\n" for step in range(12)))
    _, _ = told(capsys, "--neuron", "neuron.json", "--input", "input.csv", "--csv", "out.csv", "--fi")
    found = rows(Path("out.csv"))
    assert [row["input"] for row in found] == [str(np.float32(step / 10)) for step in range(12)]
    assert found[1]["m"] == "0.1"
    assert len(rows(Path("out-fi.csv"))) == 61
    # What it wrote is an input again: its current, and its spikes.
    again = json.loads(told(capsys, "--input", "out.csv", "--json")[0])
    assert again["neurons"][0]["steps"] == 12
    Path("spikes.csv").write_text("step,spike\n0,0\n1,1\n2,0\n3,1\n")
    train = json.loads(told(capsys, "--neuron", "leaky:beta=0", "--input", "spikes:spikes.csv,current=2", "--json")[0])
    assert train["neurons"][0]["spike_steps"] == [1, 3]


def test_what_is_there_is_replaced_only_by_force(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "out.csv"
    file.write_text("mine")
    assert "--csv" in told(capsys, "--csv", str(file), code=2)[1]
    assert file.read_text() == "mine"
    told(capsys, "--csv", str(file), "--force")
    assert file.read_text().startswith("step,input,m,spike\n0,0.3,0.3,0\n")


def test_every_fault_names_its_option(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "text.txt").write_text("1\nfour\n")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "raw.bin").write_bytes(b"\xff\xfe\x00\x01")
    for words, arguments in (
        ("--neuron: There is neither a kind of neuron nor a file leeky. Did you mean leaky?", ["--neuron", "leeky"]),
        ("--against beta: got 2, expected a number not above 1", ["--against", "leaky:beta=2"]),
        ('--neuron beta: got "x", expected a number.', ["--set", "beta=x"]),
        ("--neuron: got 'beta', expected NAME=VALUE.", ["--set", "beta"]),
        ("--neuron gamma: there is no such field", ["--set", "gamma=1"]),
        ("--neuron: ", ["--neuron", str(tmp_path / "list.json")]),
        ("--input: There is neither a kind of input nor a file stap:3. Did you mean step:…?", ["--input", "stap:3"]),
        ("--input begin: got -1, expected a number not below 0.", ["--input", "step:1,-1"]),
        ("--input: step has 2 values, got '3' as one more.", ["--input", "step:1,2,3"]),
        ("--input: line 2: got 'four', expected a finite number.", ["--input", str(tmp_path / "text.txt")]),
        ("is no text", ["--input", str(tmp_path / "raw.bin")]),
        ("--steps: got 0, expected a whole number from 1 to 10,000.", ["--steps", "0"]),
        ("--currents: got '3', expected LOW:HIGH.", ["--currents", "3"]),
        ("--currents highest: the currents go from 3 to 1.", ["--currents", "3:1"]),
        ("--currents highest: got", ["--currents", "0:nan"]),
        ("is a folder", ["--svg", str(tmp_path)]),
    ):
        out, err = told(capsys, *arguments, code=2)
        assert not out
        assert words in err, err
        assert "Traceback" not in err


def test_divergence_is_told_with_what_came_before(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "out.csv"
    # A current of 1e9 through 1e35 ohm is more than single precision holds.
    neuron = "lapicque:beta=null,resistance_ohm=1e35,capacitance_f=1000,reset=none"
    out, err = told(capsys, "--neuron", neuron, "--input", "step:1e9,5", "--steps", "10", "--csv", str(file))
    assert "diverges: at step 5 a state is no finite number" in err
    assert "diverges" in out
    assert [row["m"] for row in rows(file)] == ["0.0"] * 5 + [""] * 5
