"""The working-memory task is what it says: a cue, silence, a question, and nothing else by which it could be told."""

from __future__ import annotations

import numpy as np
import pytest

from snntrainer3d.data import load
from snntrainer3d.data.catalogue import MEMORY
from snntrainer3d.spec import MEMORY_SILENCES


@pytest.mark.parametrize(("name", "silence"), MEMORY_SILENCES.items())
def test_a_cue_comes_first_then_silence_then_the_question(name: str, silence: int) -> None:
    dataset = load(name)
    assert dataset.info.frames == 20 + silence
    for split in (dataset.train, dataset.test):
        frames, labels = split.inputs, split.labels
        assert frames.shape == (len(labels), 20 + silence, 9)
        assert not frames[:, 10 : 10 + silence].any()
        assert (frames[:, -10:, 8] == 1).all()
        assert not frames[:, -10:, :8].any()
        cue = frames[:, :10].sum(1)
        assert np.array_equal(cue.argmax(1), labels)
        assert np.array_equal(cue.sum(1), cue.max(1))
        assert cue.max(1).min() >= 1
        assert np.bincount(labels).min() == len(labels) // 8


def test_the_default_silence_is_a_hundred_steps_and_cues_differ_within_a_class() -> None:
    assert MEMORY["memory"].frames == 120
    first = load("memory").train
    of_one_class = first.inputs[first.labels == 3][:, :10, 3]
    assert len(np.unique(of_one_class, axis=0)) > 50
    assert np.array_equal(first.inputs, load("memory").train.inputs)
