"""A story of a feed and the page it links to, put together: the entry says what is new, the page says the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from monitor.links import canonical
from monitor.story import Access, DateSource, Photo, Story
from monitor.text import fold_text

__all__ = ["carried", "own_address", "reread", "same_story", "with_page"]

ENTRY = "entry"  # provenance of a body that the feed itself gave
_AHEAD = timedelta(hours=24)  # a date further in the future is no date
_AGREE = 55.0  # token_set ratio from which two headlines can be of one story
_FULLER = 1.2  # a page's text this much longer than the feed's is the whole of it


def with_page(entry: Story, page: Story, now: datetime) -> Story:
    """Complete an entry by what its page says.

    The entry keeps its headline, link and instant (outlets re-issue old pages as news); the page gives text, names,
    photo, the other headlines, and an instant where the entry had none.
    """
    title = entry.title or page.title
    paid = Access.PAID in (entry.access, page.access)
    body = "" if paid and not page.body else _fuller(entry.body, page.body)
    given = {"body": ENTRY} if body and body != page.body else {}
    address = own_address(entry, page)
    return replace(
        entry,
        title=title,
        url=address or entry.url,
        headlines=_variants(title, (*entry.headlines, *page.titles)),
        summary=entry.summary or page.summary,
        body=body,
        authors=page.authors or entry.authors,
        sections=tuple(dict.fromkeys((*entry.sections, *page.sections))),
        language=page.language or entry.language,
        access=Access.PAID if entry.access is Access.PAID else page.access or entry.access,
        photo=_photo(entry.photo, page.photo),
        correction=page.correction or entry.correction,
        origin=page.origin or entry.origin,
        vanished=False,
        provenance={**page.provenance, **given},
        **_instants(entry, page, now),  # type: ignore[arg-type]
    )


def reread(known: Story, page: Story, now: datetime, *, headline_before: str) -> Story:
    """Give a story on record as its page tells it now; `headline_before` is the page's at the last reading, or "".

    A page has its own headline beside those of the feeds: only a change of it is a change of the story. A text that
    a feed gave in full stays the feed's.
    """
    fed = known.body if known.provenance.get("body") == ENTRY else ""
    told = with_page(replace(known, body=fed, correction=""), page, now)
    changed = headline_before and page.title != headline_before
    title = page.title if changed else known.title
    variants = _variants(title, (*page.titles, *(h for h in known.headlines if not changed)))
    body = told.body or ("" if page.access is Access.PAID else known.body)
    return replace(told, title=title, url=known.url, headlines=variants, body=body)


def carried(entry: Story, known: Story) -> Story:
    """Give an entry what the page said when it was read; its own headline and summary stand."""
    return replace(
        entry,
        headlines=_variants(entry.title, (*entry.headlines, *known.headlines)),
        body=entry.body or known.body,
        authors=entry.authors or known.authors,
        language=entry.language or known.language,
        access=entry.access or known.access,
        photo=entry.photo or known.photo,
        correction=known.correction,
        origin=known.origin,
        vanished=known.vanished,
        provenance=known.provenance,
    )


def own_address(entry: Story, page: Story) -> str:
    """Give the address the page itself claims, "" when it is not to be believed.

    A consent page or a broken template gives one address to all stories of a site: it is believed only where a
    headline of the page can be that of the entry.
    """
    if not page.url or canonical(page.url) == canonical(entry.url):
        return ""
    return page.url if not entry.title or same_story(entry, page) else ""


def same_story(entry: Story, other: Story) -> bool:
    """Whether some headline of one can be that of the other."""
    return any(_agree(one, two) for one in entry.titles for two in other.titles)


def _agree(one: str, other: str) -> bool:
    return fuzz.token_set_ratio(fold_text(one), fold_text(other)) >= _AGREE


def _variants(title: str, others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for t in others if t and t != title))


def _fuller(ours: str, theirs: str) -> str:
    """A feed's own text is cleaner than what is found in a page, unless it is only a part."""
    return theirs if len(theirs) > _FULLER * len(ours) else ours


def _photo(ours: Photo | None, theirs: Photo | None) -> Photo | None:
    if ours is None or theirs is None:
        return theirs or ours
    return Photo(
        url=theirs.url or ours.url,
        caption=theirs.caption or ours.caption,
        credit=theirs.credit or ours.credit,
    )


def _instants(entry: Story, page: Story, now: datetime) -> dict[str, object]:
    found: dict[str, object] = {}
    dated = page.date_source is not DateSource.FIRST_SEEN and page.published <= now + _AHEAD
    if entry.date_source is DateSource.FIRST_SEEN and dated:
        found |= {"published": min(page.published, now), "date_source": DateSource.PAGE}
    changed = [at for at in (entry.updated, page.updated) if at is not None and at <= now + _AHEAD]
    if changed:
        found["updated"] = min(max(changed), now)
    return found
