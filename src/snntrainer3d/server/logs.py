"""The server's log: JSON, one object a line in the home's logs/, bounded, with the run it is about; words on stderr."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from snntrainer3d.errors import printable, reason_of

ROOM = "snntrainer3d"
MOST_BYTES = 1_000_000
KEPT_FILES = 3


class _Told(logging.Formatter):
    """Gives a record as one line of words for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class JsonLine(logging.Formatter):
    """Gives a record as one line of JSON: at, level, where, text, and run and trace where there are."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "where": record.name,
            "text": record.getMessage(),
        }
        run = getattr(record, "run", None)
        if run is not None:
            line["run"] = str(run)
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _LogFile(RotatingFileHandler):
    """A log that tells once, in one line, that it cannot be written, as on a full disk; the server goes on."""

    _silent = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Tell it in place of the trace that Python would print for every line; other errors keep their trace."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._silent:
            self._silent = True
            logging.getLogger(ROOM).error("The log %s cannot be written: %s.", self.baseFilename, reason_of(error))


def log_to(home: Path) -> None:
    """Write what our rooms log into a home's logs/, from `info` on; from `warning` on it is told on stderr too.

    A log that cannot be written keeps nobody from working.
    """
    logger = logging.getLogger(ROOM)
    for before in list(logger.handlers):
        logger.removeHandler(before)
        before.close()
    logger.setLevel(logging.INFO)
    told = logging.StreamHandler(sys.stderr)
    told.setLevel(logging.WARNING)
    told.setFormatter(_Told("%(levelname)s: %(message)s"))
    logger.addHandler(told)
    with suppress(OSError):
        path = log_file(home)
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _LogFile(
            path, maxBytes=MOST_BYTES, backupCount=KEPT_FILES - 1, encoding="utf-8", errors="backslashreplace"
        )
        kept.setFormatter(JsonLine())
        logger.addHandler(kept)


def log_file(home: Path) -> Path:
    """Give the file of the newest lines."""
    return home / "logs" / "server.log"


def last_lines(home: Path, count: int) -> Sequence[str]:
    """Give the last lines of a home's log; none where there is no log."""
    with suppress(OSError):
        return log_file(home).read_text("utf-8", "replace").splitlines()[-count:]
    return ()
