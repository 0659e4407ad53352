"""Take an archive of entries (JSON Lines, plain or gzip) into the store, matched and recorded, never alerted.

Bad rows are counted and named, not fatal.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from monitor.app import entries, sameness
from monitor.app.ahead import ahead
from monitor.app.entries import BadRow, Row, Rows
from monitor.app.journal import begin
from monitor.app.wire import Wire
from monitor.duplicates import Marks
from monitor.errors import ConfigError
from monitor.links import canonical
from monitor.store import decisions, near, rulebooks, runs, stories
from monitor.story import Outlet, Story
from monitor.triage import Circumstances, Reason, Verdict, decide, face

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["Imported", "import_archive"]

BATCH = 500
_GZIP = b"\x1f\x8b"


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


def _lots(path: Path, counted: Imported) -> Iterator[tuple[Row, ...]]:
    """Give the rows of a file, BATCH at a time; what stands before a place where it breaks off is given too."""
    lines = _lines(path, counted)
    while lot := tuple(islice(lines, BATCH)):
        yield lot


def _lines(path: Path, counted: Imported) -> Iterator[Row]:
    try:
        with path.open("rb") as raw:  # opened once: it may be a pipe
            packed = raw.peek(2)[:2] == _GZIP
            with gzip.open(raw, "rb") if packed else nullcontext(raw) as file:
                yield from enumerate(_cut(cast("BinaryIO", file)), start=1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        counted.broken_off = str(error)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise ConfigError(msg) from error


def _cut(file: BinaryIO) -> Iterator[bytes]:
    """Give lines, of those that are too long only the beginning: a small archive may unpack to one of a gigabyte."""
    while line := file.readline(entries.LONGEST + 1):
        yield line
        while len(line) > entries.LONGEST and not line.endswith(b"\n"):
            line = file.readline(entries.LONGEST + 1)


def import_archive(
    wire: Wire, path: Path, outlets: Mapping[str, Outlet], progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Import a whole file. A story is first seen at its own instant, so that searches by date find it."""
    counted = Imported()
    now = wire.clock()
    with wire.store.writing() as tx:
        run = begin(tx, "import", now)
    youngest = now - near.REPRINTED  # what is older leaves no fingerprint
    reading = partial(entries.read, outlets=outlets, now=now, youngest=youngest)
    for rows in ahead(reading, _lots(path, counted)):
        counted.rows += rows.number
        counted.bad += rows.bad
        _commit(wire, rows, counted)
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


def _commit(wire: Wire, rows: Rows, counted: Imported) -> None:
    with wire.store.writing() as tx:
        given = Circumstances(
            routes=wire.newsroom.routes,
            channels=wire.newsroom.channels,
            since=rulebooks.since(tx),
            withheld=Reason.IMPORTED,
        )
        for story, key, found_by in rows.stories:
            _one(tx, wire, story, (key, found_by), given, counted)


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
