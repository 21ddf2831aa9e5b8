"""Contestants as running processes, asked line by line; one that fails says why and the others go on."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.contestants import Contestant
from benchmarks.environment import ROOT

ANSWER_S = 600.0
"""Longest wait for one answer; compiling a thousand unrolled steps takes minutes."""
REASON_LENGTH = 300
SPIN_VARIABLE, BRIEF_SPINS = "GOMP_SPINCOUNT", "5000"
"""What this project's package sets when it is imported; the peers get it too, and the default where it suits them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a contestant's threads run: on how many cores (0 for all), and how long those that wait look out for work.

    OpenMP's threads spin by default for so long that a peer takes four times as long while another program runs; brief
    waits are what this project's package asks for where it is imported before torch.
    """

    cores: int = 0
    brief_waits: bool = False


BRIEF = Setting(brief_waits=True)


class ContestantError(Exception):
    """A contestant cannot do what it was asked; the text is its reason."""


class Process:
    """One contestant's worker."""

    def __init__(self, contestant: Contestant, python: Path, log: Path, setting: Setting) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [str(python), "-m", "benchmarks.worker", contestant.form, "--cores", str(setting.cores)]
        command += ["--packages", ",".join(contestant.packages)]
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(setting), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")

    def send(self, do: str, **more: Any) -> None:
        """Ask; the answer is taken by `receive`, in order. A process that is gone shows there."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
            self._process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """Give the next answer; raises ContestantError with the reason where there is none."""
        try:
            line = self._lines.get(timeout=ANSWER_S)
        except queue.Empty:
            raise ContestantError(self._last_words() or f"no answer in {ANSWER_S:.0f} s") from None
        if not line:
            raise ContestantError(self._last_words() or "the process ended")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise ContestantError(answer["reason"])
        return answer

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=5)

    def _last_words(self) -> str:
        lines = [line for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1][:REASON_LENGTH] if lines else ""


@dataclass
class Entry:
    """A contestant in this session: its process once prepared, or why it does not take part."""

    contestant: Contestant
    process: Process | None = None
    setting: Setting = BRIEF
    reason: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    threads: int = 0

    @property
    def takes_part(self) -> bool:
        """Whether it can be asked."""
        return self.process is not None

    def ask(self, do: str, **more: Any) -> dict[str, Any] | None:
        """Give an answer, or None where the contestant is out; a failure puts it out with its reason."""
        self.send(do, **more)
        return self.receive()

    def send(self, do: str, **more: Any) -> None:
        """Ask without waiting."""
        if self.process is not None:
            self.process.send(do, **more)

    def receive(self) -> dict[str, Any] | None:
        """Wait for an answer, as `ask` gives it."""
        if self.process is None:
            return None
        try:
            return self.process.receive()
        except ContestantError as error:
            self.leave(str(error))
            return None

    def leave(self, reason: str) -> None:
        """Put it out."""
        self.reason = reason
        if self.process is not None:
            self.process.close()
            self.process = None


class Contest:
    """Opens contestants' processes, each in its environment, and ends them."""

    def __init__(
        self,
        peers_python: Path | None,
        why_no_peers: str,
        logs: Path,
        say: Callable[[str], None],
        setting: Setting = BRIEF,
    ) -> None:
        self._peers_python, self._why_no_peers, self._logs, self._say = peers_python, why_no_peers, logs, say
        self._setting = setting

    @contextlib.contextmanager
    def open(
        self, contestants: Sequence[Contestant], task: str, setting: Setting | None = None
    ) -> Iterator[list[Entry]]:
        """Give the contestants prepared for a task, all at the same time; all end with the block."""
        entries: list[Entry] = []
        try:
            entries += [self._start(contestant, setting) for contestant in contestants]
            for entry in entries:
                entry.send("prepare", task=task)
            for entry in entries:
                self._prepared(entry)
            yield entries
        finally:
            for entry in entries:
                if entry.process is not None:
                    entry.process.close()

    def enter(self, contestant: Contestant, task: str = "", setting: Setting | None = None) -> Entry:
        """Give one contestant prepared for a task, or put out with its reason; without a task it is only started."""
        entry = self._start(contestant, setting)
        if task:
            entry.send("prepare", task=task)
            self._prepared(entry)
        return entry

    def _start(self, contestant: Contestant, setting: Setting | None) -> Entry:
        setting = setting or self._setting
        python = Path(sys.executable) if contestant.lives_here else self._peers_python
        if python is None:
            return Entry(contestant, reason=self._why_no_peers)
        log = self._logs / f"{contestant.name}.log"
        return Entry(contestant, Process(contestant, python, log, setting), setting)

    def _prepared(self, entry: Entry) -> None:
        answer = entry.receive()
        if answer is not None:
            entry.versions, entry.threads = answer["versions"], answer["threads"]
        else:
            self._say(f"  {entry.contestant.title} does not take part: {entry.reason}")


def _environment(setting: Setting) -> dict[str, str]:
    """Give a worker's environment: nothing that steers our engine or anyone's threads but the setting."""
    pools = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    steering = {*pools, "SNNTRAINER3D_ENGINE", SPIN_VARIABLE, "OMP_WAIT_POLICY"}
    kept = {name: value for name, value in os.environ.items() if name not in steering}
    if setting.cores:
        kept.update(dict.fromkeys(pools, str(setting.cores)))
    if setting.brief_waits:
        kept[SPIN_VARIABLE] = BRIEF_SPINS
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
