"""The address by which a page wants to be known, the section it stands in, the language it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from monitor import links
from monitor.parse import plain
from monitor.parse.articles.leaf import Leaf, dig, one_line, several, string
from monitor.parse.normal import language_of

__all__ = ["address", "language", "sections"]

_META = (
    "article:section",
    "og:article:section",
    "parsely-section",
    "sailthru.section",
    "section",
    "cxenseparse:section",
    "lp.section",
    "article.section",
    "dc.subject.section",
)
_EMPTY = frozenset(
    {
        "articles",
        "article",
        "news article",
        "home",
        "homepage",
        "startseite",
        "uncategorized",
        "other",
        "stories",
        "index",
    }
)
_FORMS = frozenset({"amp", "amp.html", "print", "index.html", "full", "all", "page"})
_PAGE_NUMBER = 3  # digits; an identifier has more
_MOST = 10
_ENOUGH = 60  # characters that show the script of a text
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_SCRIPTS = (
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)


def address(leaf: Leaf) -> tuple[str, str]:
    """Believe the page's own address only within its site, and never when it is the front page or the section it is in."""
    here = leaf.place.url
    link = next(
        (e.get("href") for e in leaf.root.iter("link") if (e.get("rel") or "").lower() == "canonical"), None
    )
    for given, origin in ((link, "canonical"), (leaf.tag("og:url")[0], "meta:og:url")):
        url = leaf.place.link(given)
        if url and links.site(url) == links.site(here) and not _is_section(url, here):
            return url, origin
    return links.safe_url(here) or "", "request"


def _is_section(url: str, here: str) -> bool:
    """Whether an address is the front page, or a folder above the page asked for."""
    if "?" in url:
        return False
    above, path = _segments(url), _segments(here)
    return not above or (len(above) < len(path) and path[: len(above)] == above)


def _segments(url: str) -> list[str]:
    found = [s for s in urlsplit(url).path.split("/") if s]
    while found and (
        found[-1].lower() in _FORMS or (found[-1].isdecimal() and len(found[-1]) < _PAGE_NUMBER)
    ):
        found.pop()  # the story's own page has other forms below it
    return found


def sections(leaf: Leaf) -> tuple[tuple[str, ...], str]:
    """Give the sections the page names, from the narrowest source that says something."""
    for given, origin in _sections(leaf):
        named = dict.fromkeys(
            s for g in given if (s := plain.line(g, longest=100)) and s.casefold() not in _EMPTY
        )
        if named:
            return tuple(named)[:_MOST], origin
    return (), ""


def _sections(leaf: Leaf) -> Iterator[tuple[list[str], str]]:
    yield [string(s) for s in several(leaf.node.get("articleSection"))], "json-ld:articleSection"
    for name in _META:
        if name in leaf.meta:
            yield list(leaf.meta[name]), f"meta:{name}"
    yield _crumbs(leaf.node.get("breadcrumb")), "json-ld:breadcrumb"


def _crumbs(value: object) -> list[str]:
    """Give the steps between the front page and the story itself."""
    steps = dig(value, "itemListElement") if isinstance(value, Mapping) else None
    names = [one_line(dig(s, "name")) or one_line(dig(s, "item", "name")) for s in several(steps)]
    return [n for n in names[1:-1] if n]


def language(leaf: Leaf, text: str) -> tuple[str | None, str]:
    """Give the page's language. A tag that the letters of the story contradict is not believed."""
    home = leaf.place.outlet
    said = leaf.node.get("inLanguage")
    given = (
        (leaf.root.get("lang") or leaf.root.get("{http://www.w3.org/XML/1998/namespace}lang"), "html:lang"),
        (
            string(dig(said, "alternateName")) or string(dig(said, "name")) or string(said),
            "json-ld:inLanguage",
        ),
        (leaf.tag("content-language", "language", "dc.language")[0].split(",")[0], "meta:language"),
        (leaf.tag("og:locale")[0], "meta:og:locale"),
        (home.language if home else None, "outlet"),
    )
    read = ((language_of((tag or "").partition(".")[0]), origin) for tag, origin in given)
    found = [(tag, origin) for tag, origin in read if tag and _fits(tag, text)]
    if not found:
        return None, ""
    first = found[0][0]
    closer = (
        f for f in found if f[0].startswith(f"{first}-") and "-" not in first and f[1] != "meta:og:locale"
    )
    return next(closer, found[0])


def _fits(tag: str, text: str) -> bool:
    """Whether a Latin-script language can be that of this text."""
    sample = text[:2_000]
    if len(sample) < _ENOUGH or tag.partition("-")[0] not in (
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "pl",
        "sv",
        "da",
    ):
        return True
    other = max(len(pattern.findall(sample)) for _, pattern in _SCRIPTS)
    return other <= len(_LATIN.findall(sample))
