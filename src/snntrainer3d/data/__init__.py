"""WHAT goes in: data sets, found on disk or downloaded, as arrays; encoders.py turns samples into input over time."""

from snntrainer3d.data.catalogue import CATALOGUE, DatasetInfo
from snntrainer3d.data.contract import contract_by, contract_for, contract_of, with_contract
from snntrainer3d.data.dataset import Dataset, Progress, Split
from snntrainer3d.data.drawing import center_like_mnist, count_like_digits, prepare_drawing
from snntrainer3d.data.fit import check_fit, input_shape
from snntrainer3d.data.idx import read_idx
from snntrainer3d.data.own import (
    Choice,
    ImportReport,
    Reading,
    check_data,
    import_data,
    import_reading,
    left_unpacked,
    own_report,
    remove_own,
    remove_unpacked,
)
from snntrainer3d.data.shelf import (
    available,
    cache_folder,
    default_dataset,
    describe,
    every_dataset,
    fetch,
    load,
    pack,
    unpack,
)
from snntrainer3d.data.splits import split_train

__all__ = [
    "CATALOGUE",
    "Choice",
    "Dataset",
    "DatasetInfo",
    "ImportReport",
    "Progress",
    "Reading",
    "Split",
    "available",
    "cache_folder",
    "center_like_mnist",
    "check_data",
    "check_fit",
    "contract_by",
    "contract_for",
    "contract_of",
    "count_like_digits",
    "default_dataset",
    "describe",
    "every_dataset",
    "fetch",
    "import_data",
    "import_reading",
    "input_shape",
    "left_unpacked",
    "load",
    "own_report",
    "pack",
    "prepare_drawing",
    "read_idx",
    "remove_own",
    "remove_unpacked",
    "split_train",
    "unpack",
    "with_contract",
]
