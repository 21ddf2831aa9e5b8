"""Run shell commands, all of them whatever becomes of one, and say at the end which passed.

Side by side, each with its output whole; or one after another with --in-turn, where the output comes as it is written.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A command that ended."""

    command: str
    passed: bool
    seconds: float


def run(command: str) -> Part:
    """Run one command, whose output comes as it writes it."""
    print(f"── {command}", flush=True)
    begun = time.monotonic()
    done = subprocess.run(command, shell=True)
    return Part(command, done.returncode == 0, time.monotonic() - begun)


def run_aside(command: str) -> Part:
    """Run one command beside others, and show its output whole once it has ended."""
    begun = time.monotonic()
    done = subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # One write: what print adds at the end could come after another's lines.
    sys.stdout.write(f"── {command}\n{done.stdout.rstrip()}\n")
    sys.stdout.flush()
    return Part(command, done.returncode == 0, time.monotonic() - begun)


def main(arguments: list[str]) -> int:
    """Run the commands; give 1 where one of them failed."""
    if arguments[:1] == ["--in-turn"]:
        parts = [run(command) for command in arguments[1:]]
    else:
        with ThreadPoolExecutor(len(arguments)) as pool:
            parts = list(pool.map(run_aside, arguments))
    print("── summary")
    for part in parts:
        print(f"   {'passed' if part.passed else 'FAILED'} {part.seconds:6.0f} s   {part.command}")
    return 0 if all(part.passed for part in parts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
