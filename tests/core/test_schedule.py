"""The schedule: when a source is due, what a poll teaches, what the operator hears."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.schedule import (
    LONGEST,
    SHORTEST,
    Health,
    HostHold,
    Incident,
    IncidentKind,
    SourceState,
    address,
    after,
    conditional,
    due,
    held,
    order,
    resume,
)
from monitor.schedule.health import weekdays
from monitor.story import Outcome, Poll, Source, Story

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
URL = "https://news.example/feed"
SOURCE = Source(url=URL, outlet="example", interval=15 * MINUTE)
NEW = SourceState(outlet="example", url=URL)


def poll(outcome: Outcome = Outcome.UNCHANGED, at: datetime = T0, **more: object) -> Poll:
    if outcome in {Outcome.NEWS, Outcome.UNCHANGED}:
        known = 20 if outcome is Outcome.UNCHANGED else 15
        more = {"status": 200, "total": 20, "known": known, **more}
    return Poll(source=SOURCE, at=at, outcome=outcome, **more)  # type: ignore[arg-type]


def story(published: datetime) -> Story:
    return Story("example", "A headline", "https://news.example/a", published)


def step(state: SourceState, this: Poll, now: datetime, source: Source = SOURCE) -> SourceState:
    return after(state, source, this, now, jitter=0.0).state


def baseline(now: datetime = T0, **more: object) -> SourceState:
    return step(NEW, poll(Outcome.NEWS, now, known=0, newest=now - HOUR, **more), now)


def walk(
    state: SourceState, polls: Iterable[Poll], source: Source = SOURCE
) -> tuple[SourceState, list[Incident]]:
    found: list[Incident] = []
    for this in polls:
        after_it = after(state, source, this, this.at, jitter=0.0)
        state, found = after_it.state, [*found, *after_it.incidents]
    return state, found


def kinds(incidents: Iterable[Incident]) -> list[IncidentKind]:
    return [i.kind for i in incidents]


def test_a_new_source_is_due_at_once_and_a_paused_one_never() -> None:
    assert due(NEW, T0)
    assert not due(replace(NEW, health=Health.PAUSED), T0)


def test_a_polled_source_is_due_after_its_interval() -> None:
    state = baseline()
    assert not due(state, T0 + 14 * MINUTE)
    assert due(state, T0 + 15 * MINUTE)


def test_nothing_new_lengthens_in_steps_and_news_resets() -> None:
    state, _ = walk(baseline(), [poll(at=T0 + n * HOUR) for n in range(1, 3)])
    assert state.interval == 45 * MINUTE
    state, _ = walk(state, [poll(Outcome.NOT_MODIFIED, T0 + n * HOUR, status=304) for n in range(3, 9)])
    assert state.interval == 60 * MINUTE
    assert step(state, poll(Outcome.NEWS, T0 + 9 * HOUR), T0 + 9 * HOUR).interval == 15 * MINUTE


def test_little_overlap_shortens_and_much_overlap_lets_go() -> None:
    state, _ = walk(baseline(), [poll(Outcome.NEWS, T0 + n * HOUR, known=3) for n in range(1, 4)])
    assert state.interval == SHORTEST
    state = step(state, poll(Outcome.NEWS, T0 + 4 * HOUR, known=10), T0 + 4 * HOUR)
    assert state.interval == SHORTEST
    state = step(state, poll(Outcome.NEWS, T0 + 5 * HOUR, known=19), T0 + 5 * HOUR)
    assert state.interval == 15 * MINUTE


@pytest.mark.parametrize(
    ("declared", "expected"),
    [(1 * MINUTE, SHORTEST), (72 * HOUR, LONGEST), (60 * MINUTE, 60 * MINUTE)],
)
def test_a_declared_interval_is_clamped(declared: timedelta, expected: timedelta) -> None:
    assert step(NEW, poll(Outcome.NEWS, known=0), T0, replace(SOURCE, interval=declared)).due == T0 + expected


@pytest.mark.parametrize(
    ("hint", "expected"),
    [(1 * MINUTE, 15 * MINUTE), (40 * MINUTE, 40 * MINUTE), (1800 * MINUTE, LONGEST)],
)
def test_hints_prolong_within_the_clamp(hint: timedelta, expected: timedelta) -> None:
    assert step(NEW, poll(Outcome.NEWS, known=0, max_age=hint), T0).due == T0 + expected


def test_hints_do_not_count_while_entries_run_away() -> None:
    state = step(baseline(), poll(Outcome.NEWS, T0 + HOUR, known=2, max_age=DAY), T0 + HOUR)
    assert state.due == T0 + HOUR + 7.5 * MINUTE


def test_retry_after_holds_the_host_and_the_source() -> None:
    limited = poll(Outcome.RATE_LIMITED, status=429, retry_after=2 * HOUR)
    found = after(NEW, SOURCE, limited, T0, jitter=0.5)
    assert found.hold is not None
    assert found.hold.host == "news.example"
    assert found.hold.until == T0 + 2.5 * HOUR
    assert found.state.due == found.hold.until


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_capped_at_a_day(status: int) -> None:
    limited = poll(Outcome.RATE_LIMITED, status=status, retry_after=88 * HOUR)
    found = after(NEW, SOURCE, limited, T0, jitter=0.0)
    assert found.hold is not None
    assert found.hold.until == T0 + 24 * HOUR


def test_a_429_without_retry_after_holds_too_and_a_plain_500_does_not() -> None:
    limited = after(NEW, SOURCE, poll(Outcome.RATE_LIMITED, status=429), T0, jitter=0.0)
    broken = after(NEW, SOURCE, poll(Outcome.HTTP_ERROR, status=500), T0, jitter=0.0)
    assert limited.hold is not None
    assert limited.hold.until > T0
    assert broken.hold is None


def test_held_means_the_exact_host_until_its_instant() -> None:
    holds = {"news.example": HostHold(host="news.example", until=T0 + HOUR, reason="HTTP 429")}
    assert held("https://NEWS.example:8443/other", holds, T0) is holds["news.example"]
    assert held("https://www.news.example/", holds, T0) is None
    assert held("https://news.example/", holds, T0 + HOUR) is None


@pytest.mark.parametrize(
    ("outcome", "status", "weight"),
    [
        (Outcome.NOT_A_FEED, 200, 1.0),
        (Outcome.BLOCKED, 403, 1.0),
        (Outcome.HTTP_ERROR, 400, 1.0),
        (Outcome.HTTP_ERROR, 404, 0.5),
        (Outcome.HTTP_ERROR, 502, 0.5),
        (Outcome.RATE_LIMITED, 429, 0.5),
        (Outcome.TLS, None, 0.5),
        (Outcome.DNS, None, 0.5),
        (Outcome.TIMEOUT, None, 0.25),
        (Outcome.CONNECTION, None, 0.25),
    ],
)
def test_failures_weigh_and_success_resets(outcome: Outcome, status: int | None, weight: float) -> None:
    state = step(baseline(), poll(outcome, T0 + HOUR, status=status), T0 + HOUR)
    assert state.failures == weight
    assert state.failed_since == T0 + HOUR
    assert state.due is not None
    assert state.due >= T0 + HOUR + 15 * MINUTE * (1 + weight)
    well = step(state, poll(at=T0 + 2 * HOUR), T0 + 2 * HOUR)
    assert (well.failures, well.failed_since) == (0.0, None)


def test_back_off_is_linear_and_stops_at_a_day() -> None:
    state = replace(baseline(), failures=5.0, failed_since=T0 - 3 * DAY, health=Health.UNREACHABLE)
    assert step(state, poll(Outcome.NOT_A_FEED), T0).due == T0 + 15 * MINUTE * 7
    assert step(replace(state, failures=500.0), poll(Outcome.NOT_A_FEED), T0).due == T0 + DAY


def follow(state: SourceState, source: Source, outcome: Outcome, until: datetime) -> list[Incident]:
    found: list[Incident] = []
    now = state.due or T0
    while now < until:
        after_it = after(state, source, poll(outcome, now), now, jitter=0.3)
        state, found = after_it.state, [*found, *after_it.incidents]
        assert state.due is not None
        now = state.due
    return found


@pytest.mark.parametrize("interval", [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY])
@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.DNS, Outcome.HTTP_ERROR, Outcome.ROBOTS])
def test_a_dead_source_is_told_once_within_a_day_of_its_first_failure(
    interval: timedelta, outcome: Outcome
) -> None:
    source = replace(SOURCE, interval=interval)
    state = step(NEW, poll(Outcome.NEWS, known=0), T0, source)
    assert state.due is not None
    found = follow(state, source, outcome, T0 + 40 * DAY)
    assert [i.kind for i in found if i.notify] == [IncidentKind.UNREACHABLE]
    assert found[0].at <= state.due + DAY
    assert "could not be read since" in found[0].text


def test_recovery_is_told_once() -> None:
    dead, _ = walk(baseline(), [poll(Outcome.DNS, T0 + n * HOUR) for n in range(1, 9)])
    assert dead.health is dead.reported is Health.UNREACHABLE
    well, found = walk(dead, [poll(Outcome.NEWS, T0 + n * HOUR) for n in range(9, 12)])
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.RECOVERED, True)]
    assert well.health is well.reported is Health.OK


@pytest.mark.parametrize("outcome", [Outcome.NOT_A_FEED, Outcome.EMPTY, Outcome.HOSTILE, Outcome.MALFORMED])
def test_decay_needs_two_in_a_row(outcome: Outcome) -> None:
    once, found = walk(baseline(), [poll(outcome, T0 + HOUR)])
    assert once.health is Health.OK
    assert not found
    broken, found = walk(once, [poll(at=T0 + 2 * HOUR), poll(outcome, T0 + 3 * HOUR)])
    assert not found
    broken, found = walk(broken, [poll(outcome, T0 + 4 * HOUR)])
    assert broken.health is Health.DECAYED
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.DECAYED, True)]


def test_gone_pauses_tells_and_resumes_by_a_person() -> None:
    gone, found = walk(baseline(), [poll(Outcome.GONE, T0 + HOUR, status=410)])
    assert gone.health is Health.PAUSED
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.GONE, True)]
    assert not due(gone, T0 + 400 * DAY)
    assert due(resume(gone), T0 + 2 * HOUR)


def test_gone_is_told_even_of_a_source_already_reported() -> None:
    dead, _ = walk(baseline(), [poll(Outcome.DNS, T0 + n * HOUR) for n in range(1, 9)])
    _, found = walk(dead, [poll(Outcome.GONE, T0 + 10 * HOUR, status=410)])
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.GONE, True)]


def redirected(hours: Iterable[float], target: str = "https://news.example/new") -> list[Poll]:
    return [poll(Outcome.UNCHANGED, T0 + h * HOUR, moved_to=target) for h in hours]


def test_a_permanent_redirect_is_believed_after_three_polls_over_two_days() -> None:
    state, found = walk(baseline(), redirected([1, 2, 3, 20]))
    assert address(state, SOURCE) == URL
    assert not found
    state, found = walk(state, redirected([50]))
    assert address(state, SOURCE) == "https://news.example/new"
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.MOVED, True)]
    state, found = walk(state, [poll(at=T0 + 51 * HOUR)])
    assert address(state, SOURCE) == "https://news.example/new"
    assert not found


@pytest.mark.parametrize(
    "between",
    [redirected([30], "https://elsewhere.example/"), [poll(at=T0 + 30 * HOUR)]],
    ids=["another target", "no redirect"],
)
def test_a_wavering_redirect_is_not_believed(between: list[Poll]) -> None:
    state, _ = walk(baseline(), [*redirected([1, 2]), *between, *redirected([50, 51])])
    assert address(state, SOURCE) == URL


def test_a_redirect_to_something_unreadable_does_not_count() -> None:
    polls = [replace(p, outcome=Outcome.NOT_A_FEED) for p in redirected([1, 30, 60, 90])]
    state, _ = walk(baseline(), polls)
    assert address(state, SOURCE) == URL


def test_an_adopted_address_that_dies_is_given_up() -> None:
    state, _ = walk(baseline(), redirected([1, 30, 60]))
    state, _ = walk(state, [poll(Outcome.NOT_A_FEED, T0 + h * HOUR) for h in (61, 62, 63)])
    assert address(state, SOURCE) == URL


def test_validators_are_kept_verbatim_and_asked_with_for_a_day() -> None:
    state = baseline(etag='W/"a--gzip"', last_modified="Mon, 2 Mar 2026 7:59:00 GMT")
    assert (state.etag, state.last_modified) == ('W/"a--gzip"', "Mon, 2 Mar 2026 7:59:00 GMT")
    assert conditional(state, T0 + 23 * HOUR)
    kept = step(state, poll(Outcome.NOT_MODIFIED, T0 + HOUR, last_modified="later"), T0 + HOUR)
    assert (kept.etag, kept.last_modified) == (state.etag, "later")
    assert not conditional(kept, T0 + 24 * HOUR)


def test_validators_that_lie_are_dropped_for_a_week() -> None:
    state = baseline(etag='"same"')
    state = step(state, poll(Outcome.NEWS, T0 + HOUR, etag='"same"'), T0 + HOUR)
    assert state.etag == ""
    state = step(state, poll(at=T0 + 2 * HOUR, etag='"same"'), T0 + 2 * HOUR)
    assert not conditional(state, T0 + 3 * HOUR)


def test_a_304_nobody_asked_for_is_distrusted() -> None:
    state = step(baseline(), poll(Outcome.NOT_MODIFIED, T0 + HOUR, status=304), T0 + HOUR)
    assert state.distrusted == T0 + HOUR


def test_failures_keep_the_validators() -> None:
    state = step(baseline(etag='"a"'), poll(Outcome.HTTP_ERROR, T0 + HOUR, status=503), T0 + HOUR)
    assert state.etag == '"a"'


def test_no_overlap_is_a_gap_with_the_interval_it_spans() -> None:
    at = T0 + 4 * HOUR
    _, found = walk(baseline(), [poll(Outcome.NEWS, at, known=0, stories=(story(at), story(at - HOUR)))])
    assert kinds(found) == [IncidentKind.GAP]
    assert "2026-03-02 08:00 UTC and 2026-03-02 12:00 UTC" in found[0].text
    assert not found[0].notify


def test_what_is_no_gap() -> None:
    at = T0 + 4 * HOUR
    old = (story(T0 - 2 * HOUR), story(T0 - 3 * HOUR))
    quiet = [
        poll(Outcome.NEWS, at, known=1),
        poll(Outcome.UNCHANGED, at),
        poll(Outcome.NEWS, at, known=0, total=1),
        poll(Outcome.NEWS, at, known=0, stories=old),  # the whole body under new GUIDs
    ]
    assert all(not walk(baseline(), [p])[1] for p in quiet)
    assert not walk(NEW, [poll(Outcome.NEWS, known=0)])[1]


def test_a_frozen_feed_is_found_at_its_first_poll() -> None:
    frozen = poll(Outcome.NEWS, known=0, newest=T0 - 390 * DAY)
    state, found = walk(NEW, [frozen])
    assert state.health is Health.SILENT
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.SILENT, True)]
    assert "2025-02-05" in found[0].text


def test_silence_is_told_once_and_recovery_once() -> None:
    quiet = [poll(Outcome.NOT_MODIFIED, T0 + n * DAY, status=304) for n in range(1, 20)]
    state, found = walk(baseline(), quiet)
    assert kinds(found) == [IncidentKind.SILENT]
    at = T0 + 20 * DAY
    _, found = walk(state, [poll(Outcome.NEWS, at, newest=at, stories=(story(at),))])
    assert kinds(found) == [IncidentKind.RECOVERED]


def test_a_silent_source_that_dies_is_told_of_both_and_of_the_end_of_both() -> None:
    quiet = [poll(Outcome.NOT_MODIFIED, T0 + n * DAY, status=304) for n in range(1, 20)]
    dead = [poll(Outcome.DNS, T0 + n * DAY) for n in range(20, 30)]
    again = [poll(Outcome.NOT_MODIFIED, T0 + n * DAY, status=304) for n in range(30, 33)]
    state, found = walk(baseline(), [*quiet, *dead, *again])
    told = [i for i in found if i.notify]
    assert kinds(told) == [IncidentKind.SILENT, IncidentKind.UNREACHABLE, IncidentKind.RECOVERED]
    assert "can be read again, but its newest story is of" in told[2].text
    assert state.health is state.reported is Health.SILENT
    at = T0 + 33 * DAY
    _, found = walk(state, [poll(Outcome.NEWS, at, newest=at, stories=(story(at),))])
    assert [(i.kind, i.notify) for i in found] == [(IncidentKind.RECOVERED, True)]


@pytest.mark.parametrize("first", [Outcome.DNS, Outcome.NOT_A_FEED])
def test_a_source_that_cannot_be_read_is_told_once_whatever_comes_instead(first: Outcome) -> None:
    other = Outcome.NOT_A_FEED if first is Outcome.DNS else Outcome.DNS
    polls = [poll(first if n < 9 else other, T0 + n * HOUR) for n in range(1, 30)]
    _, found = walk(baseline(), polls)
    assert len([i for i in found if i.notify]) == 1


def test_entries_reissued_with_their_old_dates_do_not_hide_silence() -> None:
    polls = [
        poll(Outcome.NEWS, T0 + n * DAY, known=0, newest=T0 - HOUR, stories=(story(T0 - HOUR),) * 5)
        for n in range(1, 20)
    ]
    state, found = walk(baseline(), polls)
    assert state.health is Health.SILENT
    assert kinds(found) == [IncidentKind.SILENT]


def test_a_weekend_is_no_silence_and_an_explicit_limit_is_exact() -> None:
    friday = T0 + 4 * DAY + 9 * HOUR
    busy = (story(friday), story(friday - HOUR), story(friday - 2 * HOUR))
    monday = [poll(Outcome.NOT_MODIFIED, friday + 64 * HOUR, status=304)]
    state = step(NEW, poll(Outcome.NEWS, friday, known=0, newest=friday, stories=busy), friday)
    assert walk(state, monday)[0].health is Health.OK
    strict = replace(SOURCE, max_silence=2 * DAY)
    assert walk(state, monday, strict)[0].health is Health.SILENT


def test_a_weekly_source_may_pause_for_a_week() -> None:
    weekly = tuple(story(T0 - n * 7 * DAY) for n in range(8))
    state = step(NEW, poll(Outcome.NEWS, T0, known=0, newest=T0, stories=weekly), T0)
    assert walk(state, [poll(at=T0 + n * DAY) for n in range(1, 15)])[0].health is Health.OK


def test_weekdays_count_without_saturdays_and_sundays() -> None:
    assert weekdays(T0, T0 + 7 * DAY) == 5 * DAY
    assert weekdays(T0 + 5 * DAY, T0 + 6 * DAY) == timedelta(0)
    assert weekdays(T0 + 4 * DAY, T0 + 7 * DAY) == DAY


def test_the_most_overdue_goes_first_and_the_more_urgent_among_equals() -> None:
    def late(url: str, interval: timedelta, by: timedelta | None) -> tuple[SourceState, Source]:
        state = replace(NEW, url=url, interval=interval, due=None if by is None else T0 - by)
        return state, replace(SOURCE, url=url, interval=interval)

    lot = [
        late("https://a.example/", HOUR, HOUR / 2),
        late("https://b.example/", 15 * MINUTE, HOUR),
        late("https://c.example/", 15 * MINUTE, None),
        late("https://d.example/", HOUR, HOUR),
    ]
    ranked = sorted(lot, key=lambda pair: order(pair[0], pair[1], T0))
    assert [pair[1].url[8] for pair in ranked] == ["b", "c", "d", "a"]


# -- laws -----------------------------------------------------------------------------------------

spans = st.timedeltas(min_value=timedelta(0), max_value=40 * DAY)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Source, list[tuple[Poll, float]]]:
    source = replace(SOURCE, interval=draw(st.timedeltas(min_value=MINUTE, max_value=3 * DAY)))
    now, polls = T0, []
    for _ in range(draw(st.integers(1, 25))):
        now += draw(st.timedeltas(min_value=SHORTEST, max_value=2 * DAY))
        total = draw(st.integers(1, 40))
        this = Poll(
            source=source,
            at=now,
            outcome=draw(st.sampled_from(list(Outcome))),
            status=draw(st.sampled_from([None, 200, 304, 404, 410, 429, 503])),
            total=total,
            known=draw(st.integers(0, total)),
            etag=draw(st.sampled_from(["", '"a"', '"b"'])),
            max_age=draw(st.none() | spans),
            newest=draw(st.none() | st.just(now) | st.just(T0 - 9 * DAY)),
            moved_to=draw(st.sampled_from(["", "", "https://news.example/new"])),
        )
        polls.append((this, draw(st.floats(0, 1))))
    return source, polls


@settings(max_examples=200, deadline=None)
@given(histories())
def test_laws_of_every_history(history: tuple[Source, list[tuple[Poll, float]]]) -> None:
    source, polls = history
    state = NEW
    for this, jitter in polls:
        heard = state.reported
        found = after(state, source, this, this.at, jitter=jitter)
        assert found == after(state, source, this, this.at, jitter=jitter)
        state = found.state
        assert state.due is not None
        assert this.at + SHORTEST <= state.due
        assert state.due <= this.at + LONGEST + (HOUR if found.hold else timedelta(0))
        assert (state.failures == 0) == (not this.failed) == (state.failed_since is None)
        assert state.polls > 0
        told = [i.kind for i in found.incidents if i.notify and i.kind is not IncidentKind.MOVED]
        assert len(told) == (state.reported is not heard), "told once, and only what was not heard"
        assert {heard, state.reported} != {Health.UNREACHABLE, Health.DECAYED}
        assert IncidentKind.RECOVERED not in told or heard is not Health.OK
        assert state.reported is not Health.OK or heard is Health.OK or told == [IncidentKind.RECOVERED]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), spans)
def test_weekdays_never_exceed_the_span(start: datetime, span: timedelta) -> None:
    begin = start.replace(tzinfo=UTC)
    assert timedelta(0) <= weekdays(begin, begin + span) <= span


def test_what_was_damaged_in_a_body_stays_noted_until_another_is_read() -> None:
    note = "The feed breaks off in the middle; the 12 whole entries in it were read."
    state = step(NEW, poll(Outcome.NEWS, known=0, warnings=(note,)), T0)
    assert (state.detail, state.health, state.failures) == (note, Health.OK, 0.0)
    state = step(state, poll(Outcome.NOT_MODIFIED), T0 + HOUR)
    assert state.detail == note
    assert step(state, poll(Outcome.NEWS), T0 + 2 * HOUR).detail == ""
    failed = step(state, poll(Outcome.TIMEOUT, detail="It timed out."), T0 + 2 * HOUR)
    assert failed.detail == "It timed out."
    assert step(failed, poll(Outcome.NOT_MODIFIED), T0 + 3 * HOUR).detail == ""
