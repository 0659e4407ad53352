"""What is dropped from a feed's bytes before feedparser sees them."""

from datetime import UTC, datetime

import pytest

from monitor.parse import feed
from monitor.parse.trim import without_trifles

NOW = datetime(2026, 2, 18, tzinfo=UTC)


def test_of_a_head_what_a_reading_goes_by_is_left():
    head = (
        b'<rss version="2.0"><channel><title>T</title><generator>g</generator><atom:link rel="self" href="x"/>'
        b"<description><![CDATA[all of it]]></description><link>https://x.example/</link><dc:language>en</dc:language>"
        b'<sy:period>hourly</sy:period><cloud domain="x" /><image><url>u</url><title>T</title></image><language>en</language>'
    )
    assert without_trifles(head) == (
        b'<rss version="2.0"><channel><title>T</title><atom:link rel="self" href="x"/>'
        b"<link>https://x.example/</link><dc:language>en</dc:language><image><title>T</title></image><language>en</language>"
    )


@pytest.mark.parametrize(
    "more",
    [
        b"<y><!-- <y> --></y>",
        b'<y a="1>2"/>',
        b"<y><![CDATA[<y>]]></y>",
        b"<!-- <y>x</y> -->",
        b"<docs/><docs>x</docs ><docs >y</docs>",
    ],
)
def test_a_head_that_is_cut_wrongly_costs_nothing(more):
    body = b"<rss><channel><title>T</title>%b<link>https://x.example/a/</link><item><title>One</title><link>1</link></item></channel></rss>"
    plain, odd = (feed.read(body % part, "https://x.example/", now=NOW) for part in (b"", more))
    assert odd == plain
    assert odd.entries[0].link == "https://x.example/a/1"
