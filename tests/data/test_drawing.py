"""Drawings come out as the pictures of the data sets were made."""

from __future__ import annotations

import numpy as np
import pytest

from snntrainer3d.data import center_like_mnist, count_like_digits, load, prepare_drawing
from snntrainer3d.errors import InputError


def seven(size: int, thick: int, top: int, left: int, canvas: int = 280) -> np.ndarray:
    """Draw a seven of size·0.6 × size."""
    drawing = np.zeros((canvas, canvas), np.uint8)
    width = size * 6 // 10
    drawing[top : top + thick, left : left + width] = 255
    for row in range(size):
        column = left + (width - thick) * (size - row) // size
        drawing[top + row, column : column + thick] = 255
    return drawing


def test_the_ink_is_twenty_pixels_long_and_its_mass_in_the_middle() -> None:
    picture = center_like_mnist(seven(200, 24, 30, 10))
    rows, columns = np.nonzero(picture)
    assert (picture.shape, picture.dtype) == ((28, 28), np.uint8)
    assert rows.max() - rows.min() + 1 == 20
    mass = picture.sum()
    assert abs((picture.sum(1) @ np.arange(28)) / mass - 14) <= 0.51
    assert abs((picture.sum(0) @ np.arange(28)) / mass - 14) <= 0.51
    assert columns.min() > 0
    assert picture.max() == 255


@pytest.mark.parametrize(("size", "thick", "top", "left"), [(200, 24, 0, 0), (100, 12, 160, 170), (50, 6, 3, 100)])
def test_place_and_size_of_a_drawing_do_not_matter(size: int, thick: int, top: int, left: int) -> None:
    reference = center_like_mnist(seven(200, 24, 40, 60)).astype(int)
    other = center_like_mnist(seven(size, thick, top, left)).astype(int)
    assert np.abs(reference - other).mean() < 4


def test_a_canvas_without_ink_gives_an_empty_picture() -> None:
    assert not center_like_mnist(np.zeros((280, 300), np.uint8)).any()
    assert not count_like_digits(np.zeros((5, 5))).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 280), (280, 1), (300, 200)])
def test_dots_lines_and_full_canvases_stay_inside(shape: tuple[int, int]) -> None:
    drawing = np.full(shape, 255, np.uint8)
    assert center_like_mnist(drawing).max() == 255
    assert count_like_digits(drawing).max() >= 4


@pytest.mark.slow
def test_a_digit_of_the_small_set_keeps_its_shape_when_drawn_large() -> None:
    images = load("digits").test.inputs[:100, 0]
    close = []
    for image in images:
        again = count_like_digits(np.pad(np.kron(image, np.ones((20, 20))) * (255 / 16), 40))
        close.append(np.corrcoef(image.reshape(-1), again.reshape(-1))[0, 1])
    assert np.median(close) > 0.9


def test_pictures_of_the_small_set_are_stretched_to_0_to_255() -> None:
    picture = prepare_drawing("digits", seven(200, 40, 30, 10))
    assert (picture.shape, picture.max()) == ((8, 8), 255)
    assert picture[0].any() and picture[-1].any()  # noqa: PT018


def test_what_is_no_picture_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match="no pictures"):
        prepare_drawing("xor", np.ones((28, 28)))


@pytest.mark.mnist
def test_digits_of_mnist_come_back_as_they_were() -> None:
    images = load("mnist").test.inputs[:500, 0]
    random = np.random.default_rng(0)
    same = []
    for image in images:
        canvas = np.zeros((400, 380), np.uint8)
        top, left = random.integers(0, 100, 2)
        canvas[top : top + 280, left : left + 280] = np.kron(image, np.ones((10, 10), np.uint8))
        same.append(np.abs(center_like_mnist(canvas).astype(int) - image).max() <= 1)
    # Three of 10,000 are 19 pixels long; where the mass lies on the edge between two pixels rounding decides.
    assert np.mean(same) > 0.98
