"""Feeds of every kind to entries, only the unseen ones, and what happens with bad ones."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import FeedError
from monitor.parse import feed
from monitor.story import Access, DateSource, Outcome, Outlet

FEEDS = Path(__file__).parent / "feeds"
NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)


def read(name, url="https://feeds.example/feed", **options):
    return feed.read((FEEDS / name).read_bytes(), url, now=NOW, **options)


def reason(body, **options):
    with pytest.raises(FeedError) as caught:
        feed.read(body, "https://feeds.example/feed", now=NOW, **options)
    assert str(caught.value).endswith(".")
    return caught.value.reason


def test_rss_becomes_plain_text_with_photo_and_people():
    reading = read("rss.xml")
    first, second, third = reading.entries
    assert reading.title == "The Harbour Courier & Post"
    assert reading.ttl == timedelta(minutes=30)
    assert first.title == "Port & customs: forced labour goods < 2% of freight"
    assert first.link == "https://courier.example/2026/02/17/port-customs?utm_source=rss"
    assert first.guid == "courier-1001"
    assert first.published == datetime(2026, 2, 17, 10, 3, 7, tzinfo=UTC)
    assert first.summary == "One ship & one of freight.\nSecond line."
    assert first.body == "The whole body, with a link."
    assert first.authors == ("Ayşe Demir", "Tom Webb")
    assert first.sections == ("World", "Trade")
    assert first.language == "en-GB"
    assert first.photo.credit == "Lena Ort/AFP"
    assert first.photo.caption == "Containers at dawn."
    assert first.photo.url == "https://courier.example/img/port.jpg"
    assert second.guid == second.link == "https://courier.example/second"
    assert third.link == ""
    assert "javascript" in third.warnings[0]


def test_atom_text_is_text_and_updated_stands_in_for_published():
    first, second = read("atom.xml", url="https://morgenblatt.example/atom.xml").entries
    assert first.title == "AT&T und <b> im Titel"
    assert first.link == "https://morgenblatt.example/artikel/1.html"
    assert first.published == first.updated == datetime(2026, 2, 17, 11, tzinfo=UTC)
    assert first.date_source is DateSource.UPDATED
    assert first.authors == ("Jana Roth",)
    assert first.summary == "Die Zusammenfassung."
    assert first.body == "Erster Absatz.\nZweiter & letzter."
    assert first.sections == ("Politik",)
    assert first.language == "de"
    assert second.title == "Zweiter <Titel>"
    assert (second.published.day, second.updated.day) == (16, 17)


def test_rdf_takes_its_date_from_dublin_core():
    first, second = read("rdf.xml").entries
    assert first.published == datetime(2026, 2, 18, 1, 2, 3, tzinfo=UTC)
    assert first.date_source is DateSource.PUBLISHED
    assert first.guid == "https://welle.example/a-1?maca=en-rss"
    assert first.sections == ("World",)
    assert second.title == "Second wave"


def test_json_feed():
    reading = read("feed.json", url="https://relay.example/feed.json")
    (first,) = reading.entries
    assert first.title == "Cotton <b>audit</b> & what follows"
    assert (first.link, first.guid) == ("https://relay.example/stories/1", "relay-1")
    assert (first.summary, first.body) == ("An audit.", "First & second.")
    assert first.published == datetime(2026, 2, 17, 15, tzinfo=UTC)
    assert first.authors == ("Mira Sand",)
    assert first.language == "en-US"
    assert reading.total == 3
    assert reading.warnings == ("2 entries have neither a title nor a link and were dropped.",)


def test_an_entry_reissued_under_another_guid_keeps_its_link():
    first, again = read("bbc-like.xml").entries
    assert first.link == again.link
    assert (first.guid[-2:], again.guid[-2:]) == ("#0", "#1")
    assert first.photo.url.endswith("1.jpg")


def test_what_is_paid_for_is_marked():
    paid, free = read("wsj-like.xml").entries
    assert paid.access is Access.PAID
    assert free.access is Access.OPEN
    assert paid.sections == ()
    assert (paid.summary, paid.body) == ("A lead in one line.", "")


def test_missing_guids_links_and_dates_are_borne():
    reading = read("bare.xml")
    titles = [e.title for e in reading.entries]
    assert titles == [
        "No date, no guid",
        "No link either",
        "Same guid",
        "Same guid, other story",
        "Ambiguous",
    ]
    assert reading.total == len(reading.hashes) == 7
    assert all(e.published is None for e in reading.entries)
    assert reading.entries[1].guid == ""
    assert "IST" in reading.entries[-1].warnings[0]
    assert any("1 entries have neither" in w for w in reading.warnings)


def test_the_outlets_own_zone_explains_an_ambiguous_one():
    outlet = Outlet(name="bare", title="Bare", zone="Asia/Kolkata")
    assert read("bare.xml", outlet=outlet).entries[-1].published == datetime(
        2026, 2, 17, 12, 33, 7, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("name", "title", "warned"),
    [
        ("windows-1251.xml", "Уйгуры в Синьцзяне", ""),
        ("utf-16.xml", "维吾尔 ئۇيغۇر", ""),
        ("mislabelled.xml", "维吾尔 ئۇيغۇر", "is UTF-8"),
        ("stray-bytes.xml", "Ürümqi and café", "1 stray bytes"),
    ],
)
def test_encodings_right_and_wrong(name, title, warned):
    reading = read(name)
    assert reading.entries[0].title == title
    assert warned in " ".join(reading.warnings)
    assert bool(reading.warnings) == bool(warned)


def test_the_servers_charset_counts_where_the_feed_says_nothing():
    body = (FEEDS / "windows-1251.xml").read_bytes().replace(b' encoding="windows-1251"', b"")
    (entry,) = feed.read(
        body, "https://x.example/", content_type="text/xml; charset=windows-1251", now=NOW
    ).entries
    assert entry.title == "Уйгуры в Синьцзяне"


def test_a_label_of_utf_16_or_utf_7_on_plain_bytes_is_not_believed():
    for label in (b"UTF-16", b"UTF-7", b"unicode_escape", b"nonsense"):
        body = (FEEDS / "rdf.xml").read_bytes().replace(b"UTF-8", label)
        reading = feed.read(body, "https://x.example/", now=NOW)
        assert [e.title for e in reading.entries] == ["First wave", "Second wave"]
        assert label.decode().lower() in reading.warnings[0]


def test_a_truncated_feed_gives_its_whole_entries():
    reading = read("truncated.xml")
    assert [e.guid for e in reading.entries] == ["courier-1001"]
    assert reading.entries[0] == read("rss.xml").entries[0]
    assert "breaks off" in reading.warnings[0]


def test_every_truncation_is_read_or_refused_in_words():
    bodies = [(FEEDS / name).read_bytes() for name in ("rss.xml", "atom.xml", "rdf.xml", "feed.json")]
    outcomes = {outcome(body[:end]) for body in bodies for end in range(0, len(body), 37)}
    assert outcomes <= {"read", Outcome.EMPTY, Outcome.NOT_A_FEED, Outcome.MALFORMED}


def outcome(body):
    try:
        feed.read(body, "https://x.example/", now=NOW)
    except FeedError as error:
        return error.reason
    return "read"


def test_only_unseen_entries_are_parsed_and_all_are_known_again():
    whole = read("rss.xml")
    assert (whole.total, whole.known, len(whole.hashes)) == (3, 0, 3)
    again = read("rss.xml", seen=frozenset(whole.hashes))
    assert again.entries == ()
    assert (again.total, again.known, again.parser) == (3, 3, "")
    assert again.hashes == whole.hashes
    assert again.title == whole.title
    assert again.ttl == whole.ttl
    for left_out, entry in zip(whole.hashes, whole.entries, strict=True):
        reading = read("rss.xml", seen=frozenset(whole.hashes) - {left_out})
        assert reading.entries == (entry,)
        assert reading.known == 2
        assert reading.newest == entry.published


def test_a_changed_entry_is_unseen_again():
    seen = frozenset(read("rss.xml").hashes)
    body = (FEEDS / "rss.xml").read_bytes().replace(b"Second story", b"Second story, updated")
    (entry,) = feed.read(body, "https://feeds.example/feed", seen=seen, now=NOW).entries
    assert entry.title == "Second story, updated"


def test_the_public_wrapper_needs_no_clock():
    assert len(feed.entries((FEEDS / "atom.xml").read_bytes(), "https://x.example/")) == 2


def test_an_ill_formed_entry_does_not_hide_the_others():
    body = (FEEDS / "rss.xml").read_bytes().replace(b"Plain words.", b"Plain & words <b> of <i>it")
    reading = feed.read(body, "https://feeds.example/feed", now=NOW)
    assert [e.title for e in reading.entries][1:] == ["Second story", "Unsafe link"]


def test_rubbish_before_the_feed_is_skipped_and_named():
    body = b"<br />\n<b>Warning</b>: mysql is away on line 3<br />\n" + (FEEDS / "rss.xml").read_bytes()
    reading = feed.read(body, "https://feeds.example/feed", now=NOW)
    assert len(reading.entries) == 3
    assert "stand before it" in reading.warnings[0]


def test_gzip_is_undone_and_bounded():
    body = (FEEDS / "rss.xml").read_bytes()
    assert len(feed.read(gzip.compress(body), "https://x.example/", now=NOW).entries) == 3
    assert reason(gzip.compress(bytes(30 * 2**20))) == Outcome.TOO_BIG
    assert reason(gzip.compress(body)[:40] + b"xx" * 200) == Outcome.MALFORMED


def test_control_and_bidi_junk_goes_but_joiners_stay():
    body = (FEEDS / "rdf.xml").read_bytes().replace(b"First wave", "می\u200cخواهم\u202e\x07 \ufeffx".encode())
    assert feed.read(body, "https://x.example/", now=NOW).entries[0].title == "می\u200cخواهم x"


def test_fields_are_capped():
    body = (
        (FEEDS / "rdf.xml")
        .read_bytes()
        .replace(b"First wave", b"w" * 9_000)
        .replace(b"Text of", b"t" * 200_000)
    )
    entry = feed.read(body, "https://x.example/", now=NOW).entries[0]
    assert len(entry.title) == 500
    assert len(entry.summary) == 65_536


def many(count, day):
    items = "".join(
        f"<item><title>Story {i}</title><link>https://x.example/{i}</link><pubDate>{day(i):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for i in range(count)
    )
    return f'<rss version="2.0"><channel><title>T</title><link>https://x.example/</link>{items}</channel></rss>'.encode()


def test_of_too_many_entries_the_newest_are_kept():
    body = many(2_300, lambda i: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=i))
    whole = feed.read(body, "https://x.example/", now=NOW)
    assert len(set(whole.hashes)) == 2_000
    assert whole.total == 2_300
    assert whole.entries[0].title == "Story 300"
    assert "only the newest 2000" in whole.warnings[0]


def test_a_feed_without_entries_is_no_error_but_is_noted():
    reading = feed.read(
        b'<rss version="2.0"><channel><title>T</title></channel></rss>', "https://x.example/", now=NOW
    )
    assert reading.total == 0
    assert reading.warnings == ("There are no entries in it.",)


HTML = b"""<!DOCTYPE html><html><head><title>Welcome</title>
<link rel="alternate" type="application/rss+xml" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" href="/feed/">
</head><body><a href="/about">About</a> <a href="/world/rss.xml">RSS</a></body></html>"""


def test_a_web_page_is_no_feed_and_its_feeds_are_named():
    with pytest.raises(FeedError) as caught:
        feed.read(HTML, "https://x.example/start", now=NOW)
    assert caught.value.reason == Outcome.NOT_A_FEED
    assert (
        "https://x.example/feed/, https://x.example/world/rss.xml, https://x.example/comments/feed/"
        in caught.value.detail
    )


def test_a_consent_page_is_called_one():
    with pytest.raises(FeedError, match="consent, login or challenge"):
        feed.read(
            b"<html><body><h1>Before you continue</h1>We use cookies</body></html>",
            "https://x.example/",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", Outcome.EMPTY),
        (b" \n\xef\xbb\xbf ", Outcome.NOT_A_FEED),
        (b"\xef\xbb\xbf  \n", Outcome.EMPTY),
        (b"\x00\x00\x00", Outcome.EMPTY),
        (b"just words", Outcome.NOT_A_FEED),
        (b"/etc/passwd", Outcome.NOT_A_FEED),
        (b"https://example.org/feed.xml", Outcome.NOT_A_FEED),
        (b'{"items": 3}', Outcome.NOT_A_FEED),
        (b'{"items": [', Outcome.MALFORMED),
        (b"[" * 200_000, Outcome.HOSTILE),
        (b"[1, 2]", Outcome.NOT_A_FEED),
        (b"<rss><channel><", Outcome.MALFORMED),
        (b"<urlset></urlset>", Outcome.NOT_A_FEED),
        (b"<rss " + b" ".join(b'a%d="1"' % i for i in range(20_000)) + b"></rss>", Outcome.HOSTILE),
        (b" " * (8 * 2**20) + b"x", Outcome.TOO_BIG),
    ],
    ids=lambda v: v.value if isinstance(v, Outcome) else repr(v[:20]),
)  # fmt: skip
def test_what_is_no_feed_is_refused_with_a_reason(body, expected):
    assert reason(body) == expected


def test_entities_of_its_own_are_not_expanded():
    bomb = b'<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    body = (
        bomb
        + b'<rss version="2.0"><channel><item><title>x &a;&b; y</title><link>https://x.example/1</link></item></channel></rss>'
    )
    reading = feed.read(body, "https://x.example/", now=NOW)
    assert "lol" not in reading.entries[0].title
    assert "entities of its own" in reading.warnings[0]


def test_json_numbers_and_shapes_of_any_kind_are_borne():
    body = json.dumps(
        {
            "items": [
                {"id": {}, "title": 3, "url": [], "authors": "x", "tags": {}, "content_html": "<p>w"},
                7,
                None,
                {"title": "t"},
            ]
        }
    )
    assert [e.title for e in feed.read(body.encode(), "https://x.example/", now=NOW).entries] == ["t"]


def test_discovery_prefers_what_is_declared():
    assert feed.discover(HTML, "https://x.example/") == (
        "https://x.example/feed/",
        "https://x.example/world/rss.xml",
        "https://x.example/comments/feed/",
    )
    assert feed.discover(b"", "https://x.example/") == ()
