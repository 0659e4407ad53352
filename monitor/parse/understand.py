"""An entry as published, to the story we understand it to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import re2

from monitor import links
from monitor.parse.articles.notes import Preface, preface
from monitor.story import DateSource, Entry, Outlet, Photo, Source, Story

__all__ = ["understand", "understand_all"]

_AHEAD = timedelta(hours=24)  # a date further in the future is no date
_LONGEST_STAND_IN = 120  # characters of a text that stands in for a missing headline


def understand(entry: Entry, source: Source, outlet: Outlet, now: datetime) -> Story:
    """Give the story: who, when, where, in which language, for whom to read.

    `now` is when it was first seen; it stands in for a missing or impossible date, and no story is younger. Without a
    link the url is "" and the story is known by its guid or text.
    """
    published, origin = _published(entry, now)
    updated = None if entry.updated is None or entry.updated > now + _AHEAD else min(entry.updated, now)
    entry, first = _without_preface(entry)
    sections = (source.section, *entry.sections) if source.section else entry.sections
    return Story(
        outlet=outlet.name,
        title=entry.title or _stand_in(entry.summary or entry.body),
        url=links.safe_url(entry.link) or "",
        published=published,
        body=entry.body,
        summary=entry.summary,
        authors=entry.authors,
        sections=tuple(dict.fromkeys(sections)),
        language=entry.language or outlet.language,
        access=entry.access or outlet.access,
        photo=entry.photo,
        updated=updated,
        date_source=origin,
        guid=entry.guid,
        source=source.url,
        hash=entry.hash,
        origin=first.origin if first else "",
    )


def _without_preface(entry: Entry) -> tuple[Entry, Preface | None]:
    """Read who published it first, and whose photo it shows, off the texts of an entry that passes on another's story."""
    summary, body = preface(entry.summary), preface(entry.body)
    first = summary or body
    if first is None:
        return entry, None
    return replace(
        entry,
        summary=summary.rest if summary else entry.summary,
        body=body.rest if body else entry.body,
        photo=replace(entry.photo or Photo(), credit=first.credit) if first.credit else entry.photo,
        authors=entry.authors or ((first.author,) if first.author else ()),
    ), first


def understand_all(
    entries: Iterable[Entry], source: Source, outlet: Outlet, now: datetime
) -> tuple[tuple[Story, ...], tuple[str, ...]]:
    """Give the stories of entries, and a warning that counts those the outlet's `exclude` patterns leave out."""
    stories = tuple(understand(entry, source, outlet, now) for entry in entries)
    patterns = _patterns(outlet.exclude)
    left_out = [s for s in stories if any(p.search(s.url) or p.search(s.title) for p in patterns)]
    if not left_out:
        return stories, ()
    kept = tuple(story for story in stories if story not in left_out)
    first = left_out[0].url or left_out[0].title
    return kept, (
        f"{len(left_out)} entries are no stories by this outlet's exclude patterns, the first: {first[:200]}",
    )


@cache
def _patterns(exclude: tuple[str, ...]) -> tuple[re2._Regexp, ...]:
    return tuple(re2.compile(pattern) for pattern in exclude)


def _published(entry: Entry, now: datetime) -> tuple[datetime, DateSource]:
    candidates = (
        (entry.published, entry.date_source or DateSource.PUBLISHED),
        (entry.updated, DateSource.UPDATED),
    )
    for instant, origin in candidates:
        if instant is not None and instant <= now + _AHEAD:
            return min(instant, now), origin
    return now, DateSource.FIRST_SEEN


def _stand_in(words: str) -> str:
    """Give the beginning of a text, for entries that have no headline."""
    first = words.partition("\n")[0]
    if len(first) <= _LONGEST_STAND_IN:
        return first
    return first[:_LONGEST_STAND_IN].rpartition(" ")[0] + " …"
