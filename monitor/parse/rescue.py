"""fastfeedparser: the second opinion where feedparser finds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from monitor.parse import plain
from monitor.parse.normal import authors_of, bodies, language_of, sections_of
from monitor.parse.reading import Place
from monitor.story import DateSource, Entry

__all__ = ["entries"]


def entries(document: bytes, place: Place) -> tuple[Entry, ...]:
    """Give the entries fastfeedparser finds, none when it cannot read the document either. They have no hash yet."""
    import fastfeedparser

    try:
        found = fastfeedparser.parse(document)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, etree.LxmlError):
        return ()  # it documents ValueError; the others are what damaged feeds have drawn from it
    language = language_of((found.get("feed") or {}).get("language"))
    return tuple(_entry(raw, place, language) for raw in found.get("entries") or ())


def _entry(raw: Mapping[str, Any], place: Place, language: str | None) -> Entry:
    published = place.date(raw.get("published")) or place.date(raw.get("updated"))
    contents = [plain.text(str(c.get("value") or "")) for c in raw.get("content") or ()]
    summary, body = bodies(plain.text(str(raw.get("description") or "")), max(contents, key=len, default=""))
    return Entry(
        guid=str(raw.get("id") or raw.get("link") or ""),
        link=place.link(raw.get("link")),
        title=plain.line(str(raw.get("title") or "")),
        summary=summary,
        body=body,
        authors=authors_of([raw.get("author")]),
        published=published,
        updated=place.date(raw.get("updated")),
        date_source=DateSource.PUBLISHED if published else None,
        sections=sections_of({"tags": list(raw.get("tags") or ())}),
        language=language,
    )
