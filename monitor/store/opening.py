"""Opening a store: make it, refuse it with a plain sentence, or bring it up to date after a backup."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy import exc as sa_exc

from monitor.errors import NewerDatabase, StoreError
from monitor.store import engine, index, meta, migrations

if TYPE_CHECKING:
    from monitor.store.engine import Store

__all__ = ["open_backup", "open_store"]


def open_store(
    url: str, *, create: bool = True, wait: float = engine.WAIT, folder: Path = migrations.FOLDER
) -> Store:
    """Open a database, making it when it is missing (`create`) and migrating it when it is old.

    `url` is as SQLAlchemy writes it: sqlite:////absolute/path.db, postgresql+psycopg://user@host/name.
    An old database that holds anything is copied first, beside it: stories.db.before-0002.bak.
    Raises StoreError (missing, no folder, not ours, cannot be reached), NewerDatabase, CorruptDatabase,
    ReadOnlyDatabase. A writer waits `wait` seconds for another process's transaction; `folder` holds the migrations.
    """
    try:
        store = engine.connect(url, wait=wait)
    except (sa_exc.ArgumentError, sa_exc.NoSuchModuleError, ImportError) as error:
        msg = f"{url.rpartition('@')[2]} is no database we can use ({error}): write sqlite:////path/to/stories.db"
        raise StoreError(msg) from error
    with ExitStack() as undo:
        undo.callback(store.close)
        if store.path is not None:
            store.created = _prepare_file(store.path, create=create)
        _bring_up_to_date(store, folder, create=create)
        undo.pop_all()
    return store


def open_backup(path: Path) -> Store:
    """Open a backup only to read it; nothing beside it is made. Raises as `open_store` does."""
    if not path.exists():
        msg = f"{path} does not exist."
        raise StoreError(msg)
    if not engine.look_at(path, write=False):
        msg = f"{path} is empty: it holds no database."
        raise StoreError(msg)
    store = engine.connect_file(path)
    with store.reading() as tx:
        found = _version(tx)
    if found != migrations.head():
        _refuse_newer(store, found, migrations.FOLDER)
        msg = f"{path} was written by an earlier version ({found or 'unknown'}): restore it to bring it up to date."
        raise StoreError(msg)
    return store


def _prepare_file(path: Path, *, create: bool) -> bool:
    if not create and not path.exists():
        msg = f"There is no database at {path}. Nothing was made; check the folder (--dir) or run `copytaster run`."
        raise StoreError(msg)
    made = engine.make_file(path)
    if made:
        return True
    engine.look_at(path)
    engine.tighten(path)
    return False


def _bring_up_to_date(store: Store, folder: Path, *, create: bool) -> None:
    with store.reading() as tx:
        found = _version(tx)
        strangers = found is None and bool(inspect(tx).get_table_names())
    if strangers:
        msg = f"{store.where} holds other tables than ours. Nothing was changed; name another database."
        raise StoreError(msg)
    _refuse_newer(store, found, folder)
    if found is None and not create:
        msg = (
            f"{store.where} is empty: there is no database yet. Nothing was made; `copytaster run` makes it."
        )
        raise StoreError(msg)
    if found != migrations.head(folder):
        backup = _back_up(store, folder) if found is not None else None
        store.created = migrations.upgrade(store, folder, backup)
    _complete(store)


def _complete(store: Store) -> None:
    """Give the database its name, and make the search index of the fold we have."""
    with store.reading() as tx:
        complete = meta.get(tx, "database") is not None and index.is_current(tx)
    if complete:
        return
    with store.writing() as tx:
        meta.put_new(tx, "database", uuid.uuid4().hex)
        if not index.is_current(tx):
            index.rebuild(tx)


def _refuse_newer(store: Store, found: str | None, folder: Path) -> None:
    if found is not None and found not in migrations.known(folder):
        msg = (
            f"{store.where} was written by a newer version of Copytaster (its tables are at {found}, "
            f"this version knows them up to {migrations.head(folder)}). Nothing was changed; update Copytaster."
        )
        raise NewerDatabase(msg)


def _version(tx: Connection) -> str | None:
    """Give the migration the tables are at, or None for a database without our tables."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    return tx.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _back_up(store: Store, folder: Path) -> Path | None:
    """Copy the file beside itself before it is changed, when it holds anything."""
    if store.path is None or not _holds_data(store):
        return None
    stem = f"{store.path.name}.before-{migrations.head(folder)}"
    number = 1
    target = store.path.with_name(f"{stem}.bak")
    while target.exists():
        number += 1
        target = store.path.with_name(f"{stem}-{number}.bak")
    store.backup_to(target)
    return target


def _holds_data(store: Store) -> bool:
    with store.reading() as tx:
        return any(migrations.row_counts(tx).values())
