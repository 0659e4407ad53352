"""Statements handed to the driver: the same rows, the same conversions and the same errors as through SQLAlchemy."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from monitor.store import driver
from monitor.store.dialect import insert_new
from monitor.store.schema import EVENT, META, SHINGLE, SOURCE_STATE, STORY

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
_ADD_EVENT, _ADD_META = insert(EVENT), insert(META)
_LEAD = update(EVENT).where(EVENT.c.id == bindparam("event")).values(lead=bindparam("lead"))
_ADD_STORY = insert(STORY)
_STORIES = select(STORY.c.outlet, STORY.c.first_seen, STORY.c.imported, STORY.c.shingles)
_STORIES = _STORIES.where(STORY.c.first_seen >= bindparam("since"))
_ADD_STATE = insert(SOURCE_STATE)
_INTERVALS = select(SOURCE_STATE.c.failures, SOURCE_STATE.c.interval)
_INTERVALS = _INTERVALS.where(SOURCE_STATE.c.outlet == bindparam("outlet"))
_VALUE = select(META.c.value).where(META.c.key == bindparam("k"), META.c.value != "never").limit(5)


def test_a_new_row_has_its_number_and_its_instant(store):
    with store.writing() as tx:
        touched, number = driver.run(tx, _ADD_EVENT, {"opened": NOW})
        assert touched == 1
        assert driver.run(tx, _LEAD, {"event": number, "lead": 7})[0] == 1
        row = tx.execute(select(EVENT).where(EVENT.c.id == number)).one()
    assert (row.opened, row.lead) == (NOW, 7)


def test_texts_are_made_storable_and_found_again(store):
    with store.writing() as tx:
        driver.run(tx, _ADD_META, {"key": "greeting", "value": "Hello\0 \ud800"})
        assert driver.fetch(tx, _VALUE, {"k": "greeting"}) == [("Hello\ufffd \ufffd",)]


def test_rows_whose_keys_are_taken_are_passed_over_and_counted(store):
    with store.writing() as tx:
        lot = [{"h": h, "story_id": 1} for h in (-(2**63), 0, 2**63 - 1)]
        assert driver.run_many(tx, insert_new(tx, SHINGLE), lot) == 3
        assert driver.run_many(tx, insert_new(tx, SHINGLE), lot[:1]) == 0
        assert driver.run_many(tx, insert_new(tx, SHINGLE), []) == 0
        asked = "SELECT h FROM shingle WHERE h IN (?, ?) ORDER BY h"
        assert [h for (h,) in driver.rows(tx, asked, [0, 2**63 - 1])] == [0, 2**63 - 1]


def test_errors_are_sqlalchemys(store):
    def add_twice():
        with store.writing() as tx:
            driver.run(tx, _ADD_META, {"key": "once", "value": ""})
            driver.run(tx, _ADD_META, {"key": "once", "value": ""})

    with pytest.raises(IntegrityError):
        add_twice()


def test_rows_come_by_name_with_their_instants_and_flags(store):
    with store.writing() as tx:
        _, event = driver.run(tx, _ADD_EVENT, {"opened": NOW})
        driver.run(
            tx,
            _ADD_STORY,
            {"event": event, "outlet": "o", "first_seen": NOW, "imported": True, "revision": 1},
        )
        asked = driver.fetch_named(tx, _STORIES, {"since": NOW})
        assert asked == [{"outlet": "o", "first_seen": NOW, "imported": True, "shingles": None}]
        assert driver.fetch(tx, _STORIES, {"since": NOW}) == [("o", NOW, True, None)]
        assert asked[0]["imported"] is True
        assert asked[0]["first_seen"].tzinfo is UTC


def test_numbers_and_lengths_of_time_come_back_on_every_database(store):
    with store.writing() as tx:
        driver.run(
            tx, _ADD_STATE, {"outlet": "o", "url": "u", "failures": 1.5, "interval": timedelta(minutes=90)}
        )
        assert driver.fetch(tx, _INTERVALS, {"outlet": "o"}) == [(1.5, timedelta(minutes=90))]
