"""Tests that press Ctrl-C hold in a shell that ignores it, which the processes that they start would inherit."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from interruptible import interruptible

TESTS = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal")
def test_a_process_is_reached_by_control_c_though_the_tests_ignore_it() -> None:
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for inside, expected in ((False, "False"), (True, "True")):
            if inside:
                with interruptible():
                    process = subprocess.Popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE, text=True)
            else:
                process = subprocess.Popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE, text=True)
            assert process.communicate()[0].strip() == expected
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_every_file_of_tests_that_sends_it_starts_its_processes_so() -> None:
    sending = re.compile(r"send_signal\((?!signal\.SIG(?:STOP|CONT|KILL|TERM)\b)")
    found = {path.name: path.read_text() for path in TESTS.rglob("test_*.py") if sending.search(path.read_text())}
    assert len(found) >= 6
    assert [name for name, text in found.items() if "with interruptible():" not in text] == []
