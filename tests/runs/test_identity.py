"""Ids sort by time, and are what they say."""

from __future__ import annotations

from snntrainer3d.runs.identity import ALPHABET, ID_LENGTH, new_id


def test_ids_have_twelve_characters_of_the_alphabet() -> None:
    found = {new_id() for _ in range(200)}
    assert len(found) > 190
    assert all(len(identity) == ID_LENGTH and set(identity) <= set(ALPHABET) for identity in found)


def test_ids_sort_by_time_to_the_millisecond() -> None:
    moments = [1.0, 1.001, 2.0, 1e6, 1.7e9, 1.7e9 + 0.001, 4.0e9]
    identities = [new_id(moment) for moment in moments]
    assert identities == sorted(identities)
    assert len(set(identities)) == len(moments)
