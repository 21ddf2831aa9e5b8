"""What a trained network decides on each test sample, kept in its run's folder for comparisons sample by sample."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int16

from snntrainer3d.data import Dataset
from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.runs import RunFolder, read_weights
from snntrainer3d.storage import write_atomically


def decisions_file(run: RunFolder) -> Path:
    """Give the file of a run's decisions: one int16 array per number of steps, named `steps_25`."""
    return run.path / "decisions.npz"


def read_decisions(run: RunFolder, num_steps: int) -> Int16[np.ndarray, "sample"]:
    """Give a run's decisions on the test set, in its order; raises NotFoundError, FileFormatError."""
    try:
        with np.load(decisions_file(run), allow_pickle=False) as arrays:
            return arrays[f"steps_{num_steps}"]
    except (FileNotFoundError, KeyError):
        raise NotFoundError(f"Run {run.id} has no decisions at {num_steps} steps.") from None
    except (OSError, ValueError, EOFError):
        raise FileFormatError(f"{decisions_file(run)} is damaged.") from None


def has_decisions(run: RunFolder, steps: Sequence[int]) -> bool:
    """Tell whether the decisions at these numbers of steps are there and whole."""
    try:
        return all(read_decisions(run, num_steps) is not None for num_steps in steps)
    except (NotFoundError, FileFormatError):
        return False


def keep_decisions(run: RunFolder, dataset: Dataset, steps: Sequence[int]) -> None:
    """Run the test set through a finished run's network and keep what it decides. Imports torch."""
    for _ in deciding(run, dataset, steps):
        pass


def deciding(run: RunFolder, dataset: Dataset, steps: Sequence[int]) -> Iterator[None]:
    """Do as `keep_decisions`, in portions: whoever iterates may do something else in between."""
    from snntrainer3d.training import decide_in_portions

    spec = run.read_spec()
    trained = read_weights(run.weights, spec)
    found: dict[str, Any] = {}
    for num_steps in sorted(set(steps)):
        portions = []
        for portion in decide_in_portions(trained, dataset, spec.training.changed(num_steps=num_steps)):
            portions.append(portion)
            yield
        found[f"steps_{num_steps}"] = np.concatenate(portions).astype(np.int16)
    packed = io.BytesIO()
    np.savez_compressed(packed, **found)
    write_atomically(decisions_file(run), packed.getvalue())
