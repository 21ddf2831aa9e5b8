"""Lapicque's RC circuit: reference and fused form."""
