"""Where a homepage says that its feeds are."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import etree

from monitor import links

__all__ = ["discover"]

_MOST = 20
_LONGEST_PAGE = 2 * 2**20
_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "text/xml+rss",
    }
)
_FEED_PATH = re.compile(
    r"/(?:rss|feeds?|atom)(?:\.xml|\.rdf|/|\Z)|\.(?:rss|rdf|atom)\Z|/(?:rss|feed|atom|index)\.(?:xml|json)\Z|[?&](?:format|feed)=(?:rss|atom)",
    re.IGNORECASE,
)


class _Links:
    """A parser target that notes what leads to a feed."""

    def __init__(self) -> None:
        self.base = ""
        self.declared: list[str] = []
        self.likely: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        href = attributes.get("href", "").strip()
        if not href:
            return
        if tag == "base" and not self.base:
            self.base = href
        elif tag == "link" and "alternate" in attributes.get("rel", "").lower().split():
            if attributes.get("type", "").lower().strip() in _TYPES:
                self.declared.append(href)
        elif tag == "a" and _FEED_PATH.search(href.partition("#")[0]):
            self.likely.append(href)

    def end(self, tag: str) -> None:
        """Only start tags matter."""

    def close(self) -> None:
        """Nothing to give: the lists are read."""


def discover(html: bytes, url: str) -> tuple[str, ...]:
    """Give the feeds a page names, declared ones (<link rel=alternate>) before likely anchors; at most 20, absolute."""
    target = _Links()
    parser = etree.HTMLParser(target=target, no_network=True, huge_tree=False)
    try:
        parser.feed(html[:_LONGEST_PAGE])
        parser.close()
    except etree.XMLSyntaxError:
        pass
    base = _join(url, target.base) if target.base else url
    found = (_join(base, href) for href in (*target.declared, *target.likely))
    named = dict.fromkeys(u for u in found if u and u != url)
    return tuple(sorted(named, key=lambda u: "comment" in u))[:_MOST]


def _join(base: str, href: str) -> str:
    try:
        return links.safe_url(urljoin(base, href)) or ""
    except ValueError:
        return ""
