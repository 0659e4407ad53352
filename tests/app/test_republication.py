"""Most of a feed changes ids, dates or addresses at once: nobody is alerted, the operator is told in one line."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from monitor.outbox import Kind
from monitor.store import outbox
from monitor.triage import Verdict
from tests.newsrooms import newsroom, story

FEED = [story(f"Uyghur report number {n}, of many", summary=f"Text {n}.") for n in range(12)]


@contextmanager
def published(folder, entries):
    with newsroom(folder) as opened:
        opened.baseline()
        opened.poll(*entries)
        bound(opened)
        opened.clock.forward(hours=5)
        yield opened


@pytest.fixture
def room(tmp_path):
    with published(tmp_path, FEED) as opened:
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


PLACES = (
    "camp",
    "school",
    "court",
    "mosque",
    "poet",
    "lawyer",
    "cotton",
    "border",
    "embassy",
    "museum",
    "film",
    "bank",
)
NAMED = [
    story(
        f"Uyghur {place} report: {PLACES[n - 9]} and {PLACES[n - 7]}",
        url=f"https://www.bbc.example/a/{n}",
        summary=f"The {place} in town {n} was closed by the {PLACES[n - 11]} on order {n * 3}, a {PLACES[n - 5]} worker said.",
    )
    for n, place in enumerate(PLACES)
]


def moved(n, one, **more):
    return replace(one, url=f"https://new.example/{n}", guid=f"new{n}", **more)


REWRITTEN = {
    "capitals": lambda s: {"title": s.title.upper()},
    "capitals, no summary": lambda s: {"title": s.title.upper(), "summary": ""},
    "the site's name": lambda s: {"title": f"{s.title} - BBC News", "summary": ""},
    "another name": lambda s: {"title": f"{s.title} - The Kashgar Evening Post", "summary": ""},
    "a label": lambda s: {"title": f"Archive of the year: {s.title}", "summary": ""},
    "no summary": lambda s: {"summary": ""},
    "a truncated summary": lambda s: {"summary": s.summary[:30]},
}


@pytest.fixture
def named(tmp_path):
    with published(tmp_path, NAMED) as opened:
        yield opened


@pytest.mark.parametrize("change", REWRITTEN.values(), ids=REWRITTEN.keys())
def test_headlines_written_otherwise_and_lost_summaries_are_recognised(named, change):
    named.poll(*[moved(n, s, **change(s)) for n, s in enumerate(NAMED)])
    named.clock.forward(hours=2)
    (line,) = bound(named)
    assert line.alert.kind is Kind.OPERATOR
    assert "12 of its 12 entries again" in line.alert.text


def test_a_name_that_went_from_the_headlines_is_not_missed(tmp_path):
    with published(tmp_path, [replace(s, title=f"{s.title} - Kashgar Evening Post") for s in NAMED]) as room:
        room.poll(*[moved(n, s, summary="") for n, s in enumerate(NAMED)])
        assert [r.alert.kind for r in bound(room)] == [Kind.OPERATOR]


def test_another_feed_of_the_outlet_is_no_republication(named):
    named.poll(*[moved(n, s) for n, s in enumerate(NAMED)], url="https://bbc.example/other")
    assert [r.alert.kind for r in bound(named) if r.alert.kind is Kind.OPERATOR] == []


def test_twelve_new_stories_are_no_republication(named):
    fresh = [
        story(f"Uyghur {place} opens in {PLACES[n - 3]} street", summary=f"A {place} opened, number {n}.")
        for n, place in enumerate(PLACES)
    ]
    named.poll(*fresh)
    rows = bound(named)
    assert {r.alert.kind for r in rows} == {Kind.ALERT}
    assert len(rows) == 12


def test_one_headline_that_recurs_is_not_the_whole_source(named):
    named.poll(story("Uyghur news in brief", summary="Monday's news from the town of Hotan and its camps."))
    bound(named)
    days = [
        story(
            "Uyghur News in Brief",
            url=f"https://www.bbc.example/b/{n}",
            summary=f"What the {place} did, and {n} more.",
        )
        for n, place in enumerate(PLACES)
    ]
    named.poll(*days)
    rows = bound(named)
    assert Kind.OPERATOR not in {r.alert.kind for r in rows}
    assert Kind.ALERT in {r.alert.kind for r in rows}


def test_entries_that_are_copies_of_one_another_did_not_come_again(named):
    one = (
        NAMED[0].summary
        + " It was the first time since the year of the flood that the doors stayed shut for a week."
    )
    named.poll(
        *[story("Uyghur shop opens", url=f"https://www.bbc.example/c/{n}", summary=one) for n in range(12)]
    )
    assert Kind.OPERATOR not in {r.alert.kind for r in bound(named)}
