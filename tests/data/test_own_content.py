"""Samples of own data are looked at: what they mean is told, what is odd in them is noted, what is hopeless refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from own_files import arrays, packed, picture, pictures_by_class, written
from snntrainer3d.data import Choice, Reading, check_data, import_data, load
from snntrainer3d.data.own.reading import read
from snntrainer3d.data.own.report import LeftOut, first_few
from snntrainer3d.data.own.scaling import scaled
from snntrainer3d.errors import FileFormatError

RANDOM = np.random.default_rng(7)
LABELS = np.arange(40) % 2
FLAT = RANDOM.random((40, 6))


def check(folder: Path, choice: Choice | None = None, **given: np.ndarray) -> Reading:
    return check_data(written(folder, "set.npz", arrays(**given)), choice=choice)


def noted(reading: Reading, words: str) -> bool:
    return any(words in note for note in reading.report.notes)


def faults_of(folder: Path, choice: Choice | None = None, **given: np.ndarray) -> dict[str, str]:
    with pytest.raises(FileFormatError) as caught:
        check(folder, choice, **given)
    return {fault.path: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize(("top", "divided"), [(1, 1), (16, 16), (100, 100), (200, 255), (255, 255)])
@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.uint16])
def test_whole_numbers_mean_shares_of_the_largest(top: int, divided: int, kind: type, tmp_path: Path) -> None:
    x = RANDOM.integers(0, top + 1, (40, 5, 5))
    x[:, 0, 0], x[:, 0, 1] = top, 0
    dataset = check(tmp_path, x=x.astype(kind), y=LABELS).dataset
    both = np.concatenate([dataset.train.inputs, dataset.test.inputs]) * dataset.input_scale
    assert both.max() == pytest.approx(top / divided)
    assert (f"divided by {divided}" if divided > 1 else "taken as they are") in dataset.info.summary


def test_the_same_pictures_mean_the_same_whatever_type_holds_them(tmp_path: Path) -> None:
    spikes = RANDOM.integers(0, 2, (40, 5, 5))
    found = [
        check(tmp_path, x=spikes.astype(kind), y=LABELS).dataset for kind in (np.uint8, np.float32, bool, np.int16)
    ]
    whole = [one.train.inputs * one.input_scale for one in found]
    assert all(np.array_equal(one, whole[0]) for one in whole)


def test_what_is_kept_is_what_was_checked(tmp_path: Path) -> None:
    digits = RANDOM.integers(0, 17, (40, 5, 5)).astype(np.uint8)
    digits[:, 0, 0] = 16
    dataset = load(import_data(written(tmp_path, "set.npz", arrays(x=digits, y=LABELS))).name)
    assert dataset.input_scale == 1 / 16
    assert dataset.train.inputs.dtype == np.uint8


def test_the_scale_is_that_of_training_samples(tmp_path: Path) -> None:
    parts = {"x_train": FLAT[:30] * 8 - 4, "y_train": LABELS[:30], "x_test": FLAT[30:] * 8 - 4, "y_test": LABELS[30:]}
    parts["x_test"][3, 0] = 1e6
    reading = check(tmp_path, **parts)
    train = parts["x_train"]
    expected = (train - train.min()) / (train.max() - train.min())
    assert np.allclose(reading.dataset.train.inputs, expected, atol=1e-6)
    assert reading.dataset.test.inputs.max() == 1.0
    assert noted(reading, "1 of 10 test samples lies far beyond")
    assert noted(reading, "are both on the same scale?")


def test_parts_of_other_scales_are_noted(tmp_path: Path) -> None:
    x = RANDOM.integers(0, 256, (40, 5, 5)).astype(np.float64)
    x[:, 0, 0], x[:, 0, 1] = 0, 255
    reading = check(tmp_path, x_train=x[:30], y_train=LABELS[:30], x_test=x[30:] / 255, y_test=LABELS[30:])
    assert noted(reading, "Training samples hold values from 0 to 255, test samples from 0")
    assert not check(tmp_path, x_train=x[:30], y_train=LABELS[:30], x_test=x[30:], y_test=LABELS[30:]).report.notes


def test_values_are_checked_as_they_are_stored(tmp_path: Path) -> None:
    for bad in (1e39, np.inf, np.nan, -1e300):
        x = FLAT.copy()
        x[7, 2] = bad
        assert "no finite number of 32 bits" in faults_of(tmp_path, x=x, y=LABELS)["x[7]"]


def test_the_order_of_axes_is_told(tmp_path: Path) -> None:
    last = check(tmp_path, x=RANDOM.random((40, 8, 9, 3)), y=LABELS)
    assert (last.dataset.info.input_shape, last.report.axes) == (
        (3, 8, 9), "Axes of a picture are height × width × channel, 8×9×3.",
    )  # fmt: skip
    events = check(tmp_path, Choice(over_time=True), x=RANDOM.random((40, 4, 8, 8, 2)), y=LABELS)
    assert events.dataset.info.input_shape == (2, 8, 8)
    assert events.report.axes.startswith("The second axis is time.")
    first = check(tmp_path, x=RANDOM.random((40, 2, 8, 9)), y=LABELS)
    assert "channel × height × width, 2×8×9" in first.report.axes


@pytest.mark.slow
def test_labels_of_arrays_stay_text(tmp_path: Path) -> None:
    def names(labels: np.ndarray) -> tuple[str, ...]:
        return check(tmp_path, x=FLAT, y=labels).dataset.info.class_names

    assert names(np.array([b"cat", b"dog"] * 20)) == ("cat", "dog")
    assert names(np.array(["007", "7"] * 20)) == ("007", "7")
    assert names(np.array(["²", "2"] * 20)) == ("2", "²")
    assert names(np.array(["1_1", "11"] * 20)) == ("11", "1_1")
    assert names(np.array([[3.0], [-1.0]] * 20)) == ("-1", "3")
    assert names(np.array(["Bär", "b"] * 20)) == ("Bär", "b")
    for bad, where in (
        (np.array(["a", ""] * 20), "y[1]"),
        (np.array([0.0, np.nan] * 20), "y[1]"),
        (np.array([b"a", b"\xff"] * 20), "y[1]"),
        (np.eye(2)[LABELS] * (np.arange(40) != 4)[:, None], "y[4]"),
        (np.array([1j, 2j] * 20), "y"),
    ):
        assert where in faults_of(tmp_path, x=FLAT, y=bad)


def test_arrays_of_parts_go_by_many_names_and_others_are_told(tmp_path: Path) -> None:
    parts = {"train": slice(0, 20), "val": slice(20, 30), "test": slice(30, 40)}
    given = {f"{part}_images": FLAT[at] for part, at in parts.items()}
    given |= {f"{part}_labels": LABELS[at] for part, at in parts.items()}
    reading = check(tmp_path, **given, names=np.array(["a", "b"]))
    assert (reading.dataset.info.train_samples, reading.dataset.info.test_samples) == (30, 10)
    assert any("keeps for validation is among the training samples" in line for line in reading.report.read)
    assert [one.examples for one in reading.report.left_out] == [("names",)]


def test_samples_that_are_all_the_same_are_refused(tmp_path: Path) -> None:
    assert "all 40 samples are the same" in faults_of(tmp_path, x=np.ones((40, 6)) * FLAT[0], y=LABELS)[""]
    same = packed({path: picture(90) for path in pictures_by_class()})
    with pytest.raises(FileFormatError, match="all 12 samples are the same"):
        check_data(written(tmp_path, "same.zip", same))


@pytest.mark.slow
def test_constant_and_equal_samples_are_noted_with_count_and_example(tmp_path: Path) -> None:
    x = FLAT.copy()
    x[[3, 8]] = 0.5
    reading = check(tmp_path, x=x, y=LABELS)
    assert noted(reading, "2 of 40 samples hold one value only, 0.5: x[3], x[8].")
    assert noted(reading, "1 of 40 samples is equal to an earlier one: x[8].")
    assert noted(reading, "2 of 40 samples are equal to one of another class: x[3], x[8].")
    twice = check(tmp_path, x_train=FLAT[:30], y_train=LABELS[:30], x_test=FLAT[20:], y_test=LABELS[20:])
    assert noted(twice, "10 of 50 samples are for the test and equal to a training sample: x_test[0]")
    assert check(tmp_path, x=FLAT, y=LABELS).report.notes == ()


def test_columns_that_count_or_tell_the_class_are_noted(tmp_path: Path) -> None:
    reading = check(tmp_path, x=np.column_stack([FLAT, np.arange(40), LABELS * 3 + 1, np.full(40, 2.0)]), y=LABELS)
    assert noted(reading, "Value 6 counts the samples")
    assert noted(reading, "Value 7 gives the label away")
    assert noted(reading, "Value 8 holds one value only")
    xor = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
    assert not noted(check(tmp_path, x=xor, y=xor[:, 0] ^ xor[:, 1]), "gives the label away")


def test_classes_of_one_sample_or_without_a_test_are_told(tmp_path: Path) -> None:
    lone = np.where(np.arange(40) == 5, 2, LABELS)
    assert "has 1 sample" in faults_of(tmp_path, x=FLAT, y=lone)["class 2"]
    pair = {"x_train": FLAT[:30], "y_train": np.where(np.arange(30) == 5, 2, LABELS[:30])}
    reading = check(tmp_path, **pair, x_test=FLAT[30:], y_test=np.where(np.arange(10) == 5, 2, 0))
    assert noted(reading, "Class with a single training sample: 2.")
    assert noted(reading, "Class without a test sample: 1.")


@pytest.mark.slow
def test_data_over_time_that_has_no_time_is_told(tmp_path: Path) -> None:
    over_time = Choice(over_time=True)
    at_once = np.zeros((40, 5, 6))
    at_once[:, 0] = FLAT
    assert "in the same one of 5 moments, the number 1" in faults_of(tmp_path, over_time, x=at_once, y=LABELS)[""]
    still = RANDOM.random((40, 5, 6))
    still[2] = still[2, :1]
    assert noted(check(tmp_path, over_time, x=still, y=LABELS), "1 of 40 samples is the same at every moment: x[2].")
    some = RANDOM.random((40, 5, 6))
    some[4, 1:] = 0
    assert noted(check(tmp_path, over_time, x=some, y=LABELS), "1 of 40 samples has in one moment all")


@pytest.mark.slow
def test_classes_that_differ_in_little_are_noted(tmp_path: Path) -> None:
    for names in (("Cat", "cat"), ("07", "7"), ("1.0", "1.00"), ("a b", "a_b")):
        reading = check(tmp_path, x=FLAT, y=np.array(names * 20))
        assert noted(reading, "are 2 classes; do they mean the same?"), names
    assert not check(tmp_path, x=FLAT, y=np.array(["+", "-"] * 20)).report.notes


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int8])
def test_rows_of_truths_and_bytes_are_read(kind: type, tmp_path: Path) -> None:
    x = RANDOM.integers(0, 2 if kind is bool else 120, (40, 30)).astype(kind)
    x[3] = 1
    reading = check(tmp_path, x=x, y=LABELS)
    assert noted(reading, "1 of 40 samples holds one value only, 1")
    assert not noted(reading, "counts the samples")


def test_bytes_that_count_the_rows_are_noted(tmp_path: Path) -> None:
    x = RANDOM.integers(0, 120, (40, 6)).astype(np.uint8)
    x[:, 2] = np.arange(40)
    assert noted(check(tmp_path, x=x, y=LABELS), "Value 2 counts the samples")


@pytest.mark.parametrize("missing", ["#N/A", "nan", ""])
def test_a_text_that_says_that_there_is_no_label_is_a_fault(missing: str, tmp_path: Path) -> None:
    names = np.array(["a", "b"] * 20, "U8")
    names[7] = missing
    assert "has no label" in faults_of(tmp_path, x=FLAT, y=names)["y[7]"]


def test_labels_of_no_column_are_a_fault(tmp_path: Path) -> None:
    assert "expected one label for each of 40 samples" in faults_of(tmp_path, x=FLAT, y=np.zeros((40, 0)))["y"]


@pytest.mark.filterwarnings("error")
def test_half_floats_near_their_largest_raise_no_warning(tmp_path: Path) -> None:
    x = (RANDOM.random((40, 4)) * 60_000).astype(np.float16)
    found = read([written(tmp_path, "a.npz", arrays(x=x, y=LABELS))], "a.npz", Choice())
    values = scaled(found, np.arange(30), np.arange(30, 40)).inputs
    assert values.dtype == np.float32
    assert 0.0 <= values.min() < values.max() <= 1.0


def test_several_names_are_told_by_the_first_and_how_many_more_there_are() -> None:
    names = [f"n{at}" for at in range(1005)]
    for told, expected in (
        (first_few(names[:2]), "n0, n1"),
        (first_few(names[:5]), "n0, n1, n2, n3, n4"),
        (first_few(names), "n0, n1, n2, n3, n4 and 1,000 more"),
        (first_few(names[:3], 7), "n0, n1, n2 and 4 more"),
        (first_few(names[:8], most=7), "n0, n1, n2, n3, n4, n5, n6 and 1 more"),
        (first_few(["half \ud800"]), "half \\ud800"),
        (
            str(LeftOut.of("files", names[:7], "are no pictures.")),
            "7 files (n0, n1, n2, n3, n4 and 2 more): are no pictures.",
        ),
        (str(LeftOut("frames", 9, "only one is read", ("a.gif",))), "9 frames (a.gif): only one is read."),
    ):
        assert told == expected


def table(folder: Path, **columns: object) -> Reading:
    rows = zip(*(np.asarray(values).tolist() for values in columns.values()), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    return check_data(written(folder, "set.csv", "\n".join(lines).encode()))


def test_columns_whose_numbers_are_no_sizes_are_noted(tmp_path: Path) -> None:
    size = FLAT[:, 0].round(3)
    gone = np.where(np.arange(40) % 9 == 0, -999, size)
    ids = 5000 + np.random.default_rng(1).permutation(40)
    days = 20240100 + 1 + RANDOM.integers(0, 28, 40)
    reading = table(tmp_path, size=size, gone=gone, patient=ids, day=days, label=np.where(LABELS, "b", "a"))
    assert noted(reading, "Column gone holds -999 among values far from it")
    assert noted(reading, "Column patient numbers the samples, each once")
    assert noted(reading, "says nothing of its sample. --ignore leaves it out.")
    assert noted(reading, "Column day holds dates as numbers")
    assert len([note for note in reading.report.notes if "Column" in note]) == 3


def test_sizes_that_are_like_codes_ids_and_dates_are_not_noted(tmp_path: Path) -> None:
    height = RANDOM.integers(900, 1100, 40)
    height[3] = 999
    parts = RANDOM.permutation(80)[:40]
    large = 20_240_000 + RANDOM.integers(0, 10_000, 40)
    reading = table(tmp_path, height=height, parts=parts, large=large, label=np.where(LABELS, "b", "a"))
    assert not [note for note in reading.report.notes if "Column" in note]


def test_what_is_wrong_with_the_name_of_a_class_is_told(tmp_path: Path) -> None:
    names = np.array(["good", "two\nlines", "x" * 61, "\u202eturned"])[np.arange(40) % 4]
    told = faults_of(tmp_path, x=FLAT, y=names)
    assert told == {
        "class two lines": "has a line break in its name.",
        f"class {'x' * 20}…": "has a name of 61 characters, at most 60 are taken.",
        r"class \u202eturned": "has a name with characters that cannot be shown.",
    }


def test_a_table_of_two_encodings_is_no_table(tmp_path: Path) -> None:
    rows = ["x,name", *(f"{at / 10},{'süß' if at % 2 else 'herb'}" for at in range(12))]
    mixed = "\n".join(rows[:6]).encode() + b"\n" + "\n".join(rows[6:]).encode("cp1252")
    with pytest.raises(FileFormatError, match="line 3 is UTF-8 and line 7 is not") as caught:
        check_data(written(tmp_path, "set.csv", mixed))
    assert "UTF-8" in caught.value.hint
    alike = check_data(written(tmp_path, "set.csv", "\n".join(rows).encode("cp1252")))
    assert alike.dataset.info.class_names == ("herb", "süß")
