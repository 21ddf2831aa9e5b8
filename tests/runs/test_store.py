"""The store: runs made, found, renamed, deleted; weights from where they are."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import ConflictError, FileFormatError, InputError, MismatchError, NotFoundError, StorageError
from snntrainer3d.events import Cancelled, Finished, StateChanged
from snntrainer3d.exports import to_safetensors
from snntrainer3d.frames import decode_frame
from snntrainer3d.runs import RunStore, StoredCheckpoint, append_event, home_folder, write_checkpoint
from snntrainer3d.spec import RunSpec, TrainedNetwork, dense_network, fixed_tensors, tensor_shapes


def weights_of(spec: RunSpec, value: float = 0.5) -> TrainedNetwork:
    shapes = tensor_shapes(spec.network)
    filled = {name: np.full(shape, value, np.float32) for name, shape in shapes.items()}
    return TrainedNetwork(spec.network, {**filled, **fixed_tensors(spec.network)})


def end(store: RunStore, run: str) -> None:
    append_event(store.folder(run).events, Cancelled())
    store.sync(run)


def test_the_home_is_where_the_environment_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home_folder() == home
    monkeypatch.delenv("SNNTRAINER3D_HOME")
    assert home_folder().name == "snntrainer3d"


def test_a_new_run_is_queued_and_has_its_document(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec)
    assert (row.status, row.queue_position, row.progress, row.test_accuracy) == ("queued", 1, None, None)
    assert (row.dataset, row.title, row.neurons, row.epochs) == ("digits", "64-5-10", ["leaky"], 2)
    assert row.parameters == 64 * 5 + 5 + 5 * 10 + 10
    assert row.name == spec.title()
    assert store.folder(row.id).read_spec() == spec
    detail = store.get(row.id)
    assert detail.spec == spec
    assert detail.model_dump(include=set(type(row).model_fields)) == row.model_dump()
    assert {"python", "torch", "snntorch", "numpy", "numba", "platform", "cpu", "cores", "commit"} <= set(
        detail.environment
    )


@pytest.mark.slow
def test_runs_are_listed_newest_first_and_filtered(store: RunStore, spec: RunSpec) -> None:
    first, second, third = (store.create(spec) for _ in range(3))
    assert [row.id for row in store.list()] == [third.id, second.id, first.id]
    assert [row.queue_position for row in store.list()] == [3, 2, 1]
    end(store, second.id)
    assert [row.id for row in store.list(status={"cancelled"})] == [second.id]
    assert [row.queue_position for row in store.list(status={"queued"})] == [2, 1]
    store.rename(first.id, "100 % of it_")
    assert [row.id for row in store.list(search="% OF it_")] == [first.id]
    assert store.list(search="%%") == []
    assert len(store.list(limit=2)) == 2


def test_a_run_is_found_by_id_its_beginning_and_name(store: RunStore, spec: RunSpec) -> None:
    first = store.create(spec)
    other = store.create(spec)
    store.rename(first.id, "my best")
    assert store.find(first.id.upper()) == first.id
    assert store.find("my best") == first.id
    assert store.find(other.name) == other.id
    unique = next(first.id[:length] for length in range(1, 13) if not other.id.startswith(first.id[:length]))
    assert store.find(unique) == first.id


@pytest.mark.slow
def test_what_means_no_run_or_several_is_told(store: RunStore, spec: RunSpec) -> None:
    with pytest.raises(NotFoundError):
        store.get("nothing")
    first, second = store.create(spec), store.create(spec)
    with pytest.raises(InputError, match=f"2 runs .*{first.id}"):
        store.get(first.name)
    assert first.id[0] == second.id[0]
    with pytest.raises(InputError, match="2 runs"):
        store.get(first.id[0])
    store.rename(first.id, "my best run")
    with pytest.raises(NotFoundError) as caught:
        store.get("my bset run")
    assert "my best run" in caught.value.hint
    for nonsense in ("", "%", "_", "../..", "a" * 500):
        with pytest.raises(NotFoundError):
            store.get(nonsense)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\\b", "a\nb", "a\0b", "x" * 121])
def test_a_path_is_no_name(store: RunStore, spec: RunSpec, name: str) -> None:
    row = store.create(spec)
    with pytest.raises(InputError) as caught:
        store.rename(row.id, name)
    assert caught.value.path == "name"
    assert store.get(row.id).name == spec.title()


def test_names_are_kept_as_given_and_empty_gives_back_the_first(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec)
    assert store.rename(row.id, "  β = .9 · 試み ").name == "β = .9 · 試み"
    assert store.rename(row.id, "x" * 120).name == "x" * 120
    assert store.rename(row.id, " ").name == spec.title()


def test_a_very_deep_network_has_a_name_that_fits(store: RunStore, spec: RunSpec) -> None:
    deep = RunSpec(network=dense_network((1, 8, 8), [11] * 100, 10), training=spec.training)
    row = store.create(deep)
    assert len(row.name) == 120
    assert store.find(row.name) == row.id


@pytest.mark.slow
def test_only_an_ended_run_is_deleted_and_once_removed_nothing_of_it_stays(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec)
    folder = store.folder(row.id)
    with pytest.raises(ConflictError, match="queued"):
        store.delete(row.id)
    end(store, row.id)
    with folder.hold(), pytest.raises(ConflictError, match="process"):
        store.delete(row.id)
    store.delete(row.id)
    with pytest.raises(NotFoundError):
        store.get(row.id)
    assert store.list() == []
    assert store.trash.remove(row.id) == row.id
    assert not folder.path.exists()
    assert list((store.home / "trash").iterdir()) == []
    assert store.trash.list() == []


@pytest.mark.slow
def test_a_run_whose_folder_is_gone_can_still_be_deleted(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec)
    end(store, row.id)
    store.folder(row.id).path.rename(store.home / "elsewhere")
    store.delete(row.id)
    assert store.list() == []
    with pytest.raises(NotFoundError, match="gone"):
        store.trash.restore(row.id)


@pytest.mark.slow
def test_training_starts_from_weights_of_a_run_or_of_a_network(store: RunStore, spec: RunSpec) -> None:
    imported = store.import_run(spec, to_safetensors(weights_of(spec)))
    assert imported.status == "finished"
    assert store.get(imported.id).imported
    assert store.results(imported.id)["parameters"] == imported.parameters
    following = store.create(spec, start_from=imported.id)
    assert store.get(following.id).start_from == imported.id
    assert store.folder(following.id).start.exists()
    assert store.folder(store.create(spec, start_from=weights_of(spec)).id).start.exists()


@pytest.mark.slow
def test_weights_of_another_network_are_refused_and_leave_nothing(store: RunStore, spec: RunSpec) -> None:
    wider = RunSpec(network=dense_network((1, 8, 8), [6], 10), training=spec.training)
    with pytest.raises(MismatchError):
        store.create(wider, start_from=weights_of(spec))
    with pytest.raises(MismatchError):
        store.import_run(wider, to_safetensors(weights_of(spec)))
    with pytest.raises(FileFormatError):
        store.import_run(spec, b"nonsense")
    queued = store.create(spec)
    with pytest.raises(NotFoundError, match="no weights yet"):
        store.create(spec, start_from=queued.id)
    assert [row.id for row in store.list()] == [queued.id]
    assert [path.name for path in (store.home / "runs").iterdir()] == [queued.id]


def test_weights_come_from_the_end_or_the_newest_checkpoint(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec)
    with pytest.raises(NotFoundError):
        store.trained(row.id)
    with pytest.raises(NotFoundError):
        store.newest_frame(row.id)
    state = weights_of(spec, 0.25).tensors
    write_checkpoint(store.folder(row.id).checkpoints, StoredCheckpoint(1, 8, state, {}, {}))
    assert store.trained(row.id).tensors["layers.1.bias"][0] == 0.25
    assert [found.update for found in store.checkpoints(row.id)] == [8]
    store.folder(row.id).weights.write_bytes(to_safetensors(weights_of(spec, 0.75)))
    trained = store.trained(row.id)
    assert trained.tensors["layers.1.bias"][0] == 0.75
    assert (trained.network, trained.training) == (spec.network, spec.training)
    frame = decode_frame(store.newest_frame(row.id))
    assert (frame.run, len(frame.layers)) == (row.id, 2)
    assert frame.layers[0].values[0, 0] * frame.layers[0].scale == pytest.approx(0.75)


def test_a_run_is_claimed_once(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec)
    won: list[bool] = []
    barrier = threading.Barrier(8)

    def claim() -> None:
        barrier.wait()
        won.append(store.claim(row.id))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert store.get(row.id).status == "running"


@pytest.mark.slow
def test_only_a_run_that_was_stopped_is_queued_again(store: RunStore, spec: RunSpec) -> None:
    row = store.create(spec, launcher="cli")
    assert row.queue_position is None
    with pytest.raises(ConflictError):
        store.enqueue(row.id)
    end(store, row.id)
    again = store.enqueue(row.id)
    assert (again.status, again.queue_position, again.ended_at) == ("queued", 1, None)
    for event in (StateChanged(state="running"), Finished(results={"test": {"accuracy": 0.5}})):
        append_event(store.folder(row.id).events, event)
    store.sync(row.id)
    with pytest.raises(ConflictError, match="finished"):
        store.enqueue(row.id)


def test_a_full_disk_leaves_no_run(store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            store.create(spec)
    assert store.list() == []
    assert list((store.home / "runs").iterdir()) == []
