"""What is remembered of sources."""

from __future__ import annotations

import dataclasses
from datetime import timedelta, timezone

from monitor.schedule import Health, HostHold, Incident, IncidentKind, SourceState
from monitor.store import Store, runs, sources
from monitor.story import FAILURES, Outcome, Poll, Source
from tests.store.made import NOW, SOURCE, hours

FULL = SourceState(
    outlet="daily",
    url=SOURCE,
    polls=7,
    first_good=NOW - hours(9),
    last_poll=NOW,
    last_outcome=Outcome.RATE_LIMITED,
    last_status=429,
    detail="Too many requests",
    last_good=NOW - hours(1),
    last_new=NOW - hours(2),
    newest=NOW - hours(3),
    etag='W/"x"',
    last_modified="Wed, 13 Jan 2021 10:00:00 GMT",
    body_hash="abc",
    last_full=NOW - hours(4),
    distrusted=NOW - hours(7),
    interval=timedelta(minutes=17, microseconds=3),
    due=NOW + hours(1),
    failures=1.5,
    failed_since=NOW - hours(1),
    health=Health.UNREACHABLE,
    health_since=NOW - hours(1),
    reported=Health.SILENT,
    usual_gap=timedelta(hours=5),
    moved_to="https://new.example/",
    moved_count=2,
    moved_since=NOW - hours(8),
)


def test_every_field_of_a_state_comes_back(store: Store) -> None:
    assert all(getattr(FULL, f.name) not in {None, ""} for f in dataclasses.fields(FULL)), (
        "a field is untested"
    )
    with store.writing() as tx:
        sources.save_state(tx, SourceState(outlet="daily", url=SOURCE))
        sources.save_state(tx, FULL)
    with store.reading() as tx:
        assert sources.states(tx) == {("daily", SOURCE): FULL}


def test_a_state_without_history_comes_back(store: Store) -> None:
    bare = SourceState(outlet="daily", url=SOURCE)
    with store.writing() as tx:
        sources.save_state(tx, bare)
        assert sources.states(tx)["daily", SOURCE] == bare


def test_states_of_some_sources(store: Store) -> None:
    with store.writing() as tx:
        for outlet, url in [("a", "u1"), ("a", "u2"), ("b", "u1")]:
            sources.save_state(tx, SourceState(outlet=outlet, url=url))
        assert list(sources.states(tx, [("b", "u1"), ("a", "u2"), ("c", "u9")])) == [("a", "u2"), ("b", "u1")]
        assert sources.states(tx, []) == {}
        many = [(f"o{n}", "u") for n in range(600)]
        assert list(sources.states(tx, [*many, ("a", "u1")])) == [("a", "u1")]


def test_every_outcome_is_recorded(store: Store) -> None:
    source = Source(url=SOURCE, outlet="daily")
    with store.writing() as tx:
        run = runs.begin(tx, "run", NOW, pid=1, host="here")
        for number, outcome in enumerate(sorted(FAILURES)):
            poll = Poll(
                source=source, at=NOW + timedelta(seconds=number), outcome=outcome, warnings=("odd", "dates")
            )
            sources.record_poll(tx, run, poll)
        sources.record_poll(tx, None, Poll(source=Source(url="x", outlet="y"), at=NOW, outcome=Outcome.NEWS))
        rows = sources.polls(tx, outlet="daily")
        assert [row.outcome for row in rows] == sorted(FAILURES, reverse=True)
        assert rows[0].warnings == ("odd", "dates")
        assert [row.outcome for row in sources.polls(tx, url="x")] == [Outcome.NEWS]
        assert len(sources.polls(tx, since=NOW + timedelta(seconds=2), until=NOW + timedelta(seconds=4))) == 2
        assert len(sources.polls(tx, limit=3)) == 3
        assert sources.forget_polls(tx, NOW + timedelta(seconds=1)) == 2


def test_a_poll_comes_back_as_it_was(store: Store) -> None:
    here = NOW.astimezone(timezone(hours(8)))
    poll = Poll(
        source=Source(url=SOURCE, outlet="daily"),
        at=here,
        outcome=Outcome.UNCHANGED,
        status=200,
        detail="fine\0 \ud800",
        size=5_000_000_000,
        elapsed=0.25,
        total=9,
        known=9,
    )
    with store.writing() as tx:
        sources.record_poll(tx, None, poll)
        row = sources.polls(tx)[0]
    assert (row.at, row.status, row.size, row.elapsed, row.total, row.known, row.new) == (
        NOW,
        200,
        5_000_000_000,
        0.25,
        9,
        9,
        0,
    )
    assert row.detail == "fine� �"


def test_incidents(store: Store) -> None:
    gone = Incident(kind=IncidentKind.GONE, outlet="daily", url=SOURCE, at=NOW, text="410", notify=True)
    gap = Incident(kind=IncidentKind.GAP, outlet="other", url=SOURCE, at=NOW + hours(1), text="gap")
    with store.writing() as tx:
        sources.record_incidents(tx, [])
        sources.record_incidents(tx, [gone, gap])
        assert sources.incidents(tx) == (gap, gone)
        assert sources.incidents(tx, outlet="daily") == (gone,)
        assert sources.incidents(tx, since=NOW + hours(1)) == (gap,)


def test_an_outlet_has_history_once_any_source_was_read(store: Store) -> None:
    with store.writing() as tx:
        assert sources.outlet_last_good(tx, "daily") is None
        sources.save_state(tx, SourceState(outlet="daily", url="a"))
        assert sources.outlet_last_good(tx, "daily") is None
        sources.save_state(tx, SourceState(outlet="daily", url="b", last_good=NOW - hours(1)))
        sources.save_state(tx, SourceState(outlet="daily", url="c", last_good=NOW))
        sources.save_state(tx, SourceState(outlet="other", url="c", last_good=NOW + hours(1)))
        assert sources.outlet_last_good(tx, "daily") == NOW


def test_hashes_are_forgotten_30_days_after_they_were_last_seen(store: Store) -> None:
    with store.writing() as tx:
        sources.remember_hashes(tx, "daily", SOURCE, ["a", "b"], NOW)
        sources.remember_hashes(tx, "daily", "elsewhere", ["z"], NOW)
        sources.remember_hashes(tx, "daily", SOURCE, ["b", "c", "c"], NOW + timedelta(days=20))
        assert sources.hashes(tx, "daily", SOURCE) == {"a", "b", "c"}
        sources.remember_hashes(tx, "daily", SOURCE, [], NOW + timedelta(days=31))
        sources.remember_hashes(tx, "daily", SOURCE, ["d"], NOW + timedelta(days=31))
        assert sources.hashes(tx, "daily", SOURCE) == {"b", "c", "d"}
        assert sources.hashes(tx, "daily", "elsewhere") == {"z"}


def test_a_held_host_is_free_when_its_time_is_over(store: Store) -> None:
    first = HostHold(host="daily.example", until=NOW + hours(1), reason="429")
    longer = HostHold(host="daily.example", until=NOW + hours(2), reason="503")
    with store.writing() as tx:
        sources.hold(tx, first)
        sources.hold(tx, longer)
        sources.hold(
            tx, HostHold(host="daily.example", until=NOW + hours(1.5), reason="another source's 429")
        )
        assert sources.holds(tx, NOW + hours(1)) == {"daily.example": longer}
        assert sources.holds(tx, NOW + hours(2)) == {}


def test_robots_txt_is_kept(store: Store) -> None:
    with store.writing() as tx:
        assert sources.robots(tx, "daily.example") is None
        sources.save_robots(tx, "daily.example", "", NOW)
        sources.save_robots(tx, "daily.example", "User-agent: *", NOW + hours(1))
        row = sources.robots(tx, "daily.example")
    assert row is not None
    assert (row.body, row.fetched) == ("User-agent: *", NOW + hours(1))
