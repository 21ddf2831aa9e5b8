"""Contestants flush denormals for the rest of their process, which in the bench is their own; here it is the tests'."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def denormals_as_they_were() -> Iterator[None]:
    """Take denormals as numbers again after each test."""
    yield
    torch.set_flush_denormal(False)
