"""Headlines: outlets publish several of one story (for search, for sharing, for the page). All are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from monitor import links
from monitor.parse import plain
from monitor.parse.articles.leaf import Leaf, one_line, words_of

__all__ = ["headlines"]

_MARKED = etree.XPath("(//@itemprop[.='headline'])[1]/..")
_MOST = 12
_SHORTEST = 15  # characters of a headline before a bar
_META = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "title",
    "headline",
    "hdl",
)
_ORDER = {
    "meta:og:title": 0,
    "json-ld:headline": 1,
    "h1": 2,
    "h1:part": 3,
    "itemprop:headline": 4,
    "meta:twitter:title": 5,
}
_TRUSTED = frozenset({"json-ld:headline", "h1", "h1:part", "meta:og:title"})
_BAR = re.compile(r"\s+[|–—\-:»·•]+\s+|\s*[|»]\s*")
_NO_LETTER = re.compile(r"[\W_]+")
_HEADING_HINT = re.compile(r"head(?:line|ing)|title", re.IGNORECASE)


def headlines(leaf: Leaf) -> tuple[tuple[str, str], ...]:
    """Give each headline with where it was found, the one to be shown first.

    Shown is the one the outlet shares (og:title): JSON-LD and h1 more often carry the words meant for search engines,
    or a kicker. House names at the ends are cut, and so is what only one variant has after a bar.
    """
    houses = _houses(leaf)
    given = [(_without_house(words, houses), origin) for words, origin in _candidates(leaf)]
    given = [g for g in given if g[0] and _fold(g[0]) not in houses] or [g for g in _candidates(leaf) if g[0]]
    order = {**_ORDER, "title": 1} if _is_about_something_else(given) else _ORDER
    plain_ones = {words for words, origin in given if origin in _TRUSTED}
    found: dict[str, str] = {}
    for words, origin in sorted(given, key=lambda g: order.get(g[1], 9)):
        found.setdefault(_completed(_confirmed(words, plain_ones), plain_ones), origin)
    return tuple(found.items())[:_MOST]


def _is_about_something_else(given: list[tuple[str, str]]) -> bool:
    """Whether a page without metadata has an h1 that its title does not know: a masthead, a section of the text."""
    first = {origin: _fold(words) for words, origin in reversed(given)}
    described = "meta:og:title" in first or "json-ld:headline" in first
    return not described and first.get("h1", "") not in first.get("title", "")


def _confirmed(words: str, others: set[str]) -> str:
    """Cut "- National" or "– DW – 13.06.2023" where another variant is the rest of it."""
    for bar in reversed(list(_BAR.finditer(words))):
        if words[: bar.start()].strip() in others:
            return words[: bar.start()].strip()
    _, bar_sign, rest = words.partition(" | ")
    return rest if bar_sign and rest in others else words


def _completed(words: str, others: set[str]) -> str:
    """Mend a headline that a page cut at its first quotation mark, by writing it into an attribute unescaped."""
    return next((o for o in others if o.startswith((f'{words} "', f'{words}"'))), words)


def _candidates(leaf: Leaf) -> Iterator[tuple[str, str]]:
    yield one_line(leaf.node.get("headline")), "json-ld:headline"
    for name in _META[:2]:
        yield plain.line(leaf.tag(name)[0]), f"meta:{name}"
    for heading in list(leaf.root.iter("h1"))[:5]:
        yield words_of(heading), "h1"
        for part in _parts(heading):
            yield part, "h1:part"
    for marked in _MARKED(leaf.root):
        yield words_of(marked), "itemprop:headline"
    yield words_of(leaf.root.find(".//title")), "title"
    for key in ("alternativeHeadline", "name"):
        yield one_line(leaf.node.get(key)), f"json-ld:{key}"
    for name in _META[2:]:
        yield plain.line(leaf.tag(name)[0]), f"meta:{name}"


def _parts(heading: HtmlElement) -> Iterator[str]:
    """A kicker and a headline often share one h1, each in an element of its own."""
    for element in heading.iter("span", "strong", "em", "a", "div"):
        if _HEADING_HINT.search(element.get("class") or ""):
            yield words_of(element)


def _houses(leaf: Leaf) -> frozenset[str]:
    from monitor.parse.articles.byline import houses

    return frozenset(_fold(h) for h in houses(leaf)) - {""}


def _fold(words: str) -> str:
    return _NO_LETTER.sub("", words).casefold()


def _without_house(words: str, houses: frozenset[str]) -> str:
    """Cut " - BBC News" and "Reuters | " off a headline; parts that are no house stay."""
    bars = list(_BAR.finditer(words))
    for bar, after in pairwise(bars):
        if bar.start() > _SHORTEST and _is_house(words[bar.end() : after.start()], houses):
            return words[: bar.start()].strip()
    if bars and _is_house(words[bars[-1].end() :], houses):
        return _without_house(words[: bars[-1].start()].strip(), houses)
    if bars and _is_house(words[: bars[0].start()], houses):
        return words[bars[0].end() :].strip()
    return words


def _is_house(words: str, houses: frozenset[str]) -> bool:
    bare = _fold(words)
    site = (
        links.site(f"https://{words.strip()}").partition(".")[0] if "." in words and " " not in words else ""
    )
    return bool(bare) and (bare in houses or site in houses)
