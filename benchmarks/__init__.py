"""Side by side with the peers: the same network, data and loss in one session; refuses to time what is not equal.

`main` runs it; `make bench`, `python -m benchmarks` and, from a checkout, `snntrainer3d bench` are the same.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark with command-line arguments; give the exit code: 0 timed, 1 refused or failed, 2 wrong input.

    Imports nothing heavy before it is called: workers in the peers' environment import this package too.
    """
    from benchmarks.command import run

    return run(arguments)
