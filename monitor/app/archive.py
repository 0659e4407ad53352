"""Take an archive of entries (JSON Lines, plain or gzip) into the store, matched and recorded, never alerted.

Keys of a row: feed, title, description, link, published, language. Bad rows are counted and named, not fatal.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.app import sameness
from monitor.app.journal import begin
from monitor.app.sameness import prints
from monitor.app.wire import Wire
from monitor.duplicates import Marks, text_key
from monitor.errors import ConfigError
from monitor.links import canonical, safe_url, site
from monitor.parse import dates, plain
from monitor.store import decisions, near, rulebooks, runs, stories
from monitor.story import DateSource, Outlet, Story
from monitor.triage import Circumstances, Reason, Verdict, decide, face

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["BadRow", "Imported", "import_archive"]

BATCH = 500
_KEYS = ("feed", "title", "description", "link", "published", "language")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no entry, by its 1-based line, with the reason."""

    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import counted."""

    rows: int = 0
    stories: int = 0
    known: int = 0
    revisions: int = 0
    matches: int = 0
    bad: list[BadRow] = field(default_factory=list)
    broken_off: str = ""  # why the file could not be read to its end; what stands before is taken

    @property
    def useless(self) -> bool:
        """Whether there were rows and none of them could be used."""
        return self.rows == len(self.bad) > 0


class _BrokenOff(Exception):
    """The file cannot be read on."""


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            yield from enumerate(file, start=1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _BrokenOff(str(error)) from error
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise ConfigError(msg) from error


def _outlet_of(feed: str, outlets: Mapping[str, Outlet]) -> str:
    """Name the outlet whose hosts or sources share the feed's site; a feed nobody declares names its own site."""
    host = urlsplit(feed).hostname or ""
    place = site(feed)
    for outlet in outlets.values():
        own = {urlsplit(s.url).hostname or "" for s in outlet.sources} | set(outlet.hosts)
        if host in own or place in {site(f"https://{h}/") for h in own if h}:
            return outlet.name
    return (place or host or "imported").replace(".", "-")


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
        msg = f"published is no instant: {text['published'][:40]!r}"
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


def _read(path: Path, outlets: Mapping[str, Outlet], now: datetime, counted: Imported) -> Iterator[Story]:
    """Give the stories of a file; count its rows and name the bad ones."""
    try:
        for line, raw in _lines(path):
            if not raw.strip():
                continue
            counted.rows += 1
            try:
                yield _story(json.loads(raw), outlets, now)
            except RecursionError:
                counted.bad.append(BadRow(line, "nested too deeply"))
            except ValueError as error:
                counted.bad.append(BadRow(line, str(error)))
    except _BrokenOff as error:
        counted.broken_off = str(error)


def import_archive(
    wire: Wire, path: Path, outlets: Mapping[str, Outlet], progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Import a whole file. A story is first seen at its own instant, so that searches by date find it."""
    counted = Imported()
    now = wire.clock()
    with wire.store.writing() as tx:
        run = begin(tx, "import", now)
    batch: list[Story] = []
    for story in _read(path, outlets, now, counted):
        batch.append(story)
        if len(batch) >= BATCH:
            _commit(wire, batch, counted)
            progress(counted.rows)
            batch = []
    _commit(wire, batch, counted)
    progress(counted.rows)
    with wire.store.writing() as tx:
        runs.finish(
            tx,
            run,
            wire.clock(),
            exit_code=1 if counted.useless or counted.broken_off else 0,
            report=json.dumps({"rows": counted.rows, "bad": len(counted.bad)}),
        )
    return counted


def _commit(wire: Wire, batch: list[Story], counted: Imported) -> None:
    if not batch:
        return
    youngest = wire.clock() - near.REPRINTED  # what is older leaves no fingerprint
    read = [prints(s) if s.published >= youngest else (text_key(s), None) for s in batch]
    with wire.store.writing() as tx:
        given = Circumstances(
            routes=wire.newsroom.routes,
            channels=wire.newsroom.channels,
            since=rulebooks.since(tx),
            withheld=Reason.IMPORTED,
        )
        for story, found_by in zip(batch, read, strict=True):
            _one(tx, wire, story, found_by, given, counted)


def _one(
    tx: Tx,
    wire: Wire,
    story: Story,
    read: tuple[str | None, Marks | None],
    given: Circumstances,
    counted: Imported,
) -> None:
    now = story.published
    address = canonical(story.url) if story.url else ""
    key, found_by = read
    around = stories.neighbours(tx, story, canonical=address, text_key=key, now=now, marks=found_by)
    triage = decide(story, around, wire.newsroom.rulebook, (), now, given)
    shown = face(story)
    if around.same is None:
        event = triage.merge.other.event if triage.merge else None
        known = stories.add(
            tx,
            story,
            canonical=address,
            text_key=key,
            first_seen=now,
            event=event,
            face=shown,
            imported=True,
            marks=found_by,
        )
        counted.stories += 1
    else:
        stories.note_alias(tx, around.same.id, story, canonical=address, face=shown, seen=now)
        counted.known += 1
        known = around.same
        if triage.verdict is Verdict.REVISED:
            known = stories.revise(
                tx, around.same, story, changed=triage.changed, text_key=key, seen=now, marks=found_by
            )
            counted.revisions += 1
    counted.matches += sum(d.match is not None for d in triage.decisions)
    if triage.verdict in (Verdict.NEW, Verdict.REVISED):
        decisions.record(
            tx,
            known.id,
            known.revision,
            triage.decisions,
            rulebook=wire.newsroom.rulebook.hash,
            decided=wire.clock(),
        )
        sameness.remember(tx, known, around, triage, found_by or Marks(), now)
