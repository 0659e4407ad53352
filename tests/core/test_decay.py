"""Decay: what falls, what is chance, what is told once, and what it takes to recover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import comb
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.schedule import Change, Sample, Trait, Window
from monitor.schedule.decay import CHANCE, KEPT, MOST, accepted, by_chance, falls, learn, say
from monitor.schedule.filling import of_entry, of_page
from monitor.story import DateSource, Photo, Story

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = sum(t for t in Trait if t < Trait.PAGE)
WHOLE = Story(
    "daily",
    "A headline",
    "https://news.example/a",
    T0,
    "A text of some length.",
    summary="Short",
    authors=("Lena Ort",),
    sections=("World",),
    language="en",
    photo=Photo(url="https://news.example/a.jpg", credit="Soti"),
)


def stories(count: int, day: date, *, without: int = 0, length: int = 3400) -> list[Sample]:
    return [Sample(day, ALL & ~without, ALL, 0 if without & Trait.BODY else length)] * count


def polls(
    count: int, each: int, start: datetime = T0, every: timedelta = DAY, **more: int
) -> Iterator[tuple[datetime, list[Sample]]]:
    for n in range(count):
        at = start + n * every
        yield at, stories(each, at.date(), **more)


def walk(
    window: Window, given: Iterable[tuple[datetime, list[Sample]]]
) -> tuple[Window, list[tuple[datetime, Change]]]:
    found = []
    for at, samples in given:
        window, change = learn(window, samples, at)
        found += [(at, change)] if change else []
    return window, found


WELL, _ = walk(Window(), polls(10, 10))
LATER = T0 + 10 * DAY


# -- samples ---------------------------------------------------------------------------------------


def test_a_story_with_everything_has_every_trait() -> None:
    assert of_entry(WHOLE, T0.date()) == Sample(T0.date(), ALL, ALL, 22)
    read = of_page(WHOLE, T0.date(), agrees=True)
    assert read.filled == read.judged == ALL | Trait.PAGE | Trait.LAYOUT | Trait.AGREEMENT


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"title": ""}, Trait.HEADLINE),
        ({"title": "A text of …"}, Trait.HEADLINE),
        ({"url": ""}, Trait.LINK),
        ({"date_source": DateSource.FIRST_SEEN}, Trait.DATE),
        ({"summary": ""}, Trait.SUMMARY),
        ({"body": ""}, Trait.BODY),
        ({"authors": ()}, Trait.BYLINE),
        ({"sections": ()}, Trait.SECTION),
        ({"language": None}, Trait.LANGUAGE),
        ({"photo": None}, Trait.PHOTO | Trait.CREDIT),
        ({"photo": Photo(url="https://news.example/a.jpg")}, Trait.CREDIT),
    ],
)
def test_each_trait_is_missed(change: dict[str, object], lost: int) -> None:
    story = replace(WHOLE, **{"summary": "", **change} if change.get("title") else change)  # type: ignore[arg-type]
    missing = lost | (Trait.SUMMARY if change.get("title") else 0)
    assert of_entry(story, T0.date()).filled == ALL & ~missing


def test_what_a_page_can_lack() -> None:
    missed = of_page(None, T0.date(), agrees=False)
    assert missed.judged & ~missed.filled == Trait.PAGE
    strange = replace(WHOLE, provenance={"warning": "bbc.next_data: none of the known layouts"})
    seen = of_page(strange, T0.date(), agrees=False)
    assert seen.judged & ~seen.filled == Trait.LAYOUT | Trait.AGREEMENT


# -- noticing --------------------------------------------------------------------------------------


def test_a_field_that_is_gone_is_told_once_and_its_return_once() -> None:
    window, found = walk(WELL, polls(20, 10, LATER, without=Trait.SUMMARY))
    assert found == [(LATER + DAY, Change.DECAYED)]
    (fall,) = falls(window)
    assert say(fall) == "summary: 100% of stories had one, now 0 of the last 40, since 12 March 2026"
    window, found = walk(window, polls(5, 10, LATER + 20 * DAY))
    assert found == [(LATER + 20 * DAY, Change.RECOVERED)]
    assert falls(window) == ()


def test_a_body_that_shrank_is_told_in_characters() -> None:
    window, found = walk(WELL, polls(3, 10, LATER, length=120))
    assert [change for _, change in found] == [Change.DECAYED]
    (fall,) = falls(window)
    assert say(fall) == "the text was 3,400 characters in the median, now 120, since 12 March 2026"


def test_a_body_that_is_gone_is_no_short_body() -> None:
    window, _ = walk(WELL, polls(3, 10, LATER, without=Trait.BODY))
    assert [f.trait for f in falls(window)] == [Trait.BODY]


def test_five_stories_are_enough_for_a_small_outlet_but_not_in_one_poll() -> None:
    one, found = walk(WELL, polls(1, 5, LATER, without=Trait.CREDIT))
    assert (one.suspected, found) == (LATER, [])
    _, found = walk(one, polls(1, 1, LATER + DAY, without=Trait.CREDIT))
    assert found == [(LATER + DAY, Change.DECAYED)]


def test_three_stories_are_never_enough() -> None:
    window, found = walk(WELL, polls(3, 1, LATER, without=ALL))
    assert (window.suspected, found) == (None, [])


def test_a_busy_outlet_is_given_twelve_hours_and_a_night() -> None:
    _, found = walk(WELL, polls(30, 10, LATER, HOUR, without=Trait.SUMMARY))
    assert found == [(LATER + 16 * HOUR, Change.DECAYED)]
    night = LATER + 15 * HOUR  # 23:00
    _, found = walk(WELL, polls(30, 10, night, HOUR, without=Trait.SUMMARY))
    assert found == [(night + 12 * HOUR, Change.DECAYED)]


def test_a_burst_of_odd_stories_is_not_told() -> None:
    odd = polls(1, 10, LATER, without=Trait.SUMMARY)
    window, found = walk(WELL, [*odd, *polls(20, 10, LATER + DAY)])
    assert (window.suspected, found) == (None, [])


def test_one_story_of_the_next_day_does_not_bear_out_what_was_usual_for_many() -> None:
    def mixed(at: datetime) -> list[Sample]:
        return [*stories(3, at.date()), *stories(2, at.date(), without=Trait.BYLINE)]

    window, _ = walk(Window(), [(T0 + n * DAY, mixed(T0)) for n in range(20)])
    odd = polls(1, 20, LATER, without=Trait.BYLINE)
    next_day = polls(3, 1, LATER + DAY, HOUR, without=Trait.BYLINE)  # 3 of 5 have one: by chance in 6 of 100
    window, found = walk(window, [*odd, *next_day])
    assert window.suspected == LATER
    assert found == []
    _, found = walk(window, polls(1, 1, LATER + DAY + 3 * HOUR, without=Trait.BYLINE))
    assert [change for _, change in found] == [Change.DECAYED]


def test_too_short_a_past_says_nothing() -> None:
    young, _ = walk(Window(), polls(1, 4))
    window, found = walk(young, polls(30, 1, LATER, without=Trait.SUMMARY))
    assert (window.suspected, found) == (None, [])


def test_a_field_that_never_was_there_is_not_missed() -> None:
    window, found = walk(Window(), polls(40, 10, without=Trait.CREDIT | Trait.BODY))
    assert (window.suspected, found) == (None, [])


def test_decay_never_becomes_usual_by_itself_but_a_person_may_say_so() -> None:
    window, found = walk(WELL, polls(300, 10, LATER, without=Trait.SUMMARY))
    assert len(found) == 1
    (fall,) = falls(window)
    assert (fall.before, fall.since) == (1.0, LATER.date())
    usual, found = walk(accepted(window), polls(20, 10, LATER + 300 * DAY, without=Trait.SUMMARY))
    assert (usual.decayed, found) == (None, [])


def test_a_lucky_streak_is_no_recovery() -> None:
    def thinned(at: datetime) -> list[Sample]:
        return [*stories(2, at.date()), *stories(3, at.date(), without=Trait.BYLINE)] * 2

    window, found = walk(WELL, [(at, thinned(at)) for at in (LATER + n * DAY for n in range(6))])
    assert [change for _, change in found] == [Change.DECAYED]
    window, found = walk(window, polls(1, 5, LATER + 6 * DAY))
    assert found == []
    window, found = walk(window, polls(1, 5, LATER + 7 * DAY))
    assert [change for _, change in found] == [Change.RECOVERED], "ten in a row are one"


def test_a_trait_that_half_of_the_stories_had_recovers_too() -> None:
    def half(at: datetime) -> list[Sample]:
        return [*stories(6, at.date()), *stories(4, at.date(), without=Trait.BYLINE)]

    window, _ = walk(Window(), [(T0 + n * DAY, half(T0 + n * DAY)) for n in range(10)])
    window, found = walk(window, polls(4, 10, LATER, without=Trait.BYLINE))
    assert [change for _, change in found] == [Change.DECAYED]
    _, found = walk(window, [(at, half(at)) for at in (LATER + n * DAY for n in range(4, 8))])
    assert [change for _, change in found] == [Change.RECOVERED]


def test_what_falls_later_is_shown_but_told_no_second_time() -> None:
    window, _ = walk(WELL, polls(5, 10, LATER, without=Trait.SUMMARY))
    window, found = walk(window, polls(5, 10, LATER + 5 * DAY, without=Trait.SUMMARY | Trait.BYLINE))
    assert found == []
    assert {f.trait: f.since for f in falls(window)} == {
        Trait.SUMMARY: LATER.date(),
        Trait.BYLINE: (LATER + 5 * DAY).date(),
    }
    window, found = walk(window, polls(5, 10, LATER + 10 * DAY, without=Trait.BYLINE))
    assert found == [], "not recovered while one of them is missing"
    _, found = walk(window, polls(5, 10, LATER + 15 * DAY))
    assert [change for _, change in found] == [Change.RECOVERED]


def test_a_poll_without_stories_changes_nothing() -> None:
    assert learn(WELL, [], LATER) == (WELL, None)


# -- laws ------------------------------------------------------------------------------------------


def test_fishers_test_is_what_it_should_be() -> None:
    assert by_chance(10, 10, 0, 5) == pytest.approx(1 / comb(15, 5))
    assert by_chance(0, 10, 0, 5) == 1.0
    assert by_chance(8, 10, 4, 5) == pytest.approx(
        sum(comb(12, i) * comb(3, 5 - i) for i in range(2, 5)) / comb(15, 5)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, ALL), st.integers(1, 30), st.integers(0, 4000)),
        max_size=40,
    )
)
def test_notices_and_recoveries_take_turns_and_memory_is_bounded(
    history: list[tuple[int, int, int, int]],
) -> None:
    window, now, told = Window(), T0, []
    for count, without, hours, length in history:
        now += hours * HOUR
        window, change = learn(window, stories(count, now.date(), without=without, length=length), now)
        assert len(window.known) <= KEPT
        assert len(window.fresh) <= MOST
        assert bool(window.fallen) == (window.decayed is not None)
        assert (window.decayed is None) or window.suspected
        told += [change] if change else []
        assert [say(f) for f in falls(window)] or window.decayed is None
    assert told == [Change.DECAYED, Change.RECOVERED] * (len(told) // 2) + [Change.DECAYED] * (len(told) % 2)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8, 0.95])
def test_chance_alone_raises_next_to_nothing(rate: float) -> None:
    """8 outlets, 1,000 stories each, every field there or not by the throw of a die: at most one notice."""
    told = 0
    for seed in range(8):
        dice, window = Random(seed), Window()
        for n in range(200):
            at = T0 + n * 6 * HOUR
            thrown = [sum(t for t in Trait if t < Trait.PAGE and dice.random() < rate) for _ in range(5)]
            window, change = learn(window, [Sample(at.date(), t, ALL) for t in thrown], at)
            told += change is Change.DECAYED
    assert told <= 1
    assert CHANCE == 1e-5
