"""Who wrote it: people named by the page, without the house that publishes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree
from lxml.html import HtmlElement

from monitor import links
from monitor.parse import plain
from monitor.parse.articles.jsonld import resolve
from monitor.parse.articles.leaf import Leaf, one_line, several, string, words_of
from monitor.parse.normal import authors_of

__all__ = ["authors", "houses", "named_in", "searched"]

_META = (
    "author",
    "parsely-author",
    "sailthru.author",
    "cxenseparse:author",
    "byl",
    "authors",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "og:article:author",
    "twitter:data1",
)
_NO_LETTER = re.compile(r"[\W_]+")
_NAMING = etree.XPath(
    ".//*[contains(@class, 'uthor') or contains(@class, 'yline') or @itemprop='author' or @rel='author' or @data-testid='byline']"
)
_MARKED = re.compile(r"author(?:-|_|__)name|byline(?:-|__)name|[aA]uthorName")
_BYLINE = re.compile(r"[bB]yline")
_NO_NAME = re.compile(
    r"https?:|www\.|@|\d{3}|\A\(|\b(?:image|photo|foto|bild)s?:|\A[a-z]+(?:-[a-z]+)+\Z|\A(?:admin|editor|staff|redaktion|redazione|none|null|undefined|unknown)\Z",
    re.I,
)
_ROLE = re.compile(
    r"\s*(?:\||–|—| - |,\s+(?=\w+ (?:correspondent|editor|reporter|writer|producer)\b)).*\Z|\s+(?:staff writer|opinion contributor)\Z",
    re.IGNORECASE,
)
_AFTER_OTHER_WORDS = re.compile(r"\A[^,]{2,40}?\s(?:Von|By|Par|Por)\s+(?=[A-ZÀ-Þ]\w+\s)")
_SIGNED = re.compile(r"\A[\s\-–—]*(?:(?:by|von|par|por|text)\s*:?\s+)?|\s+\Z", re.IGNORECASE)
_NAME_LINE = re.compile(r"[A-ZÀ-Þ][\w.'’-]+(?: (?:van|von|de|der|da|al|bin|la|[A-ZÀ-Þ][\w.'’-]*)){1,4}\Z")
_ONLY_ROLE = re.compile(
    r"(?:[\w-]+ ){0,4}(?:correspondent|editor|reporter|writer|producer|korrespondent(?:in)?|redakteur(?:in)?|journalist(?:in)?)s?\Z",
    re.IGNORECASE,
)
_ADMIN = "/author/admin"
_AUTHOR_LABEL = re.compile(
    r"(?:authors?|autor(?:in|en|a)?(?:/autor(?:in)?)?|auteurs?|written by|text|autore)\s*:?\Z", re.IGNORECASE
)
_HOUSE_WORDS = frozenset(
    {
        "nachrichten",
        "news",
        "online",
        "redaktion",
        "de",
        "com",
        "staff",
        "team",
        "digital",
        "editors",
        "reporter",
        "reporters",
        "desk",
        "newsroom",
        "correspondent",
        "writers",
        "magazine",
        "business",
        "sport",
        "sports",
        "politics",
        "world",
        "redaction",
        "redaccion",
        "redazione",
        "newsdesk",
    }
)
_LONGEST = 80
_TALLEST = 12  # words of a byline that is believed
_EXTRACT_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
    RecursionError,
    OverflowError,
    etree.LxmlError,
)


def houses(leaf: Leaf) -> frozenset[str]:
    """Give the names by which the page's own house may sign: publisher, site, domain, and those declared."""
    home = leaf.place.outlet
    names: set[str] = set()
    if home:
        names |= {home.title, home.name, *home.house_authors}
    for publisher in resolve(leaf.node.get("publisher"), leaf.graph):
        names.add(one_line(publisher.get("name") if isinstance(publisher, Mapping) else publisher))
    names |= {leaf.tag(n)[0] for n in ("og:site_name", "application-name", "apple-mobile-web-app-title")}
    names |= {
        name for one in resolve(leaf.node.get("author"), leaf.graph) if _is_admin(one) for name in _names(one)
    }
    site = links.site(leaf.place.url)
    names |= {site, site.partition(".")[0], links.host(leaf.place.url)}
    return frozenset(n for n in names if n and len(n) < _LONGEST)


def authors(leaf: Leaf) -> tuple[tuple[str, ...], str]:
    """Give the people and where they were named.

    The house's name is dropped. On a page of no declared outlet that names nobody else, it is kept: there it is
    all the byline says.
    """
    house = _folded(houses(leaf))
    fallback: tuple[tuple[str, ...], str] = ((), "")
    for given, origin in _given(leaf):
        named = tuple(dict.fromkeys(n for a in authors_of(given) if (n := _name(a))))
        people = tuple(n for n in named if not _is_house(n, house))
        if people:
            return tuple(p for p in people if not _ONLY_ROLE.match(p)) or people, origin
        if named and not fallback[0]:
            fallback = named[:1], f"{origin} (house)"
    return ((), "") if leaf.place.outlet else fallback


def _folded(names: frozenset[str]) -> frozenset[str]:
    bare = {_fold(n) for n in names}
    return frozenset(bare | {f"the{n}" for n in bare} | {n.removeprefix("the") for n in bare})


def _is_house(name: str, house: frozenset[str]) -> bool:
    """Whether a name is the house's, perhaps with a word such as online or staff added."""
    bare = _fold(name)
    return bare in house or any(
        len(h) > 2 and bare.startswith(h) and bare[len(h) :] in _HOUSE_WORDS for h in house
    )


def named_in(line: str) -> tuple[str, ...]:
    """Give the people when a line of a text is nothing but names: a byline that no markup tells."""
    parts = re.split(r"\s*(?:/|,|&|\band\b|\bund\b)\s*", _SIGNED.sub("", line))
    return tuple(parts) if len(line) < _LONGEST and all(_NAME_LINE.match(p) for p in parts) else ()


def _fold(name: str) -> str:
    return _NO_LETTER.sub("", name).casefold()


def _name(words: str) -> str:
    words = _AFTER_OTHER_WORDS.sub("", _ROLE.sub("", words)).strip(" ,;:|·")
    return "" if _NO_NAME.search(words) or len(words) > _LONGEST or len(words.split()) > 8 else words


def _given(leaf: Leaf) -> Iterator[tuple[list[str], str]]:
    for key in ("author", "creator"):
        yield [n for one in resolve(leaf.node.get(key), leaf.graph) for n in _names(one)], f"json-ld:{key}"
    for name in _META:
        if name in leaf.meta:
            yield [c for c in leaf.meta[name] if not c.startswith(("http", "/"))], f"meta:{name}"
    if not leaf.ordinary:
        return
    naming = _NAMING(leaf.root)
    bylines = [e for e in naming if e.get("data-testid") == "byline" or _BYLINE.search(e.get("class") or "")]
    yield _shown([e for e in naming if _is_marked(e)]), "byline"
    yield _linked(bylines), "byline"
    yield _shown(bylines)[:1], "byline"
    yield _labelled(leaf), "byline"


def _is_marked(element: HtmlElement) -> bool:
    """Whether an element says that it is the name of an author."""
    said = "author" in (element.get("itemprop"), element.get("rel"))
    return said or _MARKED.search(element.get("class") or "") is not None


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        parts = " ".join(filter(None, (one_line(value.get("givenName")), one_line(value.get("familyName")))))
        for name in several(value.get("name") or parts):
            yield plain.line(string(name), longest=400)
    elif isinstance(value, str):
        yield plain.line(value, longest=400)


def _is_admin(value: object) -> bool:
    """Whether a person is the account under which a site publishes."""
    return isinstance(value, Mapping) and _ADMIN in string(value.get("@id")) + string(value.get("url"))


def _labelled(leaf: Leaf) -> list[str]:
    """Give the words beside "Author" or "Autorin/Autor"."""
    for label in leaf.root.iter("strong", "b", "dt", "th", "label"):
        if len(label.text or "") < _LONGEST and _AUTHOR_LABEL.match((label.text or "").strip()):
            beside = label.getnext() if label.tag in ("dt", "th") else None
            return [words_of(beside) or plain.line(label.tail or "")]
    return []


def _shown(elements: Sequence[HtmlElement]) -> list[str]:
    found = [e for e in elements[:6] if _ADMIN not in (e.get("href") or "")]
    found = [e for e in found if not any(_ADMIN in (a.get("href") or "") for a in e.iter("a"))]
    words = (words_of(e, longest=200) or (e.get("content") or "") for e in found)
    return [w for w in dict.fromkeys(words) if w and len(w.split()) <= _TALLEST]


def _linked(bylines: Sequence[HtmlElement]) -> list[str]:
    """Give the names a byline links, each to a page of its own."""
    for box in bylines[:3]:
        names = [w for a in box.iter("a") if (w := words_of(a, longest=200)) and 1 < len(w.split()) <= 4]
        if names:
            return names
    return []


def searched(leaf: Leaf) -> tuple[str, ...]:
    """Let trafilatura look for the people, which costs more than all other metadata together. One word is no name."""
    house = _folded(houses(leaf))
    names = (_name(a) for a in authors_of(_extracted(leaf) if leaf.ordinary else ()))
    return tuple(dict.fromkeys(n for n in names if " " in n and not _is_house(n, house)))


def _extracted(leaf: Leaf) -> list[str]:
    from trafilatura.metadata import extract_author

    try:
        found = extract_author(leaf.root)
    except _EXTRACT_ERRORS:
        return []
    return [a for a in (found or "").split("; ") if a]
