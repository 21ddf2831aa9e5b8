"""`python -m snntrainer3d` is the command line."""

import sys

from snntrainer3d.cli import run

if __name__ == "__main__":
    sys.exit(run())
