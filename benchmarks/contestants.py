"""Who takes part: every form of the network, where it comes from, and whether it can be the same network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contestant:
    """One form of the network.

    `family` is the peer, `form` module:class for the worker, `packages` those whose versions are told. `documented`
    tells whether the peer's own tutorials write it so; only those are held against the goals. `same` is False for a
    network that its peer's ready-made neuron makes different. `chunk` is how many updates one compiled call makes.
    """

    name: str
    family: str
    title: str
    form: str
    packages: tuple[str, ...]
    documented: bool = True
    same: bool = True
    chunk: int = 1

    @property
    def lives_here(self) -> bool:
        """Whether it runs in this project's environment; snnTorch does, because this project depends on it."""
        return self.family in (OURS, SNNTORCH)


OURS = "snntrainer3d"
SNNTORCH = "snnTorch"
FUSED = "fused"
OWN = "own"
REFERENCE = "reference"
YARDSTICK = "snntorch"

_TORCH = ("torch",)
_JAX = ("jax", "jaxlib")

CONTESTANTS: dict[str, Contestant] = {
    each.name: each
    for each in (
        Contestant(FUSED, OURS, "SNNtrainer3D, fused kernels", "benchmarks.ours:Fused", (OURS, "torch", "numba")),
        Contestant(
            OWN,
            OURS,
            "SNNtrainer3D, the neuron typed as equations",
            "benchmarks.ours:Typed",
            (OURS, "torch", "numba"),
        ),
        Contestant(
            REFERENCE, OURS, "SNNtrainer3D, reference path", "benchmarks.ours:Reference", (OURS, "torch", "snntorch")
        ),
        Contestant(
            YARDSTICK,
            SNNTORCH,
            "snnTorch, its tutorial's loop",
            "benchmarks.peers.snntorch_forms:Loop",
            ("snntorch", *_TORCH),
        ),
        Contestant(
            "snntorch-hoisted",
            SNNTORCH,
            "snnTorch, hoisted by hand",
            "benchmarks.peers.snntorch_forms:Hoisted",
            ("snntorch", *_TORCH),
            documented=False,
        ),
        Contestant(
            "spikingjelly",
            "SpikingJelly",
            "SpikingJelly, multi-step mode",
            "benchmarks.peers.spikingjelly_forms:Same",
            ("spikingjelly", *_TORCH),
        ),
        Contestant(
            "spikingjelly-hoisted",
            "SpikingJelly",
            "SpikingJelly, multi-step, hoisted by hand",
            "benchmarks.peers.spikingjelly_forms:Hoisted",
            ("spikingjelly", *_TORCH),
            documented=False,
        ),
        Contestant(
            "spikingjelly-stock",
            "SpikingJelly",
            "SpikingJelly, LIFNode as it comes, hoisted",
            "benchmarks.peers.spikingjelly_forms:Stock",
            ("spikingjelly", *_TORCH),
            documented=False,
            same=False,
        ),
        Contestant("norse", "Norse", "Norse, cells over time", "benchmarks.peers.norse_forms:Same", ("norse", *_TORCH)),
        Contestant(
            "norse-hoisted",
            "Norse",
            "Norse, layer by layer, hoisted by hand",
            "benchmarks.peers.norse_forms:Hoisted",
            ("norse", *_TORCH),
            documented=False,
        ),
        Contestant(
            "norse-stock",
            "Norse",
            "Norse, LIFBoxCell as it comes",
            "benchmarks.peers.norse_forms:Stock",
            ("norse", *_TORCH),
            documented=False,
            same=False,
        ),
        Contestant(
            "spyx", "Spyx", "Spyx, compiled train step", "benchmarks.peers.spyx_forms:Same", ("spyx", "flax", *_JAX)
        ),
        Contestant(
            "spyx-compiled",
            "Spyx",
            "Spyx, ten updates per call, hoisted by hand",
            "benchmarks.peers.spyx_forms:Compiled",
            ("spyx", "flax", *_JAX),
            documented=False,
            chunk=10,
        ),
        Contestant(
            "spyx-stock",
            "Spyx",
            "Spyx, LIF and LI as they come",
            "benchmarks.peers.spyx_forms:Stock",
            ("spyx", "flax", *_JAX),
            documented=False,
            same=False,
        ),
        Contestant("jax", "JAX by hand", "JAX by hand, one update per call", "benchmarks.peers.jax_forms:Hand", _JAX),
        Contestant(
            "jax-scan",
            "JAX by hand",
            "JAX by hand, ten updates per call",
            "benchmarks.peers.jax_forms:Scan",
            _JAX,
            chunk=10,
        ),
    )
}
