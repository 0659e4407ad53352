"""A headline that changes for weeks: told at most three times, and never for going back to what was told last."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from lxml import etree

from monitor.app.replay import recordings
from monitor.app.updates import recheck
from monitor.links import canonical
from monitor.outbox import Kind, State
from monitor.store import outbox
from tests.newsrooms import NOON, newsroom, story
from tests.shared_data import WHY, shared_data

RULES = """\
version: 1
timezone: UTC
operator: {name: Desk, to: [m]}
rules: {Everything: ['/\\w/']}
channels: {m: {url: "env:M", to: [desk@example.org]}}
routes: [{to: [m], when: at once}]
"""
ENV = {"M": "mailto://localhost:2525"}
SUMMARY = "What readers ask about the new rules for the ferries, answered."
QUESTIONS = (
    "Can I still cancel my crossing?", "Are dogs allowed on deck?", "Who pays when the ferry is late?",
    "Can pupils sail for free?", "Why did the night ferry stop?", "Will bicycles cost more in July?",
    "Can I bring a wheelchair?", "Is the bar open?", "May I sleep in my car?", "Do babies need a ticket?",
    "Where do I find my refund?",
)  # fmt: skip


@dataclass(frozen=True)
class State22:
    """One headline of one address, and since when."""

    at: datetime
    title: str
    summary: str = SUMMARY


@dataclass(frozen=True)
class Sent:
    """A message: its kind, the headline in it, and what it says has changed."""

    kind: Kind
    title: str
    text: str


def told(folder, states: list[State22]) -> list[Sent]:
    """Run the states through a newsroom whose messages leave every half hour."""
    found: list[Sent] = []
    with newsroom(folder, RULES, env=ENV) as room:
        room.clock.now = states[0].at - timedelta(hours=1)
        room.baseline("bbc")
        for state, following in zip(states, [*states[1:], None], strict=True):
            room.clock.now = state.at
            url = "https://www.bbc.example/news/ferries-1"
            room.poll(story(state.title, url=url, summary=state.summary, at=states[0].at))
            found += _sent(room)
            room.clock.forward(minutes=31)
            if following is None or following.at > room.clock():
                found += _sent(room)
    return found


def _sent(room) -> list[Sent]:
    now = room.clock()
    rows = []
    with room.wire.store.writing() as tx:
        recheck(tx, room.wire.newsroom, now)
        for message in outbox.bind(tx, now):
            rows += outbox.alerts_of(tx, message.id)
            outbox.settle(tx, message.id, state=State.SENT, at=now)
    return [
        Sent(r.alert.kind, r.story.story.title, r.alert.text)
        for r in rows
        if r.alert.kind is not Kind.OPERATOR
    ]


def updates(found: list[Sent]) -> list[str]:
    return [s.title for s in found if s.kind is Kind.UPDATE]


def twenty_two() -> list[State22]:
    """Give 22 states in five weeks, nine of which go back to an earlier one."""
    order = [0, 1, 0, 2, 3, 2, 4, 0, 5, 4, 6, 5, 7, 8, 7, 9, 10, 9, 8, 10, 6, 3]
    return [State22(NOON + timedelta(hours=37 * n), QUESTIONS[q]) for n, q in enumerate(order)]


def test_of_22_states_three_changes_are_told_and_the_first_alert_once(tmp_path):
    found = told(tmp_path, twenty_two())
    assert [s.kind for s in found].count(Kind.ALERT) == 1
    assert len(updates(found)) == 3


def test_a_return_within_the_quiet_minutes_and_after_them(tmp_path):
    one, other = QUESTIONS[:2]
    quick = [
        State22(NOON, one),
        State22(NOON + timedelta(minutes=40), other),
        State22(NOON + timedelta(minutes=60), one),
    ]
    assert updates(told(tmp_path / "quick", quick)) == []
    slow = [
        State22(NOON, one),
        State22(NOON + timedelta(hours=3), other),
        State22(NOON + timedelta(hours=9), one),
    ]
    assert updates(told(tmp_path / "slow", slow)) == [
        other,
        one,
    ]  # the desk would go on with what holds no more


@pytest.fixture(scope="module")
def history() -> dict[str, list[State22]]:
    """Give the headlines of each address in the recorded polls of the BBC."""
    data = shared_data()
    path = data / "polls" / "bbc.tar.xz" if data else None
    if path is None or not path.exists():
        pytest.skip(WHY)
    found: defaultdict[str, list[State22]] = defaultdict(list)
    for record in recordings(path, []):
        for item in etree.fromstring(record.body).iter("item"):
            title, states = item.findtext("title").strip(), found[canonical(item.findtext("link"))]
            if not states or states[-1].title != title:
                states.append(State22(record.at, title, (item.findtext("description") or "").strip()))
    return dict(found)


def test_the_real_link_of_22_states_is_told_at_most_three_times(tmp_path, history):
    states = max(history.values(), key=len)
    assert len(states) == 22
    found = told(tmp_path, states)
    assert [s.kind for s in found].count(Kind.ALERT) == 1
    assert len(updates(found)) <= 3


def test_real_links_that_went_back_are_never_told_twice_in_a_row(tmp_path, history):
    back = [s for s in history.values() if len({state.title for state in s}) < len(s)]
    assert len(back) == 9
    for n, states in enumerate(back):
        found = told(tmp_path / str(n), states)
        assert len(updates(found)) <= 3
        changes = [s.title for s in found if s.text.startswith("The headline was") and s.kind is Kind.UPDATE]
        known = [states[0].title, *changes]
        assert all(one != following for one, following in pairwise(known))
