"""Izhikevich neuron: reference and fused form."""
