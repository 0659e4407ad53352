"""When a page is read, read again, given up, and when it counts as gone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.schedule import Page, PageRead, Want, after_page, gone_for_good, watch
from monitor.schedule.pages import GIVE_UP
from monitor.story import Outcome, Story

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
PAGE = Page(
    key="k", url="https://a.example/1", outlet="a", source="https://a.example/feed", since=NOON, due=NOON
)
STORY = Story("a", "Headline", "https://a.example/1", NOON)


def failed(page, at, status=500, outcome=Outcome.HTTP_ERROR, **more):
    return PageRead(page=page, at=at, status=status, outcome=outcome, detail="no", **more)


def read(page, at):
    return PageRead(page=page, at=at, story=STORY, status=200)


def test_a_failed_page_is_tried_on_the_sources_back_off_for_three_days():
    page, tried = PAGE, []
    while page is not None:
        tried.append(page.due - NOON)
        page = after_page(page, failed(page, page.due), QUARTER)
    assert [t // QUARTER for t in tried[:5]] == [0, 2, 5, 9, 14]
    assert GIVE_UP - timedelta(hours=8) < tried[-1] <= GIVE_UP
    assert len(tried) < 30


@pytest.mark.parametrize(
    "outcome", [Outcome.ROBOTS, Outcome.FORBIDDEN_ADDRESS, Outcome.HOSTILE, Outcome.TOO_BIG]
)
def test_what_waiting_does_not_mend_is_not_tried_again(outcome):
    assert after_page(PAGE, failed(PAGE, NOON, None, outcome), QUARTER) is None


def test_retry_after_is_obeyed():
    later = failed(PAGE, NOON, 429, Outcome.RATE_LIMITED, retry_after=timedelta(hours=5))
    assert after_page(PAGE, later, QUARTER).due == NOON + timedelta(hours=5)


def test_a_page_that_was_read_is_done_with_unless_somebody_was_told():
    assert after_page(PAGE, read(PAGE, NOON), QUARTER) is None
    page, seen = watch(PAGE, NOON), []
    while page is not None:
        seen.append((page.due - NOON) / HOUR)
        page = after_page(page, read(page, page.due), QUARTER)
    assert seen == [1, 6, 24]


def test_a_late_visit_stands_for_those_it_missed():
    page = watch(PAGE, NOON)
    assert after_page(page, read(page, NOON + 7 * HOUR), QUARTER).due == NOON + 24 * HOUR


def test_a_told_page_that_was_never_read_is_read_first():
    tried = after_page(PAGE, failed(PAGE, NOON), QUARTER)
    told = watch(tried, NOON)
    assert (told.want, told.due) == (Want.READ, tried.due)
    assert after_page(told, read(told, NOON + 2 * HOUR), QUARTER).due == NOON + 6 * HOUR


def test_a_404_counts_when_it_is_answered_twice_and_a_410_at_once():
    page = watch(PAGE, NOON)
    first = failed(page, page.due, 404)
    assert not gone_for_good(first)
    again = after_page(page, first, QUARTER)
    assert again.due == page.due + timedelta(minutes=15)
    second = failed(again, again.due, 404)
    assert gone_for_good(second)
    assert after_page(again, second, QUARTER).due == NOON + 6 * HOUR
    assert gone_for_good(failed(page, page.due, 410))


def test_a_page_that_came_back_starts_anew():
    page = watch(PAGE, NOON)
    missing = after_page(page, failed(page, page.due, 404), QUARTER)
    back = after_page(missing, read(missing, missing.due), QUARTER)
    assert back.missing is None
    assert not gone_for_good(failed(back, back.due, 404))


def test_a_page_that_was_never_there_has_not_vanished():
    assert not gone_for_good(failed(PAGE, NOON, 410))
    assert not gone_for_good(failed(replace(PAGE, missing=NOON), NOON, 404))


@given(
    st.lists(st.tuples(st.sampled_from([0, 404, 410, 500]), st.integers(0, 3000)), max_size=60), st.booleans()
)
def test_every_page_is_done_with_some_day(answers, told):
    """Whatever a server answers, and however late we ask: due moves forward, and it ends within five days."""
    page = watch(PAGE, NOON) if told else PAGE
    for status, late in answers:
        at = page.due + timedelta(minutes=late)
        answer = read(page, at) if not status else failed(page, at, status)
        page = after_page(page, answer, QUARTER)
        if page is None:
            return
        assert at < page.due <= NOON + timedelta(days=5)
