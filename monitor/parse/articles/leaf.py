"""A page as the field readers see it: its tree, its JSON-LD article node, its meta tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from monitor.parse import plain
from monitor.parse.reading import Place

__all__ = ["Leaf", "dig", "one_line", "several", "string", "words_of"]

_LONGEST_ELEMENT = 4_000  # characters of one element that are looked at
_SILENT = frozenset({"script", "style", "noscript", "svg", "template"})
_PARTING = frozenset({"br", "p", "div", "li", "figcaption", "h1", "h2", "h3", "h4"})
_SLOW = (*_SILENT, *_PARTING)
_WORDS = etree.XPath("string()", smart_strings=False)
_MOST = 100  # of a list in JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page, read once."""

    root: HtmlElement
    place: Place
    node: Mapping[str, Any]  # the JSON-LD object that describes the article; empty when there is none
    graph: Mapping[str, Mapping[str, Any]]  # every JSON-LD object with an @id
    meta: Mapping[str, tuple[str, ...]]  # lower-case name -> contents, in the page's order
    ordinary: bool = True  # False for a page so big that only its own metadata is read

    def tag(self, *names: str) -> tuple[str, str]:
        """Give the first meta tag of these names and which one it was; ("", "") for none."""
        return next(((self.meta[n][0], n) for n in names if n in self.meta), ("", ""))


def string(value: object) -> str:
    """Give the value when it is text (or a list whose first member is), else ""."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, Mapping):
        value = value.get("@value")
    return value if isinstance(value, str) else ""


def one_line(value: object, *, longest: int = plain.LONGEST_TITLE) -> str:
    """Give a JSON value as one line of plain text, "" when it is none."""
    return plain.line(string(value), longest=longest)


def several(value: object) -> Iterator[object]:
    """Walk a JSON value that may be one thing or a list of things."""
    if isinstance(value, list):
        for one in value[:_MOST]:
            yield from several(one) if isinstance(one, list) else (one,)
    elif value is not None:
        yield value


def dig(value: object, *path: str | int) -> object:
    """Follow keys and positions into JSON; None where the shape is another."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def words_of(element: HtmlElement | None, *, longest: int = plain.LONGEST_TITLE) -> str:
    """Give the words of an element on one line, without scripts and styles."""
    if element is None:
        return ""
    if next(element.iter(*_SLOW), None) is None:
        return " ".join(plain.clean(_WORDS(element)[:_LONGEST_ELEMENT]).split())[:longest].rstrip()
    parts: list[str] = []
    size = 0
    for part in _texts(element):
        parts.append(part)
        size += len(part)
        if size > _LONGEST_ELEMENT:
            break
    return " ".join(plain.clean("".join(parts)).split())[:longest].rstrip()


def _texts(element: HtmlElement) -> Iterator[str]:
    """Give text in the document's order; a line break or a block parts two words."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SILENT:
            if child.tag in _PARTING:
                yield " "
            yield from _texts(child)
            if child.tag in _PARTING:
                yield " "
        yield child.tail or ""
