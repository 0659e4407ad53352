"""What a body is when it is not what it should be, in a sentence a person can act on."""

from __future__ import annotations

import re

from monitor.errors import FeedError
from monitor.parse.discover import discover
from monitor.story import Outcome

__all__ = ["looks_like_html", "not_a_feed", "refuse_bombs"]

_HTML = re.compile(
    rb"(?:\s|<!--[^>]{0,2000}-->|<\?xml[^>]{0,200}\?>)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_ANY_HTML = re.compile(rb"<(?:html|body|head|script|div|p|h1)\b", re.IGNORECASE)
_CONSENT = re.compile(
    rb"consent|cookie|captcha|cf-challenge|cf-mitigated|just a moment|are you a robot|access denied|sign in|log ?in|captive",
    re.IGNORECASE,
)
_SITEMAP = re.compile(rb"<(?:[\w-]{1,30}:)?(?:urlset|sitemapindex)\b")
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{4096,}")
_MOST_ATTRIBUTES = 1_000  # of one tag; feedparser's time grows with their square


def looks_like_html(body: bytes) -> bool:
    """Whether the body begins as a web page does."""
    return _HTML.match(body[:4_096]) is not None


def not_a_feed(body: bytes, url: str) -> FeedError:
    """Say what came instead of a feed, and where the feed may be."""
    if _SITEMAP.search(body[:4_096]):
        detail = f"{url} is a sitemap, not a feed: declare it as `sitemap:` instead."
    elif looks_like_html(body) or _ANY_HTML.search(body[:16_384]):
        detail = _html_detail(body, url)
    else:
        detail = f"{url} answers with something that is neither RSS, Atom, RDF nor JSON Feed."
    return FeedError(Outcome.NOT_A_FEED, detail)


def _html_detail(body: bytes, url: str) -> str:
    found = discover(body, url)
    if found:
        return f"{url} is a web page, not a feed. It names these feeds: {', '.join(found[:5])}."
    if _CONSENT.search(body[:65_536]):
        return f"{url} answers with a consent, login or challenge page instead of the feed: open it in a browser to see."
    return f"{url} is a web page, not a feed, and names no feed: look for the feed's address on the outlet's site."


def refuse_bombs(body: bytes) -> None:
    """Raise FeedError for tags made to keep a parser busy."""
    for tag in _LONG_TAG.finditer(body):
        if tag[0].count(b"=") > _MOST_ATTRIBUTES:
            detail = f"One tag has more than {_MOST_ATTRIBUTES} attributes; such a feed is made to do harm and was not read."
            raise FeedError(Outcome.HOSTILE, detail)
