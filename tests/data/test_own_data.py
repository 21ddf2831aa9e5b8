"""Own data: NPZ, CSV, pictures and sounds are read whole, and every fault of a file is told at its place."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from own_files import arrays, packed, picture, pictures_by_class, sound, written
from snntrainer3d.data import (
    Choice,
    available,
    describe,
    every_dataset,
    fetch,
    import_data,
    load,
    pack,
    remove_own,
    unpack,
)
from snntrainer3d.errors import FileFormatError, InputError, LimitError, NotFoundError

RANDOM = np.random.default_rng(0)
FLAT = RANDOM.random((20, 4)).astype(np.float32)
HALVES = np.array([0, 1] * 10)
CSV = b"width,height,kind\n" + b"".join(b"%d,%d,%s\n" % (at, at % 3, (b"a", b"b")[at % 2]) for at in range(12))


def test_a_file_of_a_zip_without_a_name_is_left_out(tmp_path: Path) -> None:
    files = {**pictures_by_class(), "NAME": b""}
    content = packed(files).replace(b"NAME", b"\0AME")  # zipfile ends a name at its first null
    assert import_data(written(tmp_path, "set.zip", content)).train_samples == 10


def test_a_zip_with_names_that_are_no_text_is_damaged(tmp_path: Path) -> None:
    content = packed({**pictures_by_class(), "NÄME": b""}).replace("NÄME".encode(), b"N\x89\x89ME")
    with pytest.raises(FileFormatError, match="not a whole zip"):
        import_data(written(tmp_path, "set.zip", content))


def test_a_first_row_longer_than_the_header_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"row 2: has 3 columns, expected 2"):
        import_data(written(tmp_path, "set.csv", b"a,b\n1,2,x\n3,4\n"))


@pytest.mark.parametrize("name", ["own-\0", "own-/../../secret", "own-" + "x" * 300, "own-A", "own-"])
def test_a_name_that_is_none_finds_nothing_and_leads_nowhere(name: str, home: Path) -> None:
    (home / "own-data" / "own-").mkdir(parents=True)
    (home / "secret.json").write_text("{}")
    for ask in (describe, load, remove_own):
        with pytest.raises(NotFoundError):
            ask(name)
    assert (home / "secret.json").exists()


def test_pictures_of_a_zip_are_classes_by_folder(tmp_path: Path) -> None:
    info = import_data(written(tmp_path, "My Pets.zip", packed(pictures_by_class())))
    assert (info.name, info.title) == ("own-my-pets", "My Pets")
    assert (info.input_shape, info.class_names) == ((1, 8, 8), ("cat", "dog"))
    assert (info.train_samples, info.test_samples) == (10, 2)
    dataset = load("own-my-pets")
    assert dataset.info == info
    assert dataset.train.inputs.dtype == np.uint8
    assert sorted(dataset.test.labels.tolist()) == [0, 1]
    dark = dataset.train.inputs[dataset.train.labels == 0]
    assert dark.max() < 100
    assert dataset.mean < 1.0


def test_a_folder_split_by_its_maker_stays_split(tmp_path: Path) -> None:
    for part, shades in (("train", (10, 20, 30)), ("test", (40,))):
        for name in ("cat", "dog"):
            (tmp_path / "pets" / part / name).mkdir(parents=True)
            for shade in shades:
                (tmp_path / "pets" / part / name / f"{shade}.png").write_bytes(picture(shade))
    dataset = load(import_data(tmp_path / "pets").name)
    assert dataset.info.class_names == ("cat", "dog")
    assert dataset.test.inputs.max(axis=(1, 2, 3)).tolist() == [40, 40]
    assert sorted(dataset.train.inputs.max(axis=(1, 2, 3)).tolist()) == [10, 10, 20, 20, 30, 30]


def test_pictures_of_many_kinds_and_sizes_are_brought_to_one_size(tmp_path: Path) -> None:
    files = {
        f"{name}/{at}.{kind.lower()}": picture(90 * at + 40, (10 + at, 14), kind, "RGB")
        for name in "ab"
        for at, kind in enumerate(("PNG", "JPEG", "BMP"))
    }
    info = import_data(written(tmp_path, "many.zip", packed(files)), choice=Choice(side=6))
    assert info.input_shape == (3, 6, 6)
    assert "brought to 6×6" in info.summary
    assert "coloured" in info.summary


def test_sounds_become_bands_over_time(tmp_path: Path) -> None:
    files = {f"{name}/{at}.wav": sound(hertz) for name, hertz in (("low", 200), ("high", 2500)) for at in range(4)}
    info = import_data(written(tmp_path, "tones.zip", packed(files)))
    assert (info.input_shape, info.frames) == ((32,), 40)
    dataset = load(info.name)
    assert dataset.train.inputs.shape == (6, 40, 32)
    loudest = dataset.train.inputs.mean(axis=1).argmax(axis=1)
    high = dataset.train.labels == dataset.info.class_names.index("high")
    assert loudest[high].min() > loudest[~high].max()


@pytest.mark.slow
def test_a_csv_has_a_header_or_none_and_its_label_by_name_or_last(tmp_path: Path) -> None:
    dataset = load(import_data(written(tmp_path, "table.csv", CSV)).name)
    assert dataset.info.class_names == ("a", "b")
    assert dataset.train.inputs.dtype == np.float32
    both = np.concatenate([dataset.train.inputs, dataset.test.inputs])
    assert (both.min(axis=0).tolist(), both.max(axis=0).tolist()) == ([0, 0], [1, 1])
    rows = ["label;x;y"] + [f"{at % 3}.0;{at};{-at}" for at in range(9)]
    info = import_data(written(tmp_path, "semi.csv", "\r\n".join(rows).encode("utf-8-sig")))
    assert (info.input_shape, info.class_names) == ((2,), ("0", "1", "2"))
    first = "x,y,z\n" + "\n".join(f"{'ab'[at % 2]},{at},{at}" for at in range(8))
    assert import_data(written(tmp_path, "first.csv", first.encode())).class_names == ("a", "b")
    plain = "\n".join(f"{at},{at * 2},{at % 2}" for at in range(8)).encode()
    assert import_data(written(tmp_path, "plain.csv", plain)).train_samples == 6


@pytest.mark.slow
def test_an_npz_may_be_flat_a_picture_coloured_split_or_over_time(tmp_path: Path) -> None:
    def shape_of(choice: Choice | None = None, **given: np.ndarray) -> tuple[tuple[int, ...], int]:
        info = import_data(written(tmp_path, "set.npz", arrays(**given)), choice=choice)
        return info.input_shape, info.frames

    assert shape_of(x=FLAT, y=HALVES) == ((4,), 0)
    assert shape_of(images=RANDOM.integers(0, 255, (20, 6, 5), dtype=np.uint8), labels=HALVES) == ((1, 6, 5), 0)
    assert shape_of(x=RANDOM.random((20, 6, 5, 3)), y=HALVES) == ((3, 6, 5), 0)
    assert shape_of(Choice(over_time=True), x=RANDOM.random((20, 7, 5)), y=HALVES) == ((5,), 7)
    parts = {"x_train": FLAT[:14], "y_train": HALVES[:14], "x_test": FLAT[14:], "y_test": np.eye(2)[HALVES[14:]]}
    info = import_data(written(tmp_path, "parts.npz", arrays(**parts)))
    assert (info.train_samples, info.test_samples) == (14, 6)
    assert np.allclose(load(info.name).test.inputs, FLAT[14:])
    signed = load(import_data(written(tmp_path, "signed.npz", arrays(x=FLAT * 8 - 4, y=HALVES))).name)
    assert 0.0 <= signed.train.inputs.min() < 0.1
    assert "brought to 0–1" in signed.info.summary


@pytest.mark.slow
def test_the_same_data_keeps_its_name_other_data_gets_another(tmp_path: Path) -> None:
    first = import_data(written(tmp_path, "set.npz", arrays(x=FLAT, y=HALVES)))
    again = import_data(written(tmp_path, "set.npz", arrays(x=FLAT, y=HALVES)))
    other = import_data(written(tmp_path, "set.npz", arrays(x=FLAT * 0.5, y=HALVES)))
    assert (first.name, again.name, other.name) == ("own-set", "own-set", "own-set-2")
    assert [info.name for info in every_dataset()][-2:] == ["own-set", "own-set-2"]
    remove_own("own-set")
    assert not available("own-set")
    assert available("own-set-2")
    with pytest.raises(NotFoundError, match="own-set-2"):
        describe("own-set")


def test_packed_for_another_machine_it_is_the_same_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = import_data(written(tmp_path, "set.npz", arrays(x=FLAT, y=HALVES)))
    here, files = load(info.name), pack(info.name)
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "there"))
    with pytest.raises(NotFoundError):
        fetch(info.name)
    unpack(info.name, files)
    there = load(info.name)
    assert there.info == here.info
    assert np.array_equal(there.train.inputs, here.train.inputs)


@pytest.mark.slow
def test_kept_data_that_was_damaged_is_refused(tmp_path: Path) -> None:
    info = import_data(written(tmp_path, "set.npz", arrays(x=FLAT, y=HALVES)))
    kept = tmp_path / "home" / "own-data" / f"{info.name}.npz"
    kept.write_bytes(arrays(train_inputs=FLAT, train_labels=HALVES, test_inputs=FLAT, test_labels=HALVES))
    with pytest.raises(FileFormatError, match="its checksum is wrong"):
        load(info.name)
    kept.write_bytes(b"PK")
    with pytest.raises(FileFormatError, match="is damaged"):
        load(info.name)


def _bomb() -> bytes:
    return packed({"a/0.png": bytes(30_000_000)}, zipfile.ZIP_DEFLATED)


def _broken_member() -> bytes:
    content = bytearray(packed(pictures_by_class()))
    at = content.index(b"IHDR")
    content[at + 10] ^= 0xFF
    return bytes(content)


def _encrypted() -> bytes:
    content = bytearray(packed({"a/0.png": picture(), "a/1.png": picture(), "b/0.png": picture()}))
    for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def _npz_bomb() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=np.zeros((60_000, 1000), np.uint8), y=np.arange(60_000) % 2)
    return buffer.getvalue()


def _claimed(shape: tuple[int, ...]) -> bytes:
    """Give an array of four whole numbers that claims another shape."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<i8", "fortran_order": False, "shape": shape})
    return buffer.getvalue() + bytes(32)


def _npz(files: dict[str, bytes]) -> bytes:
    return packed({f"{name}.npy": content for name, content in files.items()})


def _claiming(size: int) -> bytes:
    """Give an NPZ whose list of files claims the size of its first one."""
    content = bytearray(arrays(x=FLAT, y=HALVES))
    at = content.index(b"PK\1\2")
    content[at + 20 : at + 28] = struct.pack("<II", 2**32 - 1, 2**32 - 1)
    extra = struct.pack("<HHQQ", 1, 16, size, size)
    name = struct.unpack_from("<H", content, at + 28)[0]
    content[at + 30 : at + 32] = struct.pack("<H", len(extra))
    content[at + 46 + name : at + 46 + name] = extra
    end = content.rindex(b"PK\5\6")
    content[end + 12 : end + 16] = struct.pack("<I", struct.unpack_from("<I", content, end + 12)[0] + len(extra))
    return bytes(content)


def _wrong_sum() -> bytes:
    content = bytearray(arrays(x=FLAT, y=HALVES))
    content[content.index(b"NUMPY") + 200] ^= 0xFF
    return bytes(content)


PETS = pictures_by_class()
DAMAGED: dict[str, tuple[str, bytes, str, str]] = {
    "an empty file": ("a.zip", b"", "", "is empty"),
    "a file of no kind": ("a.pdf", b"%PDF-1.7", "", "is of no kind that is read"),
    "bytes called an NPZ": ("a.npz", b"\x93\x01\x02\x03junk", "", "is damaged or no NPZ"),
    "half a zip": ("a.zip", packed(PETS)[:-40], "", "is not a whole zip file"),
    "a zip without pictures": ("a.zip", packed({"a/readme.md": b"hello"}), "", "no picture, no sound and no events"),
    "a zip bomb": ("a.zip", _bomb(), "", "no pictures or sounds do"),
    "a picture in no folder": ("a.zip", packed({**PETS, "x.png": picture()}), "x.png", "lies in no class's folder"),
    "a damaged member": ("a.zip", _broken_member(), "pets/cat/0.png", "cannot be unpacked"),
    "a password": ("a.zip", _encrypted(), "a/0.png", "is encrypted"),
    "text named as a picture": (
        "a.zip", packed({**PETS, "pets/dog/x.png": b"no picture"}), "pets/dog/x.png", "is not a whole picture",
    ),
    "a picture cut off": (
        "a.zip", packed({**PETS, "pets/dog/x.png": picture()[:50]}), "pets/dog/x.png", "is not a whole picture",
    ),
    "pictures of two sizes": (
        "a.zip", packed({**PETS, "pets/dog/x.png": picture(size=(9, 8))}), "pets/dog/x.png", "is 9×8, most are 8×8",
    ),
    "pictures too large": (
        "a.zip", packed(pictures_by_class(2, (400, 300))), "", "without a size at most 256 pixels",
    ),
    "one class": ("a.zip", packed({f"x/cat/{at}.png": picture(at) for at in range(3)}), "", "only one class, 'cat'"),
    "a class of one sample": (
        "a.zip", packed({**PETS, "pets/cow/0.png": picture()}), "class cow", "has 1 sample, at least two",
    ),
    "pictures and sounds": (
        "a.zip", packed({**PETS, "pets/cow/0.wav": sound(300)}), "", "12 pictures, 1 sounds and 0 files",
    ),
    "sounds of two rates": (
        "a.zip",
        packed({"a/0.wav": sound(300), "a/1.wav": sound(300), "b/0.wav": sound(300, 16_000), "b/1.wav": sound(9)}),
        "", "different rates, 8,000 Hz (a/0.wav) and 16,000 Hz (b/0.wav)",
    ),
    "a sound cut off": (
        "a.zip", packed({"a/0.wav": sound(300)[:20], "b/0.wav": sound(300)}), "a/0.wav", "is not a whole WAV file",
    ),
    "half an NPZ": ("a.npz", arrays(x=FLAT, y=HALVES)[:200], "", "a.npz is damaged: it is no whole zip"),
    "an NPZ of objects": (
        "a.npz", arrays(x=np.array([{}, {}], object), y=np.array([0, 1])), "", "holds Python objects",
    ),
    "an NPZ bomb": ("a.npz", _npz_bomb(), "", "and says that it unpacks to 60,4"),
    "an NPZ of more than is taken": ("a.npz", _claiming(5_000_000_000), "", "at most 4,000,000,000 are read"),
    "an array that claims what it has not": (
        "a.npz", _npz({"x": _claimed((10**9, 10**9)), "y": _claimed((4,))}), "", "'x' says the shape (1000000000,",
    ),
    "an array of less than nothing": (
        "a.npz", _npz({"x": _claimed((-4, 2)), "y": _claimed((4,))}), "", "'x' says the shape (-4, 2)",
    ),
    "an array that is there twice": (
        "a.npz", arrays(x=FLAT, y=HALVES, z=HALVES).replace(b"z.npy", b"y.npy"), "", "'y' is there twice",
    ),
    "a text among the arrays": ("a.npz", _npz({"x": b"hello", "y": b"you"}), "", "cannot be unpacked, or is no array"),
    "an NPZ with a wrong checksum": ("a.npz", _wrong_sum(), "", "'x' has a wrong checksum"),
    "an NPZ with too many arrays": (
        "a.npz", packed({f"{at}.npy": b"" for at in range(10_001)}), "", "has 10,001 entries, at most 10,000 are read",
    ),
    "an NPZ without labels": ("a.npz", arrays(x=FLAT), "y", "is missing; the file holds x"),
    "an NPZ with a part missing": ("a.npz", arrays(x_train=FLAT, y_train=HALVES), "x_test", "is missing"),
    "labels that are too few": ("a.npz", arrays(x=FLAT, y=HALVES[:9]), "y", "one label for each of 20 samples"),
    "labels between numbers": ("a.npz", arrays(x=FLAT, y=HALVES / 3), "y[1]", "expected whole numbers or names"),
    "values that are not finite": (
        "a.npz", arrays(x=np.where(np.arange(20)[:, None] == 7, np.nan, FLAT), y=HALVES), "x[7]", "no finite number",
    ),
    "an empty NPZ array": ("a.npz", arrays(x=np.zeros((0, 4)), y=np.zeros(0)), "x", "expected (samples, values"),
    "a CSV of one column": ("a.csv", b"1\n2\n3\n", "row 1", "has one column"),
    "a CSV with a header alone": ("a.csv", b"x,y,label\n", "", "there is a header and no row"),
    "a CSV with a word for a number": (
        "a.csv", CSV + b"5,tall,a\n", "row 14, column height", "got 'tall', expected a finite number",
    ),
    "a CSV with a short row": ("a.csv", CSV + b"5,a\n", "row 14", "has 2 columns, expected 3"),
    "a CSV without a label": ("a.csv", CSV + b"5,6,\n", "row 14", "has no label"),
    "a CSV with NaN": ("a.csv", CSV + b"nan,6,a\n", "row 14, column width", "is missing (nan)"),
    "a CSV that is no text in UTF-16": ("a.csv", b"\xff\xfe" + CSV[:21], "", "is no text in UTF-16"),
    "a CSV that is no text": ("a.csv", b"1,2\n\0\0\0", "", "is no text"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_files_are_told_at_their_place(kind: str, tmp_path: Path) -> None:
    name, content, where, told = DAMAGED[kind]
    with pytest.raises((FileFormatError, LimitError)) as caught:
        import_data(written(tmp_path, name, content))
    said = {fault.path: fault.message for fault in caught.value.faults}
    assert where in said
    assert told in said[where] or told in caught.value.message
    assert not (tmp_path / "home" / "own-data").exists(), "nothing of a faulty file is kept"


def test_there_are_more_than_twenty_kinds_of_damage() -> None:
    assert len(DAMAGED) > 20


def test_all_faults_are_told_at_once_and_very_many_are_counted(tmp_path: Path) -> None:
    bad = b"1,2,a\n" * 50 + b"".join(b"x%d,1,a\n" % at for at in range(50))
    with pytest.raises(FileFormatError) as caught:
        import_data(written(tmp_path, "a.csv", CSV + bad))
    assert caught.value.message == "a.csv has 50 faults."
    assert len(caught.value.faults) == 21
    assert caught.value.faults[-1].message == "and 30 more faults."


def test_a_zip_that_lies_about_its_sizes_is_not_unpacked_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from snntrainer3d.data.own import tree_files

    monkeypatch.setattr(tree_files, "MAX_FILE_BYTES", 100)
    with pytest.raises(FileFormatError) as caught:
        import_data(written(tmp_path, "a.zip", packed({"a/0.wav": sound(300), "b/0.wav": sound(300)})))
    assert "unpacks to more than 100 bytes" in caught.value.faults[0].message


@pytest.mark.parametrize(("choice", "path"), [(Choice(side=0), "side"), (Choice(test_share=1.0), "test_share")])
def test_choices_out_of_range_are_refused(choice: Choice, path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        import_data(written(tmp_path, "a.zip", packed(PETS)), choice=choice)
    assert caught.value.path == path


def test_a_path_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no file or folder"):
        import_data(tmp_path / "nowhere.zip")


def test_faults_of_folders_and_of_files_are_told_together(tmp_path: Path) -> None:
    files = {**pictures_by_class(), "pets/cat/odd.png": b"no picture", "stray.png": picture()}
    with pytest.raises(FileFormatError) as caught:
        import_data(written(tmp_path, "a.zip", packed(files)))
    assert [fault.path for fault in caught.value.faults] == ["stray.png", "pets/cat/odd.png"]
