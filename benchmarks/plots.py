"""The figures as pictures: SVG files that are the same for the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.contestants import CONTESTANTS, FUSED, OURS
from benchmarks.report import CURVE_NAMES, PICTURES

OURS_COLOUR, OTHERS_COLOUR, HAND_COLOUR = "#0072b2", "#999999", "#d55e00"
"""Blue, grey and vermillion, told apart by eyes of every kind (Okabe and Ito)."""
_COLOURS = {FUSED: OURS_COLOUR, "jax": HAND_COLOUR}


def draw(sections: Mapping[str, Any], folder: Path) -> list[str]:
    """Write the pictures of the sections that were run; give their names."""
    import matplotlib as mpl

    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    with mpl.rc_context({"svg.hashsalt": OURS, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        for name, picture in PICTURES.items():
            section = sections.get(name)
            if section and not section.get("failed"):
                figure = {"step": _bars, "neurons": _neurons}.get(name, _curve)(section)
                figure.savefig(folder / picture, metadata={"Date": None})
                drawn.append(picture)
    return drawn


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _bars(section: Mapping[str, Any]) -> Any:
    rows = sorted((row for row in section["rows"] if "min_ms" in row), key=lambda row: -row["min_ms"])
    figure, axes = _figure(7.5, 0.6 + 0.28 * len(rows))
    colours = [OURS_COLOUR if row["family"] == OURS else OTHERS_COLOUR for row in rows]
    axes.barh([row["title"] for row in rows], [row["min_ms"] for row in rows], color=colours)
    axes.plot([row["median_ms"] for row in rows], range(len(rows)), "k|", label="median")
    axes.set_xscale("log")
    axes.set_xlabel(f"ms per training step, minimum (bar) and median (line); {section['job']}")
    return figure


def _neurons(section: Mapping[str, Any]) -> Any:
    kinds = section["kinds"]
    names = [row["name"] for row in next(iter(kinds.values()))["rows"]]
    figure, axes = _figure(7.5, 3)
    width = 0.8 / len(names)
    shades = (OURS_COLOUR, "#56b4e9", "#666666", OTHERS_COLOUR)
    for place, name in enumerate(names):
        rows = [{row["name"]: row for row in found["rows"]}[name] for found in kinds.values()]
        at = [index + (place - (len(names) - 1) / 2) * width for index in range(len(kinds))]
        heights = [row.get("min_ms", 0.0) for row in rows]
        axes.bar(at, heights, width, label=CONTESTANTS[name].title, color=shades[place % len(shades)])
    axes.set_xticks(range(len(kinds)), [kind.capitalize() for kind in kinds])
    axes.set_yscale("log")
    axes.set_ylabel("ms per training step, minimum")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _curve(section: Mapping[str, Any]) -> Any:
    figure, axes = _figure(6, 3.4)
    for name, rows in section["series"].items():
        timed = [row for row in rows if "min_ms" in row]
        at, minimum, median = ([row[key] for row in timed] for key in ("at", "min_ms", "median_ms"))
        colour = _COLOURS.get(name, "#666666")
        axes.plot(at, minimum, "o-", color=colour, label=CONTESTANTS[name].title)
        axes.fill_between(at, minimum, median, color=colour, alpha=0.2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(CURVE_NAMES[section["field"]])
    axes.set_ylabel("ms per training step, minimum to median")
    axes.legend(frameon=False, fontsize=8)
    return figure
