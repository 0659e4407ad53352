"""The samples by which decay is noticed come back as they were."""

from __future__ import annotations

from datetime import date

from monitor.schedule import Sample, Trait, Window
from monitor.store import Store, filling
from tests.store.made import NOW, SOURCE, hours

DAY = date(2021, 1, 13)
WELL = Window(known=(Sample(DAY, Trait.SUMMARY | Trait.DATE, 1023, 340),))
DECAYED = Window(
    known=WELL.known * 90,
    fresh=(Sample(date(2021, 2, 3), 0, 8191),) * 40,
    suspected=NOW - hours(13),
    decayed=NOW,
    fallen={Trait.SUMMARY: date(2021, 2, 3), Trait.DATE: DAY},
)


def test_a_source_that_brought_no_story_has_an_empty_window(store: Store) -> None:
    with store.reading() as tx:
        assert filling.load(tx, "daily", SOURCE) == Window()
        assert filling.decayed(tx) == {}


def test_windows_come_back_and_the_decayed_ones_are_found(store: Store) -> None:
    with store.writing() as tx:
        filling.save(tx, "daily", SOURCE, WELL)
        filling.save(tx, "daily", "", WELL)
        filling.save(tx, "daily", "", DECAYED)
    with store.reading() as tx:
        assert filling.load(tx, "daily", SOURCE) == WELL
        assert filling.load(tx, "daily", "") == DECAYED
        assert filling.decayed(tx) == {("daily", ""): DECAYED}
