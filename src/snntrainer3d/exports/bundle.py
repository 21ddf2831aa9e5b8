"""The other files of a run that a person takes home: its settings, and its figures."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from snntrainer3d.analysis import FIGURES, FORMS, draw, history_of, render
from snntrainer3d.errors import NotFoundError
from snntrainer3d.events import Event
from snntrainer3d.spec import RunSpec

_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def settings_json(spec: RunSpec) -> bytes:
    """Give a run's spec as JSON for people: what `snntrainer3d train` takes again."""
    return (json.dumps(spec.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n").encode()


def figure_file(
    name: str,
    form: str,
    events: Iterable[Event],
    results: Mapping[str, Any] | None = None,
    title: str = "",
) -> bytes:
    """Give one figure, `loss`, `accuracy` or `confusion`, as `png` or `svg`; raises NotFoundError for any other."""
    return render(draw(name, history_of(events), results, title), form)


def figures_zip(events: Iterable[Event], results: Mapping[str, Any] | None = None, title: str = "") -> bytes:
    """Give every figure there is yet, as PNG and SVG in one zip; the same run gives the same bytes.

    Raises:
        NotFoundError: there is nothing to draw yet.
    """
    history = history_of(events)
    names = [name for name in FIGURES if _drawable(name, bool(history.updates or history.epochs), results)]
    if not names:
        raise NotFoundError("There are no figures yet.", hint="Wait until it has trained.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            figure = draw(name, history, results, title)
            for form in FORMS:
                archive.writestr(zipfile.ZipInfo(f"{name}.{form}", _EPOCH_OF_ZIP), render(figure, form))
    return out.getvalue()


def _drawable(name: str, trained: bool, results: Mapping[str, Any] | None) -> bool:
    return bool((results or {}).get("test")) if name == "confusion" else trained
