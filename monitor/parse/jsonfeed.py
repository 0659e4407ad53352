"""JSON Feed (https://www.jsonfeed.org/version/1.1/), which feedparser cannot read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from monitor.errors import FeedError
from monitor.parse import plain
from monitor.parse.normal import authors_of, bodies, language_of
from monitor.parse.reading import MOST_ENTRIES, Place, Reading, assemble, digest
from monitor.story import DateSource, Entry, Outcome, Photo

__all__ = ["read"]


def read(data: bytes, place: Place, seen: Collection[str], warnings: tuple[str, ...] = ()) -> Reading:
    """Read a JSON Feed in UTF-8; FeedError when it is damaged JSON or JSON of another kind."""
    feed = _load(data, place.url)
    items = [i for i in feed["items"] if isinstance(i, dict)]
    there = replace(place, language=language_of(feed.get("language")))
    reading = Reading(
        title=plain.line(_words(feed.get("title"))), parser="json", total=len(items), warnings=warnings
    )
    if len(items) > MOST_ENTRIES:
        note = f"The feed holds {len(items)} entries; only the newest {MOST_ENTRIES} were read."
        reading = replace(reading, warnings=(*warnings, note))
        items = sorted(items, key=lambda i: _words(i.get("date_published")), reverse=True)[:MOST_ENTRIES]
    hashes = [digest(json.dumps(i, sort_keys=True).encode()) for i in items]
    found = [_entry(i, there, h) for i, h in zip(items, hashes, strict=True) if h not in seen]
    return assemble(found, reading, seen, hashes=hashes)


def _load(data: bytes, url: str) -> dict[str, Any]:
    try:
        feed = json.loads(data)
    except RecursionError as error:
        raise FeedError(Outcome.HOSTILE, f"{url} answers with JSON nested beyond reading.") from error
    except ValueError as error:
        raise FeedError(Outcome.MALFORMED, f"{url} answers with damaged JSON: {error}.") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise FeedError(
            Outcome.NOT_A_FEED, f"{url} answers with JSON that is no JSON Feed: it has no `items`."
        )
    return feed


def _entry(item: Mapping[str, Any], place: Place, digest_: str) -> Entry:
    link = next(filter(None, (place.link(item.get(k)) for k in ("url", "external_url"))), "")
    given = any(_words(item.get(k)) for k in ("url", "external_url"))
    html = plain.text(_words(item.get("content_html")))
    summary, body = bodies(
        plain.clean(_words(item.get("summary"))[: plain.LONGEST_TEXT]),
        html or plain.clean(_words(item.get("content_text"))[: plain.LONGEST_TEXT]),
    )
    updated = place.date(item.get("date_modified"))
    published = place.date(item.get("date_published"))
    image = place.link(item.get("image")) or place.link(item.get("banner_image"))
    guid = item.get("id")
    return Entry(
        guid=str(guid)[: plain.LONGEST_TITLE] if isinstance(guid, str | int | float) and guid != "" else link,
        link=link,
        title=" ".join(plain.clean(_words(item.get("title"))[: plain.LONGEST_TITLE]).split()),
        summary=summary,
        body=body,
        authors=_authors(item),
        published=published or updated,
        updated=updated,
        date_source=DateSource.PUBLISHED if published else DateSource.UPDATED if updated else None,
        sections=tuple(
            dict.fromkeys(plain.line(t, longest=100) for t in _list(item.get("tags")) if isinstance(t, str))
        )[:30],
        language=language_of(item.get("language")) or place.language,
        photo=Photo(url=image) if image else None,
        hash=digest_,
        warnings=("The link is no web address to be clicked and was dropped.",) if given and not link else (),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    people = [*_list(item.get("authors")), item.get("author")]  # 1.1, then 1.0
    return authors_of(p.get("name") if isinstance(p, dict) else p for p in people)


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
