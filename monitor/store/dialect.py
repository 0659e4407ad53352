"""Where SQLite and PostgreSQL differ, and nowhere else: upserts, locks, the search index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import Executable, Table, text

from monitor.store.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection, Insert

__all__ = ["SQLITE", "insert_new", "insert_row", "lock_writers", "took", "upsert"]

SQLITE = "sqlite"
_WRITERS = 0x636F7079  # any number, the same in every process: the advisory lock of those who write


class _Insert(Protocol):
    """What both dialects' inserts can do."""

    excluded: Any

    def on_conflict_do_nothing(self) -> Executable: ...

    def on_conflict_do_update(self, **options: Any) -> Executable: ...


def _insert(dialect: str, table: Table) -> _Insert:
    if dialect == SQLITE:
        from sqlalchemy.dialects import sqlite

        return cast("_Insert", sqlite.insert(table))
    from sqlalchemy.dialects import postgresql

    return cast("_Insert", postgresql.insert(table))


@cache
def _insert_new(dialect: str, table: Table) -> Executable:
    return _insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _upsert(dialect: str, table: Table, update: tuple[str, ...]) -> Executable:
    insert = _insert(dialect, table)
    names = update or tuple(c.name for c in table.columns if not c.primary_key)
    options: dict[str, Any] = {
        "index_elements": list(table.primary_key.columns),
        "set_": {name: insert.excluded[name] for name in names},
    }
    return insert.on_conflict_do_update(**options)


def insert_new(tx: Connection, table: Table) -> Executable:
    """Give the statement that inserts rows and passes over those whose keys are taken."""
    return _insert_new(tx.dialect.name, table)


def took(tx: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless its key is taken; tell whether it was free."""
    return run(tx, insert_new(tx, table), values)[0] == 1


def upsert(tx: Connection, table: Table, update: Sequence[str] = ()) -> Executable:
    """Give the statement that inserts a row, or updates the columns `update` (default: all) of its primary key."""
    return _upsert(tx.dialect.name, table, tuple(update))


def insert_row(tx: Connection, insert: Insert, values: Mapping[str, object]) -> int:
    """Insert one row and give its number. `insert` must live as long as the process."""
    return run(tx, insert, values)[1]


def lock_writers(tx: Connection) -> None:
    """Make PostgreSQL let one writer in at a time, as BEGIN IMMEDIATE does on SQLite."""
    if tx.dialect.name != SQLITE:
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
