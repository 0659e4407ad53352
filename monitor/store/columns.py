"""What tables are made of: one way to declare each kind of column, on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, Table, text
from sqlalchemy.schema import SchemaItem

from monitor.store.types import Instant, Words

__all__ = ["ID", "METADATA", "count", "flag", "instant", "key", "number", "table", "to", "words"]

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only numbers rows of INTEGER primary keys by itself; PostgreSQL wants room for 2**63.
ID = BigInteger().with_variant(Integer, "sqlite")


def table(name: str, *items: SchemaItem, rowid: bool = True) -> Table:
    """Declare a table; `rowid=False` keeps rows of a text key in one tree on SQLite instead of two."""
    return Table(name, METADATA, *items, sqlite_with_rowid=rowid)


def number() -> Column[int]:
    """Declare the number of a row."""
    return Column("id", ID, primary_key=True)


def words(name: str, *, default: str | None = "") -> Column[str]:
    """Declare a text; `default=None`: it may be missing."""
    return Column(name, Words, nullable=default is None, server_default=None if default is None else default)


def instant(name: str, *, null: bool = False) -> Column[object]:
    """Declare an instant."""
    return Column(name, Instant, nullable=null)


def count(name: str) -> Column[int]:
    """Declare a count, 0 where nothing is said."""
    return Column(name, Integer, nullable=False, server_default="0")


def to(name: str, target: str, *, null: bool = False, key: bool = False) -> Column[int]:
    """Declare a reference."""
    return Column(name, ID, ForeignKey(target), nullable=null, primary_key=key)


def key(name: str) -> Column[str]:
    """Declare a text that is (part of) the primary key."""
    return Column(name, Words, primary_key=True)


def flag(name: str) -> Column[bool]:
    """Declare a yes or no, no where nothing is said."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))
