"""Read an HDF5 file in a process of its own: `python hdf5_child.py FILE OUT.npz MAX_BYTES MAX_SECONDS`.

libhdf5 hangs on a few damaged files in a thousand and reserves whatever memory a file claims, so this process limits
its own time and memory. Links to other files, virtual data and filters that would be loaded from
elsewhere are refused.
"""

import json
import os
import sys
from typing import Any

from snntrainer3d.apart.limits import limit_process

MAX_OBJECTS = 20_000
MAX_DEPTH = 16
ROWS_AT_ONCE = 256
SPARE_BYTES = 1 << 30


def main() -> int:
    path, out, max_bytes, max_seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    os.environ["HDF5_PLUGIN_PRELOAD"] = "::"
    import h5py
    import numpy as np

    limit_process(2 * max_bytes + SPARE_BYTES, max_seconds)
    arrays: dict[str, Any] = {}
    texts: dict[str, Any] = {}
    try:
        with h5py.File(path, "r") as file:
            _Reader(h5py, np, arrays, texts, max_bytes).read(file, "", 0)
        np.savez(out, **{**arrays, "texts": np.array(json.dumps(texts))})
    except _Refused as error:
        print(str(error)[:500])
        return 3
    except MemoryError:
        print("it takes more memory than is allowed")
        return 3
    except Exception:  # of h5py, whose words say nothing to a person
        print("its parts do not fit together, or it is cut short")
        return 3
    return 0


class _Refused(Exception):
    """What is not read, in words."""


class _Reader:
    def __init__(self, h5py: Any, np: Any, arrays: dict[str, Any], texts: dict[str, Any], left: int) -> None:
        self.h5py, self.np, self.arrays, self.texts, self.left = h5py, np, arrays, texts, left
        self.objects = 0

    def read(self, group: Any, prefix: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _Refused("nested too deeply")
        for name in group:
            self.objects += 1
            if self.objects > MAX_OBJECTS:
                raise _Refused("too many objects")
            if not isinstance(group.get(name, getlink=True), self.h5py.HardLink):
                raise _Refused(f"{prefix}{name} is a link to elsewhere")
            item = group[name]
            if isinstance(item, self.h5py.Group):
                self.read(item, f"{prefix}{name}/", depth + 1)
            elif isinstance(item, self.h5py.Dataset):
                self.take(f"{prefix}{name}", item)

    def take(self, name: str, item: Any) -> None:
        if item.is_virtual or item.external:
            raise _Refused(f"{name} lies in another file")
        inner = self.h5py.check_vlen_dtype(item.dtype)
        if isinstance(inner, self.np.dtype) and inner.kind in "fiub" and item.ndim == 1:
            self.take_rows(name, item, inner)
            return
        size = item.size * item.dtype.itemsize if item.size else 0
        if size > self.left:
            raise _Refused(f"{name} is too large")
        self.left -= size
        value = item[()]
        if isinstance(value, bytes):
            self.texts[name] = value.decode("utf-8", "replace")
        elif item.dtype.kind == "O":
            self.texts[name] = [[_text(entry) for entry in self.np.ravel(row)] for row in self.np.atleast_2d(value)]
        elif item.dtype.kind in "fiub":
            self.arrays["a:" + name] = self.np.asarray(value)

    def take_rows(self, name: str, item: Any, inner: Any) -> None:
        """Take rows of different lengths, some at a time: how long they are is known only once they are read."""
        rows = []
        for begin in range(0, len(item), ROWS_AT_ONCE):
            for row in item[begin : begin + ROWS_AT_ONCE]:
                self.left -= row.size * inner.itemsize
                if self.left < 0:
                    raise _Refused(f"{name} is too large")
                rows.append(row)
        self.arrays["a:" + name] = self.np.concatenate(rows) if rows else self.np.zeros(0, inner)
        self.arrays[f"a:{name}#lengths"] = self.np.array([row.size for row in rows], self.np.int64)


def _text(entry: Any) -> str:
    return entry.decode("utf-8", "replace") if isinstance(entry, bytes) else str(entry)


if __name__ == "__main__":
    sys.exit(main())
