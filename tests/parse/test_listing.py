"""Listing pages: the selected links, their words, and the date beside each."""

from datetime import UTC, datetime

import pytest

from monitor.errors import ConfigError, FeedError
from monitor.parse import listing
from monitor.parse.understand import understand
from monitor.story import DateOrder, Outcome, Outlet, Source, SourceKind

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


@pytest.mark.parametrize("links", ["a[", "//a[", "::"])
def test_a_selector_that_is_none_is_a_mistake_of_ours(links):
    with pytest.raises(ConfigError, match="neither CSS nor XPath"):
        read(links)


PASSED_ON = """<html lang="en"><body><main>
<article><h2><a href="/en/cameras-everywhere/">Cameras everywhere, say those who left</a></h2><p class="meta">The Harbour Post. 30 September 2021</p>
 <p>Below is an article published by The Harbour Post. Photo:AFP.</p>
 <p>A baker recalls that the police asked for his telephone on the day he left the town.</p><p><a href="/en/cameras-everywhere/">Read More →</a></p></article>
<article><h2><a href="/en/our-word/">Our word on the ruling</a></h2><p>Press release – 29 September 2021. Contact: the office of the congress.</p></article>
<article><h2><a href="/en/sewing/">Clothes sewn in the camps</a></h2><p>Gulf News Agency, 17 December 2018 By Dana Ort – Behind barbed wire, hundreds of people sew clothes.</p></article>
</main></body></html>""".encode()


def test_the_words_beside_a_link_are_its_summary_without_the_link_to_the_whole():
    found = listing.read(PASSED_ON, "https://ngo.example/en/", links="", now=NOW).entries
    assert [e.title for e in found] == [
        "Cameras everywhere, say those who left",
        "Our word on the ruling",
        "Clothes sewn in the camps",
    ]
    assert "telephone on the day" in found[0].summary
    assert "Read More" not in found[0].summary
    assert [e.published.date().isoformat() for e in found] == ["2021-09-30", "2021-09-29", "2018-12-17"]


def test_a_listing_says_who_published_a_story_first_and_whose_photo_it_shows():
    source = Source(url="https://ngo.example/en/", outlet="ngo", kind=SourceKind.LISTING)
    found = listing.read(PASSED_ON, source.url, links="", now=NOW).entries
    told, own, dated = (understand(e, source, Outlet(name="ngo", title="NGO"), NOW) for e in found)
    assert (told.origin, told.photo.credit) == ("The Harbour Post", "AFP")
    assert (
        told.summary == "A baker recalls that the police asked for his telephone on the day he left the town."
    )
    assert (own.origin, own.photo) == ("", None), "a statement of its own"
    assert (dated.origin, dated.authors) == ("Gulf News Agency", ("Dana Ort",))
    assert dated.summary == "Behind barbed wire, hundreds of people sew clothes."
