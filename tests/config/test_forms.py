"""Durations and names in plain words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.forms import duration, slug


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("15m", timedelta(minutes=15)),
        ("10 minutes", timedelta(minutes=10)),
        ("1h 30m", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("3d", timedelta(days=3)),
        ("2 years", timedelta(days=730)),
        ("1 Week", timedelta(weeks=1)),
        ("90s", timedelta(seconds=90)),
        ("0.5 hours", timedelta(minutes=30)),
    ],
)
def test_durations(words: str, span: timedelta) -> None:
    assert duration(words) == span


@pytest.mark.parametrize("words", ["", "soon", "15", "m", "0m", "-3d", "15 parsecs", "9999999999d", "3d ago"])
def test_other_words_are_no_duration(words: str) -> None:
    assert duration(words) is None


def test_slugs() -> None:
    assert slug("The Guardian") == "the-guardian"
    assert slug("www.Example.org") == "example-org"
    assert slug("维吾尔") == ""
