"""Most of a feed changes ids, dates or addresses at once: nobody is alerted, the operator is told in one line."""

from dataclasses import replace

import pytest

from monitor.outbox import Kind
from monitor.store import outbox
from monitor.triage import Verdict
from tests.newsrooms import newsroom, story

FEED = [story(f"Uyghur report number {n}, of many", summary=f"Text {n}.") for n in range(12)]


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path) as opened:
        opened.baseline()
        opened.poll(*FEED)
        bound(opened)
        opened.clock.forward(hours=5)
        yield opened


def bound(room):
    with room.wire.store.writing() as tx:
        return [r for m in outbox.bind(tx, room.clock()) for r in outbox.alerts_of(tx, m.id)]


CHANGES = {
    "ids": lambda s, n: replace(s, guid=f"tag:new:{n}"),
    "dates": lambda s, n: replace(s, published=s.published.replace(hour=20)),
    "addresses": lambda s, n: replace(s, url=f"https://new.example/{n}", guid=f"https://new.example/{n}"),
    "addresses without ids": lambda s, n: replace(s, url=f"https://new.example/{n}", guid=""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_feed_that_comes_again_is_told_to_the_operator_in_one_line(room, change):
    again = [change(s, n) for n, s in enumerate(FEED)]
    taken = room.poll(*again)
    assert {t.triage.verdict for t in taken} == {Verdict.REISSUED}
    (row,) = bound(room)
    assert row.alert.kind is Kind.OPERATOR
    assert row.alert.text.count("\n") == 0
    assert "12 of its 12 entries again" in row.alert.text
    room.clock.forward(hours=1)
    room.poll(*[change(s, n + 100) for n, s in enumerate(FEED)])
    assert bound(room) == []


def test_what_is_new_in_it_alerts_all_the_same(room):
    again = [CHANGES["addresses"](s, n) for n, s in enumerate(FEED)]
    room.poll(*again, story("A Uyghur poet is free"))
    assert [r.alert.kind for r in bound(room)].count(Kind.ALERT) == 1


def test_a_few_entries_that_come_again_are_no_matter_for_the_operator(room):
    room.poll(*[CHANGES["ids"](s, n) for n, s in enumerate(FEED[:4])])
    assert bound(room) == []


def test_an_equal_headline_in_an_ordinary_poll_is_another_story(room):
    (taken,) = room.poll(
        replace(FEED[0], url="https://www.bbc.example/other", guid="other", summary="Another text.")
    )
    assert taken.triage.verdict is Verdict.NEW
