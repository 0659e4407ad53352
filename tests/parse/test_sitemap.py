"""News sitemaps, plain ones, and indexes."""

import gzip
from datetime import UTC, datetime

import pytest

from monitor.errors import FeedError
from monitor.parse import sitemap
from monitor.story import DateSource, Outcome

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)
URL = "https://wire.example/news.xml"
NEWS = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://wire.example/2026/02/17/cotton-audit-12345678</loc><lastmod>2026-02-17T12:00:00Z</lastmod>
 <news:news><news:publication><news:name>Wire</news:name><news:language>en</news:language></news:publication>
 <news:publication_date>2026-02-17T10:00:00+08:00</news:publication_date><news:title>Cotton audit &amp; after</news:title><news:keywords>Trade, Xinjiang</news:keywords></news:news>
 <image:image><image:loc>https://wire.example/1.jpg</image:loc><image:title>A field</image:title><image:caption>Cotton</image:caption></image:image></url>
<url><loc>javascript:alert(1)</loc><news:news><news:title>Unsafe</news:title></news:news></url>
</urlset>"""
PLAIN = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://wire.example/2026/02/17/police-in-harbour-town-98765432.html</loc><lastmod>2026-02-17</lastmod></url>
<url><loc>https://wire.example/about</loc></url></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://wire.example/old.xml</loc><lastmod>2025-01-01</lastmod></sitemap>
<sitemap><loc>https://maps.wire.example/new.xml.gz</loc><lastmod>2026-02-01</lastmod></sitemap>
<sitemap><loc>https://elsewhere.example/x.xml</loc><lastmod>2026-02-02</lastmod></sitemap></sitemapindex>"""


def read(body, **options):
    return sitemap.read(body, URL, now=NOW, **options)


def test_a_news_sitemap_gives_headline_date_and_language():
    first, second = read(NEWS).entries
    assert first.title == "Cotton audit & after"
    assert first.published == datetime(2026, 2, 17, 2, tzinfo=UTC)
    assert first.updated == datetime(2026, 2, 17, 12, tzinfo=UTC)
    assert first.language == "en"
    assert first.sections == ("Trade", "Xinjiang")
    assert first.photo.caption == "Cotton"
    assert second.link == ""


def test_only_unseen_ones_come_back():
    whole = read(gzip.compress(NEWS))
    again = read(NEWS, seen=frozenset(whole.hashes[:1]))
    assert [e.title for e in again.entries] == ["Unsafe"]
    assert (again.total, again.known) == (2, 1)


def test_a_plain_sitemap_makes_headlines_of_addresses():
    reading = read(PLAIN)
    assert reading.entries[0].title == "Police in harbour town"
    assert reading.entries[0].date_source is DateSource.UPDATED
    assert reading.entries[1].title == ""
    assert "no news tags" in reading.warnings[0]


def test_an_index_leads_to_its_own_sites_sitemaps_youngest_first():
    assert read(INDEX).children == ("https://maps.wire.example/new.xml.gz", "https://wire.example/old.xml")


def test_a_damaged_sitemap_is_read_as_far_as_it_goes():
    reading = read(NEWS[: NEWS.index(b"<url><loc>javascript")])
    assert [e.title for e in reading.entries] == ["Cotton audit & after"]
    assert "damaged" in reading.warnings[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Outcome.EMPTY),
        (b"<html><body>x</body></html>", Outcome.NOT_A_FEED),
        (b"<rss></rss>", Outcome.NOT_A_FEED),
        (b"words", Outcome.NOT_A_FEED),
        (gzip.compress(bytes(20 * 2**20)), Outcome.TOO_BIG),
    ],
)
def test_what_is_no_sitemap_is_refused(body, reason):
    with pytest.raises(FeedError) as caught:
        read(body)
    assert caught.value.reason == reason


def test_entities_are_not_expanded():
    body = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + PLAIN.replace(b"about", b"a&x;b")
    assert read(body).entries[1].link in {"https://wire.example/ab", "https://wire.example/a"}
