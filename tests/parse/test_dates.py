"""Dates as outlets write them. The rows of the first table are what common parsers get silently wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse import dates
from monitor.parse.dates import Precision
from monitor.story import DateOrder

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)


def parse(text, **options):
    found = dates.parse(text, now=NOW, **options)
    return found.instant.isoformat().removesuffix("+00:00") if found else None


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("Tue, 17 Feb 2026 18:03:07 BST", {}, "2026-02-17T17:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 CET", {}, "2026-02-17T17:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 JST", {}, "2026-02-17T09:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 HKT", {}, "2026-02-17T10:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 AEST", {}, "2026-02-17T08:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 MSK", {}, "2026-02-17T15:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 IST", {}, None),
        ("Tue, 17 Feb 2026 18:03:07 IST", {"zone": "Asia/Kolkata"}, "2026-02-17T12:33:07"),
        ("Tue, 17 Feb 2026 18:03:07 IST", {"zone": "Asia/Jerusalem"}, "2026-02-17T16:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 +08:00", {}, "2026-02-17T10:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 +0800", {}, "2026-02-17T10:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 GMT+8", {}, "2026-02-17T10:03:07"),
        ("Feb 17, 2026 6:03 pm", {}, "2026-02-17T18:03:00"),
        ("03.02.2021", {}, "2021-02-03T00:00:00"),
        ("03.02.2021", {"order": DateOrder.MDY}, "2021-03-02T00:00:00"),
        ("1771351387", {}, "2026-02-17T18:03:07"),
        ("17 févr.", {}, "2026-02-17T00:00:00"),
        ("火, 17 2月", {}, "2026-02-17T00:00:00"),
    ],
)
def test_silent_errors_of_other_parsers(text, options, expected):
    assert parse(text, **options) == expected


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("Tue, 17 Feb 2026 18:03:07 GMT", {}, "2026-02-17T18:03:07"),
        ("17 Feb 2026 18:03 EST", {}, "2026-02-17T23:03:00"),
        ("Tue, 17 Feb 26 18:03:07 -0000", {}, "2026-02-17T18:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 CST", {}, "2026-02-18T00:03:07"),
        ("Tue, 17 Feb 2026 18:03:07 CST", {"zone": "Asia/Shanghai"}, "2026-02-17T10:03:07"),
        ("2026-02-17T18:03:07Z", {}, "2026-02-17T18:03:07"),
        ("2026-02-17T18:03:07.1234567+08:00", {}, "2026-02-17T10:03:07"),
        ("20260217T180307Z", {}, "2026-02-17T18:03:07"),
        ("2021-02-03T10:00", {"zone": "Europe/Berlin"}, "2021-02-03T09:00:00"),
        ("2026-02-17", {"zone": "Asia/Shanghai"}, "2026-02-16T16:00:00"),
        ("02/17/2026", {}, "2026-02-17T00:00:00"),
        ("29 January", {}, "2026-01-29T00:00:00"),
        ("On December 31st", {}, "2025-12-31T00:00:00"),
        ("Updated 4 March 2021 at 5pm", {}, "2021-03-04T17:00:00"),
        ("Last updated: 4 March 2021", {}, "2021-03-04T00:00:00"),
        ("3 novembre 2021", {}, "2021-11-03T00:00:00"),
        ("3-فېۋرال 2021", {}, "2021-02-03T00:00:00"),
        ("2021年2月3日", {}, "2021-02-03T00:00:00"),
        ("3 февраля 2021", {}, "2021-02-03T00:00:00"),
        ("3 février 2021", {"languages": ("fr-FR",)}, "2021-02-03T00:00:00"),
        ("3 February 2021", {"languages": ("tlh",)}, "2021-02-03T00:00:00"),
        ("2 hours ago", {"zone": "Asia/Shanghai"}, "2026-02-18T10:00:00"),
        ("Feb 17, 2026 6:03 pm", {"zone": "America/New_York"}, "2026-02-17T23:03:00"),
    ],
)
def test_dates_of_feeds_and_pages(text, options, expected):
    assert parse(text, **options) == expected


@pytest.mark.parametrize(
    "text",
    ["", "May", "12", "Monday", "January 2021", "2021-13-45", "2099-01-01", "1971-01-01T00:00:00Z", "-" * 5_000, "9" * 60, "x" * 65,
     "Tue, 32 Feb 2026 18:03:07 GMT", "Tue, 17 Feb 2026 18:03:07 XYZ", "Feb 17, 2026 6:03 pm IST"],
)  # fmt: skip
def test_what_is_no_date_or_too_doubtful_is_none(text):
    assert parse(text) is None


def test_precision_is_known():
    assert dates.parse("2021-02-03", now=NOW).precision is Precision.DAY
    assert dates.parse("3 February 2021", now=NOW).precision is Precision.DAY
    assert dates.parse("3 February 2021 5pm", now=NOW).precision is Precision.MINUTE
    assert dates.parse("Tue, 17 Feb 2026 18:03:07 GMT", now=NOW).precision is Precision.MINUTE


def test_a_day_ahead_is_borne_and_no_more():
    assert dates.parse((NOW + timedelta(hours=23)).isoformat(), now=NOW) is not None
    assert dates.parse((NOW + timedelta(hours=25)).isoformat(), now=NOW) is None
    assert dates.parse((NOW + timedelta(hours=25)).isoformat(), now=None) is not None
    assert dates.parse("2 hours ago", now=None) is None


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 2, 17)), st.integers(-14 * 60, 14 * 60))
def test_iso_and_rfc_spellings_mean_the_same_instant(local, minutes):
    sign, hours, rest = "-" if minutes < 0 else "+", *divmod(abs(minutes), 60)
    iso = f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}"
    rfc = f"{local:%a, %d %b %Y %H:%M:%S} {sign}{hours:02}{rest:02}"
    expected = datetime.fromisoformat(iso).astimezone(UTC)
    assert dates.parse(iso, now=None).instant == dates.parse(rfc, now=None).instant == expected


@settings(deadline=None)
@given(st.text(max_size=80))
def test_nothing_makes_it_raise(text):
    dates.parse(text, now=NOW)
