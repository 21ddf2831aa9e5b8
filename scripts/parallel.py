"""Run shell commands side by side. Each one's output is shown whole, with its time."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def run(command: str) -> int:
    """Run one command, print what it said, give its exit code."""
    begun = time.monotonic()
    done = subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"── {command}\n{done.stdout.rstrip()}\n   {word} after {time.monotonic() - begun:.0f} s", flush=True)
    return done.returncode


if __name__ == "__main__":
    with ThreadPoolExecutor() as pool:
        sys.exit(max(abs(code) for code in pool.map(run, sys.argv[1:])))
