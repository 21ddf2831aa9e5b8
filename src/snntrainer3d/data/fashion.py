"""Fashion-MNIST: files of MNIST's form and names with pictures of clothes in them; their checksums and mirrors."""

from __future__ import annotations

from functools import partial

from snntrainer3d.data.catalogue import FASHION
from snntrainer3d.data.mnist import load_mnist

FILES: dict[str, str] = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
"""File name → md5."""
MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
)
load_fashion = partial(load_mnist, info=FASHION)
