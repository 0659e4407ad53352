"""An entry as published, to a story."""

from datetime import UTC, datetime, timedelta

from monitor.parse.understand import understand, understand_all
from monitor.story import Access, DateSource, Entry, Outlet, Source

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)
SOURCE = Source(url="https://courier.example/rss", outlet="courier", section="asia")
OUTLET = Outlet(name="courier", title="Courier", language="en", access=Access.METERED)
HOUR = timedelta(hours=1)


def story(**fields):
    return understand(Entry(title="T", **fields), SOURCE, OUTLET, NOW)


def test_what_the_entry_says_is_kept():
    told = story(
        guid="g",
        link="https://courier.example/1",
        summary="s",
        body="b",
        hash="h",
        sections=("World", "asia"),
        authors=("A",),
    )
    assert (told.guid, told.url, told.summary, told.body, told.hash) == (
        "g",
        "https://courier.example/1",
        "s",
        "b",
        "h",
    )
    assert told.sections == ("asia", "World")
    assert (told.outlet, told.source) == ("courier", SOURCE.url)
    assert (told.language, told.access) == ("en", Access.METERED)


def test_the_entry_knows_better_than_its_outlet():
    told = story(language="ug", access=Access.PAID)
    assert (told.language, told.access) == ("ug", Access.PAID)


def test_the_instant_is_published_or_updated_or_first_seen():
    early, late = NOW - 2 * HOUR, NOW - HOUR
    cases = [
        ({"published": early, "updated": late}, early, DateSource.PUBLISHED),
        ({"published": early, "date_source": DateSource.UPDATED}, early, DateSource.UPDATED),
        ({"updated": late}, late, DateSource.UPDATED),
        ({}, NOW, DateSource.FIRST_SEEN),
        ({"published": NOW + 3 * HOUR}, NOW, DateSource.PUBLISHED),
        ({"published": NOW + 30 * HOUR}, NOW, DateSource.FIRST_SEEN),
        ({"published": NOW + 30 * HOUR, "updated": late}, late, DateSource.UPDATED),
    ]
    for fields, instant, origin in cases:
        told = story(**fields)
        assert (told.published, told.date_source) == (instant, origin)


def test_no_story_is_from_the_future():
    assert story(updated=NOW + 3 * HOUR).updated == NOW
    assert story(updated=NOW + 30 * HOUR).updated is None


def test_without_a_link_the_address_is_empty():
    assert story(link="").url == ""
    assert story(link="javascript:alert(1)").url == ""


def test_a_text_stands_in_for_a_missing_headline():
    told = understand(
        Entry(summary="word " * 100 + "\nmore", link="https://x.example/1"), SOURCE, OUTLET, NOW
    )
    assert told.title.endswith(" …")
    assert len(told.title) <= 122


def test_what_an_outlet_excludes_is_no_story_and_is_counted() -> None:
    outlet = Outlet(name="daily", title="Daily", exclude=(r"/podcasts/", r"More\s*»$"))
    source = Source(url="https://daily.example/feed", outlet="daily")
    entries = (
        Entry(link="https://daily.example/podcasts/1", title="Listen to us"),
        Entry(link="https://daily.example/1", title="More »"),
        Entry(link="https://daily.example/2", title="A story"),
    )
    stories, warnings = understand_all(entries, source, outlet, NOW)
    assert [s.title for s in stories] == ["A story"]
    assert warnings == (
        "2 entries are no stories by this outlet's exclude patterns, the first: https://daily.example/podcasts/1",
    )
