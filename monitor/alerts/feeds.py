"""Atom and JSON Feed, written: what outlets wrote is text in them, nothing is loaded from anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.alerts.plain import clean, clickable

__all__ = ["FeedEntry", "atom", "json_feed"]

_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One story of a feed."""

    identity: str  # a URI that never changes
    title: str
    url: str
    outlet: str
    published: datetime
    updated: datetime  # when we first saw it
    summary: str = ""  # the sentence in which the rule met it
    language: str = ""


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def atom(
    *, title: str, identity: str, updated: datetime, entries: Sequence[FeedEntry], address: str = ""
) -> bytes:
    """Write an Atom feed (RFC 4287)."""
    from lxml.etree import Element, SubElement, tostring

    def put(parent: object, name: str, text: str = "", **attributes: str) -> None:
        node = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        node.text = text or None

    feed = Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    put(feed, "title", clean(title))
    put(feed, "id", identity)
    put(feed, "updated", _instant(updated))
    if address:
        put(feed, "link", rel="self", href=address)
    for one in entries:
        node = SubElement(feed, f"{{{_ATOM}}}entry")
        if one.language:
            node.set(_XML_LANG, clean(one.language))
        put(node, "title", clean(one.title))
        put(node, "id", one.identity)
        if url := clickable(one.url):
            put(node, "link", rel="alternate", href=url)
        author = SubElement(node, f"{{{_ATOM}}}author")
        put(author, "name", clean(one.outlet))
        put(node, "published", _instant(one.published))
        put(node, "updated", _instant(one.updated))
        if one.summary:
            put(node, "summary", clean(one.summary))
    return bytes(tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True))


def json_feed(
    *, title: str, identity: str, updated: datetime, entries: Sequence[FeedEntry], address: str = ""
) -> bytes:
    """Write a JSON Feed (version 1.1)."""
    items = [
        {
            "id": one.identity,
            "title": clean(one.title),
            "content_text": clean(one.summary) or clean(one.title),
            **({"url": url} if (url := clickable(one.url)) else {}),
            **({"language": clean(one.language)} if one.language else {}),
            "authors": [{"name": clean(one.outlet)}],
            "date_published": _instant(one.published),
            "date_modified": _instant(one.updated),
        }
        for one in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(title),
        "description": f"Updated {_instant(updated)}; {identity}",
        **({"feed_url": address} if address else {}),
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()
