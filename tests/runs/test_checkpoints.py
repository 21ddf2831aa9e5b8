"""Checkpoints: exact, two kept, a damaged one never taken for a whole one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import FileFormatError, StorageError
from snntrainer3d.runs import StoredCheckpoint, newest_checkpoint, write_checkpoint
from snntrainer3d.runs.checkpoints import list_checkpoints, read_checkpoint


def checkpoint(update: int) -> StoredCheckpoint:
    random = np.random.default_rng(update)
    return StoredCheckpoint(
        epoch=update // 10,
        update=update,
        tensors={
            "layers.0.weight": random.normal(size=(3, 4)).astype(np.float32),
            "layers.0.neuron.beta": np.float32(0.9) * np.ones((), np.float32),
        },
        optimizer={"0.exp_avg": random.normal(size=(4, 3)).T, "0.step": np.array(update, np.float32)},
        state={"seconds": 0.1, "sums": {"loss": 1e-17, "rates": [0.5]}},
    )


def test_a_checkpoint_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    written = checkpoint(7)
    found = read_checkpoint(write_checkpoint(tmp_path / "checkpoints", written))
    assert (found.epoch, found.update, found.state) == (0, 7, written.state)
    for given, read in ((written.tensors, found.tensors), (written.optimizer, found.optimizer)):
        assert set(given) == set(read)
        for name, array in given.items():
            assert read[name].dtype == array.dtype
            assert read[name].shape == array.shape
            np.testing.assert_array_equal(read[name], array)


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    for update in (5, 10, 100, 1000):
        write_checkpoint(tmp_path, checkpoint(update))
    assert [row.update for row in list_checkpoints(tmp_path)] == [100, 1000]
    found, faults = newest_checkpoint(tmp_path)
    assert found is not None
    assert (found.update, faults) == (1000, [])


def test_the_last_one_that_is_surely_on_the_disk_is_kept_too(tmp_path: Path) -> None:
    durable = write_checkpoint(tmp_path, checkpoint(5))
    for update in (10, 100, 1000):
        write_checkpoint(tmp_path, checkpoint(update), durable=False, keep=durable)
    assert [row.update for row in list_checkpoints(tmp_path)] == [5, 100, 1000]


def damage_end(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def damage_state(raw: bytes) -> bytes:
    return raw.replace(b"seconds", b"sekonds")


DAMAGES = [
    damage_end,
    damage_state,
    lambda raw: raw[:-10],
    lambda raw: raw[:20],
    lambda raw: raw[:0],
    lambda raw: bytes(len(raw)),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_newest_gives_the_one_before(tmp_path: Path, damage: object) -> None:
    write_checkpoint(tmp_path, checkpoint(10))
    newest = write_checkpoint(tmp_path, checkpoint(20))
    newest.write_bytes(damage(newest.read_bytes()))  # type: ignore[operator]
    with pytest.raises(FileFormatError):
        read_checkpoint(newest)
    found, faults = newest_checkpoint(tmp_path)
    assert found is not None
    assert found.update == 10
    assert len(faults) == 1
    assert newest.name in faults[0]


def test_none_is_whole(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path / "none") == (None, [])
    write_checkpoint(tmp_path, checkpoint(1)).write_bytes(b"no")
    found, faults = newest_checkpoint(tmp_path)
    assert found is None
    assert faults


def test_a_full_disk_keeps_the_earlier_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checkpoint(tmp_path, checkpoint(1))
    write_checkpoint(tmp_path, checkpoint(2))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_checkpoint(tmp_path, checkpoint(3))
    assert [row.update for row in list_checkpoints(tmp_path)] == [1, 2]
