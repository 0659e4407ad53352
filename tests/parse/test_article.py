"""Article pages: JSON-LD, then meta tags."""

import json
from datetime import UTC, datetime

import pytest

from monitor.errors import NoStory
from monitor.parse import article
from monitor.story import Access, DateSource, Outlet

URL = "https://courier.example/2026/02/17/port?utm_source=rss"
NODE = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "name": "x"},
        {
            "@type": ["NewsArticle"],
            "headline": "Port &amp; customs",
            "description": "The lead.",
            "datePublished": "2026-02-17T10:00:00+08:00",
            "dateModified": "2026-02-17T05:00:00Z",
            "author": [
                {"@type": "Person", "name": "Ayşe Demir"},
                {"@type": "Organization", "name": "The Courier"},
            ],
            "publisher": {"@type": "Organization", "name": "The Courier"},
            "articleSection": ["World", "Trade"],
            "isAccessibleForFree": "False",
            "inLanguage": "en-gb",
            "image": {
                "@type": "ImageObject",
                "url": "/1.jpg",
                "caption": "Dawn",
                "creditText": "Lena Ort/AFP",
            },
            "articleBody": "One.\nTwo.",
        },
    ],
}


def page(node=None, head="", body=""):
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>' if node else ""
    return f'<!doctype html><html lang="en"><head>{head}{script}</head><body>{body}</body></html>'.encode()


def test_json_ld_tells_the_story():
    story = article.story(
        page(
            NODE,
            '<link rel="canonical" href="https://courier.example/2026/02/17/port">',
            "<h1>Port and customs, seen again</h1>",
        ),
        URL,
    )
    assert story.title == "Port & customs"
    assert story.headlines == ("Port and customs, seen again",)
    assert story.url == "https://courier.example/2026/02/17/port"
    assert story.published == datetime(2026, 2, 17, 2, tzinfo=UTC)
    assert story.updated == datetime(2026, 2, 17, 5, tzinfo=UTC)
    assert story.date_source is DateSource.PAGE
    assert story.authors == ("Ayşe Demir",)
    assert story.sections == ("World", "Trade")
    assert story.access is Access.PAID
    assert story.language == "en-GB"
    assert story.photo.credit == "Lena Ort/AFP"
    assert story.photo.url == "https://courier.example/1.jpg"
    assert story.body == ""  # flagged as paid and two words long: a stub
    assert story.provenance["published"] == "json-ld:datePublished"


def test_meta_tags_stand_in():
    head = (
        '<meta property="og:title" content="A headline"><meta property="article:published_time" content="2026-02-17T10:00:00Z">'
        '<meta name="author" content="By Tom Webb"><meta property="og:image" content="https://courier.example/1.jpg">'
    )
    story = article.story(
        page(head=head), URL, outlet=Outlet(name="courier", title="Courier", access=Access.METERED)
    )
    assert (story.outlet, story.title, story.authors) == ("courier", "A headline", ("Tom Webb",))
    assert story.access is Access.METERED
    assert story.provenance["title"] == "meta:og:title"


@pytest.mark.parametrize(
    "href", ["https://elsewhere.example/a", "https://courier.example/", "javascript:1", "", "http://[bad"]
)
def test_a_canonical_address_is_believed_only_within_its_site(href):
    story = article.story(page(NODE, f'<link rel="canonical" href="{href}">'), URL)
    assert story.url == URL


@pytest.mark.parametrize(
    ("asked", "href", "believed"),
    [
        ("/news/amp/1234567", "/news", False),
        ("/news/world/1234567", "/news/world/", False),
        ("/news/amp/1234567", "/news/1234567", True),
        ("/news/a-long-slug/amp", "/news/a-long-slug", True),
        ("/news/a-long-slug/2", "/news/a-long-slug", True),
        ("/news/old-slug", "/news/new-slug", True),
        ("/newsroom/a-story", "/news/a-story", True),
    ],
)
def test_the_section_a_page_is_in_is_not_its_address(asked, href, believed):
    here = f"https://courier.example{asked}"
    said = f"https://courier.example{href}"
    story = article.story(page(NODE, f'<link rel="canonical" href="{said}">'), here)
    assert story.url == (said if believed else here)


@pytest.mark.parametrize(
    "html",
    [
        b"",
        b" ",
        b"\x00",
        b"words",
        page(),
        page(body="<h1>Only a headline</h1>"),
        page({"@type": "NewsArticle", "datePublished": "2026-02-17"}),
    ],
)
def test_a_page_without_headline_or_date_is_no_story(html):
    with pytest.raises(NoStory, match=r"courier\.example"):
        article.story(html, URL)


def test_shapes_of_any_kind_are_borne():
    node = {
        "@type": "NewsArticle",
        "headline": ["x"],
        "author": 3,
        "image": [[]],
        "publisher": "p",
        "articleSection": {},
        "datePublished": None,
    }
    with pytest.raises(NoStory):
        article.story(page(node), URL)
