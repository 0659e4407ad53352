"""What a hook gives, and the reading of JSON that pages carry in scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml.html import HtmlElement

__all__ = ["Hook", "Partial", "next_data", "script_json", "walk"]

_LONGEST = 4 * 2**20
_MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """The fields a hook found. What is empty is left to the generic reading."""

    title: str = ""
    headlines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    caption: str = ""
    credit: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return self == Partial()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One reading of one layout. `seen` is the day of the newest page it is known to read."""

    name: str  # bbc.next_data: what provenance says
    outlet: str
    sites: tuple[str, ...]
    seen: date
    read: Callable[[HtmlElement], Partial | None]  # None: this is not its layout


def next_data(root: HtmlElement) -> object:
    """Give the JSON of Next.js' __NEXT_DATA__; None when there is none."""
    script = next((s for s in root.iter("script") if s.get("id") == "__NEXT_DATA__"), None)
    return _load(script.text or "") if script is not None else None


def script_json(root: HtmlElement, *marks: str) -> object:
    """Give the JSON object assigned after one of the marks (window.__STATE__ =); None when there is none."""
    for script in root.iter("script"):
        text = script.text or ""
        for mark in marks:
            at = text.find(mark)
            if at >= 0:
                return _load(text[at + len(mark) :].lstrip(" =\n\t"))
    return None


def _load(text: str) -> object:
    """Read the first JSON value of a text; a string that holds JSON is read again."""
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text[:_LONGEST].strip())
        if isinstance(value, str) and value[:1] in "{[":
            value = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None
    found: object = value
    return found


def walk(value: object) -> Iterator[dict[str, Any]]:
    """Give every object inside a JSON value in its order, at most some thousands."""
    stack, count = [value], 0
    while stack and count < _MOST:
        one = stack.pop()
        count += 1
        if isinstance(one, dict):
            yield one
            stack.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            stack.extend(reversed(one))
