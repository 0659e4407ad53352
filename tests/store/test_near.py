"""Rows of hashes: copies cost none, common ones one, and age is told by the clock."""

from datetime import timedelta

from sqlalchemy import func, select

from monitor.duplicates import marks
from monitor.store import near, postings, stories
from monitor.store.schema import RACK, SHELF, SHINGLE
from monitor.triage import face
from tests.newsrooms import NOON, story

TEXT = (
    "The harbour of Tarn was closed on Monday after a dredger struck a mine of the last war, the harbour master said, "
    "and sixty fishing boats lie idle along the quay while divers of the navy look for more of them in the mud."
)


def put(tx, name, text=TEXT, *, at=NOON, original=None, common=()):
    made = story(name, summary=text, at=at)
    known = stories.add(
        tx, made, canonical=made.url, text_key=None, first_seen=at, face=face(made), marks=marks(made)
    )
    near.remember(tx, known.id, marks(made), common, original)
    return known


def rows(tx, story_id=None, *, tables=(SHINGLE, RACK, SHELF)):
    found = 0
    for table in tables:
        query = select(func.count()).select_from(table)
        found += tx.execute(query if story_id is None else query.where(table.c.story_id == story_id)).scalar()
    return found


def test_of_a_copy_only_what_its_original_has_not_is_written(store):
    with store.writing() as tx:
        lead = put(tx, "Harbour closed")
        same = put(tx, "Harbour shut", original=marks(lead.story))
        longer = put(
            tx,
            "Harbour of Tarn shut",
            TEXT
            + " Insurers from four countries are to meet in the town hall on Thursday, and the mayor asked for patience.",
            original=marks(lead.story),
        )
        assert rows(tx, lead.id) == len(marks(lead.story).shingles) > 5
        assert rows(tx, same.id) == 0
        assert 0 < rows(tx, longer.id) < len(marks(longer.story).shingles)
        found = near.find(tx, lead.story, marks(lead.story), NOON)
        assert found.candidates[0].id == lead.id


def test_a_hash_that_many_have_gives_way_to_one_row_for_six_weeks(store):
    with store.writing() as tx:
        for number in range(200):
            put(tx, f"Notice {number}")
        found = near.find(tx, story("Notice", summary=TEXT), marks(story("Notice", summary=TEXT)), NOON)
        assert found.candidates == ()
        assert found.worn == found.common == marks(story("Notice", summary=TEXT)).shingles
        near.wear_out(tx, found.worn, NOON)
        assert rows(tx) == len(found.worn)
        again = near.find(tx, story("Notice", summary=TEXT), marks(story("Notice", summary=TEXT)), NOON)
        assert (again.common, again.worn) == (found.common, frozenset())
        near.forget(tx, NOON + timedelta(days=41))
        assert rows(tx) == len(found.worn)
        near.forget(tx, NOON + timedelta(days=43))
        assert rows(tx) == 0


def test_what_was_imported_late_is_old_and_what_was_seen_before_it_is_kept(store):
    with store.writing() as tx:
        live = put(tx, "Harbour closed")
        old = put(tx, "Harbour closed years ago", at=NOON - timedelta(days=900))
        near.forget(tx, NOON)
        assert rows(tx, live.id) > 5
        assert rows(tx, old.id) == 0


def test_what_has_gathered_goes_to_larger_tables_and_is_found_in_all(store):
    with store.writing() as tx:
        one = put(tx, "Harbour closed")
        postings.clear(tx, SHELF, RACK)
        postings.clear(tx, RACK, SHINGLE)
        two = put(tx, "Harbour shut")
        postings.clear(tx, SHELF, RACK)
        three = put(tx, "No boats from Tarn")
        number = len(marks(one.story).shingles)
        assert [rows(tx, tables=[table]) for table in (SHINGLE, RACK, SHELF)] == [number] * 3
        other = story("Harbour", summary=TEXT)
        found = {k.id for k in near.find(tx, other, marks(other), NOON).candidates}
        assert found == {one.id, two.id, three.id}
        near.remember(tx, one.id, marks(one.story))  # as for a later revision: some stand there already
        again = near.find(tx, other, marks(other), NOON).candidates
        assert {k.id for k in again} == found
        postings.clear(tx, SHELF, RACK)
        postings.clear(tx, RACK, SHINGLE)
        assert [rows(tx, tables=[table]) for table in (SHINGLE, RACK, SHELF)] == [3 * number, 0, 0]


def test_some_thousands_of_stories_gather(store):
    def at(table):
        return rows(tx, tables=[table])

    with store.writing() as tx:
        postings.put_shingles(tx, postings.ON_SHELF - 1, [1, 2])
        assert at(SHELF) == 2
        postings.put_shingles(tx, postings.ON_SHELF, [2, 3])
        assert (at(SHINGLE), at(RACK), at(SHELF)) == (0, 4, 0)
        postings.put_shingles(tx, postings.ON_SHELF + 1, [2])
        assert postings.of_shingles(tx, [2]) == {2: {postings.ON_SHELF + n for n in (-1, 0, 1)}}
        postings.put_shingles(tx, postings.ON_RACK, [4])
        assert (at(SHINGLE), at(RACK), at(SHELF)) == (6, 0, 0)
