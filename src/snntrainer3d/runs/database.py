"""The database of the runs: opened, brought to the newest form, and spoken to in transactions."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from snntrainer3d.errors import Fault, SpecError, StorageError, reason_of

DATABASE = "runs.db"
HEAD = "0003"
"""The newest step of migrations/, so that a store that is up to date opens without reading them."""
PATIENCE_MS = 10_000
"""How long one process waits while another writes."""
MIGRATION_PATIENCE_S = 120.0
CONNECTIONS = 40
"""As many as there are threads that answer requests; they are kept, because opening one costs more than asking it."""
_OTHER_HOME = "Set SNNTRAINER3D_HOME to a folder that you may write to."
_DAMAGED = ("not a database", "malformed", "corrupt", "no such", "unsupported file format")
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """An open store; several threads and processes may have it open at once.

    Raises:
        StorageError: the folder is not writable, or the store is damaged, locked, or newer than this release.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _opened(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            if _revision(path) != HEAD:
                _migrate(path)
        self._engine = _engine(path)
        self._observer: sqlite3.Connection | None = None
        self._observing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the store."""
        with _told(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection that alone may write until the block ends; an error within undoes everything."""
        with _told(self.path), _writer(self._engine) as connection:
            yield connection

    @property
    def version(self) -> int:
        """Give a number that changes with whatever is written, by this process or another; asking costs 10 µs."""
        with _told(self.path), self._observing:
            if self._observer is None:
                # SQLite counts what others wrote, so this connection never writes itself.
                self._observer = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
                self._observer.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            return int(self._observer.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
        with self._observing:
            if self._observer is not None:
                self._observer.close()
                self._observer = None


def _engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={"check_same_thread": False},
        json_deserializer=_json_of,
    )
    event.listen(engine, "connect", _prepare if foreign_keys else _prepare_to_migrate)
    event.listen(engine, "begin", _begin)
    return engine


def _json_of(text: str) -> Any:
    """Return a document; None for one that is damaged, so that the other runs are still shown."""
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    return None


@contextmanager
def _writer(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        yield connection


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Python's sqlite3 would begin transactions by itself, too late for BEGIN IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {PATIENCE_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_to_migrate(connection: sqlite3.Connection, record: object) -> None:
    # A table is changed by making another, which with foreign keys would delete all that refers to it.
    _prepare(connection, record)
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin(connection: Connection) -> None:
    # A writer that began as a reader fails at once when another wrote meanwhile; one that begins as a writer waits.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def refuse_vanished(path: Path) -> None:
    """Refuse a home whose database is gone while its runs are there: a new one would hide them all.

    Raises:
        StorageError: it is so, or the home cannot be opened.
    """
    with _opened(path.parent):
        if path.exists() or not (path.parent / "runs").is_dir():
            return
        left = sum(folder.is_dir() for folder in (path.parent / "runs").iterdir())
    if left:
        whose = "folder of 1 run is" if left == 1 else f"folders of {left:,} runs are"
        raise StorageError(
            f"The database {path} is gone, but the {whose} there.",
            hint="Put it back, or let `snntrainer3d doctor --repair` make it from the folders and from backups/.",
        )


@contextmanager
def _opened(home: Path) -> Iterator[None]:
    """Tell of a home that cannot be opened or made."""
    try:
        yield
    except FileExistsError:
        raise StorageError(f"The home {home} is a file, not a folder.", hint=_OTHER_HOME) from None
    except OSError as error:
        raise StorageError(f"The home {home} cannot be opened: {reason_of(error)}.", hint=_OTHER_HOME) from error


def _revision(path: Path) -> str | None:
    """Give the store's form, None for a new one, without changing a byte of it."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    with _told(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StorageError(f"{path} is not a store of SNNtrainer3D.", hint="Choose another home, or move it away.")
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return found[0] if found else None


def _migrate(path: Path) -> None:
    try:
        with FileLock(path.with_suffix(".lock"), timeout=MIGRATION_PATIENCE_S):
            found = _revision(path)  # again: another process may have just done it
            if found != HEAD:
                _bring_to_head(path, found)
    except Timeout:
        raise StorageError(f"{path} is being brought up to date by another process.", hint="Try again later.") from None


def _bring_to_head(path: Path, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(
            f"{path} was written by a newer release (form {found}, this release knows {HEAD}).",
            hint="Update SNNtrainer3D, or choose another home; nothing was changed.",
        )
    if found is not None:
        _back_up(path, found)
    engine = _engine(path, foreign_keys=False)
    try:
        with _told(path), _writer(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StorageError(f"{path} holds points of runs that are not there.", hint="Nothing was changed.")
    finally:
        engine.dispose()


def _back_up(path: Path, found: str) -> None:
    """Copy the store as it is into backups/, one file per form; raises StorageError."""
    target = path.parent / "backups" / f"{path.stem}-{found}.db"
    target.parent.mkdir(exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with _told(path), closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    os.replace(part, target)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the database says into a StorageError that a person can act on."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageError(f"{path} is asked too much at once.", hint="Try again.") from error
    except UnicodeEncodeError:
        fault = Fault("", "a text holds half of a surrogate pair, which is no character.", "Remove it.")
        raise SpecError([fault], what="request") from None
    except OverflowError:
        raise SpecError([Fault("", "a number is larger than any that is kept.", "Give a smaller one.")]) from None
    except (DBAPIError, sqlite3.Error) as error:
        text = str(error.orig if isinstance(error, DBAPIError) else error)
        raise StorageError(f"The store {path} {_said(text)}", hint=_hint(text)) from error


def _said(text: str) -> str:
    if "locked" in text or "busy" in text:
        return f"is locked by another process for more than {PATIENCE_MS // 1000} s."
    if "full" in text:
        return "cannot be written: the disk is full."
    if "readonly" in text or "unable to open" in text:
        return "cannot be opened for writing."
    if any(part in text for part in _DAMAGED):
        return "is damaged."
    return "cannot be read or written: the disk gives an error."


def _hint(text: str) -> str:
    if "locked" in text or "busy" in text:
        return "Try again."
    if "full" in text:
        return "Free some space."
    if any(part in text for part in _DAMAGED):
        return "Stop the server, then let `snntrainer3d doctor --repair` make it from what is left and from backups/."
    return "Check the folder's rights and its disk; backups/ beside it holds earlier copies."
