"""The nodes of NIR that compute a kind of neuron, and the kind that a node of any program becomes."""

from __future__ import annotations

NODES = {"leaky": "LIF", "lapicque": "LIF", "synaptic": "CubaLIF"}
READ = {"LIF": "leaky", "IF": "leaky", "CubaLIF": "synaptic"}
WITHOUT = {
    "alpha": (
        "is Alpha, and NIR has no node for a membrane that is the difference of two exponentials.",
        "Train with synaptic neurons, whose node is CubaLIF, or export the snnTorch script.",
    )
}
"""Kinds of which more is to be said than that NIR has no node: message and remedy."""
