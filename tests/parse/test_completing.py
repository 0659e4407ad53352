"""A feed's entry and its page, put together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.parse.article import UNDATED
from monitor.parse.completing import carried, own_address, reread, with_page
from monitor.story import Access, DateSource, Photo, Story

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOW = NOON + timedelta(minutes=5)
ENTRY = Story(
    "bbc",
    "Camera maker withdraws software",
    "https://bbc.example/news/1?at_medium=RSS",
    NOON,
    summary="Short.",
    guid="https://bbc.example/news/1#0",
    source="https://bbc.example/feed",
    hash="abc",
)
PAGE = Story(
    "bbc",
    "Camera maker withdraws face software",
    "https://bbc.example/news/1",
    datetime(2012, 5, 10, tzinfo=UTC),
    "The whole text of the story.",
    summary="Longer summary.",
    headlines=("Firm drops software that sorted faces",),
    authors=("A. Writer",),
    sections=("Technology",),
    language="en",
    access=Access.OPEN,
    photo=Photo(caption="A camera", credit="Reuters"),
    date_source=DateSource.PAGE,
    correction="Correction: it was May.",
    origin="Reuters",
    provenance={"published": "json-ld:datePublished"},
)


def test_the_entry_says_what_is_new_and_the_page_the_rest():
    whole = with_page(ENTRY, PAGE, NOW)
    assert whole.title == ENTRY.title
    assert whole.headlines == (PAGE.title, *PAGE.headlines)
    assert whole.published == NOON, "an old page that is issued again is news"
    assert (whole.guid, whole.source, whole.hash, whole.summary) == (
        ENTRY.guid,
        ENTRY.source,
        "abc",
        "Short.",
    )
    assert (whole.body, whole.authors, whole.photo) == (PAGE.body, PAGE.authors, PAGE.photo)
    assert (whole.correction, whole.origin) == (PAGE.correction, "Reuters")
    assert whole.provenance == PAGE.provenance


def test_an_entry_without_a_date_takes_the_pages_and_keeps_its_own_when_that_has_none():
    undated = replace(ENTRY, date_source=DateSource.FIRST_SEEN)
    assert with_page(undated, PAGE, NOW).published == PAGE.published
    assert with_page(undated, PAGE, NOW).date_source is DateSource.PAGE
    blank = replace(PAGE, published=UNDATED, date_source=DateSource.FIRST_SEEN)
    assert with_page(undated, blank, NOW).published == NOON
    future = replace(PAGE, published=NOW + timedelta(days=300), updated=NOW + timedelta(days=300))
    assert with_page(undated, future, NOW).published == NOON
    assert with_page(undated, future, NOW).updated is None


def test_what_is_paid_gives_no_body():
    paid = replace(ENTRY, access=Access.PAID)
    whole = with_page(paid, replace(PAGE, body="", access=Access.PAID), NOW)
    assert (whole.body, whole.access) == ("", Access.PAID)
    assert (
        with_page(replace(ENTRY, body="a stub"), replace(PAGE, body="", access=Access.PAID), NOW).body == ""
    )


def test_a_feeds_own_text_stands_unless_it_is_a_part():
    full = replace(ENTRY, body="The whole text of the story, as fed.")
    assert with_page(full, PAGE, NOW).body == full.body
    known = with_page(full, PAGE, NOW)
    assert (
        reread(known, replace(PAGE, body=PAGE.body + " x"), NOW, headline_before=PAGE.title).body == full.body
    )
    assert with_page(full, replace(PAGE, body=full.body * 3), NOW).body == full.body * 3


def test_an_address_is_believed_only_under_a_headline_that_can_be_this_storys():
    moved = replace(PAGE, url="https://bbc.example/news/articles/c1")
    assert own_address(ENTRY, moved) == moved.url
    assert with_page(ENTRY, moved, NOW).url == moved.url
    consent = replace(moved, title="Before you continue", headlines=())
    assert own_address(ENTRY, consent) == ""
    assert with_page(ENTRY, consent, NOW).url == ENTRY.url
    assert own_address(ENTRY, PAGE) == "", "the same but for campaign parameters"


def test_a_reread_page_changes_the_headline_only_when_its_own_changed():
    known = with_page(ENTRY, PAGE, NOW)
    assert reread(known, PAGE, NOW, headline_before=PAGE.title) == known
    later = reread(known, replace(PAGE, title="Camera maker denies it"), NOW, headline_before=PAGE.title)
    assert later.title == "Camera maker denies it"
    first = reread(replace(known, body="", headlines=()), PAGE, NOW, headline_before="")
    assert (first.title, first.body) == (ENTRY.title, PAGE.body)


def test_a_changed_entry_keeps_what_its_page_said():
    known = with_page(ENTRY, PAGE, NOW)
    again = carried(replace(ENTRY, title="Camera firm withdraws software", hash="def"), known)
    assert again.title == "Camera firm withdraws software"
    assert (again.body, again.photo, again.hash) == (PAGE.body, PAGE.photo, "def")
