"""BBC News: photo credits and sections, layout by layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lxml.html import HtmlElement

from monitor.parse.articles import creditline
from monitor.parse.articles.leaf import dig, one_line, words_of
from monitor.parse.hooks.partial import Hook, Partial, next_data, script_json, walk

__all__ = ["HOOKS", "initial_data", "markup", "next_page"]

_IMAGE_SOURCE = re.compile(r"\s*Image source[\s,:]*", re.IGNORECASE)
_SITES = ("bbc.co.uk", "bbc.com")


def next_page(root: HtmlElement) -> Partial | None:
    """Read __NEXT_DATA__ (2024 to 2026): the lead image's copyright holder, the section, the promo headline."""
    props = dig(next_data(root), "props", "pageProps")
    if not isinstance(props, dict) or not ({"page", "metadata"} & set(props)):
        return None
    lead = dig(props, "metadata", "indexImage") or _first_image(dig(props, "page"))
    page = dig(props, "metadata")
    section = one_line(dig(page, "section", "name")) or one_line(dig(props, "analytics", "section"))
    promo = (one_line(dig(page, k)) for k in ("headline", "promoHeadline", "seoHeadline", "shortHeadline"))
    return Partial(
        headlines=tuple(h for h in promo if h),
        sections=(section,) if section else (),
        credit=next(_holders(lead), ""),
    )


def initial_data(root: HtmlElement) -> Partial | None:
    """Read window.__INITIAL_DATA__ (2020 to 2024)."""
    state = script_json(root, "window.__INITIAL_DATA__=", "window.__INITIAL_DATA__ =")
    if state is None:
        return None
    article = next((v for k, v in _entries(dig(state, "data")) if k.startswith("article?")), state)
    section = next((n for o in walk(article) if (n := one_line(dig(o, "section", "name")))), "")
    return Partial(credit=next(_holders(_first_image(article)), ""), sections=(section,) if section else ())


def markup(root: HtmlElement) -> Partial | None:
    """Read the visible credit: span.story-image-copyright (2013 to 2020), "Image source, Soti" (since 2020)."""
    known = False
    for element in root.iter("span", "figure", "figcaption", "div"):
        named = element.get("class") or ""
        known = known or "media-caption" in named or "story-body" in named
        if "story-image-copyright" in named or _IMAGE_SOURCE.match(element.text or ""):
            known = True
            credit = creditline.bare(_IMAGE_SOURCE.sub("", words_of(element)))
            if credit:
                return Partial(credit=credit)
    return Partial() if known else None


def _entries(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()


def _first_image(value: object) -> object:
    return next((o for o in walk(value) if o.get("type") in ("image", "rawImage", "lead-image")), None)


def _holders(value: object) -> Iterator[str]:
    for one in walk(value):
        holder = creditline.bare(one_line(one.get("copyrightHolder")))
        if holder and holder.casefold() not in ("bbc", "none"):
            yield holder
    for one in walk(value):
        holder = one_line(one.get("copyrightHolder"))
        if holder:
            yield holder


HOOKS = (
    Hook(name="bbc.next_data", outlet="bbc", sites=_SITES, seen=date(2026, 4, 25), read=next_page),
    Hook(name="bbc.initial_data", outlet="bbc", sites=_SITES, seen=date(2024, 3, 1), read=initial_data),
    Hook(name="bbc.markup", outlet="bbc", sites=_SITES, seen=date(2020, 4, 10), read=markup),
)
