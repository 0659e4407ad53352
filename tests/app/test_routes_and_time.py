"""Due times and multiplicity (3 rules, 2 routes, shared recipients), burst, silences, heartbeat, the timetable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from monitor.app import silences
from monitor.app.journal import begin
from monitor.app.routing import route_story
from monitor.app.timetable import timetable
from monitor.errors import ConfigError
from monitor.outbox import Kind, State
from monitor.store import outbox
from tests.alerts.servers import smtp
from tests.desks import DESK, env, send
from tests.newsrooms import NOON, newsroom, story

SHARED = """\
version: 1
timezone: Europe/Berlin
rules:
  Uyghurs: [Uyghur*]
  Surveillance: {all: [[camera*], [Uyghur*]], priority: high}
  Cotton: {any: [cotton], tags: [trade]}
operator: {name: The desk, mail: ops@desk.example, to: [ops]}
channels:
  desk: {url: "env:DESK", to: [editor@desk.example, deputy@desk.example]}
  chief: {url: "env:DESK", to: [EDITOR@desk.example, chief@desk.example]}
  ops: {url: "env:DESK", to: [ops@desk.example]}
routes:
  - {to: [desk], when: daily 07:00}
  - {rules: {priority: high}, to: [chief], when: at once}
"""
EDITOR, DEPUTY, CHIEF = (f"mail:{who}@desk.example" for who in ("editor", "deputy", "chief"))
MORNING = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)  # 07:00 in Berlin
NOW = NOON + timedelta(hours=1)


def alerts(room):
    """Give every alert of a story that waits: recipient -> (due, rules)."""
    with room.wire.store.writing() as tx:
        far = room.clock() + timedelta(days=30)
        rows = [r for m in outbox.bind(tx, far) for r in outbox.alerts_of(tx, m.id)]
    found = {}
    for row in rows:
        if row.alert.kind is not Kind.OPERATOR:
            found.setdefault(row.alert.recipient.key, []).append((row.alert.due, row.alert.rules))
    return found


@pytest.fixture
def shared(tmp_path):
    with newsroom(tmp_path, SHARED) as room:
        room.baseline()
        yield room


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Rain in Leeds", {}),
        (
            "Uyghur poet freed",
            {EDITOR: [(MORNING, ("Uyghurs",))], DEPUTY: [(MORNING, ("Uyghurs",))]},
        ),
        (
            "Cotton prices rise",
            {EDITOR: [(MORNING, ("Cotton",))], DEPUTY: [(MORNING, ("Cotton",))]},
        ),
        (
            "Cameras follow Uyghur poet",
            {
                EDITOR: [(NOW, ("Uyghurs", "Surveillance"))],
                DEPUTY: [(MORNING, ("Uyghurs", "Surveillance"))],
                CHIEF: [(NOW, ("Surveillance",))],
            },
        ),
        (
            "Cameras follow Uyghur cotton pickers",
            {
                EDITOR: [(NOW, ("Uyghurs", "Surveillance", "Cotton"))],
                DEPUTY: [(MORNING, ("Uyghurs", "Surveillance", "Cotton"))],
                CHIEF: [(NOW, ("Surveillance",))],
            },
        ),
    ],
)
def test_one_alert_a_recipient_at_the_earliest_time_naming_all_rules(shared, title, expected):
    """The editor is behind both routes, under two spellings: one alert, at once, with every rule."""
    shared.poll(story(title))
    assert alerts(shared) == expected


def test_a_due_time_is_fixed_at_the_decision_and_leaves_at_the_next_pass_after_it(tmp_path):
    with smtp() as sink, newsroom(tmp_path, SHARED, env=env(sink.port)) as room:
        room.baseline()
        send(room)
        sink.mails.clear()
        room.poll(story("Uyghur poet freed"))
        assert send(room) == ()
        room.clock.now = MORNING - timedelta(seconds=1)
        assert send(room) == ()
        room.clock.now = MORNING + timedelta(hours=5)  # no run before: late, never dropped
        assert [s.state for s in send(room)] == [State.SENT, State.SENT]
        assert send(room) == ()


def test_a_rule_added_later_for_the_same_story_tells_only_that_rule(shared):
    first = story("Uyghur poet freed")
    shared.poll(first)
    shared.clock.forward(minutes=5)
    shared.poll(replace(first, summary="Cameras had followed her through the cotton fields."))
    found = alerts(shared)
    assert {frozenset(rules) for _, rules in found[EDITOR]} == {
        frozenset({"Surveillance", "Cotton"}),
        frozenset({"Uyghurs"}),
    }
    assert [rules for _, rules in found[CHIEF]] == [("Surveillance",)]


def mails_of_stories(sink, to="editor@desk.example"):
    found = [message_from_bytes(m) for m in sink.mails]
    return [m for m in found if m["To"] == to and "Copytaster:" not in str(m["Subject"])]


def test_over_the_burst_limit_the_rest_becomes_one_digest_and_nothing_is_lost(tmp_path):
    rules = DESK.replace("settings: {", "settings: {burst: 3, ")
    with smtp() as sink, newsroom(tmp_path, rules, env=env(sink.port)) as room:
        room.baseline()
        send(room)
        room.clock.forward(hours=2)
        sink.mails.clear()
        for number in range(10):
            room.poll(story(f"Uyghur story number {number}"))
            send(room)
            room.clock.forward(minutes=1)
        assert len(mails_of_stories(sink)) == 3
        with room.wire.store.reading() as tx:
            assert outbox.counts(tx).waiting == 14  # seven for each of two
        room.clock.forward(minutes=52)
        send(room)
        digest = mails_of_stories(sink)[-1]
        assert len(mails_of_stories(sink)) == 4
        assert str(digest["Subject"]).startswith("7 stories:")
        with room.wire.store.reading() as tx:
            assert outbox.counts(tx).waiting == 0


def test_a_flood_in_one_pass_keeps_to_the_limit(tmp_path):
    rules = DESK.replace("settings: {", "settings: {burst: 2, ")
    with smtp() as sink, newsroom(tmp_path, rules, env=env(sink.port)) as room:
        room.baseline()
        send(room)
        room.clock.forward(hours=2)
        sink.mails.clear()
        room.poll(*(story(f"Uyghur story number {n}") for n in range(120)))
        send(room)
        send(room)
        assert [str(m["Subject"])[:10] for m in mails_of_stories(sink)] == ["50 stories", "50 stories"]
        room.clock.forward(hours=1, minutes=1)
        send(room)
        assert str(mails_of_stories(sink)[-1]["Subject"]).startswith("20 stories:")


def test_what_cannot_be_handed_over_counts_too(tmp_path):
    """A mail server that is down for hours does not let a flood pile up as messages."""
    rules = DESK.replace("settings: {", "settings: {burst: 2, ")
    with newsroom(tmp_path, rules, env=env(1)) as room:
        room.baseline()
        for number in range(6):
            room.poll(story(f"Uyghur story number {number}"))
            send(room)
            room.clock.forward(hours=1)
        with room.wire.store.reading() as tx:
            made = [m for m in outbox.messages(tx) if m.message.recipient.address == "editor@desk.example"]
        assert len(made) == 2


def test_silenced_matches_are_counted_in_the_next_message(tmp_path):
    with smtp() as sink, newsroom(tmp_path, DESK, env=env(sink.port)) as room:
        room.baseline()
        send(room)
        until = room.clock() + timedelta(hours=3)
        row = silences.add(room.wire, "Uyghurs", until=until, author="Ann", reason="too many")
        room.poll(story("Uyghur poet freed"), story("Uyghur baker opens shop"))
        sink.mails.clear()
        assert send(room) == ()
        assert silences.listed(room.wire) == (row,)
        assert silences.expire(room.wire, row.id)
        assert not silences.expire(room.wire, row.id)
        room.clock.forward(minutes=1)
        room.poll(story("Uyghur teacher returns"))
        send(room)
        (mail,) = mails_of_stories(sink)
        text = mail.get_payload()[0].get_payload(decode=True).decode()
        assert "2 matches were held back by silences since the last message (Uyghurs: 2)." in text
        room.clock.forward(minutes=1)
        room.poll(story("Uyghur singer on tour"))
        send(room)
        assert "held back" not in mails_of_stories(sink)[-1].as_string()


@pytest.mark.parametrize(
    ("rule", "hours", "author", "reason", "says"),
    [
        ("Nonsense", 1, "Ann", "x", "There is no rule"),
        ("Uyghurs", -1, "Ann", "x", "is past"),
        ("Uyghurs", 1, " ", "x", "author and a reason"),
        (None, 1, "Ann", "", "author and a reason"),
    ],
)
def test_a_silence_needs_rule_time_author_and_reason(tmp_path, rule, hours, author, reason, says):
    with newsroom(tmp_path, DESK) as room, pytest.raises(ConfigError, match=says):
        until = room.clock() + timedelta(hours=hours)
        silences.add(room.wire, rule, until=until, author=author, reason=reason)


BEATING = DESK.replace(
    "{to: [desk-mail], when: at once}", "{to: [desk-mail], when: daily 07:00, heartbeat: yes}"
) + (
    'sources:\n  - {feed: "https://bbc.example/feed", outlet: bbc}\n'
    '  - {feed: "https://wire.example/feed", outlet: wire}\n'
)


def test_a_heartbeat_says_once_that_nothing_was_to_be_told(tmp_path):
    with smtp() as sink, newsroom(tmp_path, BEATING, env=env(sink.port)) as room:
        room.clock.now = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
        room.baseline("bbc")  # the first run: no heartbeat for times before
        send(room)
        sink.mails.clear()
        room.clock.now = datetime(2026, 3, 4, 7, 5, tzinfo=UTC)
        assert [s.subject for s in send(room)] == ["Copytaster: 1 of 2 sources checked, nothing new"] * 2
        assert send(room) == ()
        text = message_from_bytes(sink.mails[0]).get_payload()[0].get_payload(decode=True).decode()
        assert "Not read since the time before: wire." in text
        room.poll(story("Uyghur poet freed"))
        room.clock.now = datetime(2026, 3, 5, 7, 5, tzinfo=UTC)
        told = [s for s in send(room) if s.message.recipient.channel == "desk-mail"]
        assert [s.stories for s in told] == [1, 1]  # a story was told: no heartbeat
        assert send(room) == ()


def runs_at(room, *times):
    with room.wire.store.writing() as tx:
        for at in times:
            begin(tx, "run", at)


def test_a_digest_just_after_the_only_run_of_the_day_is_warned_of(tmp_path):
    with newsroom(tmp_path, SHARED) as room:
        assert all(c.leaves is None and not c.warning for c in timetable(room.wire))
        runs_at(
            room, *(datetime(2026, 3, day, 5, 0, 3, tzinfo=UTC) for day in (1, 2, 3, 4))
        )  # 06:00 in Berlin
        daily, at_once = timetable(room.wire)
        assert daily.due == MORNING
        assert daily.leaves == datetime(2026, 3, 6, 5, 0, 3, tzinfo=UTC)
        assert "06:00 (Europe/Berlin)" in daily.warning
        assert "23 hours late" in daily.warning
        assert "copytaster deliver at 07:00" in daily.warning
        assert not at_once.warning
        runs_at(room, *(datetime(2026, 3, day, 6, 1, tzinfo=UTC) for day in (3, 4)))
        assert not timetable(room.wire)[0].warning


def test_check_warns_of_it_too(tmp_path):
    from monitor.app.health import check

    with newsroom(tmp_path, SHARED) as room:
        runs_at(room, *(datetime(2026, 3, day, 5, 0, tzinfo=UTC) for day in (2, 3, 4)))
        (late,) = [p for p in check(room.wire) if p.where.startswith("route ")]
        assert "23 hours late" in late.text
        assert not late.grave


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
def test_hourly_runs_fit_every_route(tmp_path, zone):
    rules = SHARED.replace("Europe/Berlin", zone)
    with newsroom(tmp_path, rules) as room:
        runs_at(room, *(NOON - timedelta(hours=h) for h in range(48)))
        assert [c.warning for c in timetable(room.wire)] == ["", ""]


def test_an_hourly_route_under_a_daily_run(tmp_path):
    with newsroom(tmp_path, SHARED.replace("daily 07:00", "hourly")) as room:
        runs_at(room, *(datetime(2026, 3, day, 5, 0, 3, tzinfo=UTC) for day in (2, 3, 4)))
        assert "23 hours late" in timetable(room.wire)[0].warning


def test_routing_is_tried_like_code(shared):
    routed = route_story(shared.wire, "Cameras follow Uyghur poet")
    assert routed.rules == ("Uyghurs", "Surveillance")
    assert routed.channels == {"chief", "desk"}
    taken = shared.poll(story("Cotton prices rise"))
    stored = route_story(shared.wire, str(taken[0].story_id))
    assert [(d.recipient.address, d.due, d.rules) for d in stored.destinations] == [
        ("editor@desk.example", MORNING, ("Cotton",)),
        ("deputy@desk.example", MORNING, ("Cotton",)),
    ]
    with pytest.raises(ConfigError, match="There is no story 999"):
        route_story(shared.wire, "999")
