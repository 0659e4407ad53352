"""Meta tags: every name a page gives itself, lower-cased, with all contents."""

from __future__ import annotations

from lxml.html import HtmlElement

__all__ = ["tags"]

_MOST = 500
_LONGEST = 4_000


def tags(root: HtmlElement) -> dict[str, tuple[str, ...]]:
    """Give the contents of meta tags under property, name, itemprop or http-equiv. Empty ones are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for number, tag in enumerate(root.iter("meta")):
        if number >= _MOST:
            break
        content = (tag.get("content") or "").strip()[:_LONGEST]
        if content:
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                name = (tag.get(attribute) or "").strip().lower()
                if name:
                    found[name] = (*found.get(name, ()), content)
    return found
