"""Reading the rows of an archive: entries in JSON Lines, told apart from what is none, and read for comparison.

Keys of a row: feed, title, description, link, published, language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.duplicates import Marks, marks, text_key
from monitor.links import host, safe_url, site
from monitor.parse import dates, plain
from monitor.story import DateSource, Outlet, Story

__all__ = ["LONGEST", "BadRow", "Row", "Rows", "read"]

Row = tuple[int, bytes]  # its line, counted from 1, and what stands there
LONGEST = 8 * 2**20  # bytes of a row; a feed's whole body may be no longer
_KEYS = ("feed", "title", "description", "link", "published", "language")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no entry, by its 1-based line, with the reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read of some rows. `stories`: with each its text key and marks (none: too old to leave a fingerprint)."""

    number: int
    stories: tuple[tuple[Story, str | None, Marks | None], ...]
    bad: tuple[BadRow, ...]


def read(lot: Sequence[Row], *, outlets: Mapping[str, Outlet], now: datetime, youngest: datetime) -> Rows:
    """Read rows; blank lines count for nothing. A story from before `youngest` gets no marks."""
    found: list[tuple[Story, str | None, Marks | None]] = []
    bad: list[BadRow] = []
    rows = [(line, raw) for line, raw in lot if raw.strip()]
    for line, raw in rows:
        try:
            story = _story(_values(raw), outlets, now)
        except RecursionError:
            bad.append(BadRow(line, "nested too deeply"))
        except ValueError as error:
            bad.append(BadRow(line, str(error)))
        else:
            found.append((story, text_key(story), marks(story) if story.published >= youngest else None))
    return Rows(len(rows), tuple(found), tuple(bad))


def _values(raw: bytes) -> object:
    """Read the JSON of a row. Raises ValueError with the reason why it is none."""
    if len(raw) > LONGEST:
        msg = f"longer than {LONGEST // 2**20} MiB"
        raise ValueError(msg)
    try:
        return json.loads(raw.strip())
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        msg = f"not JSON: {said} at character {error.pos + 1}"
        raise ValueError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"not UTF-8: byte {error.start + 1} is 0x{error.object[error.start]:02x}"
        raise ValueError(msg) from error


def _outlet_of(feed: str, outlets: Mapping[str, Outlet]) -> str:
    """Name the outlet whose hosts or sources share the feed's site; a feed nobody declares names its own site."""
    own_host, place = host(feed), site(feed)
    for outlet in outlets.values():
        own = {host(s.url) for s in outlet.sources} | set(outlet.hosts)
        if own_host in own or place in {site(f"https://{h}/") for h in own if h}:
            return outlet.name
    return (place or own_host or "imported").replace(".", "-")


def _story(row: object, outlets: Mapping[str, Outlet], now: datetime) -> Story:
    """Read one row. Raises ValueError with the reason why it is none."""
    if not isinstance(row, dict):
        msg = "not an object"
        raise ValueError(msg)
    odd = [k for k in _KEYS if row.get(k) is not None and not isinstance(row[k], str)]
    if odd:
        msg = f"{odd[0]} is no text: {str(row[odd[0]])[:40]!r}"
        raise ValueError(msg)
    text = {key: value for key, value in row.items() if isinstance(value, str)}
    title = plain.line(text.get("title", ""))
    link = safe_url(text.get("link", ""))
    if not title and not link:
        msg = "neither a title nor a usable link"
        raise ValueError(msg)
    found = dates.parse(text["published"], now=now) if text.get("published") else None
    if text.get("published") and found is None:
        msg = f"published is no date that can be used: {text['published'][:40]!r}"
        raise ValueError(msg)
    feed = text.get("feed", "")
    return Story(
        _outlet_of(feed, outlets),
        title,
        link or "",
        found[0] if found else now,
        summary=plain.text(text.get("description", "")),
        language=text.get("language") or None,
        date_source=DateSource.PUBLISHED if found else DateSource.FIRST_SEEN,
        source=feed,
    )
