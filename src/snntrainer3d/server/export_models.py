"""The bodies of exports: the forms of a run, and their proofs; as models.py, described to TypeScript."""

from __future__ import annotations

from snntrainer3d.errors import Fault
from snntrainer3d.server.body import Body as _Body


class ExportForm(_Body):
    """A form that a run's weights can be taken home in."""

    name: str
    title: str
    file: str
    """What it is called: a zip where there are several."""
    runs_here: bool
    """Whether its proof can be made on this machine."""
    needs: str
    """The package that its proof needs; empty where nothing is missing."""
    faults: list[Fault]
    """Why it cannot hold this network; empty where it can."""


class ExportForms(_Body):
    """The forms for a run."""

    forms: list[ExportForm]
    circuit_faults: list[Fault]
    """Why the network cannot become a circuit; empty where it can."""


class ExportProof(_Body):
    """What came of running an export on samples beside the network."""

    form: str
    ran: str
    """How it was run."""
    samples: int
    samples_from: str
    num_steps: int
    spikes: int
    spikes_differ: int
    first_difference_margin: float | None
    """The largest distance from the threshold where a sample's spikes first differ; None where none do."""
    predictions_agree: int
    predictions_rounded: int
    """Those that differ by rounding alone."""
    accuracy: float | None
    """Share of the samples whose class the export tells right; None where they have no labels."""
    network_accuracy: float | None
    """The same of the network."""
    largest_membrane_error: float
    """In samples whose spikes all agree."""
    seconds: float
    may_differ: float
    """The share of predictions that may differ, where a form keeps weights less exactly."""
    holds: bool
    """Whether every spike and prediction that differs is one of rounding; or as many predictions as may differ."""
    sentence: str
