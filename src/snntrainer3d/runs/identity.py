"""Run ids: short, sortable by time, safe as a file name and in a URL."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32: no i, l, o, u, so that an id can be read aloud."""
ID_LENGTH = 12
_TIME_BITS = 42
_RANDOM_BITS = 5 * ID_LENGTH - _TIME_BITS


def new_id(now_s: float | None = None) -> str:
    """Give a new id of 12 characters.

    60 bits: 42 of milliseconds since 1970 (until the year 2109), so that later ids sort behind earlier ones, and 18
    random ones for those of the same millisecond. Whoever makes a folder of the name finds the rare equal one.
    """
    milliseconds = round((time.time() if now_s is None else now_s) * 1000) & ((1 << _TIME_BITS) - 1)
    value = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(ALPHABET[value >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))
