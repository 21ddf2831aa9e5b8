"""Folders and zips by class: parts for training and the test, what is left out, and what nearly looks like a class."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from own_files import packed, picture, sound, written
from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.reading import read
from snntrainer3d.errors import FileFormatError


def by_class(*places: str, each: int = 3, ending: str = "png", kind: str = "PNG") -> dict[str, bytes]:
    """Give pictures in each place, no two alike."""
    return {
        f"{place}/{at}.{ending}": picture(20 + 9 * (len(places) * at + which), kind=kind)
        for which, place in enumerate(places)
        for at in range(each)
    }


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def of_folder(tmp_path: Path, files: Mapping[str, bytes]) -> Gathered:
    return read([laid_out(tmp_path / "set", files)], "set", Choice())


def of_zip(tmp_path: Path, files: Mapping[str, bytes]) -> Gathered:
    return read([written(tmp_path, "set.zip", packed(files))], "set.zip", Choice())


WAYS = pytest.mark.parametrize("given", [of_folder, of_zip])
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0"


def said(found: Gathered) -> str:
    report = found.report
    return "\n".join([*report.sentences(), *map(str, report.left_out), *report.notes])


def faults_of(given: object, tmp_path: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    with pytest.raises(FileFormatError) as caught:
        given(tmp_path, files)  # type: ignore[operator]
    return {fault.path: f"{fault.message} {fault.hint}" for fault in caught.value.faults}


SPLITS: dict[str, tuple[tuple[str, ...], int, tuple[str, ...]]] = {
    "all three": (
        ("train", "val", "test"),
        6,
        ("val keeps for validation is among the training", "those in test are for the test"),
    ),
    "no test": (("train", "val"), 0, ("val keeps for validation", "no folder is for the test")),
    "no validation": (("Training", "TESTING"), 6, ("Training are for training; those in TESTING are for the test",)),
    "no training but validation": (("Validation", "Test"), 6, ("What Validation keeps",)),
    "other words": (("TRAIN", "Valid", "test"), 6, ("What Valid keeps",)),
    "a word behind": (("Training_Set", "test set"), 6, ("Training_Set are for training; those in test set are",)),
    "a number before": (("01_train", "02_valdata", "3-test"), 6, ("What 02_valdata keeps", "3-test are for the test")),
    "packed in one": (("a/b/train", "a/b/test"), 6, ("train are for training; those in test are",)),
    "a folder more in each": (("train/pets", "test/pets"), 6, ("train are for training",)),
    "another in each": (("train/train_images", "test/test_images"), 6, ("train are for training",)),
}


@WAYS
@pytest.mark.parametrize("kind", SPLITS)
def test_folders_for_training_and_the_test_are_no_classes(kind: str, given: object, tmp_path: Path) -> None:
    parts, tests, words = SPLITS[kind]
    found = given(tmp_path, by_class(*(f"{part}/{label}" for part in parts for label in ("cat", "dog"))))  # type: ignore[operator]
    assert found.class_names == ("cat", "dog")
    assert len(found.labels) == 6 * len(parts)
    assert (found.tests is None) if not tests else (found.tests.sum() == tests)
    for one in words:
        assert one in said(found)


def test_what_is_for_validation_is_trained_on(tmp_path: Path) -> None:
    shades = {"train": 50, "val": 100, "test": 200}
    places = [(part, label, at) for part in shades for label in ("cat", "dog") for at in range(2)]
    files = {f"{part}/{label}/{at}.png": picture(shades[part] + at) for part, label, at in places}
    found = of_folder(tmp_path, files)
    assert found.tests is not None
    assert sorted({int(one.max()) for one in found.inputs[~found.tests]}) == [50, 51, 100, 101]
    assert sorted({int(one.max()) for one in found.inputs[found.tests]}) == [200, 201]


def test_a_class_among_others_may_be_called_train(tmp_path: Path) -> None:
    assert of_folder(tmp_path, by_class("train", "car", "plane")).class_names == ("car", "plane", "train")


@WAYS
@pytest.mark.parametrize(
    ("files", "path", "words"),
    [
        (by_class("train/a", "train/b", "test/a", "test/b", "more/a"), "more", "lies beside train and test"),
        (by_class("train/a", "train/b", "more/a", "more/b"), "more", "lies beside train"),
        (by_class("test/a", "test/b", "testing/a"), "", "none for training"),
        (by_class("train", "test"), "train/0.png", "lies in no class's folder"),
        ({**by_class("train/a", "train/b", "test/a"), "x.png": picture()}, "x.png", "lies in no class's folder"),
        (by_class("train/Cat", "train/dog", "test/cat", "test/dog"), "class Cat", "differently in training and test"),
        ({**by_class("cat", "dog"), "bird/1.heic": HEIC, "bird/2.heic": HEIC}, "class bird", "2 .heic"),
        ({**by_class("cat", "dog"), "bird/1.mp3": b"ID3\3", "bird/2": b"ID3"}, "class bird", "1 .mp3, 1 without an"),
        ({**by_class("train/a", "train/b", "test/a"), "test/c/1.flac": b"fLaC"}, "class c", "1 .flac"),
        ({"cat/1.heic": HEIC, "dog/1.heic": HEIC}, "cat/1.heic", "of no kind that is read: 1 .heic"),
    ],
)  # fmt: skip
def test_what_fits_no_class_is_a_fault(
    given: object, files: dict[str, bytes], path: str, words: str, tmp_path: Path
) -> None:
    told = faults_of(given, tmp_path, files)
    assert words in told[path]


@WAYS
def test_what_is_left_out_is_told_with_its_endings(given: object, tmp_path: Path) -> None:
    others = {"cat/a.heic": HEIC, "cat/b.heic": HEIC, "dog/note.txt": b"a", "readme.md": b"a", "boxes/1.xml": b"<a/>"}
    silent = {
        "Thumbs.db": b"a",
        "cat/.DS_Store": b"a",
        "__MACOSX/cat/._0.png": b"a",
        ".git/x.png": b"a",
        "dog/desktop.ini": b"",
    }
    found = given(tmp_path, {**by_class("cat", "dog"), **others, **silent})  # type: ignore[operator]
    assert found.class_names == ("cat", "dog")
    (one,) = found.report.left_out
    assert (one.kind, one.count) == ("files", 5)
    for ending in ("2 .heic", "1 .txt", "1 .md", "1 .xml"):
        assert ending in one.reason


@WAYS
def test_a_file_is_what_its_content_is_where_its_ending_says_nothing(given: object, tmp_path: Path) -> None:
    files = {**by_class("cat", "dog"), **by_class("bird", ending="jfif", kind="JPEG"), "bird/more": picture(kind="PNG")}
    found = given(tmp_path, files)  # type: ignore[operator]
    assert (found.class_names, len(found.labels)) == (("bird", "cat", "dog"), 10)
    assert "read as pictures: 3 .jfif, 1 without an ending" in said(found)
    sounds = {f"{label}/{at}.sound": sound(300 + at) for label in "ab" for at in range(2)}
    assert given(tmp_path / "other" if given is of_folder else tmp_path, sounds).class_names == ("a", "b")  # type: ignore[operator]


@WAYS
def test_a_tree_that_is_odd_but_readable_is_told(given: object, tmp_path: Path) -> None:
    files = by_class("day1/cat", "day1/dog", "day2/cat", "day2/dog")
    found = given(tmp_path, files)  # type: ignore[operator]
    assert found.class_names == ("day1", "day2")
    assert "cat, dog lie in every class's folder; are these the classes?" in said(found)
    assert "Folders within a class's folder belong to the class: day1/cat" in said(found)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "set" / "bird").mkdir(parents=True)
    assert "A folder is empty: bird." in said(of_folder(tmp_path, by_class("cat", "dog")))
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("pets/bird/", b"")
        for path, content in by_class("pets/cat", "pets/dog").items():
            archive.writestr(path, content)
    found = read([written(tmp_path, "set.zip", zipped.getvalue())], "set.zip", Choice())
    assert "A folder is empty: pets/bird." in said(found)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_links_are_not_followed_and_told(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "set", by_class("cat", "dog"))
    (folder / "cat" / "link.png").symlink_to(folder / "dog" / "0.png")
    found = read([folder], "set", Choice())
    assert (len(found.labels), [one.count for one in found.report.left_out]) == (6, [1])
    assert "link, which is not followed" in said(found)
    (folder / "bird").symlink_to(folder / "cat")
    with pytest.raises(FileFormatError, match="class bird: has no file that is read; they are a link"):
        read([folder], "set", Choice())
    link = zipfile.ZipInfo("cat/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for path, content in by_class("cat", "dog").items():
            archive.writestr(path, content)
        archive.writestr(link, "/etc/passwd")
    found = read([written(tmp_path, "set.zip", zipped.getvalue())], "set.zip", Choice())
    assert (len(found.labels), [one.count for one in found.report.left_out]) == (6, [1])


def test_names_in_a_zip_are_read_as_they_were_meant(tmp_path: Path) -> None:
    assert of_zip(tmp_path, by_class("pets\\cat", "pets\\dog")).class_names == ("cat", "dog")
    plain = packed(by_class("k__se", "brot"))  # UTF-8 without its mark, as some packers write it
    assert len("k__se") == len("käse".encode())
    found = read([written(tmp_path, "u.zip", plain.replace(b"k__se", "käse".encode()))], "u.zip", Choice())
    assert found.class_names == ("brot", "käse")
    stored_twice = {**by_class("train/ka\u0308se", "train/b"), **by_class("test/k\u00e4se", "test/b")}
    assert of_zip(tmp_path, stored_twice).class_names == ("b", "k\u00e4se")


def test_a_file_that_is_twice_in_a_zip_is_a_fault(tmp_path: Path) -> None:
    files = by_class("cat", "dog")
    content = packed({**files, "cat/X.png": picture()}).replace(b"cat/X.png", b"cat/0.png")
    with pytest.raises(FileFormatError, match=r"cat/0\.png: is in the zip more than once"):
        read([written(tmp_path, "a.zip", content)], "a.zip", Choice())
    with pytest.raises(FileFormatError, match=r"leads out of the zip"):
        of_zip(tmp_path, {**files, "../bird/1.png": picture()})


@pytest.mark.parametrize("odd", [".", "./", "//", "set", "set/cat"])
def test_a_file_of_a_zip_that_is_called_as_a_folder_or_not_at_all_harms_nothing(odd: str, tmp_path: Path) -> None:
    found = of_zip(tmp_path, {**by_class("set/cat", "set/dog"), odd: b""})
    assert found.class_names == ("cat", "dog")
    assert not found.report.notes


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on these systems alone")
def test_a_name_that_is_no_text_is_told_in_plain_letters(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "set", by_class("cat", "dog"))
    bad = Path(os.fsdecode(os.fsencode(folder / "cat") + b"/caf\xe9.png"))
    try:
        bad.write_bytes(b"no picture")
    except OSError:
        pytest.skip("this disk takes no such name")
    with pytest.raises(FileFormatError) as caught:
        read([folder], "set", Choice())
    assert str(caught.value).encode().decode().count(r"cat/caf\udce9.png") == 1
    bad.unlink()
    (folder / "cat").rename(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))
    with pytest.raises(FileFormatError) as caught:
        read([folder], "set", Choice())
    assert "folder whose name is no text" in str(caught.value).encode().decode()


def test_pictures_of_every_ending_that_is_read_are_read(tmp_path: Path) -> None:
    from snntrainer3d.data.own.tree_files import ENDINGS

    kinds = {
        ".jpg": "JPEG",
        ".jpeg": "JPEG",
        ".jpe": "JPEG",
        ".tif": "TIFF",
        ".tiff": "TIFF",
        ".pgm": "PPM",
        ".ppm": "PPM",
    }
    kinds |= {".apng": "PNG", ".pbm": "PPM"}
    shades = np.arange(64, dtype=np.uint8).reshape(8, 8)
    folder = tmp_path / "set"
    for label in ("a", "b"):
        (folder / label).mkdir(parents=True)
        for ending in ENDINGS["picture"]:
            image = Image.fromarray(shades).convert("1") if ending == ".pbm" else Image.fromarray(shades)
            image.save(folder / label / f"{label}{ending}", kinds.get(ending, ending[1:].upper()))
    assert len(read([folder], "set", Choice()).labels) == 2 * len(ENDINGS["picture"])


@WAYS
def test_classes_with_parts_in_them_are_read_as_parts_with_classes(given: object, tmp_path: Path) -> None:
    places = [f"{label}/{part}" for label in ("cat", "dog") for part in ("train", "val", "test")]
    found = given(tmp_path, by_class(*places))  # type: ignore[operator]
    assert found.class_names == ("cat", "dog")
    assert np.sum(found.tests) == 6
    assert "The outer folders are the classes" in said(found)
    assert "those in test are for the test" in said(found)


@WAYS
@pytest.mark.parametrize(
    ("train", "test"),
    [("Trainingsdaten", "Testdaten"), ("entraînement", "test"), ("train", "holdout"), ("dev", "eval")],
)
def test_parts_are_known_by_other_words(given: object, train: str, test: str, tmp_path: Path) -> None:
    found = given(tmp_path, by_class(f"{train}/a", f"{train}/b", f"{test}/a", f"{test}/b"))  # type: ignore[operator]
    assert found.class_names == ("a", "b")
    assert np.sum(found.tests) == 6


def test_eval_beside_a_test_is_validation(tmp_path: Path) -> None:
    found = of_folder(tmp_path, by_class(*(f"{part}/{label}" for part in ("train", "eval", "test") for label in "ab")))
    assert np.sum(found.tests) == 6
    assert "eval keeps for validation" in said(found)


@WAYS
def test_subjects_are_no_classes(given: object, tmp_path: Path) -> None:
    files = by_class(*(f"subject{at:02}/{label}" for at in (1, 2, 3) for label in ("run", "walk")))
    told = faults_of(given, tmp_path, files)
    assert list(told) == ["subject01, subject02, subject03"]
    assert "look like the classes: run, walk" in told["subject01, subject02, subject03"]
    speakers = of_folder(tmp_path / "speakers", by_class("speaker1", "speaker2"))
    assert speakers.class_names == ("speaker1", "speaker2"), "who speaks is the class"
