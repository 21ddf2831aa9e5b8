"""A run's published page: the samples that visitors see, and the page of all that the store knows."""

from __future__ import annotations

import json

from snntrainer3d.analysis import columns_of
from snntrainer3d.data import Dataset
from snntrainer3d.exports import PublishedRun, published_page
from snntrainer3d.jobs.shelf import KnownNetwork
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import decide

MOST_CLASSES = 10
MOST_MISTAKES = 2
LOOKED_AT = 200
"""Test samples, from the first on, among which mistakes are looked for."""

POINTS = 500
"""Of a curve."""


def page_of(store: RunStore, run: str, played: bytes) -> bytes:
    """Give a run's page; `played` is what the task `show` gave. Raises what `published_page` and the store raise."""
    detail = store.get(run)
    return published_page(
        PublishedRun(
            name=detail.name,
            spec=detail.spec,
            trained=store.trained(run),
            results=detail.results,
            curves=columns_of(store.points(run), POINTS),
            plays=json.loads(played),
            recipe_known=not detail.imported and detail.launcher != "watch",
        )
    )


def samples_to_show(known: KnownNetwork, dataset: Dataset) -> list[int]:
    """Give places in the test split: the first sample of each class, then the first that are decided wrongly.

    Nothing is picked by hand or by how well it looks: whoever wants to can find the same ones again.
    """
    labels = dataset.test.labels
    first: dict[int, int] = {}
    for place, label in enumerate(labels.tolist()):
        first.setdefault(label, place)
        if len(first) == dataset.info.classes:
            break
    shown = [first[label] for label in sorted(first)[:MOST_CLASSES]]
    return shown + [place for place in _mistakes(known, dataset) if place not in shown][:MOST_MISTAKES]


def _mistakes(known: KnownNetwork, dataset: Dataset) -> list[int]:
    from snntrainer3d.data.encoders import encoder_for
    from snntrainer3d.engine import objective_of, tally

    recipe = known.training
    inputs, labels = dataset.test.inputs[:LOOKED_AT], dataset.test.labels[:LOOKED_AT]
    found = tally(known.module, encoder_for(dataset, recipe, known.inputs), inputs, 0, objective_of(recipe))
    return (decide(found.counts[-1]) != labels).nonzero()[0].tolist()
