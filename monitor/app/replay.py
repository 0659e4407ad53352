"""Run recorded polls through the same parse, intake and schedule code, with the clock of their names.

A recording is a directory or a tar archive of feed bodies named by their UTC instant (2020-04-21T004301Z.xml).
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from monitor import schedule
from monitor.app.force import bring_into_force
from monitor.app.intake import Intake, Taken, history
from monitor.app.journal import begin
from monitor.app.wire import Wire
from monitor.errors import ConfigError, FeedError
from monitor.outbox import Kind
from monitor.parse import feed
from monitor.parse.understand import understand_all
from monitor.store import outbox, sources
from monitor.story import Articles, Outcome, Outlet, Poll, Source
from monitor.triage import Reason, Verdict

__all__ = ["Recorded", "ReplayAlert", "Replayed", "recordings", "replay", "withdraw"]

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):?(\d\d):?(\d\d)Z")
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded body and the instant in its name."""

    name: str
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayAlert:
    """One alert that the recording gave rise to."""

    url: str
    title: str
    outlet: str
    rule: str  # the first of its rules
    rules: tuple[str, ...]
    matched: tuple[str, ...]
    instant: datetime
    kind: Kind  # older: it goes to the digest, not to an alert of its own
    story_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayHeld:
    """A story that matched and was held, because it is another one's text again: `of` is that one's address."""

    url: str
    title: str
    rules: tuple[str, ...]
    instant: datetime
    of: str
    method: str
    score: float
    story_id: int


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What a replay counted. `skipped` names files without an instant or too large, `failed` bodies that are no feed."""

    polls: int = 0
    entries: int = 0
    stories: int = 0
    revisions: int = 0
    reissues: int = 0
    duplicates: int = 0  # of these, copies of a story that matched
    copies: int = 0  # stories that are another one's text again, matched or not
    events: int = 0  # stories that are another report of an open event
    matches: int = 0
    gaps: int = 0
    baseline: int = 0  # matches of the first poll: already there, not among the alerts
    alerts: list[ReplayAlert] = field(default_factory=list)
    held: list[ReplayHeld] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def _instant(name: str) -> datetime | None:
    found = _INSTANT.search(name)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(g) for g in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def recordings(path: Path, skipped: list[str]) -> Iterator[Recorded]:
    """Give the bodies of a recording in the order of their instants. Raises ConfigError when it cannot be read."""
    if path.is_dir():
        named = [
            (p.name, p) for p in path.iterdir() if p.is_file() and _fits(p.name, p.stat().st_size, skipped)
        ]
        for at, name, file in _ordered(named, skipped):
            yield Recorded(name, at, file.read_bytes())
        return
    try:
        with tarfile.open(path) as archive:
            members = [
                (m.name, m) for m in archive.getmembers() if m.isfile() and _fits(m.name, m.size, skipped)
            ]
            for at, name, member in _ordered(members, skipped):
                body = archive.extractfile(member)
                yield Recorded(name, at, body.read() if body else b"")
    except (tarfile.TarError, OSError, EOFError) as error:
        msg = f"{path} cannot be read as a directory or tar archive of recorded polls: {error}"
        raise ConfigError(msg) from error


def _fits(name: str, size: int, skipped: list[str]) -> bool:
    if size > _LARGEST:
        skipped.append(f"{name}: larger than {_LARGEST // 2**20} MiB")
    return size <= _LARGEST


_T = TypeVar("_T")


def _ordered(named: list[tuple[str, _T]], skipped: list[str]) -> list[tuple[datetime, str, _T]]:
    dated = []
    for name, thing in named:
        at = _instant(name)
        if at is None:
            skipped.append(name)
        else:
            dated.append((at, name, thing))
    return sorted(dated, key=lambda row: row[:2])


def replay(
    wire: Wire,
    outlet: Outlet,
    recorded: Iterator[Recorded],
    counted: Replayed,
    progress: Callable[[Recorded], None] = lambda _: None,
) -> Replayed:
    """Take in every recorded body in order, without pages. The alerts stay in the outbox of this wire's store."""
    source = outlet.sources[0] if outlet.sources else Source(url=f"replay:{outlet.name}", outlet=outlet.name)
    for number, record in enumerate(recorded):
        if number == 0:
            bring_into_force(wire, record.at)
        progress(record)
        if _on_record(wire, source, record):
            counted.skipped.append(f"{record.name} (on record already)")
            continue
        taken = _one(wire, outlet, source, record, counted)
        for story in taken:
            _count(story, record.at, counted)
    return counted


def _on_record(wire: Wire, source: Source, record: Recorded) -> bool:
    """Whether this database has taken in this poll or a later one: a replay that was killed goes on where it was."""
    key = (source.outlet, source.url)
    with wire.store.reading() as tx:
        state = sources.states(tx, [key]).get(key)
    return state is not None and state.last_poll is not None and state.last_poll >= record.at


def _one(
    wire: Wire, outlet: Outlet, source: Source, record: Recorded, counted: Replayed
) -> tuple[Taken, ...]:
    with wire.store.writing() as tx:
        run = begin(tx, "replay", record.at)
        states = sources.states(tx)
        seen = sources.hashes(tx, source.outlet, source.url)
    intake = Intake(
        wire=wire,
        run_id=run,
        outlets={outlet.name: replace(outlet, articles=Articles.NONE)},
        past=history(states.values()),
    )
    poll = _read(outlet, source, record, seen, counted)
    taken = intake.take(poll)
    counted.polls += 1
    counted.entries += poll.total
    with wire.store.reading() as tx:
        counted.gaps += sum(
            i.kind is schedule.IncidentKind.GAP for i in sources.incidents(tx, since=record.at)
        )
    return taken


def _read(outlet: Outlet, source: Source, record: Recorded, seen: frozenset[str], counted: Replayed) -> Poll:
    try:
        reading = feed.read(record.body, source.url, outlet=outlet, seen=seen, now=record.at)
    except FeedError as error:
        counted.failed.append(f"{record.name}: {error.detail}")
        return Poll(
            source=source, at=record.at, outcome=Outcome(error.reason), detail=error.detail, status=200
        )
    stories, left_out = understand_all(reading.entries, source, outlet, record.at)
    return Poll(
        source=source,
        at=record.at,
        outcome=Outcome.NEWS if stories else Outcome.UNCHANGED,
        status=200,
        hashes=reading.hashes,
        total=reading.total,
        known=reading.known,
        stories=stories,
        newest=reading.newest,
        size=len(record.body),
        warnings=reading.warnings + left_out,
    )


def _count(taken: Taken, at: datetime, counted: Replayed) -> None:
    triage = taken.triage
    counted.stories += triage.verdict is Verdict.NEW
    counted.revisions += triage.verdict is Verdict.REVISED
    counted.reissues += triage.verdict is Verdict.REISSUED
    matched = [d for d in triage.decisions if d.match is not None]
    counted.matches += len(matched)
    if triage.merge is not None:
        counted.copies += triage.merge.same_text
        counted.events += not triage.merge.same_text
    held = [d for d in matched if d.reason is Reason.DUPLICATE]
    counted.duplicates += bool(held)
    if held and triage.merge is not None:
        counted.held.append(
            ReplayHeld(
                url=taken.story.url,
                title=taken.story.title,
                rules=tuple(d.rule for d in held),
                instant=at,
                of=triage.merge.other.story.url,
                method=triage.merge.method,
                score=triage.merge.score,
                story_id=taken.story_id,
            )
        )
    counted.baseline += any(d.reason is Reason.BASELINE for d in matched)
    told = [d for d in matched if d.reason in (Reason.ALERTED, Reason.OLDER)]
    if told:
        words = (e.text for d in told if d.match for e in d.match.evidence)
        counted.alerts.append(
            ReplayAlert(
                url=taken.story.url,
                title=taken.story.title,
                outlet=taken.story.outlet,
                rule=told[0].rule,
                rules=tuple(d.rule for d in told),
                matched=tuple(dict.fromkeys(words)),
                instant=at,
                kind=Kind.OLDER if told[0].reason is Reason.OLDER else Kind.ALERT,
                story_id=taken.story_id,
            )
        )


def withdraw(wire: Wire) -> int:
    """Cancel what a replay put into the outbox, so that no later `deliver` sends it. Gives how many alerts."""
    with wire.store.writing() as tx:
        return outbox.cancel(tx, all_waiting=True)
