"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import DateTime, Dialect, Double, Text
from sqlalchemy.types import TypeDecorator

from monitor.story import utc

__all__ = ["Instant", "Span", "Words", "clean"]


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC to the microsecond; a naive one raises ValueError.

    On SQLite it is the text 2021-01-13 10:00:00.000000, which sorts as time does and which people can read.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Bring to UTC and to the database's form; one story has the same instant in many rows."""
        to_database = self.impl_instance.dialect_impl(dialect).bind_processor(dialect) or _same

        @lru_cache(maxsize=256)
        def converted(value: datetime) -> Any:
            return to_database(value)

        return lambda value: None if value is None else converted(utc(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any | None], datetime | None]:
        """Give an aware UTC instant, whatever the session's zone is."""
        from_database = self.impl_instance.dialect_impl(dialect).result_processor(dialect, coltype) or _same

        def converted(value: Any | None) -> datetime | None:
            if value is None:
                return None
            instant = cast("datetime", from_database(value))
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

        return converted


def _same(value: Any) -> Any:
    return value


class Span(TypeDecorator[timedelta]):
    """A length of time, stored as seconds."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: Dialect) -> float | None:
        """Give seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> timedelta | None:
        """Give the length of time."""
        return None if value is None else timedelta(seconds=value)


class Words(TypeDecorator[str]):
    """Text from outside, made storable everywhere: no NUL, no lone surrogate."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace what a database refuses."""
        return None if value is None else clean(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002 - as SQLAlchemy calls it
        """Give that as a function by itself: SQLAlchemy's own would wrap it twice, for every text of every row."""
        return lambda value: None if value is None else clean(value)


def clean(text: str) -> str:
    """Replace NUL and lone surrogates, which PostgreSQL or UTF-8 refuse, by U+FFFD."""
    if type(text) is not str:
        text = str(text)  # a StrEnum: drivers differ on whether its name or its value is meant
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = "".join("�" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text.replace("\0", "�") if "\0" in text else text
