"""Names in figures: drawn as they are, by a font that has them, else as numbers with a legend."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.font_manager import fontManager

from snntrainer3d.analysis import draw, evaluate_counts, history_of, lettering, render

HOSTILE = [r"$\frac{1$", "a_b^2\\", "$x$", "\x1b[2J", "a--b]]>", "{}%s"]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Look for fonts anew."""
    lettering._families.cache_clear()
    yield
    lettering._families.cache_clear()


def confusion(names: Sequence[str], title: str = "") -> Any:
    labels = np.arange(len(names))
    scores = evaluate_counts(np.eye(len(names), dtype=np.int64), labels, 0.5, names)
    return draw("confusion", history_of([]), {"test": scores.to_dict()}, title)


def drawn(figure: Any) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # which matplotlib gives for every box in place of a character
        svg = render(figure, "svg")
        assert render(figure, "png").startswith(b"\x89PNG")
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def labels(figure: Any) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


@pytest.mark.slow
def test_no_name_is_a_formula() -> None:
    figure = confusion(HOSTILE, title=HOSTILE[0])
    assert drawn(figure) == []
    assert labels(figure) == [*HOSTILE[:3], "\\x1b[2J", *HOSTILE[4:]]
    assert figure.axes[0].texts[-1].get_text() in (HOSTILE[0], "1")


@pytest.mark.slow
def test_a_name_without_a_font_is_a_number_with_a_legend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "_fonts", list)
    figure = confusion(["plain", "\u732b", "größer", "\U0001f9e0 <b>"], title="\u5b9f\u9a13")
    listed = drawn(figure)
    assert labels(figure) == ["plain", "1", "größer", "3"]
    assert listed == ["1: \u732b", "3: \U0001f9e0 <b>", "(3): \u5b9f\u9a13"]
    assert figure.get_supxlabel().startswith("Numbers stand for texts")


@pytest.mark.slow
def test_a_font_of_this_machine_that_has_the_characters_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cat.ttf"
    _font_of("\u732b", file)
    fontManager.addfont(file)
    font = next(one for one in fontManager.ttflist if one.fname == str(file))
    monkeypatch.setattr(lettering, "_fonts", lambda: [font])
    try:
        figure = confusion(["plain", "\u732b"])
        assert drawn(figure) == []
        assert labels(figure) == ["plain", "\u732b"]
        assert figure.get_supxlabel() == ""
    finally:
        fontManager.ttflist.remove(font)


def test_the_font_of_boxes_is_no_font() -> None:
    assert not [font for font in lettering._fonts() if font.name.startswith("Last Resort")]


def _font_of(mark: str, file: Path) -> None:
    """Write a font with one square for one character."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 700), (800, 700), (800, 0)):
        pen.lineTo(corner)
    pen.closePath()
    empty = TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "mark"])
    builder.setupCharacterMap({ord(mark): "mark"})
    builder.setupGlyf({".notdef": empty, "mark": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (900, 0), "mark": (900, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Cats of the test", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(file)
