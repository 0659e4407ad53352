"""Routes: words to rhythms, rhythms to instants on both DST days, rules to recipients."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.routes import (
    AT_ONCE,
    Channel,
    Pace,
    Priority,
    Recipient,
    Route,
    When,
    WhenError,
    next_time,
    parse_when,
    recipients,
    routes_for,
    say_when,
    tell_at,
)

# Zone, the day the clock goes forward, the day it goes back, within one year.
DST = [
    ("Europe/Berlin", datetime(2026, 3, 29), datetime(2026, 10, 25)),
    ("America/New_York", datetime(2026, 3, 8), datetime(2026, 11, 1)),
    ("Australia/Lord_Howe", datetime(2026, 10, 4), datetime(2026, 4, 5)),  # by half an hour
    ("America/Santiago", datetime(2026, 9, 6), datetime(2026, 4, 5)),  # at midnight
    ("Asia/Beirut", datetime(2026, 3, 29), datetime(2026, 10, 25)),  # at midnight
]
DST_DAYS = [(zone, day) for zone, *days in DST for day in days]


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("at once", AT_ONCE),
        ("At  Once", AT_ONCE),
        ("hourly", When(pace=Pace.HOURLY)),
        ("daily 07:00", When(pace=Pace.DAILY, at=time(7))),
        ("daily 7", When(pace=Pace.DAILY, at=time(7))),
        ("daily 07:00 Asia/Kathmandu", When(pace=Pace.DAILY, at=time(7), zone="Asia/Kathmandu")),
        ("weekly Friday 09:00", When(pace=Pace.WEEKLY, at=time(9), weekday=4)),
        ("Friday 09:00", When(pace=Pace.WEEKLY, at=time(9), weekday=4)),
        ("fri 09:00", When(pace=Pace.WEEKLY, at=time(9), weekday=4)),
        (
            "at once 07-20 Europe/Berlin, else 07:00",
            When(pace=Pace.AT_ONCE, at=time(7), window=(time(7), time(20)), zone="Europe/Berlin"),
        ),
        (
            "at once 22:30-24, else daily 06:15",
            When(pace=Pace.AT_ONCE, at=time(6, 15), window=(time(22, 30), time(0))),
        ),
    ],
)
def test_a_when_is_read(words: str, when: When) -> None:
    assert parse_when(words) == when
    assert parse_when(say_when(when)) == when


def test_the_newsrooms_zone_is_used_where_none_is_named() -> None:
    assert parse_when("daily 07:00", "Europe/Berlin").zone == "Europe/Berlin"
    assert parse_when("daily 07:00 UTC", "Europe/Berlin").zone == "UTC"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "says no time"),
        ("daily", "daily 07:00"),
        ("tomorrow", "says no time"),
        ("daily 25:00", "no time of day"),
        ("daily 07:61", "no time of day"),
        ("Fryday 09:00", "did you mean Friday"),
        ("daily 07:00 Europe/Berln", "did you mean Europe/Berlin"),
        ("daily 07:00 ../etc/passwd", "says no time"),
        ("daily 07:00 a/../../etc/passwd", "no time zone"),
        ("daily 07:00 Europe", "no time zone"),
        ("at once 07-07, else 08:00", "empty"),
        ("at once 07-20", 'write, in quotes: when: "at once 07-20, else 07:00"'),
        ("at once 07-20 Europe/Berlin", 'when: "at once 07-20 Europe/Berlin, else 07:00"'),
        ("420", "says no time"),
    ],
)
def test_words_that_say_no_time_are_refused_with_help(words: str, says: str) -> None:
    with pytest.raises(WhenError, match=says):
        parse_when(words)


WHENS = st.builds(
    When,
    pace=st.sampled_from([Pace.DAILY, Pace.WEEKLY, Pace.HOURLY, Pace.AT_ONCE]),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    weekday=st.integers(0, 6),
    window=st.sampled_from([None, (time(7), time(20)), (time(22), time(6)), (time(7), time(0))]),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "Pacific/Apia", *(zone for zone, *_ in DST)]),
)


@given(WHENS, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_never_the_past_and_never_more_than_a_week_away(when: When, now: datetime) -> None:
    due = next_time(when, now)
    assert due >= now
    assert due <= now + timedelta(days=8)
    assert due.tzinfo is UTC
    assert next_time(when, due) == due


@pytest.mark.parametrize(("zone", "day"), DST_DAYS)
@pytest.mark.parametrize("hour", range(24))
def test_every_day_has_exactly_one_daily_time(zone: str, day: datetime, hour: int) -> None:
    when = When(pace=Pace.DAILY, at=time(hour, 30), zone=zone)
    now = (day - timedelta(days=2)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = (day + timedelta(days=3)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    dates = []
    while (due := next_time(when, now)) < end:
        dates.append(due.astimezone(ZoneInfo(zone)).date())
        now = due + timedelta(seconds=1)
    assert dates == [(day + timedelta(days=n)).date() for n in range(-2, 3)]


@pytest.mark.parametrize(("zone", "day"), DST_DAYS)
def test_hours_are_full_hours_of_the_local_clock_and_none_is_lost(zone: str, day: datetime) -> None:
    now = (day - timedelta(hours=5)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = now + timedelta(hours=40)
    times = []
    while (due := next_time(When(pace=Pace.HOURLY, zone=zone), now)) < end:
        times.append(due)
        now = due + timedelta(seconds=1)
    assert all(due.astimezone(ZoneInfo(zone)).minute == 0 for due in times)
    assert all(timedelta(minutes=29) < b - a < timedelta(minutes=121) for a, b in pairwise(times))


@pytest.mark.parametrize(("zone", "day"), DST_DAYS)
def test_a_night_window_waits_for_the_morning_on_dst_days_too(zone: str, day: datetime) -> None:
    when = parse_when(f"at once 07-20 {zone}, else 07:00")
    local = day.replace(hour=5, tzinfo=ZoneInfo(zone))
    assert next_time(when, local).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == day.replace(hour=7)
    inside = day.replace(hour=12, tzinfo=ZoneInfo(zone))
    assert next_time(when, inside) == inside
    evening = day.replace(hour=20, tzinfo=ZoneInfo(zone))
    morning = (day + timedelta(days=1)).replace(hour=7)
    assert next_time(when, evening).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == morning


def test_a_window_may_span_midnight() -> None:
    when = parse_when("at once 22-06, else 22:00")
    assert next_time(when, datetime(2026, 1, 1, 23, tzinfo=UTC)) == datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert next_time(when, datetime(2026, 1, 1, 3, tzinfo=UTC)) == datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert next_time(when, datetime(2026, 1, 1, 6, tzinfo=UTC)) == datetime(2026, 1, 1, 22, tzinfo=UTC)


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        next_time(AT_ONCE, datetime(2026, 1, 1))


DESK = Channel(name="desk", url="env:DESK", to=("a@example.org", "b@example.org"))
BOSS = Channel(name="boss", url="env:BOSS", to=("B@example.org", "c@example.org"))
CHAT = Channel(name="chat", url="env:CHAT")
CHANNELS = {channel.name: channel for channel in (DESK, BOSS, CHAT)}


def test_every_fitting_route_applies() -> None:
    everything = Route(to=("desk",))
    urgent = Route(to=("chat",), priority=Priority.HIGH)
    named = Route(to=("boss",), names=("Genocide findings",))
    tagged = Route(to=("boss",), tags=("law", "sport"), priority=Priority.NORMAL)
    given_routes = (everything, urgent, named, tagged)
    assert routes_for(given_routes, rule="Other") == (everything,)
    assert routes_for(given_routes, rule="Other", priority=Priority.URGENT) == (everything, urgent)
    assert routes_for(given_routes, rule="Genocide findings", priority=Priority.LOW) == (everything, named)
    assert routes_for(given_routes, rule="Other", tags=("law",)) == (everything, tagged)
    assert routes_for(given_routes, rule="Other", tags=("law",), priority=Priority.LOW) == (everything,)


def test_one_person_is_told_once_however_the_address_is_written() -> None:
    found = recipients(Route(to=("desk", "boss", "chat")), CHANNELS)
    assert found == (
        Recipient(channel="desk", address="a@example.org"),
        Recipient(channel="desk", address="b@example.org"),
        Recipient(channel="boss", address="c@example.org"),
        Recipient(channel="chat"),
    )


def test_the_earliest_due_time_wins() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    daily = Route(to=("desk",), when=parse_when("daily 07:00"))
    at_once = Route(to=("boss",), when=AT_ONCE)
    due = {recipient.address: at for recipient, at in tell_at((daily, at_once), CHANNELS, now)}
    morning = datetime(2026, 1, 2, 7, tzinfo=UTC)
    assert due == {"a@example.org": morning, "B@example.org": now, "c@example.org": now}
