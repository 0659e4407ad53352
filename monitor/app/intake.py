"""Take in polls: one transaction each, in which stories are recognised, matched, decided and their alerts written.

    poll | each unseen story -> neighbours -> triage.decide -> story, matches, decisions, alerts | commit

Crash before the commit: nothing happened, and the source will say it all again. Crash after: all is on record.
Polls of more than CHUNK stories are committed in chunks; what makes the source quiet (validators and entry
hashes) goes with the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from monitor import schedule
from monitor.app import decay, operator, republication, sameness
from monitor.app.wire import Wire
from monitor.duplicates import marks, text_key
from monitor.links import canonical
from monitor.routes import Silence, parse_when
from monitor.schedule import SourceState
from monitor.store import decisions, outbox, rulebooks, silences, sources, stories
from monitor.story import Outlet, Poll, Story
from monitor.triage import Circumstances, Known, Neighbours, Reason, Triage, Verdict, decide, face

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["CHUNK", "History", "Intake", "Taken", "history"]

CHUNK = 100

States = Mapping[tuple[str, str], SourceState]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one story became: its id on record, and everything decided about it."""

    story_id: int
    story: Story
    triage: Triage


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What an outlet's past was when the run began; a run's own polls do not count."""

    first_good: datetime | None = None
    last_good: datetime | None = None


def history(states: Iterable[SourceState]) -> dict[str, History]:
    """Give each outlet's first and last good poll over all its sources."""
    found: dict[str, History] = {}
    for state in states:
        if state.first_good is None:
            continue
        past = found.get(state.outlet, History())
        found[state.outlet] = History(
            first_good=min(filter(None, (past.first_good, state.first_good))),
            last_good=max(filter(None, (past.last_good, state.last_good))),
        )
    return found


@dataclass(slots=True, kw_only=True)
class Intake:
    """The intake of one run. Call `take` from one thread only."""

    wire: Wire
    run_id: int
    outlets: Mapping[str, Outlet]
    past: Mapping[str, History]
    withheld: Reason | None = None  # for imports and replays
    jitter: float = 0.0  # in [0, 1): spreads due times
    group: int = 1  # polls without news that are committed together
    taken: list[Taken] = field(default_factory=list)
    since: Mapping[str, datetime] | None = None  # rule -> in force since; read once a run
    quiet: list[Poll] = field(default_factory=list)  # polls without news, not committed yet

    def take(self, poll: Poll) -> tuple[Taken, ...]:
        """Take in one poll. What it returns is committed; a poll without news may wait for `flush`."""
        wire = self.wire
        wire.reach("fetched")
        self.quiet.append(poll)
        if not poll.stories:
            if len(self.quiet) >= self.group:
                self.flush()
            return ()
        pending = list(reversed(poll.stories))  # oldest first, so that the earliest copy leads its event
        taken: list[Taken] = []
        again: Mapping[str, int] = {}
        while pending:
            chunk, pending = pending[:CHUNK], pending[CHUNK:]
            with wire.store.writing() as tx:
                if not taken:
                    _note_guids(tx, poll)
                    again = republication.titles_again(tx, poll)
                before = self._before(tx)
                taken += self._stories(tx, poll, chunk, before, again)
                if not pending:
                    said = republication.notice(poll, (t.triage for t in taken), wire.newsroom)
                    outbox.add(tx, said, poll.at)
                    self._learn(tx, poll)
                    self._close(tx, before)
                wire.reach("written")
            wire.reach("committed")
        self.quiet.clear()
        self.taken += taken
        return tuple(taken)

    def flush(self) -> None:
        """Commit the polls without news that wait. A crash before costs nothing: they are made again."""
        if self.quiet:
            with self.wire.store.writing() as tx:
                self._close(tx, self._before(tx))
            self.quiet.clear()

    def _before(self, tx: Tx) -> States:
        """Give the states of the waiting polls' sources."""
        return sources.states(tx, [(p.source.outlet, p.source.url) for p in self.quiet])

    def _stories(
        self, tx: Tx, poll: Poll, chunk: Sequence[Story], before: States, again: Mapping[str, int]
    ) -> list[Taken]:
        if not chunk:
            return []
        now = poll.at
        given = self._circumstances(tx, poll, before)
        muted = silences.active(tx, now)
        found = [self._one(tx, story, given, muted, now, again.get(story.title)) for story in chunk]
        self.wire.reach("decided")
        return found

    def _one(
        self,
        tx: Tx,
        story: Story,
        given: Circumstances,
        muted: tuple[Silence, ...],
        now: datetime,
        again: int | None,
    ) -> Taken:
        newsroom = self.wire.newsroom
        address = canonical(story.url) if story.url else ""
        key = text_key(story)
        found_by = marks(story)
        near = stories.neighbours(tx, story, canonical=address, text_key=key, now=now, marks=found_by)
        if near.same is None and again is not None:
            near = Neighbours(same=stories.known(tx, again, story.source), by="title")
        triage = decide(story, near, newsroom.rulebook, muted, now, given)
        imported = self.withheld is Reason.IMPORTED
        known = _record(tx, story, near, triage, address=address, key=key, now=now, imported=imported)
        if triage.verdict in (Verdict.NEW, Verdict.REVISED):
            decisions.record(
                tx, known.id, known.revision, triage.decisions, rulebook=newsroom.rulebook.hash, decided=now
            )
            sameness.remember(tx, known, near, triage, found_by, now)
            sameness.tell(tx, known, triage, newsroom, now)
        return Taken(known.id, story, triage)

    def _circumstances(self, tx: Tx, poll: Poll, before: States) -> Circumstances:
        newsroom = self.wire.newsroom
        if self.since is None:
            self.since = rulebooks.since(tx)
        outlet = self.outlets.get(poll.source.outlet)
        past = self.past.get(poll.source.outlet)
        state = before.get((poll.source.outlet, poll.source.url))
        new_address = past is not None and (state is None or state.first_good is None)
        withheld = self.withheld or (Reason.OURS if outlet is not None and outlet.ours else None)
        return Circumstances(
            routes=newsroom.routes,
            channels=newsroom.channels,
            since=self.since,
            baseline=past is None,
            published_after=past.last_good if past is not None and new_address else None,
            withheld=withheld,
            max_age=newsroom.settings.max_age,
            digest=newsroom.settings.digest or parse_when("daily 07:00", newsroom.zone),
        )

    def _learn(self, tx: Tx, poll: Poll) -> None:
        """Compare what the stories carry with what stories of this source used to carry."""
        if self.withheld is None:
            decay.notice_entries(tx, poll.source, poll.stories[::-1], poll.at, self.wire.newsroom)

    def _close(self, tx: Tx, before: States) -> None:
        """Record the waiting polls, their sources' next states and incidents; tell the operator of changes."""
        following = [self._next(poll, before) for poll in self.quiet]
        sources.record_polls(tx, self.run_id, self.quiet)
        sources.save_states(tx, [n.state for n in following])
        for poll, after in zip(self.quiet, following, strict=True):
            if poll.hashes:
                sources.remember_hashes(tx, poll.source.outlet, poll.source.url, poll.hashes, poll.at)
            if after.hold is not None:
                sources.hold(tx, after.hold)
            if after.incidents:
                sources.record_incidents(tx, after.incidents)
                told = [i for i in after.incidents if i.notify]
                outbox.add(tx, operator.of_incidents(told, self.wire.newsroom), poll.at)

    def _next(self, poll: Poll, before: States) -> schedule.Next:
        source = poll.source
        state = before.get((source.outlet, source.url)) or SourceState(outlet=source.outlet, url=source.url)
        return schedule.after(state, source, poll, poll.at, jitter=self.jitter)


def _note_guids(tx: Tx, poll: Poll) -> None:
    """A GUID that stands for several addresses names no story: find out before one story is taken for another."""
    pairs = [(s.guid, canonical(s.url)) for s in poll.stories if s.guid and s.url]
    if len(pairs) < 2:
        return
    stories.note_guids(tx, poll.source.outlet, poll.source.url, pairs, poll.at)


def _record(
    tx: Tx,
    story: Story,
    near: Neighbours,
    triage: Triage,
    *,
    address: str,
    key: str | None,
    now: datetime,
    imported: bool,
) -> Known:
    """Write the story, its next revision, or merely its new face; give it as now on record."""
    same = near.same
    if same is None:
        event = triage.merge.other.event if triage.merge else None
        return stories.add(
            tx,
            story,
            canonical=address,
            text_key=key,
            first_seen=now,
            event=event,
            face=face(story),
            imported=imported,
        )
    stories.note_alias(tx, same.id, story, canonical=address, face=face(story), seen=now)
    if triage.verdict is Verdict.REVISED:
        return stories.revise(tx, same, story, changed=triage.changed, text_key=key, seen=now)
    return same
