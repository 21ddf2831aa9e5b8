"""A person's own data: read from NPZ, CSV, pictures or sounds, checked, and kept under a name that runs can say."""

from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.keeping import (
    Reading,
    check_data,
    describe_own,
    import_data,
    import_reading,
    kept,
    load_own,
    own_folder,
    own_report,
    pack_own,
    remove_own,
)
from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.data.own.unpacking import left_unpacked, remove_unpacked

__all__ = [
    "Choice",
    "Gathered",
    "ImportReport",
    "Reading",
    "check_data",
    "describe_own",
    "import_data",
    "import_reading",
    "kept",
    "left_unpacked",
    "load_own",
    "own_folder",
    "own_report",
    "pack_own",
    "remove_own",
    "remove_unpacked",
]
