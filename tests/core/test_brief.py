"""The brief's values: ranked, grouped, in the shape of a newsletter, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.brief import NO_PHOTO, TODO, Candidate, credit_line, dateline, day, entry, lead, missing, rank
from monitor.routes import Priority
from monitor.story import DateSource, Outlet, Photo, Story

AT = datetime(2021, 1, 13, 16, 30, tzinfo=UTC)
WIRE = Outlet(name="wire", title="Morning Wire", zone="Asia/Tokyo")
POST = Outlet(name="post", title="Evening Post")


def candidate(number=1, *, event=None, outlet=WIRE, **more) -> Candidate:
    kept = {k: more.pop(k) for k in ("rules", "tags", "priority", "relevant") if k in more}
    given = {
        "photo": Photo(credit="A. Photographer"),
        "summary": "The filing describes it. It was found in May.",
    }
    story = Story(
        outlet.name, f"Headline {number}", f"https://{outlet.name}.example/{number}", AT, **(given | more)
    )
    return Candidate(
        story_id=number,
        revision=1,
        event=event or number,
        story=story,
        outlet=outlet,
        **({"rules": ("Technology",)} | kept),
    )


def test_an_entry_has_the_seeds_shape_and_the_day_of_its_outlets_zone() -> None:
    one = entry(candidate(), 1.0, ("News",), 300)
    assert dateline(one) == "Morning Wire, 14 January 2021"  # 01:30 in Tokyo
    assert credit_line(one) == "Below is an article published by Morning Wire. Photo A. Photographer"
    assert one.lead == "The filing describes it. It was found in May."
    assert missing(one) == ()
    assert day(datetime(2021, 2, 3, tzinfo=UTC), "UTC") == "03 February 2021"


def test_what_is_not_known_is_todo_and_never_invented() -> None:
    story = Story("wire", "", "", AT, date_source=DateSource.FIRST_SEEN)
    one = entry(replace(candidate(), story=story), 0.0, (), 300)
    assert (one.headline, one.day, one.credit, one.lead, one.url) == (TODO,) * 5
    assert missing(one) == ("headline", "date", "credit", "lead", "link")
    assert credit_line(one).endswith("Photo TODO")
    assert credit_line(replace(one, credit=NO_PHOTO)) == "Below is an article published by Morning Wire."


def test_one_candidate_an_event_the_worthiest_first_with_its_other_outlets() -> None:
    ranked = rank(
        [
            candidate(1, event=7),
            candidate(2, event=7, outlet=POST, rules=("Technology", "Courts")),
            candidate(3, priority=Priority.URGENT),
            candidate(4, relevant=-1),
        ]
    )
    assert [c.story_id for c, _ in ranked] == [3, 2, 4]
    assert ranked[1][0].others == ("Morning Wire",)


@pytest.mark.parametrize(
    ("more", "section"),
    [
        ({"tags": ("statements",)}, "Statements"),
        ({"rules": ("Statements",)}, "Statements"),
        ({"sections": ("statements",)}, "Statements"),
        ({"tags": ("other",)}, "News"),
    ],
)
def test_a_section_takes_what_bears_its_name_and_the_first_the_rest(more, section) -> None:
    assert entry(candidate(**more), 0.0, ("News", "Statements"), 300).section == section
    assert entry(candidate(**more), 0.0, (), 300).section == ""


def test_a_lead_ends_with_a_sentence_where_it_can() -> None:
    story = Story(
        "x", "t", "https://x.example", AT, "One sentence that is quite long enough. Another sentence here."
    )
    assert lead(story, 45) == "One sentence that is quite long enough."
    assert lead(story, 30) == "One sentence that is quite…"
    assert lead(story, 0) == ""


@given(st.text(max_size=400), st.integers(0, 300))
def test_a_lead_is_never_longer_than_the_quotation(text: str, limit: int) -> None:
    assert len(lead(Story("x", "t", "https://x.example", AT, text), limit)) <= limit


def test_the_order_is_the_same_whatever_order_candidates_come_in() -> None:
    many = [candidate(n, event=n % 3 + 1) for n in range(1, 9)]
    assert rank(many) == rank(reversed(many))
