"""A listing page: the links a selector finds, each with its words and the date beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from monitor.errors import ConfigError, FeedError
from monitor.parse import dates, plain
from monitor.parse.articles.leaf import words_of
from monitor.parse.page import tree
from monitor.parse.reading import MOST_ENTRIES, Place, Reading, assemble, digest
from monitor.story import DateSource, Entry, Outcome, Outlet

__all__ = ["ANY_STORY", "read", "selector"]

ANY_STORY = "article a, h2 a, h3 a, h4 a"  # where nobody says which links are stories
_UP = 4  # levels from the link to the box it shares with its date
_SHORTEST_SUMMARY = 40  # characters
_MORE = re.compile(
    r"(?:(?:continue|keep) reading|(?:read|learn|see|find out) more|more|weiterlesen|lire la suite|leer más)\W*\Z",
    re.IGNORECASE,
)
_LONGEST_BOX = 2_000  # characters of that box
_XPATH = re.compile(r"\s*(?:xpath:|\.{0,2}/|\()")


def selector(expression: str) -> etree.XPath:
    """Compile CSS or XPath; ConfigError says what is wrong with it."""
    try:
        if _XPATH.match(expression):
            return etree.XPath(expression.strip().removeprefix("xpath:").strip())
        return CSSSelector(expression, translator="html")
    except (etree.XPathError, SyntaxError) as error:
        msg = f"the selector {expression!r} is neither CSS nor XPath: {error}"
        raise ConfigError(msg) from error


def read(
    body: bytes,
    url: str,
    *,
    links: str,
    now: datetime | None,
    content_type: str | None = None,
    outlet: Outlet | None = None,
    seen: Collection[str] = frozenset(),
) -> Reading:
    """Read a listing; `links` (CSS or XPath) selects the story links, or boxes that hold one each; "" tries ANY_STORY.

    FeedError when the page is empty or the selector finds nothing: the page has changed. ConfigError for a selector
    that is none.
    """
    links = links or ANY_STORY
    find = selector(links)
    root = tree(body, content_type)
    if root is None:
        raise FeedError(Outcome.EMPTY, f"{url} answers with an empty page.")
    language = root.get("lang") or (outlet.language if outlet else None)
    place = Place(url=url, now=now, outlet=outlet, base=_base(root, url), language=language)
    anchors = _anchors(find, root)
    found: dict[str, Entry] = {}
    others = {a: a.get("href") for a in anchors}
    for entry in filter(None, (_entry(a, others, place) for a in anchors)):
        found[entry.link] = max(
            found.get(entry.link, entry), entry, key=lambda e: len(e.title)
        )  # not "Read more"
    if not found:
        detail = f"{url} was read, but {links!r} finds no story link in it: the page has changed, or needs a browser."
        raise FeedError(Outcome.NOT_A_FEED, detail)
    entries = tuple(found.values())[:MOST_ENTRIES]
    title = plain.line(root.findtext(".//title") or "")
    return assemble(entries, Reading(parser="listing", title=title), seen)


def _base(root: HtmlElement, url: str) -> str:
    found = root.find(".//base[@href]")
    return Place(url=url, now=None).link(found.get("href")) if found is not None else url


def _anchors(find: etree.XPath, root: HtmlElement) -> list[HtmlElement]:
    selected = find(root)
    if not isinstance(selected, list):
        return []
    boxes = [x for x in selected if isinstance(x, HtmlElement)]
    inner = (b if b.tag == "a" else b.find(".//a[@href]") for b in boxes)
    return [a for a in inner if a is not None and a.get("href")]


def _entry(anchor: HtmlElement, anchors: Mapping[HtmlElement, str], place: Place) -> Entry | None:
    link = place.link(anchor.get("href"))
    title = _title(anchor)
    if not link or not title:
        return None
    boxes = list(_boxes(anchor, anchors))
    published = next((d for b in boxes if (d := _date_in(b, place)) is not None), None)
    return Entry(
        guid=link,
        link=link,
        title=title,
        summary=_summary(boxes[-1], title),
        published=published,
        date_source=DateSource.PUBLISHED if published else None,
        language=place.language,
        hash=digest(f"{link}\x1f{title}".encode("utf-8", "replace")),
    )


def _boxes(anchor: HtmlElement, anchors: Mapping[HtmlElement, str]) -> Iterator[HtmlElement]:
    """Give the link and the boxes around it, the smallest first, as long as they hold no other story's link."""
    box = anchor
    for _ in range(_UP + 1):
        yield box
        parent = box.getparent()
        if parent is None or any(
            anchors.get(a, anchor.get("href")) != anchor.get("href") for a in parent.iter("a")
        ):
            return
        box = parent


def _summary(box: HtmlElement, title: str) -> str:
    """Give the words in a story's box that are neither its headline nor its link to the whole."""
    lines = (" ".join(words_of(p, longest=_LONGEST_BOX).split()) for p in box.iter("p"))
    kept = (w for w in dict.fromkeys(lines) if w and w != title and not _MORE.match(w))
    words = "\n".join(kept)[:_LONGEST_BOX]
    return words if len(words) >= _SHORTEST_SUMMARY else ""


def _title(anchor: HtmlElement) -> str:
    heading = anchor.xpath(".//*[self::h1 or self::h2 or self::h3 or self::h4]")
    words = heading[0].text_content() if heading else anchor.text_content()
    image = anchor.find(".//img[@alt]")
    options = (
        words,
        anchor.get("title"),
        anchor.get("aria-label"),
        image.get("alt") if image is not None else "",
    )
    return next(
        (
            t
            for o in options
            if (t := " ".join(plain.clean((o or "")[:4_000]).split())[: plain.LONGEST_TITLE])
        ),
        "",
    )


def _date_in(box: HtmlElement, place: Place) -> datetime | None:
    for element in box.iter("time"):
        found = place.date(element.get("datetime")) or place.date(
            " ".join(element.text_content()[:200].split())
        )
        if found is not None:
            return found
    words = " ".join(" ".join(map(str, box.xpath(".//text()")))[:_LONGEST_BOX].split())
    return next((d for m in dates.WRITTEN.finditer(words) if (d := place.date(m[0])) is not None), None)
