"""Searching and listing stories."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from monitor.store import Store, Tx, decisions, index, meta, open_store, stories
from monitor.triage import Reason
from tests.store.made import NOW, added, decision, hours, story


@pytest.fixture(params=["fts5", "like", "postgresql"])
def searchable(request: pytest.FixtureRequest) -> Store:
    """Give a store with the FTS5 index, one as it is where SQLite has no FTS5, and PostgreSQL."""
    kind = "postgresql" if request.param == "postgresql" else "sqlite"
    store: Store = request.getfixturevalue(kind)
    if request.param == "like":
        with store.writing() as tx:
            tx.execute(text("DROP TABLE search_index"))
    return store


def ids(tx: Tx, asked: str) -> list[int]:
    """Give the numbers of the stories found, the last seen first."""
    index.catch_up(tx)
    return [row.id for row in stories.search(tx, text=asked)]


def test_search_finds_words_phrases_and_beginnings_in_any_case_and_accent(searchable: Store) -> None:
    with searchable.writing() as tx:
        added(tx, 1, title="Uyghurs of Ürümqi", body="Forced labour in cotton", summary="")
        added(tx, 2, title="维吾尔族", body="labour, forced", authors=("Jane Doe",))
        added(tx, 3, title="Nothing", body="here", headlines=("URUMQI again",))
        assert ids(tx, "urumqi") == [3, 1]
        assert ids(tx, "Ürümqi uyghurs") == [1]
        assert ids(tx, "uygh*") == [1]
        assert ids(tx, '"forced labour"') == [1]
        assert ids(tx, "forced labour") == [2, 1]
        assert ids(tx, "吾尔") == [2]
        assert ids(tx, "jane") == [2]
        assert ids(tx, "absent") == []


@pytest.mark.parametrize("asked", ["", "  ", '"', '""', "*", "-", "( )", "' OR 1=1 --", "%", "_", "\\"])
def test_odd_questions_find_nothing_and_break_nothing(searchable: Store, asked: str) -> None:
    with searchable.writing() as tx:
        added(tx, 1)
        assert ids(tx, asked) == []


def test_an_earlier_revision_is_found_and_the_latest_given(searchable: Store) -> None:
    with searchable.writing() as tx:
        known = added(tx, 1, title="Cotton")
        stories.revise(tx, known, story(1, title="Wool"), changed=("title",), text_key=None, seen=NOW)
        index.catch_up(tx)
        assert [row.story.title for row in stories.search(tx, text="cotton")] == ["Wool"]


def test_texts_gather_and_are_found_by_whoever_searches(searchable: Store) -> None:
    with searchable.writing() as tx:
        for number in range(1, index.GATHERED):
            added(tx, number, title="Cotton")
        assert stories.search(tx, text="cotton") == ()
        added(tx, index.GATHERED, title="Cotton")
        assert len(stories.search(tx, text="cotton", limit=1000)) == index.GATHERED
        added(tx, index.GATHERED + 1, title="Wool")
    with index.searching(searchable) as tx:
        assert [row.id for row in stories.search(tx, text="wool")] == [index.GATHERED + 1]
    with searchable.writing() as tx:
        assert index.catch_up(tx) == 0


def test_a_text_goes_into_the_index_before_it_is_dropped(searchable: Store) -> None:
    with searchable.writing() as tx:
        added(tx, 1, title="x", body="cotton")
        stories.forget_bodies(tx, NOW + hours(1))
    with index.searching(searchable) as tx:
        assert [row.id for row in stories.search(tx, text="cotton")] == [1]


def test_the_index_can_be_made_anew(searchable: Store) -> None:
    with searchable.writing() as tx:
        added(tx, 1, title="Cotton")
        added(tx, 2, title="Wool")
        assert index.rebuild(tx) == 2
        assert (ids(tx, "cotton"), ids(tx, "headline")) == ([1], [])
        assert index.is_current(tx)


def test_an_index_of_another_fold_is_made_anew_when_the_database_is_opened(url: str) -> None:
    store = open_store(url)
    with store.writing() as tx:
        added(tx, 1, title="Cotton")
        index.catch_up(tx)
        tx.execute(text("INSERT INTO search_index (search_index) VALUES ('delete-all')"))
        meta.put(tx, "fold", "older")
        assert stories.search(tx, text="cotton") == ()
    store.close()
    store = open_store(url)
    with store.reading() as tx:
        assert [row.id for row in stories.search(tx, text="cotton")] == [1]
    store.close()


def test_filters(store: Store) -> None:
    with store.writing() as tx:
        for number in range(1, 5):
            made = story(number, outlet="daily" if number < 3 else "weekly")
            first_seen = NOW + hours(number)
            stories.add(
                tx, made, canonical=made.url, text_key=None, first_seen=first_seen, imported=number == 4
            )
        decisions.record(tx, 1, 1, [decision("A"), decision("B", Reason.OURS)], rulebook="b", decided=NOW)
        decisions.record(tx, 3, 1, [decision("A", Reason.NO_LONGER)], rulebook="b", decided=NOW)
        decisions.record(tx, 2, 1, [], rulebook="b", decided=NOW)
        index.catch_up(tx)

        def found(**asked: object) -> list[int]:
            return [row.id for row in stories.search(tx, **asked)]  # type: ignore[arg-type]

        assert found() == [4, 3, 2, 1]
        assert found(limit=2) == [4, 3]
        assert found(outlet="daily") == [2, 1]
        assert found(rule="A") == [3, 1]
        assert found(rule="B") == [1]
        assert found(matched=True) == [3, 1]
        assert found(matched=False) == [4, 2]
        assert found(since=NOW + hours(2), until=NOW + hours(4)) == [3, 2]
        assert found(outlet="weekly", matched=True, text="headline") == [3]
        assert stories.count(tx) == 4
        assert stories.count_since(tx, NOW + hours(3)) == 2
        assert [row.imported for row in stories.search(tx, limit=2)] == [True, False]


def test_iterate_gives_all_in_the_order_stored(store: Store) -> None:
    with store.writing() as tx:
        for number in range(1, 8):
            made = story(number)
            stories.add(tx, made, canonical=made.url, text_key=None, first_seen=NOW - hours(number))
        assert [row.id for row in stories.iterate(tx, batch=3)] == [1, 2, 3, 4, 5, 6, 7]
        assert [row.id for row in stories.iterate(tx, since=NOW - hours(2), batch=1)] == [1, 2]
