"""Whatever the bytes, there is a story or NoStory, and nothing else."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import NoStory
from monitor.parse import article
from monitor.story import Story
from tests.parse import pages

URLS = (
    "https://www.bbc.com/news/c1",
    "https://www.wsj.com/articles/x-1",
    "https://www.economist.com/a/b",
    "https://theintercept.com/a",
    "https://x.example/a",
    "not an address",
    "",
)
PAGES = (
    pages.BBC_NEXT,
    pages.BBC_INITIAL,
    pages.BBC_MARKUP,
    pages.ECONOMIST,
    pages.WSJ_STATE,
    pages.INTERCEPT_2024,
    pages.NGO,
)


def told(html, url="https://x.example/a/b", content_type=None):
    try:
        story = article.story(html, url, content_type=content_type)
    except NoStory:
        return None
    assert isinstance(story, Story)
    return story


@given(st.binary(max_size=400), st.sampled_from(URLS))
@settings(max_examples=60, deadline=None)
def test_any_bytes(body, url):
    told(body, url)


@given(
    st.sampled_from(PAGES),
    st.sampled_from(URLS),
    st.integers(0, 2**32),
    st.sampled_from(["cut", "flip", "splice"]),
)
@settings(max_examples=120, deadline=None)
def test_broken_pages(html, url, seed, how):
    chance = random.Random(seed)
    at = chance.randrange(len(html))
    if how == "cut":
        html = html[:at]
    elif how == "splice":
        html = html[:at] + html[chance.randrange(len(html)) :] + html[at:]
    else:
        flipped = bytearray(html)
        for _ in range(chance.choice((1, 20, 400))):
            flipped[chance.randrange(len(html))] = chance.randrange(256)
        html = bytes(flipped)
    told(html, url)


LD = '<h1>x</h1><script type="application/ld+json">%s</script>'


@pytest.mark.parametrize(
    "html",
    [
        "<h1>x</h1>" + "<div>" * 200_000,
        "<b><i>" * 5_000 + "text",
        LD % ("[" * 200_000),
        LD % ('{"@graph":[' * 50_000 + "]}" * 50_000),
        LD
        % '{"@type":"NewsArticle","headline":{"a":1},"author":[[["x"]]],"image":[[{"url":[3]}]],"datePublished":20260217}',
        LD
        % '{"@id":"#a","@type":"NewsArticle","headline":"x","datePublished":"2026-01-01","author":{"@id":"#a"},"publisher":{"@id":"#a"}}',
        "<title>" + "a - b | " * 50_000 + "</title>",
        "<h1>x</h1>" + "<p>word" * 100_000,
        "<h1>x</h1><p>" + "(" * 300_000,
        "<h1>x</h1>" + '<time datetime="9999-99-99">' * 5_000,
        '<h1>x</h1><time datetime="9999-12-31T23:59:59-12:00">x</time><meta name="date" content="0001-01-01T00:00:00+14:00">',
        "<h1>x&#1;&#x0;</h1><figcaption>a</figcaption>&#11;<p>tail\x0b\x01</p>",
        "\x00" * 100_000,
    ],
    ids=lambda html: html[:24],
)
def test_bombs_are_read_or_refused(html):
    told(html.encode())


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset=utf-7",
        "text/html; charset=idna",
        "text/html; charset=hex",
        "text/html; charset=%",
        None,
    ],
)
def test_any_charset_that_a_server_names(content_type):
    assert told(pages.NGO.replace(b"harbour", b"h\xe4fen"), content_type=content_type)


def test_no_more_than_8_mib_are_looked_at():
    html = pages.page(
        pages.news(), body="<h1>Port</h1>" + "<!-- " + "x" * 9_000_000 + " --><h1>Unseen words</h1>"
    )
    assert "Unseen words" not in told(html).titles


def test_nothing_is_fetched_for_an_external_entity():
    html = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><h1>x &x;</h1>' + pages.page(
        pages.news()
    )
    assert "root:" not in " ".join(told(html).titles)
