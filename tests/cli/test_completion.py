"""What a shell offers: data sets, neurons, runs and files, asked for as bash does."""

from __future__ import annotations

from pathlib import Path

import pytest

from snntrainer3d.cli import run
from snntrainer3d.compose import Choices, compose
from snntrainer3d.runs import RunStore

Capture = pytest.CaptureFixture[str]


def offered(line: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> list[str]:
    """Give what bash would offer for the last word of a line."""
    words = line.split(" ")
    with monkeypatch.context() as shell:
        shell.setenv("_SNNTRAINER3D_COMPLETE", "complete_bash")
        shell.setenv("COMP_WORDS", line)
        shell.setenv("COMP_CWORD", str(len(words) - 1))
        with pytest.raises(SystemExit):
            run([])
    return capsys.readouterr().out.split()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("snntrainer3d train --dataset mo", ["moons"]),
        ("snntrainer3d evaluate x --dataset parity-", ["parity-3", "parity-8"]),
        ("snntrainer3d datasets fetch fash", ["fashion-mnist"]),
        ("snntrainer3d train --neuron ", ["leaky", "synaptic", "izhikevich", "integrator"]),
        ("snntrainer3d train --output-neuron int", ["integrator"]),
        ("snntrainer3d train --template l", ["lenet"]),
        ("snntrainer3d train --preset ", ["paper", "fast", "thorough"]),
        ("snntrainer3d train --loss max", ["max_membrane"]),
    ],
)
def test_names_of_all_kinds_are_offered(
    line: str, some: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    found = offered(line, monkeypatch, capsys)
    begun = line.rsplit(" ", 1)[1]
    assert set(some) <= set(found)
    assert all(name.startswith(begun) for name in found)


@pytest.mark.slow
def test_runs_are_offered_by_id_and_name_and_no_home_is_made(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert offered("snntrainer3d runs show ", monkeypatch, capsys) == []
    assert not home.exists()
    with RunStore() as store:
        plain, spaced = (
            store.create(compose(Choices(dataset="xor", training={"name": name})), launcher="cli").id
            for name in ("thesis-1", "of two words")
        )
    for command in ("runs show", "compare", "runs tag", "train --like"):
        assert set(offered(f"snntrainer3d {command} ", monkeypatch, capsys)) == {plain, spaced, "thesis-1"}
    assert offered("snntrainer3d runs show thes", monkeypatch, capsys) == ["thesis-1"]
    Path("thesis.json").touch()
    Path("thesis").mkdir()
    for command in ("evaluate", "export", "train --from", "simulate"):
        found = offered(f"snntrainer3d {command} thes", monkeypatch, capsys)
        assert found == ["thesis-1", "thesis/", "thesis.json"]


@pytest.mark.slow
def test_a_home_that_cannot_be_read_offers_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    home.mkdir()
    (home / "runs.db").write_bytes(b"no database")
    assert offered("snntrainer3d runs show ", monkeypatch, capsys) == []
