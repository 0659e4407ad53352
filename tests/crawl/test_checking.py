"""How one look at a source is judged."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.crawl.checking import judged
from monitor.story import DateSource, Outcome, Poll, Source, Story

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)
SOURCE = Source(url="https://paper.example/feed", outlet="paper")


def story(age, origin=DateSource.PUBLISHED):
    return Story("paper", f"Story of {age}", f"https://paper.example/{age}", NOW - age, date_source=origin)


def poll(*ages, source=SOURCE, **more):
    stories = tuple(story(a) for a in ages)
    return Poll(
        **(
            {"source": source, "at": NOW, "outcome": Outcome.NEWS, "stories": stories, "total": len(ages)}
            | more
        )
    )


@pytest.mark.parametrize(
    ("limit", "age", "healthy"),
    [
        (timedelta(days=1), timedelta(hours=23), True),
        (timedelta(days=1), timedelta(hours=25), False),
        (None, timedelta(days=6), True),
        (None, timedelta(days=8), False),
    ],
)
def test_a_source_is_too_old_by_its_declaration_or_after_a_week(limit, age, healthy):
    source = Source(url=SOURCE.url, outlet="paper", max_silence=limit)
    found = judged(source, poll(age, source=source), NOW)
    assert found.healthy is healthy
    assert healthy or "newest story is of" in found.detail


def test_one_that_publishes_rarely_may_be_silent_for_longer():
    monthly = poll(*(timedelta(days=20 + 30 * n) for n in range(5)))
    assert judged(SOURCE, monthly, NOW).healthy


def test_what_failed_lists_nothing_or_was_not_asked_is_not_well():
    failed = poll(outcome=Outcome.TIMEOUT, detail="paper: paper.example did not answer within 30 seconds.")
    assert judged(SOURCE, failed, NOW).detail == "paper.example did not answer within 30 seconds."
    assert "lists nothing" in judged(SOURCE, poll(outcome=Outcome.UNCHANGED), NOW).detail
    assert "exclude" in judged(SOURCE, poll(total=4), NOW).detail
    assert "not asked" in judged(SOURCE, None, NOW).detail


def test_a_move_and_missing_dates_are_notes():
    undated = (story(timedelta(0), DateSource.FIRST_SEEN),)
    found = judged(SOURCE, poll(stories=undated, total=1, moved_to="https://new.example/feed"), NOW)
    assert found.healthy
    assert [n.split(" ")[0] for n in found.notes] == ["has", "gives"]
    assert "https://new.example/feed" in found.notes[0]
