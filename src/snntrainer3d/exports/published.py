"""A run as one HTML file for a website or a talk: its view, samples with their spikes, charts and figures; no server.

Script and style are those that `npm run build` made of `web/src/published`; the run's values stand beside them as JSON.
The page's policy names the digest of its one script and allows no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snntrainer3d import __version__
from snntrainer3d.data import contract_for, describe
from snntrainer3d.errors import FailureError, InputError, LimitError, NotFoundError
from snntrainer3d.exports.words import coding_in_words, decision_in_words
from snntrainer3d.frames import encode_frame, make_frame
from snntrainer3d.spec import RunSpec, TrainedNetwork, cost_of

STATIC = Path(__file__).resolve().parent.parent / "static" / "published"
FORMAT = "snntrainer3d/page"
VERSION = 1
MOST_WEIGHTS = 20_000_000
"""More would make a file that browsers take long to open."""
MOST_PLAYED_CHARACTERS = 2_000_000
"""Of all recorded samples together: a page of 784-100-10 stays far below 5 MB."""
_POLICY = (
    "default-src 'none'; script-src '{digest}'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_PAGE = """<!doctype html>
<html lang="en" data-theme="dark">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="generator" content="SNNtrainer3D {version}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript: it draws a spiking neural network and plays its spikes.</noscript>
<script type="application/json" id="run">{values}</script>
<script type="module">{script}</script>
</body>
</html>
"""


@dataclass(frozen=True, eq=False, slots=True)
class PublishedRun:
    """What a page tells of a run."""

    name: str
    spec: RunSpec
    trained: TrainedNetwork
    results: Mapping[str, Any] | None
    curves: Mapping[str, Any]
    """Losses and accuracies in columns, as `analysis.columns_of` gives them."""
    plays: Sequence[Mapping[str, Any]] = field(default_factory=list)
    """Samples with everything that they caused, as the server's `play` gives them."""
    recipe_known: bool = True
    """False for weights of a file that did not say how they were trained."""


def published_page(run: PublishedRun) -> bytes:
    """Give the page.

    Raises:
        LimitError: the network has more weights than a page can hold.
        FailureError: this installation was not built with the page's script.
    """
    weights = sum(rows * columns for rows, columns in run.trained.network.weight_shapes())
    if weights > MOST_WEIGHTS:
        raise LimitError(
            f"The network has {weights:,} weights, a page holds at most {MOST_WEIGHTS:,}.",
            path="network.layers",
            hint="Export its weights and its figures instead.",
        )
    script = _inside_script(_built("page.js"))
    page = _PAGE.format(
        policy=_POLICY.format(digest=_digest(script)),
        version=__version__,
        title=html.escape(run.name),
        style=_built("page.css"),
        values=json.dumps(_values(run), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"),
        script=script,
    )
    return page.encode()


def _values(run: PublishedRun) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_with": __version__,
        "name": run.name,
        "spec": run.spec.model_dump(mode="json"),
        "recipe_known": run.recipe_known,
        "data": _data(run.spec.training.dataset),
        "use": _use(run),
        "cost": _cost(run.spec),
        "results": run.results,
        "curves": run.curves,
        "frame": base64.b64encode(_frame(run)).decode(),
        "plays": _affordable(run.plays),
    }


def _data(name: str) -> dict[str, Any]:
    """Give what is known of the data set; of somebody's own, which is not on this machine, only its name."""
    try:
        info = describe(name)
    except NotFoundError:
        return {"title": name, "source": "", "licence": "", "class_names": []}
    return {
        "title": info.title,
        "source": info.source,
        "licence": info.licence,
        "class_names": list(info.class_names),
        "train_samples": info.train_samples,
        "test_samples": info.test_samples,
    }


def _use(run: PublishedRun) -> dict[str, str]:
    """Tell how samples are fed and outputs read; nothing where that is not known."""
    if not run.recipe_known:
        return {}
    told = {"decided": decision_in_words(run.trained.readout)}
    with suppress(InputError):
        told["input"] = coding_in_words(contract_for(run.trained))
    return told


def _cost(spec: RunSpec) -> dict[str, int]:
    cost = cost_of(spec.network, spec.training.num_steps)
    return {"parameters": cost.parameters, "flops": cost.flops}


def _frame(run: PublishedRun) -> bytes:
    """Give all weights as a weight frame: what the view draws."""
    connections = run.trained.network.connections()
    matrices = [run.trained.tensors[one.tensor].reshape(one.rows, one.columns) for one in connections]
    updates, epochs = ((run.results or {}).get(word) or 0 for word in ("updates", "epochs"))
    return encode_frame(make_frame("published", 0, updates, epochs, matrices))


def _affordable(plays: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give as many of the samples, in order, as a page should hold."""
    kept, left = [], MOST_PLAYED_CHARACTERS
    for play in plays:
        left -= len(json.dumps(play))
        if left < 0:
            break
        kept.append(play)
    return kept


def _built(name: str) -> str:
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except OSError:
        raise FailureError(
            "The page's script is not built in this installation.",
            hint="`make page` builds it (node 20 or newer); a wheel has it inside.",
        ) from None


def _inside_script(source: str) -> str:
    """Write what would end or hide a script element otherwise; it stands in strings and patterns only."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
