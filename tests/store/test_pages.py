"""Pages on record: what waits for them, which are due, and that nothing of an entry is lost on the way."""

from __future__ import annotations

from dataclasses import replace

from monitor.outbox import Kind
from monitor.schedule import Want
from monitor.store import Store, decisions, outbox, pages, stories
from monitor.store.pages import PageCounts, Waiting
from monitor.story import Access, DateSource, Photo
from monitor.triage import Decision, Reason
from tests.store.made import NOW, SOURCE, added, alert, hours, page, story

WHOLE = story(
    1,
    summary="Ürümqi.",
    headlines=("Another",),
    authors=("A. Writer",),
    sections=("World", "Asia"),
    language="zh-Hant",
    access=Access.METERED,
    photo=Photo(url="https://daily.example/p.jpg", caption="A camera", credit="Reuters"),
    updated=NOW,
    date_source=DateSource.FIRST_SEEN,
    hash="abc",
    correction="Correction: it was May.",
    origin="Reuters",
    vanished=True,
    provenance={"title": "feed"},
)


def test_an_entry_waits_as_it_was(store: Store) -> None:
    waiting = Waiting(story=WHOLE, seen=NOW, published_after=NOW - hours(3))
    with store.writing() as tx:
        pages.wait(tx, page(1), waiting)
    with store.reading() as tx:
        assert pages.entries(tx, page(1).key) == (waiting,)
        (found,) = pages.entries(tx, page(1).key)
        assert found.story.provenance == WHOLE.provenance
        assert pages.get(tx, page(1).key) == page(1)
        assert pages.get(tx, "other") is None


def test_several_sources_wait_for_one_page_and_each_with_its_newest_entry(store: Store) -> None:
    other = "https://feeds.example/asia"
    with store.writing() as tx:
        pages.wait(tx, page(1, due=NOW + hours(1)), Waiting(story=WHOLE, seen=NOW))
        pages.wait(tx, page(1), Waiting(story=replace(WHOLE, title="New headline"), seen=NOW + hours(1)))
        pages.wait(tx, page(1), Waiting(story=replace(WHOLE, source=other), seen=NOW + hours(2)))
        found = pages.entries(tx, page(1).key)
        due = pages.due(tx, NOW)
    assert [(w.story.source, w.story.title, w.seen) for w in found] == [
        (SOURCE, "New headline", NOW),
        (other, "Headline 1", NOW + hours(2)),
    ]
    assert [p.due for p in due] == [NOW], "a page that is wanted again is wanted now"


def test_undecided_stories_go_before_those_that_are_read_again(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        pages.put(tx, page(1, story_id=known.id, due=NOW - hours(9), want=Want.WATCH, told=NOW - hours(10)))
        pages.put(tx, page(4, story_id=known.id, due=NOW - hours(1), tries=2, detail="no"))
        pages.wait(tx, page(2), Waiting(story=story(2), seen=NOW))
        pages.wait(tx, page(3, due=NOW + hours(1)), Waiting(story=story(3), seen=NOW))
        assert [p.url[-1] for p in pages.due(tx, NOW)] == ["2", "1", "4"]
        assert pages.counts(tx) == PageCounts(waiting=2, failed=1, watched=1)
        assert {p.url[-1] for p in pages.of_story(tx, known.id)} == {"1", "4"}


def test_what_was_read_is_remembered_anew_or_forgotten(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        for number in (1, 2):
            pages.wait(tx, page(number), Waiting(story=story(number), seen=NOW))
        again = page(1, story_id=known.id, tries=1, detail="no answer", due=NOW + hours(1), missing=NOW)
        pages.put(tx, again)
        pages.forget(tx, page(2).key)
        assert pages.get(tx, again.key) == again
        assert pages.get(tx, page(2).key) is None
        assert pages.entries(tx, page(1).key) == pages.entries(tx, page(2).key) == ()
        assert pages.counts(tx) == PageCounts(failed=1)


def test_what_a_headline_almost_met_is_found_until_the_story_is_judged_again(store: Store) -> None:
    with store.writing() as tx:
        one, two = added(tx, 1), added(tx, 2)
        almost = Decision(rule="Region", reason=Reason.POSSIBLE, detail="it lacks Xinjiang")
        for known in (one, two):
            decisions.record(tx, known.id, 1, [almost], rulebook="b", decided=NOW)
        listed = alert(one, kind=Kind.POSSIBLE, occasions=("possible:Region",))
        (number,) = outbox.add(tx, [listed], NOW)
        assert outbox.waiting_possible(tx, one.id) == (number,)
        assert outbox.waiting_possible(tx, two.id) == ()
        stories.revise(tx, two, replace(two.story, body="More."), changed=("body",), text_key=None, seen=NOW)
        assert [r.id for r in stories.search(tx, possible=True)] == [one.id]
        assert stories.possible_of(tx, [one.id, two.id]) == {one.id: {"Region": "it lacks Xinjiang"}}
        assert [r.id for r in stories.search(tx, matched=False)] == [two.id, one.id]


def test_a_page_and_further_addresses_are_faces_of_a_story(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        assert stories.identify(tx, story(1), "https://daily.example/1") == stories.known(
            tx, known.id, SOURCE
        )
        assert stories.identify(tx, story(9), "https://daily.example/9") is None
        stories.note_page(tx, known.id, replace(known.story, title="On the page"), face="f", seen=NOW)
        stories.note_address(tx, known.id, "https://daily.example/articles/c1", NOW)
        stories.note_address(tx, added(tx, 2).id, "https://daily.example/articles/c1", NOW)
        found = stories.by_url(tx, "https://daily.example/articles/c1")
        assert found is not None
        assert found.id == known.id, "an address stays the story's that had it first"
        assert stories.headlines(tx, known.id)[stories.PAGE].title == "On the page"
        page_face = stories.known(tx, known.id, stories.PAGE)
        assert page_face is not None
        assert page_face.face == "f"
