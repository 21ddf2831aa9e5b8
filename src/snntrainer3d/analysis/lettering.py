"""Texts of figures: drawn as they are, never as formulas, by a font that has their characters, else as a number.

matplotlib brings DejaVu Sans, which lacks the scripts of East Asia and most pictures; fonts of the machine that have
what is missing are taken beside it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from snntrainer3d.errors import printable

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

OWN_FONT = "DejaVu Sans"
_BOXES = "Last Resort"
"""A font of matplotlib's, which has a box for every character there is."""
_LINE_PT = 13
_NOTE = "Numbers stand for texts that no font of this machine can draw; the SVG of this figure lists them."
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_LEGENDS: WeakKeyDictionary[Figure, dict[str, str]] = WeakKeyDictionary()
"""Of the figures that were prepared."""


def letter(figure: Figure) -> dict[str, str]:
    """Prepare a figure's texts to be drawn, once; give number → text of those that no font here can draw."""
    found = _LEGENDS.get(figure)
    if found is None:
        found = _LEGENDS[figure] = _letter(figure)
    return found


def _letter(figure: Figure) -> dict[str, str]:
    from matplotlib.text import Text

    axes = [axis for part in figure.axes for axis in (part.xaxis, part.yaxis)]
    legend: dict[str, str] = {}
    for axis in axes:
        legend |= _letter_ticks(axis)
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    for text in texts:
        text.set_parse_math(False)
        text.set_text(printable(text.get_text()))
        families = families_for(text.get_text())
        if families is None:
            number = f"({len(legend) + 1})"
            legend[number] = text.get_text()
            text.set_text(number)
        elif families:
            text.set_fontfamily([OWN_FONT, *families])
    if legend:
        figure.supxlabel(_NOTE, x=0.01, ha="left", fontsize=7.5)
    return legend


def with_legend(svg: bytes, legend: Mapping[str, str]) -> bytes:
    """Give an SVG with the texts that it could not draw listed below it, as text that a viewer's fonts draw."""
    size = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt" viewBox="0 0 [\d.]+ [\d.]+"', svg.decode())
    assert size is not None
    width, height = float(size[1]), float(size[2])
    lines = "".join(
        f'<text x="8" y="{height + _LINE_PT * at:g}">{html.escape(f"{number}: {text}")}</text>'
        for at, (number, text) in enumerate(legend.items(), start=1)
    )
    below = height + _LINE_PT * (len(legend) + 1)
    paper = f'<rect y="{height:g}" width="{width:g}" height="{below - height:g}" fill="white"/>'
    grown = svg.decode().replace(
        size[0], f'width="{width:g}pt" height="{below:g}pt" viewBox="0 0 {width:g} {below:g}"', 1
    )
    listed = f'{paper}<g font-family="sans-serif" font-size="9">{lines}</g></svg>'
    return listed.join(grown.rsplit("</svg>", 1)).encode()


def _letter_ticks(axis: Axis) -> dict[str, str]:
    """Let the place of a tick stand for a label that cannot be drawn; give those."""
    from matplotlib.ticker import FuncFormatter

    given = [label.get_text() for label in axis.get_ticklabels()]
    labels = [printable(text) for text in given]
    legend = {str(at): label for at, label in enumerate(labels) if families_for(label) is None}
    shown = [str(at) if str(at) in legend else label for at, label in enumerate(labels)]
    if shown != given:
        places = dict(zip(axis.get_ticklocs(), shown, strict=True))
        axis.set_major_formatter(FuncFormatter(lambda place, _: places.get(place, "")))
        axis.get_ticklabels()  # which writes them
    return legend


def families_for(text: str) -> tuple[str, ...] | None:
    """Give the fonts that a text needs beside ours; None where some of its characters are in no font here."""
    missing = frozenset(_INVISIBLE.sub("", text)) - _marks_of_own()
    if not missing and not _needs_shaping(text):
        return ()
    if _needs_shaping(text) and not _can_shape():
        return None
    return _families(missing)


def _needs_shaping(text: str) -> bool:
    """Tell whether letters change their form or direction: Arabic, Hebrew, the scripts of India and their like."""
    turned = any(unicodedata.bidirectional(mark) in ("R", "AL", "AN") for mark in text)
    return turned or any("\u0900" <= mark <= "\u109f" or "\u1780" <= mark <= "\u17ff" for mark in text)


def _can_shape() -> bool:
    from matplotlib import ft2font

    return hasattr(ft2font, "__libraqm_version__")


@lru_cache(maxsize=1)
def _marks_of_own() -> frozenset[str]:
    from matplotlib.font_manager import FontProperties, findfont

    return _marks_of(findfont(FontProperties(family=OWN_FONT)))


@lru_cache(maxsize=256)
def _families(missing: frozenset[str]) -> tuple[str, ...] | None:
    """Give few fonts of the machine that have all these characters together; None where there are none."""
    chosen: list[str] = []
    left: frozenset[str] = missing
    while left:
        best = max(_fonts(), key=lambda font: len(left & _marks_of(font.fname)), default=None)
        found = left & _marks_of(best.fname) if best is not None else frozenset()
        if best is None or not found:
            return None
        chosen.append(best.name)
        left = left - found
    return tuple(chosen)


@lru_cache(maxsize=1)
def _fonts() -> list[Any]:
    """Give upright fonts of this machine, those too that were installed since matplotlib last looked."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            try:
                fontManager.addfont(path)
            except (OSError, RuntimeError, ValueError, KeyError):
                continue  # one that matplotlib cannot read
    upright = [font for font in fontManager.ttflist if font.style == "normal" and not font.name.startswith(_BOXES)]
    return sorted(upright, key=lambda font: (abs(_weight(font.weight) - 400), font.name, font.fname))


def _weight(weight: Any) -> int:
    return weight if isinstance(weight, int) else 400


@lru_cache(maxsize=1024)
def _marks_of(file: str) -> frozenset[str]:
    from matplotlib.font_manager import get_font

    try:
        return frozenset(map(chr, get_font(file).get_charmap()))
    except (OSError, RuntimeError):
        return frozenset()
