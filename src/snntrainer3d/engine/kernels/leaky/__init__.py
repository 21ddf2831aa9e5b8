"""Leaky integrate-and-fire: reference and fused form."""
