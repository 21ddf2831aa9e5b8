"""MNIST: four IDX files, their checksums and mirrors."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from snntrainer3d.data.catalogue import MNIST, DatasetInfo
from snntrainer3d.data.dataset import Dataset, Split
from snntrainer3d.data.idx import read_idx
from snntrainer3d.errors import FileFormatError

FILES: dict[str, str] = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}
"""File name → md5."""
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_BRIGHTEST = 255


def load_mnist(folder: Path, info: DatasetInfo = MNIST) -> Dataset:
    """Read the four files of a folder; raises FileFormatError naming the file that is wrong."""
    train = _split(folder, "train", info, info.train_samples)
    test = _split(folder, "t10k", info, info.test_samples)
    return Dataset(info, train, test, input_scale=1 / _BRIGHTEST)


def _split(folder: Path, part: str, info: DatasetInfo, samples: int) -> Split:
    images_path, labels_path = folder / f"{part}-images-idx3-ubyte.gz", folder / f"{part}-labels-idx1-ubyte.gz"
    images, labels = read_idx(images_path), read_idx(labels_path)
    _check_shape(images_path, images, (samples, *info.input_shape[1:]), info)
    _check_shape(labels_path, labels, (samples,), info)
    if labels.max(initial=0) >= info.classes:
        at = int(np.argmax(labels >= info.classes))
        raise FileFormatError(
            f"{labels_path} is damaged: label {labels[at]} at {at}, expected 0 to {info.classes - 1}.",
            hint="Delete it, so that it is fetched again, or replace it.",
        )
    return Split(images.reshape(samples, *info.input_shape), labels.astype(np.int64))


def _check_shape(path: Path, values: np.ndarray, wanted: tuple[int, ...], info: DatasetInfo) -> None:
    if values.shape != wanted:
        raise FileFormatError(
            f"{path} holds {_times(values.shape)} values, expected {_times(wanted)}.",
            hint=f"It is another data set's file: put {info.title}'s there.",
        )


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(f"{size:,}" for size in shape)
