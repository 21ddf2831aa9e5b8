"""Pictures by class, decoded by Pillow."""

from __future__ import annotations

import io
import math
import warnings
from collections import Counter
from typing import Any

import numpy as np
from jaxtyping import UInt8

from snntrainer3d.data.own.gathered import Choice, Faults, Gathered, check_classes, check_limits, labelled
from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.data.own.tree import Leaf
from snntrainer3d.errors import Snntrainer3dError

MAX_PIXELS = 50_000_000
"""Of one picture before it is made smaller."""
LARGEST_SIDE = 256
_USUAL = "28 to 64 is usual"


def read_pictures(leaves: list[Leaf], choice: Choice, faults: Faults) -> Gathered:
    """Decode pictures, grey ones as one channel, coloured ones as three.

    Raises FileFormatError with every fault, those that were found before too.
    """
    found = [(leaf, picture) for leaf in leaves if (picture := _picture(leaf, choice, faults)) is not None]
    sizes = Counter(picture.shape[:2] for _, picture in found)
    _check_sizes(found, sizes, faults)
    faults.tell()
    labels, class_names = labelled([leaf.label for leaf, _ in found])
    check_classes(faults, labels, class_names)
    grey = all(picture.ndim == 2 for _, picture in found)
    side = next(iter(sizes), (1, 1))
    check_limits(faults, len(found), math.prod(side) * (1 if grey else 3))
    faults.tell()
    stacked = np.stack([_channels(picture, grey) for _, picture in found])
    splits = [leaf.test for leaf, _ in found]
    tests = None if splits[0] is None else np.array(splits, bool)
    what = f"{'grey' if grey else 'coloured'} pictures of {side[0]}×{side[1]}"
    scaling = (f"Pictures are brought to {choice.side}×{choice.side}.",) if choice.side else ()
    report = ImportReport(scaling=scaling)
    return Gathered(stacked, labels, class_names, stacked.shape[1:], what, tests=tests, report=report)


def _picture(leaf: Leaf, choice: Choice, faults: Faults) -> UInt8[np.ndarray, "..."] | None:
    """Decode one: [height width], or with colours [height width 3]; its faults are noted."""
    from PIL import Image

    try:
        content = leaf.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; sizes are looked at here
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > MAX_PIXELS:
                    message = f"has {image.width:,}×{image.height:,} pixels, at most {MAX_PIXELS:,} are decoded."
                    faults.add(leaf.path, message)
                    return None
                plain = _on_black(image)
                if choice.side:
                    plain = plain.resize((choice.side, choice.side), Image.Resampling.BOX)
                colours = np.asarray(plain)
    except Snntrainer3dError as error:
        faults.add(leaf.path, error.message, error.hint)
        return None
    except Exception as error:  # decoders raise whatever a damaged file leads them into
        reason = str(error).split("<_io")[0].strip(" .") or type(error).__name__
        faults.add(leaf.path, f"is not a whole picture: {reason}.", "Save it again, or leave it out.")
        return None
    alike = np.array_equal(colours[..., 0], colours[..., 1]) and np.array_equal(colours[..., 0], colours[..., 2])
    return colours[..., 0] if alike else colours


def _on_black(image: Any) -> Any:
    """Give a picture in three colours; what is transparent is black."""
    from PIL import Image

    if image.mode in ("I", "I;16", "F"):
        values = np.asarray(image, np.float64)
        spread = float(values.max() - values.min()) or 1.0
        image = Image.fromarray(np.rint((values - values.min()) * (255 / spread)).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (0, 0, 0, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")


def _check_sizes(found: list[tuple[Leaf, np.ndarray]], sizes: Counter[tuple[int, ...]], faults: Faults) -> None:
    usual = sizes.most_common(1)[0][0] if sizes else (1, 1)
    if len(sizes) > 1:
        words = f"{usual[1]}×{usual[0]}"
        for leaf, picture in found:
            if picture.shape[:2] != usual:
                height, width = picture.shape[:2]
                hint = f"Give a size to bring all to; {_USUAL}."
                faults.add(leaf.path, f"is {width}×{height}, most are {words}.", hint)
    elif max(usual) > LARGEST_SIDE:
        message = f"pictures are {usual[1]:,}×{usual[0]:,}; without a size at most {LARGEST_SIDE} pixels are taken."
        faults.add("", message, f"Give a size to bring them to; {_USUAL}.")


def _channels(picture: np.ndarray, grey: bool) -> UInt8[np.ndarray, "channel height width"]:
    if grey:
        return picture[None]
    coloured = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return np.moveaxis(coloured, -1, 0)
