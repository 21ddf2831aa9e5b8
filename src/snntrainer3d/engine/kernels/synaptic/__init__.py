"""Synaptic (second-order) neuron: reference and fused form."""
