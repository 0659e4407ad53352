"""Opening databases: engines, transactions, and one sentence for everything that can be wrong with a file."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url

from monitor.errors import CorruptDatabase, ReadOnlyDatabase, StoreError
from monitor.store.dialect import SQLITE, lock_writers
from monitor.store.driver import run

if TYPE_CHECKING:
    from sqlalchemy import TextClause
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["Store", "Tx", "connect", "explain"]

Tx = Connection  # a transaction handle: opened by Store.writing() or Store.reading(), closed by them

WAIT = 30.0  # seconds a writer waits for another process's transaction
_WRITE, _READ = text("BEGIN IMMEDIATE"), text("BEGIN")
_MAGIC = b"SQLite format 3\0"
# A story's fingerprint is twenty rows in twenty places: 64 MiB of them stay at hand, and up to 128 MiB of changes are gathered
# before they are put in their places.
_ROOM = ("cache_size=-65536", "wal_autocheckpoint=32768")


class Store:
    """An open database. Writers go one at a time; readers see one moment and never wait for a writer."""

    def __init__(self, url: URL, write: Engine | None, read: Engine) -> None:
        self._url = url
        self._write = write
        self._read = read
        self._writer: int | None = None
        self.created = False  # whether this opening made the database

    @property
    def url(self) -> str:
        """The address, without a password."""
        return self._url.render_as_string(hide_password=True)

    @property
    def where(self) -> str:
        """The file, or the address of the server: as people call it."""
        return str(self.path or self.url)

    @property
    def path(self) -> Path | None:
        """The file (SQLite), or None."""
        return (
            Path(self._url.database)
            if self._url.drivername.startswith(SQLITE) and self._url.database
            else None
        )

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        """Open the one write transaction: committed at the end, undone by any exception.

        Raises StoreError when the database cannot be written, RuntimeError when opened inside itself.
        """
        if self._write is None:
            msg = f"{self.where} was opened for reading only"
            raise ReadOnlyDatabase(msg)
        if self._writer == threading.get_ident():
            msg = "Store.writing() was opened inside Store.writing(): it would wait for itself"
            raise RuntimeError(msg)
        with _plainly(self), self._write.begin() as tx:
            self._begin(tx, _WRITE)
            self._writer = threading.get_ident()
            try:
                lock_writers(tx)
                yield tx
            finally:
                self._writer = None

    @contextmanager
    def migrating(self) -> Iterator[Tx]:
        """Open a write transaction in which references may be broken for a while (they are checked at its end)."""
        if self._write is None:
            msg = f"{self.where} was opened for reading only"
            raise ReadOnlyDatabase(msg)
        with _plainly(self), self._write.connect() as connection:
            _prepare_migration(connection)
            try:
                with connection.begin():
                    self._begin(connection, _WRITE)
                    lock_writers(connection)
                    yield connection
            finally:
                connection.invalidate()  # its foreign_keys are off

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """Open a read transaction: one unchanging view of the database, which refuses to write."""
        with _plainly(self), self._read.begin() as tx:
            self._begin(tx, _READ)
            yield tx

    def _begin(self, tx: Tx, word: TextClause) -> None:
        # By hand, not by SQLAlchemy's "begin" event: one listener makes every statement a fifth slower.
        if tx.dialect.name == SQLITE:
            run(tx, word, {})

    def check(self) -> tuple[str, ...]:
        """Look for damage (quick_check, foreign_key_check) and give what was found; nothing: fine."""
        if self.path is None:
            return ()
        try:
            with self.reading() as tx:
                damage = [str(r[0]) for r in tx.execute(text("PRAGMA quick_check")) if r[0] != "ok"]
                orphans = tx.execute(text("PRAGMA foreign_key_check")).all()
        except CorruptDatabase as error:
            return (str(error),)
        return (*damage, *(f"row {r[1]} of table {r[0]} refers to a missing row of {r[2]}" for r in orphans))

    def backup_to(self, path: Path) -> None:
        """Write a compact copy of this moment to a new file of mode 0600 (SQLite only)."""
        if self.path is None:
            msg = f"{self.where} is no SQLite file: back it up with pg_dump"
            raise StoreError(msg)
        copy_database(self.path, path)

    def close(self) -> None:
        """Close all connections."""
        for engine in (self._write, self._read):
            if engine is not None:
                engine.dispose()


def _prepare_migration(connection: Connection) -> None:
    """Set what cannot be set inside a transaction."""
    if connection.dialect.name != SQLITE:
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    for _ in range(int(WAIT * 10)):
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.1)  # SQLite does not wait for others by itself when it changes this mode
        else:
            return


def connect(address: str, *, wait: float = WAIT) -> Store:
    """Make the two engines of a database that is there; nothing is read yet. `wait` is as in `open_store`."""
    url = make_url(address)
    if url.get_backend_name() == SQLITE:
        if url.database in {None, "", ":memory:"}:
            msg = "a database in memory is not supported: name a file, as in sqlite:////path/to/stories.db"
            raise StoreError(msg)
        write = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=wait)
        read = create_engine(url, pool_size=5, max_overflow=20)
        patience = f"busy_timeout={int(wait * 1000)}"
        _set_up(write, (patience, "foreign_keys=ON", "synchronous=FULL", *_ROOM))
        _set_up(read, (patience, "query_only=ON"))
        return Store(url, write, read)
    write = create_engine(url, pool_pre_ping=True)
    read = create_engine(url, pool_pre_ping=True).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    return Store(url, write, read)


def connect_file(path: Path) -> Store:
    """Make a store that only reads, of a file nobody writes (a backup): not even -wal or -shm is made."""
    url = URL.create(
        "sqlite", database=f"file:{_quoted(path)}", query={"mode": "ro", "immutable": "1", "uri": "true"}
    )
    read = create_engine(url)
    _set_up(read, ("query_only=ON",))
    return Store(URL.create("sqlite", database=str(path)), None, read)


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _set_up(engine: Engine, pragmas: tuple[str, ...]) -> None:
    """Let each connection have its pragmas, and begin transactions by our word only."""

    def on_connect(raw: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        raw.isolation_level = None  # else the driver begins transactions by itself, and never IMMEDIATE ones
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", on_connect)


@contextmanager
def _plainly(store: Store) -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        plain = explain(error.orig, store.where)
        if plain is None:
            raise
        raise plain from error
    except exc.TimeoutError as error:
        msg = f"{store.where}: another thread of this process keeps writing; try again"
        raise StoreError(msg) from error


def explain(error: BaseException | None, where: str) -> StoreError | None:
    """Say in a sentence what keeps the database from being used; None when it is our own mistake."""
    if not isinstance(error, sqlite3.Error):
        if type(error).__name__ == "OperationalError":  # psycopg's: the server is away, or refuses us
            return StoreError(f"{where} cannot be used: {str(error).strip()}. Is the server running?")
        return None
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return CorruptDatabase(
            f"{where} is damaged ({error}). Nothing was overwritten. Move the file aside and restore a backup."
        )
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnlyDatabase(
            f"{where} cannot be written ({error}). Check the owner and mode of file and folder."
        )
    return StoreError(f"{where}{_OTHERS[code]} ({error}).") if code in _OTHERS else None


_OTHERS: dict[int, str] = {
    sqlite3.SQLITE_BUSY: " is being written by another process all the time; try again when it has finished",
    sqlite3.SQLITE_LOCKED: " is locked by another transaction of this process; try again",
    sqlite3.SQLITE_FULL: ": the disk is full. Nothing was lost; free some space and run again",
    sqlite3.SQLITE_IOERR: ": reading or writing the disk failed. Nothing was overwritten; check the disk",
    sqlite3.SQLITE_CANTOPEN: " cannot be opened; check that the folder exists and who may enter it",
    sqlite3.SQLITE_PERM: " may not be used by this user; check its owner and mode",
}


def look_at(path: Path, *, write: bool = True) -> bool:
    """Tell whether the file holds a database (an empty or missing one does not).

    Raises CorruptDatabase when it is something else, ReadOnlyDatabase when it cannot be written (`write`).
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except FileNotFoundError:
        return False
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}. Check its owner and mode."
        raise StoreError(msg) from error
    if head and head != _MAGIC:
        msg = (
            f"{path} is no SQLite database, or its beginning is damaged. Nothing was overwritten. "
            "Move the file aside and restore a backup, or name another file."
        )
        raise CorruptDatabase(msg)
    if write and not (_may_write(path) and _may_write(path.parent)):
        msg = f"{path} or its folder cannot be written. Check their owner and mode."
        raise ReadOnlyDatabase(msg)
    return bool(head)


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def make_file(path: Path) -> bool:
    """Make an empty file that only we can read; tell whether it is new."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        kind = StoreError if isinstance(error, FileNotFoundError) else ReadOnlyDatabase
        msg = f"{path} cannot be made: {error.strerror}. Check that the folder exists and can be written."
        raise kind(msg) from error
    return True


def tighten(path: Path) -> None:
    """Let nobody else read the file and its companions."""
    for name in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with suppress(PermissionError, FileNotFoundError):  # another's file is theirs to guard
            name.chmod(0o600)


def copy_database(source: Path, target: Path) -> None:
    """Copy a moment of an SQLite file into a new file of mode 0600; raise StoreError, leaving no half copy."""
    if not make_file(target):
        msg = f"{target} exists already. Nothing was overwritten; name another file."
        raise StoreError(msg)
    try:
        _vacuum_into(source, target)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise explain(error, str(source)) or StoreError(f"{source} cannot be copied: {error}.") from error


def _vacuum_into(source: Path, target: Path) -> None:
    raw: Any = sqlite3.connect(source, timeout=WAIT, isolation_level=None)
    try:
        raw.execute("VACUUM INTO ?", (str(target),))
    finally:
        raw.close()
    handle = os.open(target, os.O_RDONLY)  # VACUUM INTO does not sync what it wrote
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
