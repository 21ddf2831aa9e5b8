"""One reader under the coverage-guided fuzzer, in a process of its own: `guided.py READER RUNS FOLDER`.

A script, so that nothing of ours is imported before it is instrumented.

Anything but a value or an input error of ours ends it, and leaves the input in the folder.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import atheris

LONGEST = 4096
HANG_S = 20
HANG_APART_S = 150
"""Where a process of its own reads, which has limits of its own, and on a busy machine takes long to start."""
MEMORY_MB = 2500

if __name__ == "__main__":
    with atheris.instrument_imports(include=["snntrainer3d"]):
        from reliability.readers import READERS
    from snntrainer3d.errors import InputError

    name, runs, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    reader = READERS[name]
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for at, seed in enumerate(reader.seeds()):
        (seeds / f"{at}").write_bytes(seed)
    logging.disable()

    def once(content: bytes) -> None:
        """Read one input."""
        try:
            reader.read(content)
        except InputError:
            return

    hang_s = HANG_S if reader.share == 1.0 else HANG_APART_S
    options = [f"-runs={runs}", f"-max_len={LONGEST}", f"-timeout={hang_s}", f"-rss_limit_mb={MEMORY_MB}"]
    atheris.Setup([sys.argv[0], *options, "-seed=1", f"-artifact_prefix={folder}/", str(seeds)], once)
    atheris.Fuzz()
