"""Pictures are read as viewers show them: upright, on white, all bits on one scale; what was done is said."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from own_files import packed, picture, pictures_by_class, written
from snntrainer3d.data.own import pictures
from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.reading import read
from snntrainer3d.errors import FileFormatError

SHAPE = (6, 4)
UPRIGHT = np.arange(24, dtype=np.uint8).reshape(SHAPE) * 10
"""Six rows of four, no two values alike."""
TURNS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda shown: shown, 2: np.fliplr, 3: lambda shown: np.rot90(shown, 2), 4: np.flipud,
    5: np.transpose, 6: np.rot90, 7: lambda shown: np.rot90(shown, 2).T, 8: lambda shown: np.rot90(shown, -1),
}  # fmt: skip
"""How a picture is stored that each orientation turns upright."""


def saved(image: Image.Image, kind: str = "PNG", **given: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **given)
    return file.getvalue()


def grey(values: np.ndarray, kind: str = "PNG", **given: Any) -> bytes:
    return saved(Image.fromarray(values), kind, **given)


def read_set(folder: Path, files: dict[str, bytes], choice: Choice | None = None) -> Gathered:
    return read([written(folder, "set.zip", packed(files))], "set.zip", choice or Choice())


def said(found: Gathered) -> str:
    report = found.report
    return "\n".join([*report.sentences(), *map(str, report.left_out), *report.notes])


def beside(files: dict[str, bytes], size: tuple[int, int] = (4, 6)) -> dict[str, bytes]:
    """Add plain pictures, so that there are two classes."""
    return {**{f"plain/{at}.png": picture(60 + at, size) for at in range(2)}, **files}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", TURNS)
def test_a_picture_stands_as_its_metadata_says(kind: str, orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    half = np.zeros((16, 8), np.uint8)
    half[:8] = 250  # the upper half is bright, however it is stored
    half[:8, :4] = 150
    given: dict[str, Any] = {"exif": exif} if kind == "TIFF" else {"exif": exif.tobytes()}
    if kind in ("JPEG", "WEBP"):
        given["quality"] = 95
    stored = saved(Image.fromarray(np.ascontiguousarray(TURNS[orientation](half))), kind, **given)
    files = {f"it/{at}.{kind.lower()}": stored for at in range(2)}
    found = read_set(tmp_path, beside(files, (8, 16)))
    for one in found.inputs[found.labels == 0]:
        assert np.allclose(one[0].astype(float), half, atol=12)
    assert ("2 pictures (it/0" in said(found)) == (orientation > 1)
    assert ("turned upright" in said(found)) == (orientation > 1)


def test_damaged_metadata_is_told_or_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = grey(UPRIGHT, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12")
    assert read_set(tmp_path, beside({f"it/{at}.jpg": odd for at in range(2)})).inputs.shape == (4, 1, 6, 4)

    def broken(_image: Image.Image) -> Image.Exif:
        raise SyntaxError("not a TIFF file")

    monkeypatch.setattr(Image.Image, "getexif", broken)
    found = read_set(tmp_path, beside({f"it/{at}.png": grey(UPRIGHT + at) for at in range(2)}))
    assert "4 pictures (it/0.png, it/1.png, plain/0.png, plain/1.png) are of damaged metadata, and taken as" in said(
        found
    )


def tiff(values: np.ndarray, order: str = ">", photometric: int = 1) -> bytes:
    """Give a TIFF of 16 bits, the high byte first or last, as Pillow does not write them."""
    height, width = values.shape
    data, start = values.astype(f"{order}u2").tobytes(), 8 + 2 + 9 * 12 + 4
    short, long = 3, 4
    tags = [
        (256, short, width), (257, short, height), (258, short, 16), (259, short, 1), (262, short, photometric),
        (273, long, start), (277, short, 1), (278, short, height), (279, long, len(data)),
    ]  # fmt: skip
    rows = (
        struct.pack(f"{order}HHI", tag, kind, 1)
        + (struct.pack(f"{order}HH", of, 0) if kind == short else struct.pack(f"{order}I", of))
        for tag, kind, of in tags
    )
    mark = b"MM\0*" if order == ">" else b"II*\0"
    return mark + struct.pack(f"{order}IH", 8, len(tags)) + b"".join(rows) + bytes(4) + data


def png(values: np.ndarray, colour: int, extra: bytes = b"", size: tuple[int, int] | None = None) -> bytes:
    """Give a PNG of 16 bits, as Pillow does not write all of them; what size it claims can be chosen."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    height, width = size or values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    parts = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def transparent_grey(value: int) -> bytes:
    content = struct.pack(">H", value)
    return struct.pack(">I", 2) + b"tRNS" + content + struct.pack(">I", zlib.crc32(b"tRNS" + content))


@pytest.mark.parametrize("form", ["PNG", "TIFF", "big-endian TIFF", "32-bit TIFF", "float TIFF", "PGM"])
def test_all_deep_pictures_have_one_scale(form: str, tmp_path: Path) -> None:
    ways: dict[str, Callable[[np.ndarray], tuple[str, bytes]]] = {
        "PNG": lambda one: ("png", png(one.astype(">u2"), 0)),
        "TIFF": lambda one: ("tif", grey(one.astype(np.uint16), "TIFF")),
        "big-endian TIFF": lambda one: ("tif", tiff(one)),
        "32-bit TIFF": lambda one: ("tif", grey(one.astype(np.int32), "TIFF")),
        "float TIFF": lambda one: ("tif", grey(one.astype(np.float32), "TIFF")),
        "PGM": lambda one: ("pgm", b"P5 4 6 65535\n" + one.astype(">u2").tobytes()),
    }
    shades = {"dark": 3_000, "light": 60_000}
    made = {
        f"{label}/{at}": ways[form](np.full(SHAPE, shade, np.int64) + np.arange(24).reshape(SHAPE) + at)
        for label, shade in shades.items()
        for at in range(2)
    }
    found = read_set(tmp_path, {f"{name}.{ending}": content for name, (ending, content) in made.items()})
    assert found.inputs.dtype == np.float32
    wanted = np.array([3_000, 3_001, 60_000, 60_001])[:, None, None] + np.arange(24).reshape(SHAPE)
    assert np.allclose(found.inputs[:, 0], wanted / 65_535, atol=1e-6)
    assert "All pictures have more than 8 bits; their values, up to 60,024, are divided by 65,535" in said(found)


@pytest.mark.parametrize(("largest", "full"), [(1, 1), (200, 255), (1_000, 1_023), (4_095, 4_095), (4_096, 8_191)])
def test_the_scale_is_that_of_the_bits_that_are_used(largest: int, full: int, tmp_path: Path) -> None:
    files = {f"{label}/{at}.png": png(np.full(SHAPE, at * largest, ">u2"), 0) for label in "ab" for at in range(2)}
    found = read_set(tmp_path, files)
    assert found.inputs.max() == pytest.approx(largest / full)
    assert f"are divided by {full:,}" in said(found)


def test_pictures_of_8_and_of_16_bits_have_each_their_full_scale(tmp_path: Path) -> None:
    files = {f"deep/{at}.png": png(np.full(SHAPE, 32_768 + at, ">u2"), 0) for at in range(2)}
    found = read_set(
        tmp_path, {**files, **{f"flat/{at}.png": grey(np.full(SHAPE, 51 + at, np.uint8)) for at in range(2)}}
    )
    assert found.inputs[:, 0, 0, 0] == pytest.approx([32_768 / 65_535, 32_769 / 65_535, 0.2, 52 / 255])
    assert "2 of 4 pictures have more than 8 bits" in said(found)
    assert "In the others, values from 0 to 255 are divided by 255." in said(found)


def test_deep_pictures_are_made_smaller_without_losing_their_bits(tmp_path: Path) -> None:
    files = {f"{label}/{at}.tif": tiff(np.full((8, 8), 30_000 + at)) for label in "ab" for at in range(2)}
    found = read_set(tmp_path, files, Choice(side=4))
    assert np.unique(found.inputs) == pytest.approx([30_000 / 32_767, 30_001 / 32_767])


def test_colours_of_16_bits_are_read_to_8_and_told(tmp_path: Path) -> None:
    rows = np.full((*SHAPE, 3), [3_000, 30_000, 60_000], ">u2")
    found = read_set(
        tmp_path, {f"{label}/{at}.png": png((rows + at).astype(">u2"), 2) for label in "ab" for at in range(2)}
    )
    assert found.inputs[0, :, 0, 0].tolist() == [11, 117, 234]
    assert (
        "4 pictures (a/0.png, a/1.png, b/0.png, b/1.png) are of 16 bits for each colour, of which the upper 8 are read."
        in said(found)
    )


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "key of an L", "key of an RGB", "key of 16 bits"])
def test_what_is_transparent_is_white(mode: str, tmp_path: Path) -> None:
    ink = np.zeros((*SHAPE, 4), np.uint8)  # black on nothing
    ink[2:4, 1:3, 3] = 255
    image = Image.fromarray(ink)
    plain = np.where(ink[..., 3] > 0, 0, 7).astype(np.uint8)
    ways: dict[str, Callable[[], bytes]] = {
        "RGBA": lambda: saved(image),
        "LA": lambda: saved(image.convert("LA")),
        "P": lambda: saved(image.quantize(2)),
        "key of an L": lambda: grey(plain, transparency=7),
        "key of an RGB": lambda: saved(Image.fromarray(plain).convert("RGB"), transparency=(7, 7, 7)),
        "key of 16 bits": lambda: png(plain.astype(">u2"), 0, extra=transparent_grey(7)),
    }
    found = read_set(tmp_path, beside({f"it/{at}.png": ways[mode]() for at in range(2)}))
    white = 255 if found.inputs.dtype == np.uint8 else 1.0
    for one in found.inputs[found.labels == 0]:
        assert np.array_equal(one[0] == white, ink[..., 3] == 0)
        assert np.array_equal(one[0] == 0, ink[..., 3] > 0)
    if mode != "key of 16 bits":
        assert "2 pictures (it/0.png, it/1.png) are partly transparent; what is transparent is white." in said(found)


def test_what_is_opaque_is_not_called_transparent_and_white_ink_is_missed(tmp_path: Path) -> None:
    opaque = Image.fromarray(UPRIGHT).convert("RGBA")
    found = read_set(tmp_path, beside({f"it/{at}.png": saved(opaque) for at in range(2)}))
    assert "transparent" not in said(found)
    assert np.array_equal(found.inputs[0, 0], UPRIGHT)
    ink = np.full((*SHAPE, 4), 255, np.uint8)
    ink[:3, :, 3] = 0
    found = read_set(tmp_path, beside({f"it/{at}.png": saved(Image.fromarray(ink)) for at in range(2)}))
    assert (
        "2 pictures (it/0.png, it/1.png) are blank on white, where they are transparent; are they drawn in white?"
        in said(found)
    )


def test_palettes_one_bit_and_colours_for_print_are_read_as_shown(tmp_path: Path) -> None:
    red = Image.new("RGB", (4, 6), (255, 0, 0))
    red.putpixel((0, 0), (0, 0, 255))
    files = {
        "a/palette.png": saved(red.quantize(4)),
        "a/palette.gif": saved(red, "GIF"),
        "b/bits.png": saved(Image.fromarray(UPRIGHT > 50)),
        "b/print.tif": saved(red.convert("CMYK"), "TIFF"),
    }
    found = read_set(tmp_path, files)
    by_place = dict(zip(found.places, found.inputs, strict=True))
    for name in ("a/palette.png", "a/palette.gif", "b/print.tif"):
        assert by_place[name][:, 3, 3].tolist() == [255, 0, 0]
        assert by_place[name][:, 0, 0].tolist() == [0, 0, 255]
    assert np.array_equal(by_place["b/bits.png"][0], (UPRIGHT > 50) * 255)
    assert "One picture (b/print.tif) is in colours for print" in said(found)
    assert "One picture (b/bits.png) is grey among coloured ones; their three channels are equal." in said(found)
    assert "channels red, green and blue" in found.report.axes


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PNG", "WEBP"])
def test_of_several_frames_the_first_is_taken_and_told(kind: str, tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full(SHAPE, shade, np.uint8)) for shade in (200, 90, 30)]
    more: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
    if kind == "WEBP":
        more["lossless"] = True
    stored = saved(frames[0], kind, **more)
    found = read_set(tmp_path, beside({f"it/{at}.{kind.lower()}": stored for at in range(2)}))
    assert set(np.unique(found.inputs[found.labels == 0])) == {200}
    (left,) = found.report.left_out
    assert (left.kind, left.count, left.examples[0]) == ("frames", 4, f"it/0.{kind.lower()}")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
def test_a_picture_cut_short_is_a_fault_in_plain_words(kind: str, tmp_path: Path) -> None:
    whole = saved(Image.fromarray(np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)), kind)
    for share in (0.02, 0.4, 0.7, 0.95):
        with pytest.raises(FileFormatError) as caught:
            read_set(tmp_path, {**pictures_by_class(2), "pets/cat/x.png": whole[: int(share * len(whole))]})
        (fault,) = caught.value.faults
        assert fault.path == "pets/cat/x.png"
        assert fault.message.startswith("is not a whole picture")
        assert not any(word in fault.message for word in ("BytesIO", "bytes not", "Error", "chunk", "decoder"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n", "of a kind that is read"),
        (b"\0\0\x01\0\x01\0" + bytes(40), "of a kind that is read"),
        (png(np.zeros((1, 1), ">u2"), 0, size=(60_000, 60_000)), "has more than 50,000,000 pixels"),
        (png(np.zeros((1, 1), ">u2"), 0, size=(8_000, 8_000)), "has more than 50,000,000 pixels"),
        (tiff(np.full((8, 8), 9), "<", photometric=0), "counts its grey from white"),
        (grey(np.full((8, 8), np.nan, np.float32), "TIFF"), "no finite number"),
        (grey(np.full((8, 8), -1, np.float32), "TIFF"), "below zero"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_a_fault(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError) as caught:
        read_set(tmp_path, {**pictures_by_class(2), "pets/cat/x.png": content})
    (fault,) = caught.value.faults
    assert words in fault.message


def test_no_program_is_run_for_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    def run(*_: Any, **__: Any) -> None:
        raise AssertionError("a program was run")

    for name in ("run", "call", "check_call", "check_output", "Popen"):
        monkeypatch.setattr(subprocess, name, run)
    assert "EPS" not in pictures.FORMATS
    eps = saved(Image.new("RGB", (8, 8), (9, 9, 9)), "EPS")
    with pytest.raises(FileFormatError, match="of a kind that is read"):
        read_set(tmp_path, {**pictures_by_class(2), "pets/cat/x.png": eps})


def test_doubts_on_pictures_are_told(tmp_path: Path) -> None:
    red = Image.new("RGB", (4, 6), (255, 0, 0))
    found = read_set(tmp_path, beside({f"it/{at}.png": saved(red) for at in range(2)}))
    assert "All pictures of plain are grey, all of it are coloured." in said(found)
    masks = {f"{label}/{at}.png": grey((UPRIGHT > 50).astype(np.uint8)) for label in "ab" for at in range(2)}
    assert "No value of any picture is above 1 of 255" in said(read_set(tmp_path, masks))
    sizes = {f"{label}/{at}.png": picture(90 + at, (10 + at, 14)) for label in "ab" for at in range(2)}
    assert "Pictures of 2 sizes from 10×14 to 11×14 are brought to 6×6 without keeping" in said(
        read_set(tmp_path, sizes, Choice(side=6))
    )
