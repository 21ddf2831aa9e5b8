"""The same verbs for the shell: results on stdout, progress and errors on stderr, `--json` for one JSON object."""

from snntrainer3d.cli.app import main, run

__all__ = ["main", "run"]
