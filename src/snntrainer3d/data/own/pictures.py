"""Pictures by class, decoded by Pillow and read as viewers show them: upright, on white, with all their bits."""

from __future__ import annotations

import io
import math
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from snntrainer3d.data.own.gathered import Choice, Faults, Gathered, check_classes, check_limits, labelled
from snntrainer3d.data.own.report import ImportReport, LeftOut, first_few
from snntrainer3d.data.own.tree import Leaf
from snntrainer3d.errors import Snntrainer3dError

MAX_PIXELS = 50_000_000
"""Of one picture before it is made smaller."""
LARGEST_SIDE = 256
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""All that Pillow opens: others would have it run programs, or are seldom meant."""
_DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
"""Pillow's modes of more than 8 bits."""
_CLEAR = ("RGBA", "LA", "PA", "RGBa", "La")
_MIN_IS_WHITE, _PHOTOMETRIC, _ORIENTATION = 0, 262, 0x0112
_WHITE, _DARK = 255, 32
_USUAL = "28 to 64 is usual"


@dataclass(frozen=True, eq=False, slots=True)
class _Picture:
    """One decoded picture."""

    leaf: Leaf
    values: np.ndarray
    """[height width], or with colours [height width 3]: bytes, or whatever a picture of more bits holds."""
    size: tuple[int, int]
    """Width and height before it was brought to another size."""

    @property
    def is_deep(self) -> bool:
        return self.values.dtype != np.uint8


@dataclass(slots=True)
class _Seen:
    """The paths of pictures that were not read plainly."""

    turned: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    """Whose metadata is damaged."""
    clear: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    """Blank once they were put on white."""
    printed: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    """Of 16 bits for each colour, of which Pillow reads 8."""
    further: dict[str, int] = field(default_factory=dict)
    """How many frames or pages there are after the first."""


def read_pictures(leaves: list[Leaf], choice: Choice, faults: Faults) -> Gathered:
    """Decode pictures, grey ones as one channel, coloured ones as three.

    Raises FileFormatError with every fault, those that were found before too.
    """
    seen = _Seen()
    found = [picture for leaf in leaves if (picture := _decoded(leaf, choice, seen, faults)) is not None]
    sizes = Counter(one.values.shape[:2] for one in found)
    _check_sizes(found, sizes, faults)
    faults.tell()
    labels, class_names = labelled([one.leaf.label for one in found])
    check_classes(faults, labels, class_names)
    grey = all(one.values.ndim == 2 for one in found)
    side = next(iter(sizes), (1, 1))
    check_limits(faults, len(found), math.prod(side) * (1 if grey else 3))
    faults.tell()
    full = _full_scale([one.values for one in found if one.is_deep])
    stacked = np.stack([_channels(_scaled(one, full), grey) for one in found])
    splits = [one.leaf.test for one in found]
    tests = None if splits[0] is None else np.array(splits, bool)
    what = f"{'grey' if grey else 'coloured'} pictures of {side[0]}×{side[1]}"
    report = _report(found, seen, choice, full, grey)
    places = tuple(one.leaf.path for one in found)
    return Gathered(stacked, labels, class_names, stacked.shape[1:], what, tests=tests, report=report, places=places)


def _decoded(leaf: Leaf, choice: Choice, seen: _Seen, faults: Faults) -> _Picture | None:
    """Decode one; its faults are noted."""
    from PIL import Image, UnidentifiedImageError

    too_large = f"has more than {MAX_PIXELS:,} pixels, the most that are decoded."
    try:
        content = leaf.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; sizes are looked at here
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    faults.add(leaf.path, too_large)
                    return None
                return _plain(image, leaf, choice, seen, faults)
    except MemoryError:
        raise
    except Snntrainer3dError as error:
        faults.add(leaf.path, error.message, error.hint)
    except Image.DecompressionBombError:
        faults.add(leaf.path, too_large)
    except UnidentifiedImageError:
        hint = f"Those are {', '.join(FORMATS)}; save it again, or leave it out."
        faults.add(leaf.path, "is not a whole picture of a kind that is read.", hint)
    except Exception:  # decoders raise whatever a damaged file leads them into
        message = "is not a whole picture: it is damaged or cut short."
        faults.add(leaf.path, message, "Save it again, or leave it out.")
    return None


def _plain(image: Any, leaf: Leaf, choice: Choice, seen: _Seen, faults: Faults) -> _Picture | None:
    from PIL import Image

    frames = int(getattr(image, "n_frames", 1))
    if frames > 1:
        seen.further[leaf.path] = frames - 1
        image.seek(0)
    if image.mode not in _DEEP and any(";16" in str(tile[3]) for tile in image.tile):
        seen.cut.append(leaf.path)
    if image.mode in _DEEP and image.format == "TIFF" and image.tag_v2.get(_PHOTOMETRIC) == _MIN_IS_WHITE:
        faults.add(leaf.path, "counts its grey from white.", "Save it with black as zero.")
        return None
    image = _upright(image, leaf, seen)
    size = image.size
    plain = _deep(image) if image.mode in _DEEP else _on_white(image, leaf, seen)
    if choice.side:
        plain = plain.resize((choice.side, choice.side), Image.Resampling.BOX)
    values = np.asarray(plain)
    if plain.mode == "F":
        if not np.isfinite(values).all() or values.min() < 0:
            message = "holds a value that is below zero or no finite number."
            faults.add(leaf.path, message, "Save it with values from 0 on, or give an NPZ.")
            return None
        return _Picture(leaf, values, size)
    alike = np.array_equal(values[..., 0], values[..., 1]) and np.array_equal(values[..., 0], values[..., 2])
    return _Picture(leaf, values[..., 0] if alike else values, size)


def _upright(image: Any, leaf: Leaf, seen: _Seen) -> Any:
    """Turn a picture as its metadata says; one whose metadata is damaged stays as it is stored."""
    from PIL import ImageOps

    try:
        turned = image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    except Exception:  # whatever damaged metadata leads to
        seen.unclear.append(leaf.path)
        image.load()
        return image
    image.load()  # which turns a TIFF
    if turned:
        seen.turned.append(leaf.path)
        return ImageOps.exif_transpose(image)
    return image


def _deep(image: Any) -> Any:
    """Return a picture of more than 8 bits as plain numbers; what a grey is said to be transparent at is white."""
    from PIL import Image

    values = np.asarray(image).astype(np.float32)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        values[values == clear] = 65_535
    return Image.fromarray(values)


def _on_white(image: Any, leaf: Leaf, seen: _Seen) -> Any:
    """Return a picture in three colours; what is transparent is white, as in viewers."""
    from PIL import Image

    if image.mode in ("CMYK", "LAB", "YCbCr"):
        seen.printed.append(leaf.path)
    if image.mode not in _CLEAR and "transparency" not in image.info:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    least, most = clear.getchannel("A").getextrema()
    if least == 255:
        return clear.convert("RGB")
    seen.clear.append(leaf.path)
    ground = Image.new("RGBA", clear.size, (255, 255, 255, 255))
    plain = Image.alpha_composite(ground, clear).convert("RGB")
    values = np.asarray(plain)
    if most > 0 and (values == values[0, 0]).all():
        seen.vanished.append(leaf.path)
    return plain


def _full_scale(deep: Sequence[np.ndarray]) -> int:
    """Return what is white in all pictures of more than 8 bits: 1, 3 … 4,095 … 65,535, as their largest value needs."""
    largest = max((float(values.max()) for values in deep), default=0.0)
    return 2 ** max(1, math.ceil(largest).bit_length()) - 1 if deep else 0


def _scaled(picture: _Picture, full: int) -> np.ndarray:
    """Return a picture's bytes; where there are pictures of more bits, all as numbers from 0 to 1."""
    if not full:
        return picture.values
    return picture.values.astype(np.float32) / np.float32(full if picture.is_deep else _WHITE)


def _check_sizes(found: list[_Picture], sizes: Counter[tuple[int, ...]], faults: Faults) -> None:
    usual = sizes.most_common(1)[0][0] if sizes else (1, 1)
    if len(sizes) > 1:
        words = f"{usual[1]}×{usual[0]}"
        for one in found:
            if one.values.shape[:2] != usual:
                height, width = one.values.shape[:2]
                hint = f"Give a size to bring all to; {_USUAL}."
                faults.add(one.leaf.path, f"is {width}×{height}, most are {words}.", hint)
    elif max(usual) > LARGEST_SIDE:
        message = f"pictures are {usual[1]:,}×{usual[0]:,}; without a size at most {LARGEST_SIDE} pixels are taken."
        faults.add("", message, f"Give a size to bring them to; {_USUAL}.")


def _channels(picture: np.ndarray, grey: bool) -> UInt8[np.ndarray, "c h w"] | Float32[np.ndarray, "c h w"]:
    if grey:
        return picture[None]
    coloured = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return np.moveaxis(coloured, -1, 0)


def _report(found: list[_Picture], seen: _Seen, choice: Choice, full: int, grey: bool) -> ImportReport:
    """Say how the pictures were read."""
    greys = [one.leaf.path for one in found if one.values.ndim == 2]
    read = [
        *_said(seen.turned, "turned upright, as the orientation in their metadata says"),
        *_said(seen.clear, "partly transparent; what is transparent is white"),
        *_said(seen.printed, "in colours for print, brought to red, green and blue without a profile"),
        *([] if grey else _said(greys, "grey among coloured ones; their three channels are equal")),
    ]
    scaling = [*_scales(found, full), *_said(seen.cut, "of 16 bits for each colour, of which the upper 8 are read")]
    if choice.side:
        sizes = sorted({one.size for one in found})
        first, last = (f"{width}×{height}" for width, height in (sizes[0], sizes[-1]))
        span = first if len(sizes) == 1 else f"{len(sizes):,} sizes from {first} to {last}"
        stretched = any(width != height for width, height in sizes)
        kept = " without keeping their proportions" if stretched else ""
        scaling.append(f"Pictures of {span} are brought to {choice.side}×{choice.side}{kept}.")
    left_out = []
    if seen.further:
        reason = "only the first frame or page of a file is read"
        left_out = [LeftOut("frames", sum(seen.further.values()), reason, tuple(list(seen.further)[:5]))]
    notes = [
        *_said(seen.vanished, "blank on white, where they are transparent; are they drawn in white?"),
        *_said(seen.unclear, "of damaged metadata, and taken as they are stored"),
        *_by_colour(found),
    ]
    brightest = 0 if full else max(int(one.values.max()) for one in found)
    if 0 < brightest < _DARK:
        notes.append(f"No value of any picture is above {brightest} of {_WHITE}; are they meant to be so dark?")
    channels = "one channel" if grey else "channels red, green and blue"
    axes = f"Samples are channel × height × width, with {channels}."
    return ImportReport(tuple(read), "", tuple(scaling), axes, tuple(left_out), tuple(notes))


def _scales(found: list[_Picture], full: int) -> list[str]:
    deep = sum(one.is_deep for one in found)
    plain = "Values from 0 to 255 are divided by 255."
    if not deep:
        return [plain]
    largest = max(float(one.values.max()) for one in found if one.is_deep)
    which = "All pictures have" if deep == len(found) else f"{deep:,} of {len(found):,} pictures have"
    said = f"{which} more than 8 bits; their values, up to {largest:,.6g}, are divided by {full:,.0f}, alike for all."
    return [said] if deep == len(found) else [said, f"In the others, v{plain[1:]}"]


def _by_colour(found: list[_Picture]) -> list[str]:
    """Return a doubt where whether a picture is coloured tells its class."""
    kinds: dict[str, set[int]] = {}
    for one in found:
        kinds.setdefault(one.leaf.label, set()).add(one.values.ndim)
    grey, coloured = (sorted(label for label, dims in kinds.items() if dims == {ndim}) for ndim in (2, 3))
    if not grey or not coloured:
        return []
    return [f"All pictures of {first_few(grey)} are grey, all of {first_few(coloured)} are coloured."]


def _said(paths: list[str], what: str) -> list[str]:
    """Return a sentence on some pictures, with the first of them; none where there are none."""
    if not paths:
        return []
    where = f"({first_few(paths)})"
    count = f"One picture {where} is" if len(paths) == 1 else f"{len(paths):,} pictures {where} are"
    return [f"{count} {what}{'' if what.endswith('?') else '.'}"]
