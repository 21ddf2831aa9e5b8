"""Kills, loads and fuzzes the whole application: `python -m reliability PART`; figures go to docs/reliability/."""

from reliability.command import main

__all__ = ["main"]
