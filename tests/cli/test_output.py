"""What is printed: nothing foreign steers a terminal, and what cannot be printed is told in one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from snntrainer3d import cli
from snntrainer3d.cli import run
from snntrainer3d.cli.bar import Bar
from snntrainer3d.cli.output import give, give_json, give_pairs, give_table, say
from snntrainer3d.errors import InputError, printable
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import Leaky, RunSpec, Training, dense_network

HOSTILE = "harmless\x1b]0;title\x07\x1b[2J\x9b31m\x7f\u202egpj.exe\u2066\u2028\ud800"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]")
Capture = pytest.CaptureFixture[str]


def test_what_steers_a_terminal_is_escaped_and_the_rest_stays() -> None:
    assert not STEERING.search(printable(HOSTILE))
    assert printable("\x1b[2J") == "\\x1b[2J"
    plain = "größer, 猫 and 🧠\tin two\nlines"
    assert printable(plain) == plain


def test_every_way_to_print_escapes(capsys: Capture) -> None:
    give(HOSTILE)
    say(HOSTILE)
    give_pairs({"notes": HOSTILE})
    give_table(["id", f"#{HOSTILE}"], [[HOSTILE, "[/no markup]"]], title=f"{HOSTILE}[/b]")
    with Bar() as bar:
        bar.line(HOSTILE)
    told = capsys.readouterr()
    for text in told:
        assert "harmless" in text
        assert not STEERING.search(text)
    assert "[/no markup]" in told.out


def test_json_says_the_same_text_by_its_own_escapes(capsys: Capture) -> None:
    given = {"notes": HOSTILE.replace("\ud800", "")}
    give_json(given)
    told = capsys.readouterr().out
    assert not STEERING.search(told.replace("\x7f", ""))
    assert json.loads(told) == given


def test_notes_of_several_lines_keep_to_their_column(capsys: Capture) -> None:
    give_pairs({"notes": "one\nfolder  /elsewhere", "folder": "/here"})
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("folder")] == ["folder  /here"]


def test_commands_print_through_output_alone() -> None:
    for file in Path(cli.__file__).parent.glob("*.py"):
        printing = re.findall(r"(?<![\w.])print\(.*", file.read_text())
        raw = [line for line in printing if "printable(" not in line and "torch.cuda" not in line]
        assert not raw or file.name == "output.py", file.name


@pytest.mark.slow
def test_a_run_shows_its_notes_harmlessly(home: Path, capsys: Capture) -> None:
    spec = RunSpec(network=dense_network((2,), [2], 2, Leaky(beta=0.8)), training=Training(dataset="xor"))
    with RunStore(home) as store:
        made = store.create(spec).id
        store.change(made, notes=HOSTILE.replace("\ud800", ""))
    assert run(["runs", "show", made]) == 0
    assert run(["runs", "list", "--search", "\x1b[2J"]) == 0
    assert run(["runs", "show", "\x1b[2J"]) == InputError.exit_code
    told = capsys.readouterr()
    assert "harmless" in told.out
    assert not STEERING.search(told.out + told.err)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["runs", "show", "\ud800"],
        ["runs", "list", "--search", "\ud800"],
        ["runs", "list", "--tag", "\ud800"],
        ["runs", "list", "--where", "name=\ud800"],
        ["runs", "list", "--sort", "\ud800"],
        ["runs", "rename", "RUN", "\udcff"],
        ["runs", "note", "RUN", "\udcff"],
        ["runs", "tag", "RUN", "\udcff"],
        ["train", "--name", "\udcff", "--dataset", "xor"],
        ["train", "--dataset", "\udcff"],
        ["train", "--data", "\udcff"],
        ["study", "\udcff"],
        ["datasets", "import", "\udcff"],
        ["datasets", "remove", "\udcff"],
        ["export", "\udcff"],
        ["evaluate", "\udcff", "--json"],
    ],
)
def test_half_a_surrogate_pair_is_wrong_input(home: Path, capsys: Capture, arguments: list[str]) -> None:
    spec = RunSpec(network=dense_network((2,), [2], 2, Leaky(beta=0.8)), training=Training(dataset="xor"))
    with RunStore(home) as store:
        made = store.create(spec).id
    code = run([made if one == "RUN" else one for one in arguments])
    told = capsys.readouterr()
    assert code in (0, InputError.exit_code)
    assert "not foreseen" not in told.err
    assert not STEERING.search(told.out + told.err)


@pytest.mark.slow
def test_a_folder_whose_name_is_no_text_is_no_class(tmp_path: Path, home: Path, capsys: Capture) -> None:
    try:
        (tmp_path / "data" / "cat\udcff").mkdir(parents=True)
    except OSError:
        pytest.skip("this disk takes no such names")
    assert run(["datasets", "import", str(tmp_path / "data")]) == InputError.exit_code
    assert "no UTF-8 text" in capsys.readouterr().err
    assert not list(home.glob("own-data/*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.slow
def test_output_to_a_full_disk_is_told_in_one_line(home: Path) -> None:
    RunStore(home).close()
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "snntrainer3d", "runs", "list"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The disk cannot be used: No space left on device.")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", [["runs", "list"], ["serve", "--no-browser", "--port", "0"]])
def test_a_home_that_cannot_be_used_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, command: list[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "file"))
    assert run(command) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "is a file, not a folder" in told.err
    assert len(told.err.strip().splitlines()) == 1
