"""Pairs of our own in the shape of real stories: the score holds, and what was learnt from them holds in general."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.pairs import figures, judge, written
from monitor.duplicates import Kind, compare
from monitor.duplicates.boilerplate import clean
from monitor.duplicates.reading import read
from monitor.story import Story

PAIRS = written()
HELD = {Kind.DUPLICATE, Kind.UPDATE}
T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TITLE = "Dairy co-operative to close its last creamery in the Orle valley"
TEXT = """ORLEFORD (Reuters) - The dairy co-operative Fell and Dale will close its last creamery in the Orle valley in
October with the loss of 86 jobs, its chairman, Edwin Thrale, told farmers at a meeting in Orleford on Monday. The price of
electricity had doubled since 2023, he said, and two supermarkets had cancelled their contracts for the blue cheese that the
creamery has made since 1911. Milk from the valley's 40 farms will be carried to Stainby, 70 miles away."""


def story(title: str = TITLE, body: str = TEXT, after: timedelta = 0 * HOUR, outlet: str = "one") -> Story:
    return Story(outlet, title, f"https://{outlet}.example/{abs(hash((title, body)))}", T0 + after, body)


def test_there_are_enough_of_every_kind() -> None:
    assert len(PAIRS) >= 120
    for kind in Kind:
        assert sum(p.label is kind for p in PAIRS) >= 20
    assert {p.half for p in PAIRS} == {0, 1, 2}


def test_copies_are_caught_and_nothing_else_is_held_back() -> None:
    judged = judge(PAIRS)
    found = figures(judged)
    assert found.f1 >= 0.86
    assert found.precision >= 0.98
    assert found.events_held / found.events <= 0.01
    for half in (0, 1, 2):
        part = figures([j for j in judged if j[0].half == half])
        assert part.f1 >= 0.78, half
        assert part.precision >= 0.95, half


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{p.group}-{p.sort}-{n}" for n, p in enumerate(PAIRS)])
def test_a_verdict_does_not_depend_on_which_is_first(pair) -> None:
    assert compare(pair.a, pair.b) == compare(pair.b, pair.a)


def test_a_desks_reworded_copy_is_caught_on_its_day_and_not_the_day_after() -> None:
    body = """Fell and Dale, the dairy co-operative, is to shut its last creamery in the Orle valley in October with the loss of
    86 jobs. Electricity prices had doubled since 2023, its chairman, Edwin Thrale, told farmers in Orleford yesterday, and two
    supermarkets had cancelled contracts for the blue cheese the creamery has made since 1911. Milk from the 40 farms of the
    valley will be taken to Stainby, 70 miles away."""
    copy = story("Fell and Dale closes last Orle creamery, 86 jobs go", body, 5 * HOUR, "two")
    assert compare(story(), copy).kind in HELD
    assert compare(story(), replace(copy, published=T0 + 40 * HOUR)).kind not in HELD


def test_a_live_page_is_not_the_article_it_begins_with() -> None:
    page = story(
        f"{TITLE} - business live",
        TEXT + " Oil rose above 90 dollars a barrel. Shares fell in Asia.",
        HOUR,
        "two",
    )
    assert compare(story(), page).kind is Kind.SAME_EVENT
    assert read(story("Europe votes - as it happened")).running
    assert read(story("Ukraine war live: shells fall on port")).running
    assert not read(story("Where the otters live")).running


def test_a_correction_notice_makes_another_number_an_update() -> None:
    first = story("Creamery closure costs 86 jobs", TEXT)
    text = (
        TEXT.replace("86", "68")
        + " Correction: an earlier version of this article gave a wrong number of jobs."
    )
    assert compare(first, story("Creamery closure costs 68 jobs", text, 3 * HOUR)).kind is Kind.UPDATE


def test_a_short_report_from_another_place_is_another_happening() -> None:
    text = "{0} - A roadside bomb killed {1} policemen and wounded two others on Tuesday, a provincial spokesman said by telephone."
    kunar = story("Bomb kills three police", text.format("ASADABAD", "three"))
    helmand = story("Bomb kills four police", text.format("LASHKARGAH", "four"), 9 * HOUR)
    assert compare(kunar, helmand).kind not in HELD
    assert (
        compare(kunar, story("Bomb kills four police", text.format("ASADABAD", "four"), 9 * HOUR)).kind
        in HELD
    )


def test_what_stands_between_two_notices_of_a_wall_goes_with_them() -> None:
    wall = "Log in or subscribe to read on. Our readers enjoy crosswords and the weekend edition. Already registered? Log in here."
    assert clean(wall).text == ""
    told = "The firm lost a tenth of its subscribers in the spring, it said. The shares fell. Most subscribers left after the price rose twice in a single year."
    assert clean(told).text == told


@pytest.mark.parametrize(
    ("one", "other"),
    [("at 18:00 today", "at 6pm today"), ("at 3:40 a.m.", "at 3.40am"), ("gegen 7.15 Uhr", "gegen 7:15")],
)
def test_times_of_day_are_no_figures(one: str, other: str) -> None:
    assert (
        read(story(body=f"The gates shut {one}.")).figures
        == read(story(body=f"The gates shut {other}.")).figures
        == frozenset()
    )


def test_a_word_that_begins_a_sentence_is_no_name_because_of_that() -> None:
    reading = read(
        story(
            "Rain",
            "The reservoir is full. Engineers opened the gates, said Pavla Minder of the water board, and engineers watched.",
        )
    )
    assert {"pavla", "minder"} <= reading.names
    assert "engineers" not in reading.names


def test_a_count_that_grows_within_hours_is_an_update_and_one_of_every_week_is_not() -> None:
    text = (
        "About {0} homes in the west of the island were without electricity on Tuesday after Storm Berta brought gusts of 140 km"
        " an hour.{1} Schools in Orleford and Stainby are closed."
    )
    first = story("Storm Berta: 90,000 homes without power", text.format("90,000", ""))
    more = text.format("140,000", " A man was trapped in his car by a tree.")
    later = story("Storm Berta: 140,000 homes without power", more, 5 * HOUR, "two")
    assert compare(first, later).kind is Kind.UPDATE
    assert compare(first, replace(later, published=T0 + timedelta(days=7))).kind not in HELD


def test_a_line_that_stands_under_every_mornings_headline_makes_no_copy() -> None:
    line = "Five things our readers need to know about the drought in the valley this morning."
    monday = story("Drought: Orle pumps fail and farmers ask for help", line)
    tuesday = story("Drought: Hosepipe fines, pumps mended and a heron", line, 24 * HOUR)
    assert compare(monday, tuesday).kind not in HELD
    assert compare(monday, replace(monday, url="https://one.example/again", published=T0 + HOUR)).kind in HELD


def test_numbers_in_two_words_are_one_figure() -> None:
    said = read(story(body="Thirty-one pupils and two dozen teachers were counted, and twenty-two dogs."))
    assert said.figures == {"31", "24", "22"}


def test_two_pens_that_share_the_names_and_nothing_else_report_one_event() -> None:
    one = story(
        "Spurs' Adeyemi robbed at home",
        "The midfielder Tunde Adeyemi was tied up by burglars at his house in Barnet, the Metropolitan Police said.",
    )
    own = "Masked men forced Tunde Adeyemi to open his safe. Neighbours in Barnet heard shouting. The Spurs player is unharmed."
    other = story("Burglars hold Adeyemi in Barnet", own, 9 * HOUR, "two")
    assert compare(one, other).kind is Kind.SAME_EVENT
