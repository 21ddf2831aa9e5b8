"""Events: .bin, HDF5 and NPZ made to the published formats, counted into frames; damage is told at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from event_files import bin_events, bins_by_class, npz_events, spike_file, spike_trains
from own_files import packed, written
from snntrainer3d.data import Choice, Dataset, import_data, load, pack, remove_own
from snntrainer3d.data.own.nmnist import read_bin_events
from snntrainer3d.data.own.portions import Portion
from snntrainer3d.data.own.reading import read
from snntrainer3d.data.own.spike_file import read_spike_files
from snntrainer3d.errors import FileFormatError, InputError, LimitError


def every(dataset: Dataset) -> np.ndarray:
    return np.concatenate([dataset.train.inputs, dataset.test.inputs])


def test_a_bin_event_is_two_places_a_polarity_and_23_bits_of_time() -> None:
    raw = bytes([3, 33, 0b1000_0001, 0x02, 0x03, 7, 0, 0b0111_1111, 0xFF, 0xFF])
    events = read_bin_events(raw)
    assert events.across.tolist() == [3, 7]
    assert events.down.tolist() == [33, 0]
    assert events.polarities.tolist() == [1, 0]
    assert events.times.tolist() == [0x010203, 0x7FFFFF]


def test_a_mark_at_row_240_is_time_that_ran_over_and_no_event() -> None:
    events = read_bin_events(bin_events([(1, 1, 0, 8000), (0, 240, 0, 0), (2, 2, 1, 5), (0, 240, 0, 0), (3, 3, 1, 6)]))
    assert events.times.tolist() == [8000, 8192 + 5, 2 * 8192 + 6]
    assert events.across.tolist() == [1, 2, 3]


@pytest.mark.slow
def test_frames_count_events_by_time_place_and_polarity_up_to_the_clip(tmp_path: Path) -> None:
    first = [(0, 0, 0, 1000), (0, 0, 0, 1001), (0, 0, 1, 1002), (33, 33, 1, 1600), (33, 33, 1, 2000)]
    rest = {f"{name}/{at}.bin": bin_events([(5, 6, at % 2, 0), (5, 6, 0, 400)]) for name in "ab" for at in range(3)}
    files = {**rest, "a/first.bin": bin_events(first)}
    info = import_data(written(tmp_path, "few.zip", packed(files)), choice=Choice(frames=2, clip=2))
    assert (info.input_shape, info.frames, info.classes) == ((2, 34, 34), 2, 2)
    dataset = load(info.name)
    assert dataset.input_scale == pytest.approx(1 / 255)
    found = next(one for one in every(dataset) if one[0, 0, 0, 0])
    # 1000 µs in all: the first frame holds what lies before 500 µs of the first event.
    assert [found[0, 0, 0, 0], found[0, 1, 0, 0], found[1, 1, 33, 33]] == [255, 128, 255]
    assert np.count_nonzero(found) == 3
    merged = import_data(tmp_path / "few.zip", "merged", Choice(frames=1, clip=255, polarity=False, side=17))
    assert merged.input_shape == (1, 17, 17)
    assert sorted({int(one.sum()) for one in every(load(merged.name))}) == [2, 5]


def test_a_folder_of_recordings_split_by_its_maker_stays_split(tmp_path: Path) -> None:
    for part, count in (("Train", 4), ("Test", 2)):
        for path, content in bins_by_class(count).items():
            place = tmp_path / "nmnist" / part / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    info = import_data(tmp_path / "nmnist")
    assert (info.train_samples, info.test_samples, info.class_names) == (8, 4, ("left", "right"))
    assert "20 frames of 2×34×34" in info.summary
    assert "ms at each place, up to 4" in info.summary


@pytest.mark.slow
def test_spike_trains_of_hdf5_are_read_with_their_names(tmp_path: Path) -> None:
    times, units, labels = spike_trains()
    info = import_data(spike_file(tmp_path / "shd_train.h5", keys=("zero", "eins")), choice=Choice(frames=10, clip=1))
    assert (info.name, info.input_shape, info.frames) == ("own-shd-train", (700,), 10)
    assert info.class_names == ("eins", "zero")
    dataset = load(info.name)
    assert set(np.unique(every(dataset))) == {0, 255}
    eins = np.concatenate([part.inputs[part.labels == 0] for part in (dataset.train, dataset.test)])
    assert not eins[:, :, :300].any()
    assert eins[:, :, 300:600].any()
    longest = max(float(row.max() - row.min()) for row in times)
    first = np.zeros((10, 700), np.uint8)
    for at, unit in zip(times[0].astype(np.float64), units[0], strict=True):
        frame = int(round((at - float(times[0].min())) * 1e6) * 10 // round(longest * 1e6))
        first[min(frame, 9), unit] = 255
    assert any(np.array_equal(one, first) for one in every(dataset))
    assert labels[0] == 0
    fewer = import_data(tmp_path / "shd_train.h5", "fewer", Choice(side=70))
    assert fewer.input_shape == (70,)


@pytest.mark.slow
def test_events_in_an_npz_may_be_of_a_camera_or_a_row_in_seconds_or_microseconds(tmp_path: Path) -> None:
    camera = import_data(written(tmp_path, "bars.npz", npz_events()))
    assert (camera.input_shape, camera.class_names) == ((2, 26, 33), ("left", "right"))
    whole = np.load(written(tmp_path, "same.npz", npz_events()))
    seconds = import_data(written(tmp_path, "seconds.npz", npz_events({"t": whole["t"] / 1e6})))
    assert pack(seconds.name)[f"{seconds.name}.npz"] == pack(camera.name)[f"{camera.name}.npz"]
    mixed = np.random.default_rng(0).permutation(len(whole["t"]))
    shuffled = {key: whole[key][mixed] for key in ("t", "x", "y", "p", "sample")}
    again = import_data(written(tmp_path, "mixed.npz", npz_events(shuffled)))
    assert np.array_equal(every(load(again.name)), every(load(camera.name)))
    row = import_data(written(tmp_path, "row.npz", npz_events({"y": None, "p": None, "labels": np.arange(12) % 2})))
    assert (row.input_shape, row.class_names) == ((33,), ("0", "1"))


CLOCKS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "of today in microseconds": lambda t, sample: t + 1_700_000_000_000_000 + sample * 10**9,
    "beyond 63 bits": lambda t, sample: t.astype(np.uint64) + np.uint64(2**64 - 10**9) - sample.astype(np.uint64),
    "below zero": lambda t, _: t - 10**6,
    "of every sample by itself": lambda t, sample: t + sample * 10**14 - 5 * 10**14,
    "of today in seconds": lambda t, sample: t / 1e6 + 1_700_000_000 + sample,
    "from 0 in seconds": lambda t, _: t / 1e6,
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_time_begins_at_a_samples_first_event_whatever_its_clock(clock: str, tmp_path: Path) -> None:
    whole = np.load(written(tmp_path, "plain.npz", npz_events()))
    moved = npz_events({"t": CLOCKS[clock](whole["t"], whole["sample"])})
    found, plain = (
        read([written(tmp_path, f"{at}.npz", content)], "a.npz", Choice())
        for at, content in enumerate((moved, npz_events()))
    )
    same = found.inputs == plain.inputs
    assert same.mean() > 0.9999 if "today in seconds" in clock else same.all()
    unit = "seconds" if "in seconds" in clock else "microseconds"
    assert any(f"taken for {unit}" in one for one in found.report.read)
    assert any("counted from its first event" in one for one in found.report.read) == (
        clock in ("below zero", "of every sample by itself")
    )


@pytest.mark.slow
def test_spike_trains_begin_at_their_first_spike(tmp_path: Path) -> None:
    times, units, labels = spike_trains()
    later = [row.astype(np.float32) + np.float32(at * 8 - 16) for at, row in enumerate(times)]
    plain, moved = (
        spike_file(tmp_path / f"{at}.h5", (rows, units, labels), kind=np.float32)
        for at, rows in enumerate((times, later))
    )
    found = [read([path], path.name, Choice(frames=10)).inputs for path in (plain, moved)]
    assert (found[0] == found[1]).mean() > 0.999


@pytest.mark.slow
def test_times_that_are_odd_are_told(tmp_path: Path) -> None:
    whole = np.load(written(tmp_path, "plain.npz", npz_events()))
    t, sample = whole["t"], whole["sample"]

    def told(times: np.ndarray) -> str:
        report = read([written(tmp_path, "a.npz", npz_events({"t": times}))], "a.npz", Choice()).report
        return " ".join([*report.read, report.axes, *report.notes])

    assert "Samples are moment × polarity (darker, brighter) × height × width." in told(t)
    assert "not in the order" not in told(t)
    assert "another unit" not in told(t)
    assert "Events of 12 samples were not in the order of time; they are sorted." in told(t[::-1].copy())
    assert "In 2 of 12 samples all events have the same time: sample 3, sample 5." in told(
        np.where((sample == 3) | (sample == 5), 7, t)
    )
    assert "The longest sample lasts 299 µs; are its times in another unit?" in told(t // 1000)
    assert "are its times in another unit?" in told(t * 20_000)
    assert "half of them at most" in told(np.where(np.arange(len(t)) == 0, 10**9, t))


def test_times_that_all_coincide_are_a_fault(tmp_path: Path) -> None:
    same = npz_events({"t": np.full(12 * 300, 5)})
    with pytest.raises(FileFormatError, match="Do all times coincide"):
        import_data(written(tmp_path, "a.npz", same))


@pytest.mark.slow
@pytest.mark.parametrize("layers", ["dense", "lenet"])
def test_a_network_learns_which_way_bars_move(tmp_path: Path, layers: str) -> None:
    from snntrainer3d.compose import Choices, compose
    from snntrainer3d.training import train

    path = written(tmp_path, "bars.zip", packed(bins_by_class(20)))
    info = import_data(path, choice=Choice(frames=8, side=17, clip=1))
    template = {"template": "lenet"} if layers == "lenet" else {"hidden": (30,)}
    training = {"epochs": 15, "num_steps": 8, "validation_share": 0.0, "learning_rate": 5e-3, "batch_size": 16}
    spec = compose(Choices(dataset=info.name, training=training, **template))
    *_, finished = train(spec, load(info.name))
    assert finished.results["test"]["accuracy"] >= 0.9
    remove_own(info.name)


def bins(**change: bytes) -> bytes:
    return packed({**bins_by_class(3), **{name.replace("__", "/") + ".bin": raw for name, raw in change.items()}})


def trains(at: int, which: int, row: Any) -> tuple[Any, Any, Any]:
    made = spike_trains()
    made[which][at] = row
    return made


def silent_at_the_end() -> tuple[Any, Any, Any]:
    times, units, labels = spike_trains()
    return [*times[:-1], times[-1][:0]], [*units[:-1], units[-1][:0]], labels


NPZ_SIZE = 12 * 300
DAMAGED: dict[str, tuple[str, Callable[[Path], Any], str, str]] = {
    "an empty recording": ("a.zip", lambda _: bins(left__x=b""), "left/x.bin", "is empty"),
    "a recording cut short": ("a.zip", lambda _: bins(left__x=b"1234567"), "left/x.bin", "not whole events of 5"),
    "time that runs back": (
        "a.zip",
        lambda _: bins(left__x=bin_events([(1, 1, 0, 9), (1, 1, 0, 3)])),
        "left/x.bin",
        "event 2 is at 3 µs",
    ),
    "marks alone": ("a.zip", lambda _: bins(left__x=bin_events([(0, 240, 0, 1)])), "left/x.bin", "no event"),
    "events beside sounds": (
        "a.zip",
        lambda _: packed({**bins_by_class(2), "left/a.wav": b"RIFF"}),
        "",
        "1 sounds and 4 files of events",
    ),
    "one class": ("a.zip", lambda _: packed({"a/1.bin": bin_events([(1, 1, 1, 1)])}), "", "only one class"),
    "no times": ("a.h5", lambda path: spike_file(path, leave=("spikes/times",)), "spikes/times", "missing"),
    "no labels": ("a.h5", lambda path: spike_file(path, leave=("labels",)), "labels", "missing"),
    "fewer units than times": (
        "a.h5",
        lambda path: spike_file(path, trains(3, 1, np.array([1, 2], np.uint16))),
        "sample 3",
        "43 times and 2 units",
    ),
    "a sample without spikes": (
        "a.h5",
        lambda path: spike_file(path, silent_at_the_end()),
        "sample 11",
        "no spike",
    ),
    "a time that is no number": (
        "a.h5",
        lambda path: spike_file(path, trains(0, 0, np.full(40, np.nan, np.float16))),
        "sample 0",
        "no finite number of seconds",
    ),
    "a label without a name": ("a.h5", lambda path: spike_file(path, keys=("only",)), "labels[1]", "names 1 classes"),
    "HDF5 cut short": (
        "a.h5",
        lambda path: spike_file(path).write_bytes(path.read_bytes()[:3000]),
        "",
        "damaged: its parts do not fit together, or it is cut short",
    ),
    "an NPZ without places": ("a.npz", lambda _: npz_events({"x": None}), "x", "missing"),
    "columns of two lengths": ("a.npz", lambda _: npz_events({"y": np.arange(3)}), "y", "one value for each of"),
    "a sample without events": ("a.npz", lambda _: npz_events({"labels": np.arange(14) % 2}), "sample 12", "no event"),
    "an event of no sample": ("a.npz", lambda _: npz_events({"labels": np.array(["a", "b"])}), "sample[600]", "0 to 1"),
    "a place below zero": ("a.npz", lambda _: npz_events({"x": np.full(NPZ_SIZE, -1)}), "x[0]", "is -1"),
    "a polarity of two": ("a.npz", lambda _: npz_events({"p": np.full(NPZ_SIZE, 2)}), "p[0]", "is 2"),
    "a time that is no finite number": (
        "a.npz",
        lambda _: npz_events({"t": np.full(NPZ_SIZE, np.inf)}),
        "t[0]",
        "no finite number",
    ),
    "a place beyond all": (
        "a.npz",
        lambda _: npz_events({"x": np.full(NPZ_SIZE, 2**64 - 1, np.uint64)}),
        "x[0]",
        "is 18446744073709551615, expected 0 to 4,095",
    ),
    "three polarities": (
        "a.npz",
        lambda _: npz_events({"p": np.arange(NPZ_SIZE) % 3 - 1}),
        "p",
        "holds −1, 0 and 1",
    ),
    "a sample of a century": (
        "a.npz",
        lambda _: npz_events({"t": np.where(np.arange(NPZ_SIZE) == 0, 3 * 10**15, np.arange(NPZ_SIZE))}),
        "sample 0",
        "lasts more than 30 years",
    ),
    "spikes of a century": (
        "a.h5",
        lambda path: spike_file(path, trains(0, 0, np.linspace(0, 3e9, 40, dtype=np.float32)), kind=np.float32),
        "sample 0",
        "lasts 3,000,000,000 seconds",
    ),
    "places in fractions": ("a.npz", lambda _: npz_events({"x": np.full(NPZ_SIZE, 0.5)}), "x", "whole numbers"),
}  # fmt: skip


# HDF5 is read in a process of its own, which takes its time.
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow if DAMAGED[kind][0] == "a.h5" else ()) for kind in DAMAGED],
)
def test_damaged_events_are_told_at_their_place(kind: str, tmp_path: Path) -> None:
    name, make, path, words = DAMAGED[kind]
    content = make(tmp_path / name)
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFormatError) as caught:
        import_data(tmp_path / name)
    told = {fault.path: fault.message for fault in caught.value.faults} or {"": caught.value.message}
    assert any(where == path and words in message for where, message in told.items()), told


@pytest.mark.parametrize(("choice", "path"), [(Choice(frames=0), "frames"), (Choice(clip=256), "clip")])
def test_choices_of_events_out_of_range_are_refused(choice: Choice, path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        import_data(written(tmp_path, "a.zip", bins()), choice=choice)
    assert caught.value.path == path


def test_frames_beyond_what_is_taken_are_refused_before_they_are_counted(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="at most"):
        import_data(written(tmp_path, "a.zip", bins()), choice=Choice(frames=10_000))


def test_hdf5_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="took longer"):
        read_spike_files([Portion(spike_file(tmp_path / "a.h5"), "a.h5")], "a.h5", Choice(), limit_s=0.01)


def test_places_stored_as_whole_floats_are_read_and_fractions_have_a_remedy(tmp_path: Path) -> None:
    plain = written(tmp_path, "plain.npz", npz_events())
    x = np.load(plain)["x"]
    same = read([written(tmp_path, "floats.npz", npz_events({"x": x.astype(np.float64)}))], "a.npz", Choice())
    assert np.array_equal(same.inputs, read([plain], "a.npz", Choice()).inputs)
    with pytest.raises(FileFormatError) as caught:
        read([written(tmp_path, "halves.npz", npz_events({"x": x + 0.5}))], "a.npz", Choice())
    (fault,) = caught.value.faults
    assert (fault.path, fault.hint) == ("x", "Store whole numbers: x.astype('int64').")
