"""The worker's share of an export's proof: the file is made and run beside the network while others have their turn."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from snntrainer3d.exports import form_of, prove_files
from snntrainer3d.jobs.shelf import read_trained, stamp_of
from snntrainer3d.runs import RunFolder

LOOK_S = 0.02


def prove_export(asked: dict[str, Any]) -> Generator[None, None, bytes]:
    """Prove the export of a run, `run` its folder and `form` its form; raises whatever making or running it raises."""
    with ThreadPoolExecutor(1, "proof") as pool:
        work = pool.submit(_prove, RunFolder(Path(asked["run"])), asked["form"])
        while not work.done():
            time.sleep(LOOK_S)
            yield
    return work.result()


def _prove(run: RunFolder, name: str) -> bytes:
    form, (trained, _) = form_of(name), read_trained(run, stamp_of(run))
    files = form.write(trained, f"network{form.ending}")
    proof = prove_files(form, trained, files)
    return json.dumps({"form": name, **proof.to_dict()}).encode()
