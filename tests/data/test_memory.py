"""The working-memory task is what it says: a cue, silence, a question, and nothing else by which it could be told."""

from __future__ import annotations

from pathlib import Path

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


@pytest.mark.parametrize("name", MEMORY_SILENCES)
def test_how_many_test_samples_are_training_samples_is_said(name: str) -> None:
    dataset = load(name)
    known = {sample.tobytes() for sample in dataset.train.inputs}
    shared = sum(sample.tobytes() in known for sample in dataset.test.inputs)
    page = (Path(__file__).resolve().parents[2] / "docs" / "science.md").read_text(encoding="utf-8")
    assert f"{len(known):,} are\ndistinct, and {shared} of the 1,000 test samples are also training samples" in page
    assert f"{shared} of the 1,000 test samples" in dataset.info.summary


@pytest.mark.parametrize("name", ["moons", "spirals", "digits"])
def test_other_sets_share_no_sample_between_training_and_test(name: str) -> None:
    dataset = load(name)
    known = {sample.tobytes() for sample in dataset.train.inputs}
    assert not any(sample.tobytes() in known for sample in dataset.test.inputs)


def test_the_default_silence_is_a_hundred_steps_and_cues_differ_within_a_class() -> None:
    assert MEMORY["memory"].frames == 120
    first = load("memory").train
    of_one_class = first.inputs[first.labels == 3][:, :10, 3]
    assert len(np.unique(of_one_class, axis=0)) > 50
    assert np.array_equal(first.inputs, load("memory").train.inputs)
