"""Retry-After and cache hints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.crawl.headers import fresh_for, http_date, retry_after

NOW = datetime(2025, 11, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 7 ", timedelta(seconds=7)),
        ("Sat, 01 Nov 2025 12:30:00 GMT", timedelta(minutes=30)),
        ("Sat, 01 Nov 2025 11:30:00 GMT", None),
        ("Saturday, 01-Nov-25 12:30:00 GMT", timedelta(minutes=30)),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_retry_after(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


@pytest.mark.parametrize(
    ("control", "expires", "date", "fresh"),
    [
        ("max-age=600", "", "", timedelta(minutes=10)),
        ("public, max-age=600, must-revalidate", "", "", timedelta(minutes=10)),
        ("s-maxage=60, max-age=600", "", "", timedelta(minutes=10)),
        ("s-maxage=60", "", "", None),
        ('MAX-AGE="600"', "", "", timedelta(minutes=10)),
        ("max-age=600", "Sat, 01 Nov 2025 18:00:00 GMT", "", timedelta(minutes=10)),
        ("max-age=0", "Sat, 01 Nov 2025 18:00:00 GMT", "", None),
        ("no-cache, max-age=600", "", "", None),
        ("no-store", "Sat, 01 Nov 2025 18:00:00 GMT", "", None),
        ("", "Sat, 01 Nov 2025 12:20:00 GMT", "Sat, 01 Nov 2025 12:05:00 GMT", timedelta(minutes=15)),
        ("", "Sat, 01 Nov 2025 12:20:00 GMT", "", timedelta(minutes=20)),
        ("", "0", "", None),
        ("", "-1", "", None),
        ("", "", "", None),
    ],
)
def test_fresh_for(control: str, expires: str, date: str, fresh: timedelta | None) -> None:
    assert fresh_for(control, expires, date, NOW) == fresh


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    http_date(text)
    retry_after(text, NOW)
    fresh_for(text, text, text, NOW)
