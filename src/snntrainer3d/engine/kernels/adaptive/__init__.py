"""Adaptive neuron: reference and fused form."""
