"""Own data is read in a process of its own: the same as here, the same faults, nothing left, nothing believed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from event_files import bins_by_class
from interruptible import interruptible
from own_files import arrays, packed, picture, pictures_by_class, sound, written
from snntrainer3d.data.own import reading_apart
from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.reading import read
from snntrainer3d.data.own.reading_apart import put_found, read_in_own_process
from snntrainer3d.errors import FailureError, FileFormatError, InputError, LimitError, NotFoundError
from snntrainer3d.home import home_folder

TABLE = b"width,height,kind\n" + b"".join(b"%d,%d,%s\n" % (at, at % 3, (b"a", b"b")[at % 2]) for at in range(12))
SPLIT = {f"{part}/{path[5:]}": content for part in ("train", "test") for path, content in pictures_by_class(3).items()}
WHOLE: dict[str, tuple[str, bytes]] = {
    "an NPZ": ("a.npz", arrays(x=np.random.default_rng(0).random((20, 4)), y=np.array([0, 1] * 10))),
    "an NPZ of grey pictures": (
        "a.npz",
        arrays(x=np.random.default_rng(0).integers(0, 2, (20, 6, 5), np.uint8), y=np.array([0, 1] * 10)),
    ),
    "an NPZ of coloured pictures": (
        "a.npz",
        arrays(x=np.random.default_rng(0).random((20, 6, 5, 3)), y=np.array(["a", "b"] * 10)),
    ),
    "a table": ("a.csv", TABLE),
    "pictures with a split": ("a.zip", packed(SPLIT)),
    "sounds": ("a.zip", packed({f"{label}/{at}.wav": sound(300 + at) for label in "ab" for at in range(3)})),
    "events": ("a.zip", packed(bins_by_class(3))),
}
FAULTY: dict[str, tuple[str, bytes, Choice, type[InputError]]] = {
    "damaged pictures": (
        "a.zip", packed({**pictures_by_class(), "pets/cat/x.png": b"-", "x.png": picture()}), Choice(), FileFormatError,
    ),
    "a bomb": ("a.zip", packed({"a/0.png": bytes(30_000_000)}, 8), Choice(), LimitError),
    "a choice out of range": ("a.csv", TABLE, Choice(test_share=1.0), InputError),
}  # fmt: skip


def alike(one: Gathered, other: Gathered) -> bool:
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(Gathered)]
    return all(
        mine.dtype == yours.dtype and np.array_equal(mine, yours) if isinstance(mine, np.ndarray) else mine == yours
        for mine, yours in pairs
    )


def nothing_is_left() -> bool:
    return not list(home_folder().glob(".unpacked-*"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", WHOLE)
def test_the_same_is_read_apart_as_here(kind: str, tmp_path: Path) -> None:
    name, content = WHOLE[kind]
    path = written(tmp_path, name, content)
    assert alike(read_in_own_process([path], name, Choice()), read([path], name, Choice()))
    assert nothing_is_left()


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAULTY)
def test_the_same_faults_are_told(kind: str, tmp_path: Path) -> None:
    name, content, choice, error = FAULTY[kind]
    path = written(tmp_path, name, content)
    with pytest.raises(error) as here:
        read([path], name, choice)
    with pytest.raises(error) as apart:
        read_in_own_process([path], name, choice)
    assert type(apart.value) is type(here.value)
    assert apart.value.body() == here.value.body()
    assert nothing_is_left()


@pytest.mark.slow
def test_a_path_that_is_given_relative_to_where_one_works_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "a.csv", TABLE)
    monkeypatch.chdir(tmp_path)
    assert len(read_in_own_process([Path("a.csv")], "a.csv", Choice()).labels) == 12
    with pytest.raises(NotFoundError, match=r"There is no file or folder .*b\.csv"):
        read_in_own_process([Path("b.csv")], "b.csv", Choice())


@pytest.mark.slow
def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match=r"Reading a\.csv took longer than"):
        read_in_own_process([written(tmp_path, "a.csv", TABLE)], "a.csv", Choice(), limit_s=0.001)
    assert nothing_is_left()


def instead(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Have another process in place of the reader: its folder is its first argument."""
    code = f"import sys; folder = sys.argv[1]\n{body}"
    monkeypatch.setattr(reading_apart, "_command", lambda folder: [sys.executable, "-c", code, str(folder)])


@pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        ("SIGSEGV", FileFormatError, "reading it ended the process that tried"),
        ("SIGKILL", LimitError, "took more memory than there is"),
        ("SIGXCPU", LimitError, "took too long"),
    ],
)
def test_a_reader_that_is_ended_is_told(
    number: str, error: type[InputError], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_core = "import os, resource, signal\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    instead(monkeypatch, f"{no_core}os.kill(os.getpid(), signal.{number})")
    with pytest.raises(error, match=words):
        read_in_own_process([written(tmp_path, "a.csv", TABLE)], "a.csv", Choice())
    assert nothing_is_left()


def test_an_error_of_the_reader_that_was_not_foreseen_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, "raise KeyError('colour')")
    with pytest.raises(FailureError, match=r"An error that was not foreseen\."):
        read_in_own_process([written(tmp_path, "a.csv", TABLE)], "a.csv", Choice())


WITHOUT_SENSE = {
    "nothing": "pass",
    "no JSON": "open(folder + '/found.json', 'w').write('{')",
    "a pickle": "import numpy as n; n.save(folder + '/inputs.npy', n.array([{}], object))",
    "a label of no class": "import numpy as n; n.save(folder + '/labels.npy', n.array([0, 9]))",
    "other numbers": "import numpy as n; n.save(folder + '/inputs.npy', n.zeros((2, 3), complex))",
    "other shapes": "import numpy as n; n.save(folder + '/inputs.npy', n.zeros((2, 4), n.float32))",
    "an array that claims what it has not": "open(folder + '/inputs.npy', 'r+b').truncate(130)",
    "a field that is none": "open(folder + '/found.json', 'w').write('{\"what\": 3}')",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", WITHOUT_SENSE)
def test_what_a_reader_says_is_not_believed(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Gathered(np.zeros((2, 3), np.float32), np.array([0, 1]), ("a", "b"), (3,), "3 numbers")
    put_found(tmp_path, whole)
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    files = f"for name, content in {kept!r}.items(): open(folder + '/' + name, 'wb').write(content)\n"
    path = written(tmp_path, "a.csv", TABLE)
    instead(monkeypatch, files)
    assert alike(read_in_own_process([path], "a.csv", Choice()), whole)
    monkeypatch.undo()
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "home"))
    instead(monkeypatch, (files if kind != "nothing" else "") + WITHOUT_SENSE[kind])
    with pytest.raises(FileFormatError, match="what was read of it does not fit together"):
        read_in_own_process([path], "a.csv", Choice())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the limit of memory is Linux's")
def test_memory_is_limited() -> None:
    code = (
        "from snntrainer3d.apart import limit_process\n"
        "limit_process(300_000_000, 60)\n"
        "held = bytearray(100_000_000)\n"
        "try:\n    more = bytearray(300_000_000)\nexcept MemoryError:\n    print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "refused"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_time_of_a_processor_is_limited_by_a_signal_of_its_own() -> None:
    code = "from snntrainer3d.apart import limit_process\nlimit_process(10**9, 1)\nwhile True:\n    pass"
    assert -subprocess.run([sys.executable, "-c", code]).returncode == signal.SIGXCPU


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_limits_that_the_machine_sets_already_are_kept() -> None:
    code = (
        "import resource\n"
        "from snntrainer3d.apart import limit_process\n"
        "set_here = {resource.RLIMIT_CPU: 500, resource.RLIMIT_AS: 10**12}\n"
        "for what, most in set_here.items():\n    resource.setrlimit(what, (most, most))\n"
        "limit_process(10**13, 1000)\n"
        "print([resource.getrlimit(what)[1] for what in set_here] == list(set_here.values()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


CHILD = """
import os, subprocess, sys, time
from pathlib import Path
from snntrainer3d.apart import end_with_parent
end_with_parent(Path(sys.argv[1]))
(Path(sys.argv[1]) / "half").write_bytes(b"half")
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
Path(sys.argv[2] + ".new").write_text(f"{os.getpid()} {grandchild.pid} {sys.argv[1]}")
os.rename(sys.argv[2] + ".new", sys.argv[2])
time.sleep(600)
"""
PARENT = """
import sys
from pathlib import Path
from snntrainer3d.data.own import reading_apart
child, path, told = sys.argv[1:]
reading_apart._command = lambda folder: [sys.executable, "-c", child, str(folder), told]
reading_apart.read_in_own_process([Path(path)], "a.csv", reading_apart.Choice())
"""


def begun(tmp_path: Path) -> tuple[subprocess.Popen[bytes], list[int], Path]:
    """Start a process that waits for a reader, which has started another; give their numbers and the folder."""
    path, told = written(tmp_path, "a.csv", TABLE), tmp_path / "told"
    command = [sys.executable, "-c", PARENT, CHILD, str(path), str(told)]
    with interruptible():
        parent = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not told.exists():
        assert parent.poll() is None
        time.sleep(0.02)
    *numbers, folder = told.read_text().split(" ", 2)
    return parent, [int(number) for number in numbers], Path(folder)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_reader_ends_with_who_waits_for_it_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    parent, readers, folder = begun(tmp_path)
    assert (folder / "half").exists()
    parent.send_signal(number)
    assert parent.wait() != 0
    while folder.exists() or any(map(runs, readers)):
        time.sleep(0.02)
    assert nothing_is_left()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
def test_what_is_left_when_both_are_killed_goes_with_the_next_import(tmp_path: Path) -> None:
    parent, readers, folder = begun(tmp_path)
    for reader in readers:
        os.kill(reader, signal.SIGSTOP)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for reader in readers:
        os.kill(reader, signal.SIGKILL)
    assert (folder / "half").exists()
    os.utime(folder, (time.time() - 60,) * 2)
    read_in_own_process([tmp_path / "a.csv"], "a.csv", Choice())
    assert nothing_is_left()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
def test_a_reader_is_ended_with_what_it_started(tmp_path: Path) -> None:
    told = tmp_path / "told"
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(told)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True) as reader:
        while not told.exists():
            assert reader.poll() is None
            time.sleep(0.02)
        reading_apart._end(reader)
        while any(runs(int(number)) for number in told.read_text().split(" ")[:2]):
            time.sleep(0.02)


def runs(process: int) -> bool:
    """Tell whether a process goes on; one that nobody waits for may stay as a name alone."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return False
