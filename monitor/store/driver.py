"""Statements compiled once and handed to the driver: for what is done for every story.

SQLAlchemy puts statement and values together anew at each call; for a row that SQLite writes in 15 microseconds that
costs 60. What is sent is SQLAlchemy's own text, with its own conversions of values, and errors are its own too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import exc

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection, Dialect, Executable

__all__ = ["fetch", "fetch_named", "rows", "run", "run_many", "write"]

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A statement's text, and its values' names in their order with what converts each."""

    text: str
    binds: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    fixed: Values  # those that the statement brings itself
    by_name: bool
    returns: bool
    names: tuple[str, ...]  # of a query's columns
    types: tuple[Any, ...]

    def bound(self, values: Values) -> Any:
        if self.fixed:
            values = {**self.fixed, **values}
        if self.by_name:
            return {name: values[name] if to is None else to(values[name]) for name, to in self.binds}
        return [values[name] if to is None else to(values[name]) for name, to in self.binds]


@lru_cache(maxsize=256)
def _prepared(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> _Prepared:
    made: Any = cast("ClauseElement", statement).compile(dialect=dialect, column_keys=list(names))
    order = list(made.positiontup if made.positional else made.params)
    convert = made._bind_processors
    returns = made.isinsert and bool(made.effective_returning)
    columns = made._result_columns
    return _Prepared(
        str(made),
        tuple((name, convert.get(name)) for name in order),
        {name: value for name, value in made.params.items() if name not in names},
        not made.positional,
        returns,
        tuple(column.keyname for column in columns),
        tuple(column.type for column in columns),
    )


def _cursor(tx: Connection) -> Any:
    return tx.connection.cursor()


def _failed(tx: Connection, text: str, error: Exception) -> exc.DBAPIError:
    """Give the error as SQLAlchemy would have raised it."""
    base = tx.dialect.loaded_dbapi.Error
    wrapped: Any = exc.DBAPIError.instance(text, None, error, base, hide_parameters=True, dialect=tx.dialect)
    assert isinstance(wrapped, exc.DBAPIError)
    return wrapped


def run(tx: Connection, statement: Executable, values: Values) -> tuple[int, int]:
    """Execute a statement that gives no rows but the new row's number; give how many rows it touched, and that number.

    `statement` must be one object for the life of the process: what it compiles to is kept.
    """
    made = _prepared(statement, tuple(values), tx.dialect)
    cursor = _cursor(tx)
    try:
        cursor.execute(made.text, made.bound(values))
        if made.returns:
            row = cursor.fetchone()
            return cursor.rowcount, int(row[0]) if row else 0
        return cursor.rowcount, getattr(cursor, "lastrowid", None) or 0
    except tx.dialect.loaded_dbapi.Error as error:
        raise _failed(tx, made.text, error) from error
    finally:
        cursor.close()


def run_many(tx: Connection, statement: Executable, lot: Sequence[Values]) -> int:
    """Execute a statement once for each set of values (all with the same names); give how many rows it touched."""
    if not lot:
        return 0
    made = _prepared(statement, tuple(lot[0]), tx.dialect)
    cursor = _cursor(tx)
    try:
        cursor.executemany(made.text, [made.bound(values) for values in lot])
        return int(cursor.rowcount)
    except tx.dialect.loaded_dbapi.Error as error:
        raise _failed(tx, made.text, error) from error
    finally:
        cursor.close()


def fetch(tx: Connection, statement: Executable, values: Values) -> list[tuple[Any, ...]]:
    """Give the rows of a query. `statement` must be one object for the life of the process."""
    return _read(tx, _prepared(statement, tuple(values), tx.dialect), values)


def fetch_named(tx: Connection, statement: Executable, values: Values) -> list[dict[str, Any]]:
    """Give the rows of a query by the names of its columns."""
    made = _prepared(statement, tuple(values), tx.dialect)
    return [dict(zip(made.names, row, strict=True)) for row in _read(tx, made, values)]


def _read(tx: Connection, made: _Prepared, values: Values) -> list[tuple[Any, ...]]:
    """Convert the columns that the driver gives otherwise than we mean them: instants, yes or no."""
    found, kinds = _fetched(tx, made.text, made.bound(values))
    convert = _converters(made, kinds, tx.dialect)
    if convert is None:
        return found
    return [tuple([v if to is None else to(v) for to, v in zip(convert, row, strict=True)]) for row in found]


@lru_cache(maxsize=256)
def _converters(
    made: _Prepared, kinds: tuple[object, ...], dialect: Dialect
) -> tuple[Callable[[Any], Any] | None, ...] | None:
    """Give what converts each column, whose kind the driver tells; None when nothing has to be converted."""
    pairs = zip(made.types, kinds, strict=True)
    found = tuple(column._cached_result_processor(dialect, kind) for column, kind in pairs)
    return found if any(found) else None


def rows(tx: Connection, text: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Give the rows of a query written out, as the driver has them; `?` stands for each value."""
    if tx.dialect.paramstyle != "qmark":
        text = text.replace("?", "%s")
    return _fetched(tx, text, tuple(values))[0]


def write(tx: Connection, text: str, lot: Sequence[tuple[object, ...]]) -> None:
    """Execute a statement written out once for each set of values; `?` stands for each value."""
    if not lot:
        return
    if tx.dialect.paramstyle != "qmark":
        text = text.replace("?", "%s")
    cursor = _cursor(tx)
    try:
        cursor.executemany(text, lot)
    except tx.dialect.loaded_dbapi.Error as error:
        raise _failed(tx, text, error) from error
    finally:
        cursor.close()


def _fetched(tx: Connection, text: str, values: object) -> tuple[list[tuple[Any, ...]], tuple[object, ...]]:
    """Give rows, and of what kind their columns are in the driver's terms."""
    cursor = _cursor(tx)
    try:
        cursor.execute(text, values)
        kinds = tuple([column[1] for column in cursor.description])
        return cursor.fetchall(), kinds
    except tx.dialect.loaded_dbapi.Error as error:
        raise _failed(tx, text, error) from error
    finally:
        cursor.close()
