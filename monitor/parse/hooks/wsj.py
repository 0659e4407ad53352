"""The Wall Street Journal: headline variants, section and credit from the page's state. Its text is paid for and is not read here."""

from __future__ import annotations

from datetime import date

from lxml.html import HtmlElement

from monitor.parse.articles import creditline
from monitor.parse.articles.leaf import dig, one_line
from monitor.parse.hooks.partial import Hook, Partial, next_data, script_json, walk

__all__ = ["HOOKS", "initial_props", "next_page", "state"]

_CREDITS = ("imageCredit", "credit", "photoCredit")
_HEADLINES = ("headline", "mobileHeadline", "seoHeadline")
_SECTION = ("sectionName", "section", "articleSection")


def state(root: HtmlElement) -> Partial | None:
    """Read window.__STATE__ (2020 to 2022)."""
    return _fields(script_json(root, "window.__STATE__", "window.__PRELOADED_STATE__"))


def next_page(root: HtmlElement) -> Partial | None:
    """Read __NEXT_DATA__ (since 2022)."""
    props = dig(next_data(root), "props", "pageProps")
    return _fields(dig(props, "articleData") or props)


def initial_props(root: HtmlElement) -> Partial | None:
    """Read window.INITIAL_PROPS_HEADER (2018 to 2020): it names the section."""
    context = dig(script_json(root, "window.INITIAL_PROPS_HEADER"), "context")
    if context is None:
        return None
    section = one_line(dig(context, "section"))
    return Partial(sections=(section,) if section else ())


def _fields(value: object) -> Partial | None:
    if not isinstance(value, dict):
        return None
    found = list(walk(value))
    credit = next((c for o in found for k in _CREDITS if (c := creditline.bare(one_line(o.get(k))))), "")
    section = next((s for o in found for k in _SECTION if "headline" in o and (s := one_line(o.get(k)))), "")
    headings = (one_line(o.get(k)) or one_line(dig(o, k, "text")) for o in found for k in _HEADLINES)
    return Partial(
        credit=credit,
        sections=(section,) if section else (),
        headlines=tuple(dict.fromkeys(h for h in headings if h))[:3],
    )


_SITE = ("wsj.com",)
HOOKS = (
    Hook(name="wsj.next_data", outlet="wsj", sites=_SITE, seen=date(2024, 1, 1), read=next_page),
    Hook(name="wsj.state", outlet="wsj", sites=_SITE, seen=date(2022, 3, 1), read=state),
    Hook(name="wsj.initial_props", outlet="wsj", sites=_SITE, seen=date(2019, 11, 19), read=initial_props),
)
