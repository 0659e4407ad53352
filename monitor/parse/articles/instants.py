"""When a story was published and changed: the exact instant with its zone where any part of the page has one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from lxml import etree

from monitor.parse import dates
from monitor.parse.articles.leaf import Leaf, string, words_of

__all__ = ["published", "updated"]

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "publishdate",
    "publish-date",
    "publish_date",
    "published-date",
    "pubdate",
    "pub_date",
    "article.published",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "article_date_original",
    "originalpublicationdate",
    "date",
    "og:published_time",
    "rnews:datepublished",
    "bt:pubdate",
    "iso-8601-publish-date",
)
_UPDATED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
)
_ZONED = re.compile(r"(?:\d(?:Z|[+-]\d{2}:?\d{2})|\b(?:GMT|UTC)(?:[+-]\d+)?)\s*\Z", re.IGNORECASE)
_FOR_MACHINES = re.compile(
    r"\d{4}-\d\d-\d\d|\d{8}T|\d{10}(?:\d{3})?\Z|\d{1,2}[./-]\d{1,2}[./-]\d{4}|(?:[A-Za-z]{3,9},\s+)?\d{1,2} [A-Za-z]{3} \d{4} \d\d:"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?\Z")
_BAR = re.compile(r"\s+[|–—-]\s+")
_CALENDAR = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}")
_SAME = timedelta(hours=26)  # a day, in any zone
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_BYLINE_TIME = re.compile(r"publi|posted|date|time|byline|meta|header", re.IGNORECASE)
_DATING = etree.XPath(
    ".//*[contains(@class, 'date') or contains(@class, 'Date') or contains(@class, 'time') or contains(@class, 'publi')"
    " or contains(@class, 'posted') or contains(@class, 'meta') or contains(@class, 'byline') or contains(@id, 'date')]"
)
_MOST_MARKED = 40
_SHORT = 120  # characters
_SEARCH_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    AssertionError,
    RecursionError,
    etree.LxmlError,
)


class _Found(NamedTuple):
    instant: datetime
    origin: str
    exact: bool  # a clock time and a zone were written


def published(leaf: Leaf) -> tuple[datetime, str] | None:
    """Give the instant of publication and where it was found; None when the page holds no date at all."""
    found = _best(_published(leaf))
    if found:
        return found.instant, found.origin
    return _searched(leaf) if leaf.ordinary else None


def updated(leaf: Leaf) -> tuple[datetime, str] | None:
    """Give the instant of the last change the page admits to, where a machine can read it."""
    found = _best(_read(leaf, _written(leaf, ("dateModified",), _UPDATED)))
    return (found.instant, found.origin) if found else None


def _best(candidates: Iterator[_Found]) -> _Found | None:
    """Give the first; but one of the same day that is exact before one that is not. Reads no further than it must."""
    first = next(candidates, None)
    if first is None or first.exact:
        return first
    near = (f for f in candidates if f.exact and abs(f.instant - first.instant) < _SAME)
    return next(near, first)


def _published(leaf: Leaf) -> Iterator[_Found]:
    """Read what is written for machines first: dates in words take dateparser, and a hundred times as long."""
    told = [*_written(leaf, ("datePublished", "dateCreated", "uploadDate"), _PUBLISHED)]
    yield from _read(leaf, told)
    shown = [*_elements(leaf)]
    yield from _read(leaf, shown)
    for part in _BAR.split(words_of(leaf.root.find(".//title"))):
        yield from _read(leaf, [(part, "title")] if _CALENDAR.fullmatch(part) else [])
    yield from _read(leaf, (*told, *shown), in_words=True)


def _written(leaf: Leaf, keys: tuple[str, ...], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key in keys:
        yield string(leaf.node.get(key)), f"json-ld:{key}"
    for name in names:
        for content in leaf.meta.get(name, ())[:1]:
            yield content, f"meta:{name}"


def _elements(leaf: Leaf) -> Iterator[tuple[str, str]]:
    """Read marked-up dates: itemprop first, then the time elements of the head of the story."""
    marked = leaf.root.xpath(".//*[@itemprop='datePublished' or @pubdate]")[:3]
    times = [t for t in list(leaf.root.iter("time"))[:20] if t.get("datetime")]
    times.sort(key=lambda t: not _BYLINE_TIME.search(f"{t.get('class')} {t.getparent().get('class')}"))
    heading = next(leaf.root.iter("h1"), None)
    if heading is not None and times:
        near = [t for t in times if _share_box(heading, t)]
        times = near or times
    for element in (*marked, *times[:3]):
        text = element.get("datetime") or element.get("content") or ""
        yield text, "time" if element.tag == "time" else "itemprop:datePublished"


def _share_box(heading: etree._Element, time: etree._Element) -> bool:
    above = {heading.getparent(), *list(heading.iterancestors())[:4]}
    return any(box in above and box.tag not in ("body", "html") for box in time.iterancestors())


def _read(leaf: Leaf, given: Iterable[tuple[str, str]], *, in_words: bool = False) -> Iterator[_Found]:
    for text, origin in given:
        text = " ".join(text[:200].split())[:64]
        if bool(_FOR_MACHINES.match(text)) is in_words:
            continue
        instant = _iso(text) or leaf.place.date(text)
        if instant is not None and _EARLIEST <= instant < _LATEST:
            exact = bool(_ZONED.search(text) and _CLOCK.search(text)) and not _MIDNIGHT.search(text)
            yield _Found(instant, origin, exact)


def _iso(text: str) -> datetime | None:
    """Read a complete ISO 8601 instant to the fraction of a second."""
    if not _ZONED.search(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _searched(leaf: Leaf) -> tuple[datetime, str] | None:
    """Let htmldate look for a day in markup and address, then read dates in words that are marked as one.

    Not its extensive search: that loads 200 languages (2 s, 25 MiB) and takes any year in a text for New Year's Day.
    """
    from htmldate import find_date

    day = None
    with contextlib.suppress(*_SEARCH_ERRORS):
        day = find_date(
            leaf.root,
            url=leaf.place.url,
            original_date=True,
            outputformat="%Y-%m-%d",
            min_date="1995-01-01",
            extensive_search=False,
        )
    instant = leaf.place.date(day or "")
    return (instant, "htmldate") if instant else _marked(leaf)


def _marked(leaf: Leaf) -> tuple[datetime, str] | None:
    """Read the first date in a short element whose class says that it is one."""
    for element in _DATING(leaf.root)[:_MOST_MARKED]:
        words = words_of(element, longest=2 * _SHORT)
        if len(words) > _SHORT:
            continue
        for found in dates.WRITTEN.finditer(words):
            instant = leaf.place.date(found[0])
            if instant is not None and _EARLIEST <= instant < _LATEST:
                return instant, "marked"
    return None
