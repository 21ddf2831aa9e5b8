"""Networks that are not only dense: a LeNet-like and a recurrent one, against snnTorch and SpikingJelly."""

from __future__ import annotations

from typing import Any

from benchmarks import parity
from benchmarks.architectures import LENET, RECURRENT
from benchmarks.contestants import FUSED, OURS, REFERENCE, SNNTORCH, YARDSTICK, Contestant
from benchmarks.sections.rows import timed_rows
from benchmarks.sections.step import families
from benchmarks.session import Session, paper_job

STEPS = {LENET: 10, RECURRENT: 25}
BATCH = 64
_FORMS = {LENET: "Convolution", RECURRENT: "Recurrence"}
_OURS = (OURS, "torch", "numba")


def contestants(network: str) -> list[Contestant]:
    """Give who takes part."""
    form, hand = _FORMS[network], network == RECURRENT
    jelly = "SpikingJelly, stepped by hand" if hand else "SpikingJelly, multi-step mode"
    return [
        Contestant(FUSED, OURS, "SNNtrainer3D, all steps at once", "benchmarks.ours:Fused", _OURS),
        Contestant(REFERENCE, OURS, "SNNtrainer3D, reference path", "benchmarks.ours:Reference", _OURS),
        Contestant(
            YARDSTICK, SNNTORCH, "snnTorch, its tutorials' loop", f"benchmarks.peers.snntorch_maps:{form}",
            ("snntorch", "torch"),
        ),
        Contestant(
            "spikingjelly", "SpikingJelly", jelly, f"benchmarks.peers.spikingjelly_maps:{form}",
            ("spikingjelly", "torch"),
        ),
    ]  # fmt: skip


def run(session: Session) -> dict[str, Any]:
    """Check that all train the same network, then time; raises RefusedError."""
    effort = session.effort(rounds=10, quick_rounds=3, block_s=0.5)
    networks = {}
    for network, steps in STEPS.items():
        job = paper_job(network=network, num_steps=steps, batch=BATCH)
        rows = timed_rows(session, contestants(network), job, effort)
        networks[network] = {"job": job.title(), "rows": rows, "families": families(rows)}
    return {"networks": networks, "tolerance": parity.PARITY_TOLERANCE, "updates_compared": parity.PARITY_UPDATES}
