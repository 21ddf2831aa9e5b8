"""Alpha neuron: reference and fused form."""
