"""Foreign files, read with limits of time and memory; what a library may hang or break on, in a process of its own."""

from snntrainer3d.apart.environment import TOKEN_VARIABLE, needed_environment, own_environment
from snntrainer3d.apart.hdf5 import MAGIC, Hdf5Content, read_hdf5
from snntrainer3d.apart.limits import end_with_parent, limit_process
from snntrainer3d.apart.npz import read_npy, read_npz
from snntrainer3d.apart.own_process import broken_by, read_apart

__all__ = [
    "MAGIC",
    "TOKEN_VARIABLE",
    "Hdf5Content",
    "broken_by",
    "end_with_parent",
    "limit_process",
    "needed_environment",
    "own_environment",
    "read_apart",
    "read_hdf5",
    "read_npy",
    "read_npz",
]
