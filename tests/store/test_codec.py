"""Values to columns and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from monitor.matching import Evidence, Match
from monitor.rules import Field
from monitor.store.codec import digest, dump, dump_match, load_evidence, load_list, load_match
from monitor.store.types import Instant, Span, clean
from tests.store.made import found

EVIDENCE = st.builds(
    Evidence,
    st.sampled_from(Field),
    st.integers(0, 9),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.text(),
    st.text(),
)
MATCHES = st.builds(
    Match, st.text(), st.lists(EVIDENCE, max_size=4).map(tuple), st.none() | st.floats(allow_nan=False)
)
BEIJING = timezone(timedelta(hours=8))
ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)


@given(MATCHES)
def test_a_match_comes_back_as_it_was(match: Match) -> None:
    assert load_match(dump_match(match)) == match
    assert load_evidence(dump_match(match)) == match.evidence


def test_no_match_comes_back_as_none() -> None:
    assert dump_match(None) == ""
    assert load_match("") is None
    assert load_match(None) is None
    assert load_evidence("") == ()


def test_a_match_of_a_later_version_is_read() -> None:
    later = json.loads(dump_match(found()))
    later["confidence"] = 0.5
    later["evidence"][0]["weight"] = 3
    assert load_match(json.dumps(later)) == found()


@given(st.lists(st.text()))
def test_a_list_comes_back_as_it_was(words: list[str]) -> None:
    assert load_list(dump(words)) == tuple(words)


@given(st.text(), st.text())
def test_digests_are_of_one_length_and_tell_parts_apart(a: str, b: str) -> None:
    assert len(digest(a, b)) == 32
    assert digest(a, b) == digest(a, b)
    if "\0" not in a + b and b:
        assert digest(a, b) != digest(a + b)


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_can_be_stored_anywhere_and_stays(text: str) -> None:
    kept = clean(text)
    assert "\0" not in kept
    kept.encode()
    assert clean(kept) == kept
    assert len(kept) == len(text)


INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=ZONES)


@given(INSTANTS)
def test_an_instant_comes_back_from_a_file_as_the_same_instant_in_utc(instant: datetime) -> None:
    stored = Instant().bind_processor(SQLiteDialect())(instant)
    assert isinstance(stored, str)
    back = Instant().result_processor(SQLiteDialect(), None)(stored)
    assert back == instant
    assert back.tzinfo is UTC


@given(INSTANTS)
def test_an_instant_comes_back_from_a_server_as_the_same_instant_in_utc(instant: datetime) -> None:
    stored = Instant().bind_processor(PGDialect_psycopg())(instant)
    for given_back in (stored, stored.replace(tzinfo=None), stored.astimezone(BEIJING)):
        back = Instant().result_processor(PGDialect_psycopg(), None)(given_back)
        assert back == instant
        assert back.tzinfo is UTC


def test_the_hour_that_comes_twice_is_two_instants() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    write = Instant().bind_processor(SQLiteDialect())
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    assert [write(first), write(second)] == ["2026-10-25 00:30:00.000000", "2026-10-25 01:30:00.000000"]


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="naive datetime"):
        Instant().bind_processor(SQLiteDialect())(datetime(2021, 1, 13))


@given(st.timedeltas(timedelta(days=-40000), timedelta(days=40000)))
def test_a_length_of_time_comes_back_as_it_was(span: timedelta) -> None:
    stored = Span().process_bind_param(span, SQLiteDialect())
    assert Span().process_result_value(stored, SQLiteDialect()) == span
