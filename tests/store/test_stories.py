"""Identity, revisions and copies of stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.store import Store, outbox, stories
from monitor.store import decisions as decided
from monitor.story import Access, DateSource, Photo, Story
from monitor.triage import Neighbours, Reason, face
from tests.store.made import EDITOR, NOW, SOURCE, added, alert, decision, hours, story

BEIJING = timezone(hours(8))
FULL = Story(
    "daily",
    "Uyghur عنوان 维吾尔",
    "https://daily.example/1?a=b",
    datetime(2021, 1, 13, 18, 30, 15, 250, tzinfo=BEIJING),
    "Body\nwith lines",
    summary="Summary",
    headlines=("Other", "Third"),
    authors=("A. Writer", "B. Writer"),
    sections=("World",),
    language="en-GB",
    access=Access.PAID,
    photo=Photo(url="https://p.example/1.jpg", caption="A photo", credit="AFP"),
    updated=datetime(2021, 1, 13, 19, 0, tzinfo=BEIJING),
    date_source=DateSource.UPDATED,
    guid="tag:1",
    source=SOURCE,
    hash="ff",
    provenance={"title": "feed"},
)


def test_every_field_of_a_story_comes_back_in_utc(store: Store) -> None:
    with store.writing() as tx:
        known = stories.add(tx, FULL, canonical=FULL.url, text_key="k", first_seen=NOW)
        row = stories.get(tx, known.id)
    assert row is not None
    assert row.story == FULL
    assert row.story.provenance == FULL.provenance
    assert row.story.published.tzinfo is UTC
    assert (row.revision, row.event, row.first_seen, row.imported, row.matches) == (
        1,
        known.event,
        NOW,
        False,
        (),
    )


def test_a_naive_instant_is_refused(store: Store) -> None:
    with store.writing() as tx:
        with pytest.raises(Exception, match="naive datetime"):
            stories.add(tx, FULL, canonical="", text_key=None, first_seen=datetime(2021, 1, 1))
        assert stories.count(tx) == 0


def test_text_that_databases_refuse_is_stored_without_it(store: Store) -> None:
    odd = story(title="a\0b \udc80 c", body="维\ud800", authors=("x\0",))
    with store.writing() as tx:
        known = stories.add(tx, odd, canonical="u", text_key=None, first_seen=NOW, face="f")
        row = stories.get(tx, known.id)
    assert row is not None
    assert (row.story.title, row.story.body) == ("a�b � c", "维�")


def test_nothing_is_near_an_unknown_story(store: Store) -> None:
    with store.writing() as tx:
        added(tx, 1)
        assert stories.neighbours(tx, story(2), canonical="u2", text_key="k", now=NOW) == Neighbours()


def test_the_url_is_asked_before_the_guid(store: Store) -> None:
    with store.writing() as tx:
        first, second = added(tx, 1), added(tx, 2)
        near = stories.neighbours(tx, story(1), canonical=second.story.url, text_key=None, now=NOW)
        assert (near.same, near.by) == (second, "url")
        near = stories.neighbours(tx, story(1), canonical="new", text_key=None, now=NOW)
        assert (near.same, near.by) == (first, "guid")


def test_a_guid_means_nothing_outside_its_source(store: Store) -> None:
    with store.writing() as tx:
        added(tx, 1)
        elsewhere = story(1, source="https://feeds.example/asia", url="https://daily.example/other")
        assert (
            stories.neighbours(tx, elsewhere, canonical=elsewhere.url, text_key=None, now=NOW) == Neighbours()
        )
        other = story(1, outlet="weekly", url="https://daily.example/other")
        assert stories.neighbours(tx, other, canonical=other.url, text_key=None, now=NOW) == Neighbours()


def test_an_entry_without_url_and_guid_is_known_by_its_headline_within_its_source(store: Store) -> None:
    bare = story(1, url="", guid="")
    with store.writing() as tx:
        known = stories.add(tx, bare, canonical="", text_key=None, first_seen=NOW)
        near = stories.neighbours(
            tx, story(2, title=bare.title, url="", guid=""), canonical="", text_key=None, now=NOW
        )
        assert (near.same, near.by) == (known, "title")
        with_url = story(2, title=bare.title, guid="")
        assert stories.neighbours(tx, with_url, canonical="u", text_key=None, now=NOW).same is None
        assert (
            stories.neighbours(tx, story(2, url="", guid=""), canonical="", text_key=None, now=NOW).same
            is None
        )


def test_the_same_story_cannot_be_added_twice(store: Store) -> None:
    with pytest.raises(Exception, match="is on record already, as story 1"), store.writing() as tx:
        added(tx, 1)
        added(tx, 1)
    with store.reading() as tx:
        assert stories.count(tx) == 0


def test_a_copy_is_the_earliest_story_of_the_same_text_within_30_days(store: Store) -> None:
    with store.writing() as tx:
        first = added(tx, 1, text_key="k")
        added(tx, 2, text_key="k", event=first.event)
        month = NOW + timedelta(days=30)
        near = stories.neighbours(tx, story(3), canonical="u3", text_key="k", now=month)
        assert near.copy_of is not None
        assert (near.same, near.copy_of.id, near.copy_of.event) == (None, first.id, first.event)
        late = stories.neighbours(tx, story(3), canonical="u3", text_key="k", now=month + hours(1))
        assert late == Neighbours()
        itself = stories.neighbours(tx, story(1), canonical=first.story.url, text_key="k", now=NOW)
        assert itself.copy_of is not None
        assert (itself.same, itself.copy_of.id) == (first, 2)


def test_neighbours_say_who_was_told_of_the_event(store: Store) -> None:
    with store.writing() as tx:
        first = added(tx, 1, text_key="k")
        outbox.add(tx, [alert(first, rules=("Region", "Other"))], NOW)
        expected = {(EDITOR.key, "first:Region"), (EDITOR.key, "first:Other")}
        for number, canonical in [(3, "u3"), (1, first.story.url)]:
            near = stories.neighbours(tx, story(number), canonical=canonical, text_key="k", now=NOW)
            told = near.told if near.same else near.copy_of.told  # a copy counts once it is judged to be one
            assert told == expected


def test_a_known_story_knows_which_rules_matched_any_revision(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        decided.record(
            tx, known.id, 1, [decision("A"), decision("B", Reason.BASELINE)], rulebook="r", decided=NOW
        )
        changed = stories.revise(
            tx, known, story(1, title="New"), changed=("title",), text_key=None, seen=NOW
        )
        decided.record(tx, known.id, 2, [decision("A", Reason.TOLD)], rulebook="r", decided=NOW)
        same = stories.neighbours(tx, story(1), canonical=known.story.url, text_key=None, now=NOW).same
    assert same is not None
    assert (same.matched, same.revision, same.story) == (frozenset("AB"), 2, changed.story)


def test_revisions_are_all_kept(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        second = stories.revise(
            tx, known, story(1, title="New"), changed=["title"], text_key=None, seen=NOW + hours(1)
        )
        third = stories.revise(
            tx,
            second,
            story(1, title="Newer", body="x"),
            changed=("title", "body"),
            text_key="k",
            seen=NOW + hours(2),
        )
        assert third.revision == 3
        kept = stories.revisions(tx, known.id)
        assert [(r.number, r.story.title, r.changed, r.seen) for r in kept] == [
            (1, "Headline 1", (), NOW),
            (2, "New", ("title",), NOW + hours(1)),
            (3, "Newer", ("title", "body"), NOW + hours(2)),
        ]
        row = stories.at_revision(tx, known.id, 2)
        assert row is not None
        assert (row.revision, row.story.title) == (2, "New")


def test_a_revision_made_of_an_old_state_is_refused(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        stories.revise(tx, known, story(1, title="New"), changed=(), text_key=None, seen=NOW)
    with pytest.raises(Exception, match=r"UNIQUE|unique"), store.writing() as tx:
        stories.revise(tx, known, story(1, title="Newer"), changed=(), text_key=None, seen=NOW)


def test_each_source_has_its_own_face_of_a_story(store: Store) -> None:
    here, there = story(1), story(1, title="Theirs", source="https://feeds.example/asia")
    with store.writing() as tx:
        known = added(tx, 1)
        assert known.face == face(here)
        near = stories.neighbours(tx, there, canonical=here.url, text_key=None, now=NOW)
        assert near.same is not None
        assert near.same.face is None
        stories.note_alias(tx, known.id, there, canonical=here.url, face=face(there), seen=NOW + hours(1))
        near = stories.neighbours(tx, there, canonical=here.url, text_key=None, now=NOW)
        assert near.same is not None
        assert near.same.face == face(there)
        titles = {source: row.title for source, row in stories.headlines(tx, known.id).items()}
        assert titles == {SOURCE: "Headline 1", there.source: "Theirs"}


def test_headlines_that_a_source_changed_are_kept(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        for number, title in enumerate(["Headline 1", "New", "New", "Headline 1"], 1):
            now = NOW + hours(number)
            stories.note_alias(
                tx, known.id, story(1, title=title), canonical=known.story.url, face=title, seen=now
            )
        assert [(h.title, h.seen) for h in stories.old_headlines(tx, known.id)] == [
            ("Headline 1", NOW + hours(1)),
            ("New", NOW + hours(3)),
        ]
        assert stories.headlines(tx, known.id)[SOURCE].title == "Headline 1"


def test_a_reissue_is_known_under_its_new_names(store: Store) -> None:
    again = story(9, url="https://daily.example/1-again", guid="new")
    with store.writing() as tx:
        known = added(tx, 1)
        stories.note_alias(tx, known.id, again, canonical=again.url, face="f", seen=NOW)
        stories.note_alias(tx, known.id, again, canonical=again.url, face="f", seen=NOW)
        by_url = stories.by_url(tx, again.url)
        assert by_url is not None
        assert by_url.id == known.id
        near = stories.neighbours(tx, again, canonical="third", text_key=None, now=NOW)
        assert near.same is not None
        assert (near.same.id, near.by) == (known.id, "guid")
        assert stories.by_url(tx, "unknown") is None


def test_a_guid_with_three_links_is_no_guid(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        for number in (2, 3):
            assert not stories.guid_distrusted(tx, "daily", SOURCE)
            link = f"https://daily.example/changed-{number}"
            stories.note_alias(tx, known.id, story(1, url=link), canonical=link, face="f", seen=NOW)
            stories.note_alias(tx, known.id, story(1, url=link), canonical=link, face="f", seen=NOW)
        assert stories.guid_distrusted(tx, "daily", SOURCE)
        assert stories.neighbours(tx, story(1), canonical="new", text_key=None, now=NOW) == Neighbours()
        fresh = stories.add(tx, story(1, url="new"), canonical="new", text_key=None, first_seen=NOW)
        assert fresh.id != known.id


def test_guids_of_which_more_than_a_twentieth_move_are_no_guids(store: Store) -> None:
    with store.writing() as tx:
        made = [added(tx, number) for number in range(1, 31)]
        for number, known in enumerate(made[:2], 1):
            assert not stories.guid_distrusted(tx, "daily", SOURCE)
            link = f"https://daily.example/moved-{number}"
            stories.note_alias(tx, known.id, story(number, url=link), canonical=link, face="f", seen=NOW)
        assert stories.guid_distrusted(tx, "daily", SOURCE)


@pytest.mark.parametrize(
    ("pairs", "distrusted"),
    [
        ([], False),
        ([("1", "a"), ("2", "b")], False),
        ([("1", "a"), ("1", "a")], False),
        ([("page", "a"), ("page", "b")], True),
        ([("", "a"), ("", "b"), ("x", ""), ("x", "a")], False),
        ([("x", "a"), ("x", "b"), *((str(n), str(n)) for n in range(19))], False),
        ([("x", "a"), ("x", "b"), *((str(n), str(n)) for n in range(18))], True),
    ],
)
def test_guids_repeated_within_one_body_betray_a_source(
    store: Store, pairs: list[tuple[str, str]], *, distrusted: bool
) -> None:
    with store.writing() as tx:
        assert stories.note_guids(tx, "daily", SOURCE, pairs, NOW) is distrusted
        assert stories.guid_distrusted(tx, "daily", SOURCE) is distrusted
        assert stories.note_guids(tx, "daily", SOURCE, [], NOW) is distrusted


def test_guids_that_count_places_in_the_feed_betray_a_source(store: Store) -> None:
    def body(first: int) -> list[tuple[str, str]]:
        return [(story(place).guid, story(first + place - 1).url) for place in range(1, 7)]

    with store.writing() as tx:
        for number in range(1, 7):
            added(tx, number)
        assert not stories.note_guids(tx, "daily", SOURCE, body(1), NOW)
        moved = [(story(number).guid, f"https://daily.example/moved-{number}") for number in range(1, 7)]
        assert not stories.note_guids(tx, "daily", SOURCE, moved, NOW)  # republished: no story's addresses
        assert stories.note_guids(tx, "daily", SOURCE, body(2), NOW)
        assert stories.guid_distrusted(tx, "daily", SOURCE)


def test_a_story_opens_an_event_and_leads_it_or_joins_one(store: Store) -> None:
    with store.writing() as tx:
        first = added(tx, 1)
        second = added(tx, 2, event=first.event)
        assert second.event == first.event
        event = stories.event(tx, first.event)
        assert event is not None
        assert (event.lead, event.opened) == (first.id, NOW)
        assert stories.event(tx, 99) is None


def test_missing_stories(store: Store) -> None:
    with store.reading() as tx:
        assert stories.get(tx, 1) is None
        assert stories.known(tx, 1) is None
        assert stories.revisions(tx, 1) == ()
        assert list(stories.iterate(tx)) == []
