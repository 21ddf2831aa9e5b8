"""Training and test samples given apart, as SHD, SSC and N-MNIST are published: read as one set, split as they were."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from event_files import bins_by_class, spike_file, spike_trains
from own_files import packed, written
from snntrainer3d.data import Choice, import_data, load, own_report
from snntrainer3d.data.own.portions import title_of
from snntrainer3d.errors import FileFormatError, LimitError

KEYS = ("zero", "eins", "zwei")


def shd(folder: Path, parts: tuple[str, ...] = ("train", "test")) -> list[Path]:
    """Write SHD's files, each with fewer samples than the one before and longer than it."""
    made = []
    for at, part in enumerate(parts):
        times, units, labels = spike_trains(classes=3, each=4 - at)
        times = [(row * (1 + at)).astype(np.float16) for row in times]
        made.append(spike_file(folder / f"shd_{part}.h5", (times, units, labels), keys=KEYS))
    return made


def given_apart(folder: Path) -> Any:
    return shd(folder)


def in_a_folder(folder: Path) -> Any:
    shd(folder)
    return folder


def in_a_zip(folder: Path) -> Any:
    content = {f"SHD/{path.name}": path.read_bytes() for path in shd(folder)}
    return written(folder, "shd.zip", packed({**content, "__MACOSX/SHD/._shd_train.h5": b"\0"}))


def zipped_each(folder: Path) -> Any:
    return [written(folder, f"{path.name}.zip", packed({path.name: path.read_bytes()})) for path in shd(folder)]


def gzipped_each(folder: Path) -> Any:
    return [written(folder, f"{path.name}.gz", gzip.compress(path.read_bytes())) for path in shd(folder)]


def zipped_together(folder: Path) -> Any:
    content = {path.name: path.read_bytes() for path in gzipped_each(folder)}
    return written(folder, "both.zip", packed(content))


@pytest.mark.slow
@pytest.mark.parametrize("way", [given_apart, in_a_folder, in_a_zip, zipped_each, gzipped_each, zipped_together])
def test_spike_trains_keep_the_split_of_their_makers(way: Callable[[Path], Any], tmp_path: Path) -> None:
    info = import_data(way(tmp_path), "heidelberg", Choice(frames=10, clip=1))
    assert (info.train_samples, info.test_samples) == (12, 9)
    assert (info.class_names, info.input_shape, info.frames) == (("eins", "zero", "zwei"), (899,), 10)
    dataset = load(info.name)
    # Each class has 300 channels of its own, and the test's recordings last twice as long as those for training.
    for part, last in ((dataset.train, 5), (dataset.test, 10)):
        for label, first in ((0, 300), (1, 0), (2, 600)):
            of_class = part.inputs[part.labels == label]
            assert of_class[:, :, first : first + 300].any()
            assert of_class.sum() == of_class[:, :, first : first + 300].sum()
        assert not part.inputs[:, last + 1 :].any()
        assert part.inputs[:, last - 1].any()


@pytest.mark.slow
def test_what_was_kept_for_validation_is_trained_on_and_said(tmp_path: Path) -> None:
    info = import_data(shd(tmp_path, ("train", "valid", "test")))
    assert (info.name, info.train_samples, info.test_samples) == ("own-shd", 12 + 9, 6)
    assert "shd_valid.h5 keeps for validation is among the training samples" in " ".join(own_report(info.name).read)


@pytest.mark.slow
@pytest.mark.parametrize("nested", [False, True])
def test_zips_of_recordings_keep_the_split_of_their_makers(nested: bool, tmp_path: Path) -> None:
    zips = {
        f"{part}.zip": packed({f"{part}/{path}": content for path, content in bins_by_class(each).items()})
        for part, each in (("Train", 4), ("Test", 2))
    }
    folder = tmp_path / "N-MNIST"
    folder.mkdir()
    paths = [written(folder, name, content) for name, content in zips.items()]
    info = import_data(written(folder, "n-mnist.zip", packed(zips)) if nested else paths)
    assert (info.name, info.train_samples, info.test_samples) == ("own-n-mnist", 8, 4)
    assert (info.class_names, info.input_shape) == (("left", "right"), (2, 34, 34))


@pytest.mark.slow
def test_a_stray_zip_beside_pictures_by_class_is_left_alone(tmp_path: Path) -> None:
    files = {**bins_by_class(4), "notes/old.zip": packed({"a": b"b"})}
    assert import_data(written(tmp_path, "bars.zip", packed(files))).train_samples > 0


TITLES = json.loads((Path(__file__).parents[1] / "golden/titles.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TITLES, ids=lambda case: case["files"][0])
def test_files_together_are_called_by_what_they_share(case: dict[str, Any]) -> None:
    assert title_of([Path(file) for file in case["files"]]) == case["title"]


@pytest.mark.slow
def test_files_of_the_folder_one_works_in_are_called_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "N-MNIST"
    folder.mkdir()
    for part, each in (("Train", 4), ("Test", 2)):
        written(folder, f"{part}.zip", packed(bins_by_class(each)))
    monkeypatch.chdir(folder)
    assert import_data([Path("Train.zip"), Path("Test.zip")]).name == "own-n-mnist"


def renamed(folder: Path, *names: str) -> list[Path]:
    return [path.rename(folder / name) for path, name in zip(shd(folder), names, strict=True)]


def broken(folder: Path) -> list[Path]:
    train, test = shd(folder)
    trains = spike_trains()
    trains[1][3] = np.array([1, 2], np.uint16)
    return [spike_file(train, trains), spike_file(test, leave=("labels",))]


DAMAGED: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "no word of the test": (lambda folder: renamed(folder, "a.h5", "b.h5"), "b.h5", "neither for training nor"),
    "both words": (lambda folder: renamed(folder, "a_train.h5", "train_test.h5"), "train_test.h5", "both for training"),
    "no test": (lambda folder: renamed(folder, "a_train.h5", "b_train.h5"), "", "2 files is for the test"),
    "no training": (lambda folder: renamed(folder, "a_test.h5", "b_test.h5"), "", "2 files is for training"),
    "faults in both": (broken, "shd_train.h5: sample 3", "43 times and 2 units"),
    "and in the other": (broken, "shd_test.h5: labels", "is missing"),
    "two kinds": (
        lambda folder: [shd(folder)[0], written(folder, "test.csv", b"a,b\n1,x\n")],
        "",
        "not read together: shd_train.h5, test.csv",
    ),
    "a class of the test alone": (
        lambda folder: [
            spike_file(folder / "a_train.h5", spike_trains(classes=2)),
            spike_file(folder / "a_test.h5", spike_trains(classes=3)),
        ],
        "class 2",
        "has no training sample",
    ),
    "a label beyond the names": (
        lambda folder: [
            spike_file(folder / "a_train.h5", spike_trains(classes=2), keys=("a", "b")),
            spike_file(folder / "a_test.h5", spike_trains(classes=3)),
        ],
        "a_test.h5: labels[2]",
        "names 2 classes",
    ),
    "a zip cut short": (
        lambda folder: written(folder, "a.zip", packed({"a_train.h5": b"\x89HDF" * 9})[:-30]),
        "",
        "not a whole zip",
    ),
    "gzip cut short": (
        lambda folder: written(folder, "a.h5.gz", gzip.compress(shd(folder)[0].read_bytes())[:900]),
        "",
        "cannot be unpacked",
    ),
}  # fmt: skip


READ_APART = ("faults in both", "and in the other", "a class of the test alone", "a label beyond the names")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow if kind in READ_APART else ()) for kind in DAMAGED]
)
def test_files_that_do_not_go_together_are_told(kind: str, tmp_path: Path) -> None:
    make, path, words = DAMAGED[kind]
    with pytest.raises(FileFormatError) as caught:
        import_data(make(tmp_path), "given")
    told = {fault.path: fault.message for fault in caught.value.faults} or {"": caught.value.message}
    assert any(where == path and words in message for where, message in told.items()), told


@pytest.mark.slow
def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="unpacks to more than"):
        import_data(written(tmp_path, "a.h5.gz", gzip.compress(b"\0" * 30_000_000)))


@pytest.mark.slow
def test_nothing_that_was_unpacked_is_left(tmp_path: Path) -> None:
    from snntrainer3d.home import home_folder

    import_data(zipped_together(tmp_path), "tidy")
    assert not list(home_folder().glob(".unpacked-*"))
