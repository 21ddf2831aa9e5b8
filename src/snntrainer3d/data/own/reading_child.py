"""Read own data in a process of its own: `python -m snntrainer3d.data.own.reading_child FOLDER`.

FOLDER says what to read, takes what was found or the faults, and is where this process unpacks; see reading_apart.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

from snntrainer3d.apart import end_with_parent, limit_process
from snntrainer3d.data.own.reading import read
from snntrainer3d.data.own.reading_apart import MOST_BYTES, REFUSED, asked_of, put_error, put_found
from snntrainer3d.errors import LimitError, Snntrainer3dError


def main() -> int:
    """Read; what goes wrong and is no error of ours ends this process with its trace."""
    folder = Path(sys.argv[1])
    asked = asked_of(folder)
    end_with_parent(folder)
    limit_process(MOST_BYTES, int(2 * asked.limit_s) + 1)
    try:
        put_found(folder, read([Path(path) for path in asked.paths], asked.name, asked.choice))
    except Snntrainer3dError as error:
        put_error(folder, error)
        return REFUSED
    except MemoryError:
        message = f"{asked.name} takes more than {MOST_BYTES / 1e9:.0f} GB of memory to read."
        put_error(folder, LimitError(message, hint="Take fewer or smaller samples."))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
