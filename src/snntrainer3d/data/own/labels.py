"""Labels of arrays as the names of classes: text stays text, bytes are text, whole numbers lose nothing."""

from __future__ import annotations

import numpy as np

from snntrainer3d.data.own.gathered import Faults
from snntrainer3d.data.own.table_text import is_no_label

_MOST = 1_000


def names_of(labels: np.ndarray, key: str, samples: int, faults: Faults) -> list[str]:
    """Return a name for each sample; what is none is noted.

    A column is as good as a row; rows of which one value is 1 and the others 0 name the place of the 1.
    """
    plain = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if plain.ndim == 2 and len(plain) == samples and plain.size and plain.dtype.kind in "buif":
        return _of_one_hot(plain, key, faults)
    if plain.ndim != 1 or len(plain) != samples:
        faults.add(key, f"has the shape {labels.shape}, expected one label for each of {samples:,} samples.")
        return ["0"] * samples
    if plain.dtype.kind == "S":
        return _checked(
            [_decoded(label, f"{key}[{at}]", faults) for at, label in enumerate(plain.tolist())], key, faults
        )
    if plain.dtype.kind == "U":
        return _checked([label.strip() for label in plain.tolist()], key, faults)
    if plain.dtype.kind not in "buif":
        faults.add(key, f"holds {plain.dtype}, expected whole numbers or names.")
        return ["0"] * samples
    if plain.dtype.kind == "f":
        for at in np.flatnonzero(np.isnan(plain))[:_MOST].tolist():
            faults.add(f"{key}[{at}]", "has no label (NaN).", "Write its class, or leave the sample out.")
        odd = np.flatnonzero(~np.isnan(plain) & (plain != np.floor(plain)) | (np.abs(plain) > 2**53))
        for at in odd[:_MOST].tolist():
            faults.add(f"{key}[{at}]", f"is {plain[at]:g}, expected whole numbers or names.")
        if faults:
            return ["0"] * samples
    whole = plain.astype(np.int64) if plain.dtype.kind in "bf" else plain
    return [str(label) for label in whole.tolist()]


def _of_one_hot(rows: np.ndarray, key: str, faults: Faults) -> list[str]:
    good = ((rows == 0) | (rows == 1)).all(axis=1) & ((rows == 1).sum(axis=1) == 1)
    for at in np.flatnonzero(~good)[:_MOST].tolist():
        faults.add(f"{key}[{at}]", "is a row of values, expected one 1 and zeros.", "Give one label for each sample.")
    return [str(label) for label in rows.argmax(axis=1).tolist()]


def _decoded(label: bytes, where: str, faults: Faults) -> str:
    try:
        return label.decode("utf-8").strip()
    except UnicodeDecodeError:
        faults.add(where, "is no text in UTF-8.", "Save labels as text: y.astype(str).")
        return "?"


def _checked(names: list[str], key: str, faults: Faults) -> list[str]:
    missing = [at for at, name in enumerate(names) if is_no_label(name)]
    for at in missing[:_MOST]:
        told = f" ({names[at]})" if names[at] else ""
        faults.add(f"{key}[{at}]", f"has no label{told}.", "Write its class, or leave the sample out.")
    return names
