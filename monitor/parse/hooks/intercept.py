"""The Intercept: photo credits in captions, which no metadata repeats."""

from __future__ import annotations

from datetime import date

from lxml.html import HtmlElement

from monitor.parse.articles import creditline
from monitor.parse.articles.leaf import words_of
from monitor.parse.hooks.partial import Hook, Partial

__all__ = ["HOOKS", "featured", "image_caption"]


def image_caption(root: HtmlElement) -> Partial | None:
    """Read div.image__caption (November 2023 to 2026): its last span is the credit, the words before are the caption."""
    for box in root.xpath(".//*[contains(concat(' ', @class, ' '), ' image__caption ')]"):
        spans = [s for s in box.iter("span") if words_of(s)]
        credit = (
            creditline.bare(words_of(spans[-1]))
            if spans
            else creditline.split(words_of(box, longest=2_000))[1]
        )
        if credit:
            caption = words_of(box, longest=2_000)
            shown = words_of(spans[-1]) if spans else ""
            caption = caption.removesuffix(shown).strip() if shown else creditline.split(caption)[0]
            return Partial(credit=credit, caption=caption)
    return None


def featured(root: HtmlElement) -> Partial | None:
    """Read span.FeaturedImageCaption-credit (2017 to 2023)."""
    for span in root.xpath(".//*[contains(@class, 'Caption-credit') or contains(@class, 'caption-credit')]"):
        credit = creditline.bare(words_of(span))
        if credit:
            beside = span.getparent().xpath(
                "./*[contains(@class, 'Caption-text') or contains(@class, 'caption-text')]"
            )
            return Partial(credit=credit, caption=words_of(beside[0], longest=2_000) if beside else "")
    return None


_SITE = ("theintercept.com",)
HOOKS = (
    Hook(
        name="intercept.image_caption",
        outlet="intercept",
        sites=_SITE,
        seen=date(2024, 2, 1),
        read=image_caption,
    ),
    Hook(
        name="intercept.featured_caption",
        outlet="intercept",
        sites=_SITE,
        seen=date(2023, 4, 28),
        read=featured,
    ),
)
