"""What is measured: one file per section, each a function of the session that gives plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.sections import curves, epochs, memory, neurons, others, own_loop, start, step, view, watch
from benchmarks.session import Session


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the benchmark."""

    title: str
    run: Callable[[Session], dict[str, Any]]


SECTIONS: dict[str, Section] = {
    "step": Section("One training step", step.run),
    "neurons": Section("The four neurons", neurons.run),
    "others": Section("Convolution and recurrence", others.run),
    "steps": Section("Time steps", curves.run_steps),
    "width": Section("Hidden neurons", curves.run_width),
    "batch": Section("Samples per batch", curves.run_batch),
    "memory": Section("Memory of a step", memory.run),
    "epoch": Section("From data to a tested network", epochs.run_epoch),
    "networks": Section("The paper's 32 networks", epochs.run_networks),
    "start": Section("Start-up", start.run),
    "watch": Section("The cost of watching", watch.run),
    "own_loop": Section("Your own loop, watched", own_loop.run),
    "view": Section("The 3D view in the page", view.run),
}
