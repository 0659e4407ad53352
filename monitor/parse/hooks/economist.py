"""The Economist: section and instants from __NEXT_DATA__. Its text is paid for and is not read here."""

from __future__ import annotations

from datetime import date

from lxml.html import HtmlElement

from monitor.parse import dates
from monitor.parse.articles import creditline
from monitor.parse.articles.leaf import dig, one_line, string
from monitor.parse.hooks.partial import Hook, Partial, next_data, walk

__all__ = ["HOOKS", "next_page"]


def next_page(root: HtmlElement) -> Partial | None:
    """Read __NEXT_DATA__ (2018 to 2025): headline, fly title, section, instants, the lead image's source."""
    props = dig(next_data(root), "props", "pageProps")
    content = dig(props, "content") or dig(props, "cp2Content") or props
    if not isinstance(content, dict):
        return None
    about = next((o["_metadata"] for o in walk(content) if isinstance(o.get("_metadata"), dict)), None)
    section = next(
        filter(
            None,
            (
                one_line(dig(about, "section")),
                one_line(dig(content, "section", "name")),
                one_line(dig(content, "articleSection", "internal", 0, "headline")),
            ),
        ),
        "",
    )
    shown = (one_line(dig(content, k)) for k in ("headline", "subheadline", "flyTitle"))
    headline, *rest = (*shown,)
    published = dates.parse(
        string(dig(about, "datePublished")) or string(dig(content, "datePublished")), now=None
    )
    credit = next(
        (c for o in walk(content) if (c := creditline.bare(one_line(o.get("source") or o.get("credit"))))), ""
    )
    return Partial(
        headlines=tuple(
            h
            for h in (
                headline,
                one_line(dig(about, "headline")),
                *(f"{r}: {headline}" for r in rest[1:] if r and headline),
            )
            if h
        ),
        sections=(section,) if section else (),
        published=published.instant if published and published.precision is dates.Precision.MINUTE else None,
        credit=credit if "/" in credit or " " in credit else "",
    )


HOOKS = (
    Hook(
        name="economist.next_data",
        outlet="economist",
        sites=("economist.com",),
        seen=date(2020, 6, 1),
        read=next_page,
    ),
)
