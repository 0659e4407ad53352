"""Listing pages: the selected links, their words, and the date beside each."""

from datetime import UTC, datetime

import pytest

from monitor.errors import ConfigError, FeedError
from monitor.parse import listing
from monitor.story import DateOrder, Outcome, Outlet

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Press releases</title><base href="https://ngo.example/en/"></head><body>
<nav><a href="/about">About us</a></nav>
<div class="list">
 <article><a class="more" href="statement-1/"><img src="x.jpg" alt="picture"><h3>Statement on the
   detentions</h3></a><span class="date">February 3, 2021</span></article>
 <article><h3><a class="more" href="/en/statement-2/?utm_source=x">Second statement – Ürümqi</a></h3><time datetime="2026-02-17T10:00:00+01:00">yesterday</time></article>
 <article><h3><a class="more" href="statement-3/">Third</a></h3><p>03.02.2021 | Berlin</p></article>
 <article><h3><a class="more" href="statement-4/">No date</a></h3></article>
 <article><h3><a class="more" href="javascript:void(0)">Unsafe</a></h3></article>
 <article><a class="more" href="statement-1/">Read more</a></article>
</div></body></html>""".encode()


def read(links="article a.more", **options):
    return listing.read(PAGE, "https://ngo.example/en/press", links=links, now=NOW, **options)


@pytest.mark.parametrize("links", ["article a.more", "//article//a", "article", "xpath://article"])
def test_css_and_xpath_find_links_or_their_boxes(links):
    assert [e.link for e in read(links).entries] == [
        "https://ngo.example/en/statement-1/",
        "https://ngo.example/en/statement-2/?utm_source=x",
        "https://ngo.example/en/statement-3/",
        "https://ngo.example/en/statement-4/",
    ]


def test_headlines_and_dates_stand_beside_the_links():
    reading = read()
    assert reading.title == "Press releases"
    titles = [e.title for e in reading.entries]
    assert titles == ["Statement on the detentions", "Second statement – Ürümqi", "Third", "No date"]
    dates = [e.published and e.published.date().isoformat() for e in reading.entries]
    assert dates == ["2021-02-03", "2026-02-17", "2021-02-03", None]
    assert reading.entries[0].language == "en"


def test_the_outlets_order_of_dates_counts():
    outlet = Outlet(name="ngo", title="NGO", date_order=DateOrder.MDY)
    assert read(outlet=outlet).entries[2].published == datetime(2021, 3, 2, tzinfo=UTC)


def test_only_unseen_ones_come_back():
    whole = read()
    assert [e.title for e in read(seen=frozenset(whole.hashes[1:])).entries] == [whole.entries[0].title]
    assert read(seen=frozenset(whole.hashes)).known == 4


def test_a_selector_that_finds_nothing_says_so():
    with pytest.raises(FeedError, match="the page has changed") as caught:
        read("a.gone")
    assert caught.value.reason == Outcome.NOT_A_FEED
    with pytest.raises(FeedError):
        listing.read(b" ", "https://ngo.example/", links="a", now=NOW)


@pytest.mark.parametrize("links", ["a[", "//a[", "::", ""])
def test_a_selector_that_is_none_is_a_mistake_of_ours(links):
    with pytest.raises(ConfigError, match="neither CSS nor XPath"):
        read(links)
