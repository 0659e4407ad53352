"""Take in polls: one transaction each, in which stories are recognised, matched, decided and their alerts written.

    poll | each unseen story -> neighbours -> triage.decide -> story, matches, decisions, alerts | commit

Crash before the commit: nothing happened, and the source will say it all again. Crash after: all is on record.
A new story of an outlet whose pages are read is put on record as waiting and is decided by `take_page`, once.
Polls of more than CHUNK stories are committed in chunks; what makes the source quiet (validators and entry
hashes) goes with the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor import schedule
from monitor.app import decay, operator, pages, republication, sameness
from monitor.app.backfill import Gap
from monitor.app.pages import Arrival, Look
from monitor.app.sameness import Prints, prints
from monitor.app.wire import Wire
from monitor.duplicates import Marks
from monitor.links import canonical
from monitor.parse.completing import carried
from monitor.routes import Silence, parse_when
from monitor.schedule import PageRead, SourceState
from monitor.store import decisions, outbox, rulebooks, silences, sources, stories
from monitor.store import pages as shelf
from monitor.story import Outlet, Poll, Story
from monitor.triage import Circumstances, Known, Neighbours, Reason, Triage, Verdict, decide

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["CHUNK", "History", "Intake", "Taken", "history"]

CHUNK = 100

States = Mapping[tuple[str, str], SourceState]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the decisions of one transaction share."""

    tx: Tx
    given: Circumstances
    muted: tuple[Silence, ...]
    now: datetime


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
    since: Mapping[str, datetime] | None = None  # rule -> in force since; read once a run
    quiet: list[Poll] = field(default_factory=list)  # polls without news, not committed yet
    gaps: list[Gap] = field(default_factory=list)  # found by polls since somebody last looked
    foreign: set[tuple[str, str]] = field(default_factory=set)  # sources of which no state is kept

    def take(self, poll: Poll, *, fills: datetime | None = None, foreign: bool = False) -> tuple[Taken, ...]:
        """Take in one poll. What it returns is committed; a poll without news may wait for `flush`.

        `fills`: since when there is a gap that it fills. `foreign`: the source is asked for that alone.
        """
        wire = self.wire
        if foreign:
            self.foreign.add((poll.source.outlet, poll.source.url))
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
            chunk, pending = [(s, prints(s)) for s in pending[:CHUNK]], pending[CHUNK:]
            with wire.store.writing() as tx:
                if not taken:
                    _note_guids(tx, poll)
                    again = republication.titles_again(tx, poll)
                before = self._before(tx)
                taken += self._stories(tx, poll, chunk, before, again, fills)
                if not pending:
                    said = republication.notice(poll, taken, again, wire.newsroom)
                    outbox.add(tx, said, poll.at)
                    if not foreign:
                        self._learn(tx, poll)
                    self._close(tx, before)
                wire.reach("written")
            wire.reach("committed")
        self.quiet.clear()
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
        self,
        tx: Tx,
        poll: Poll,
        chunk: Sequence[tuple[Story, Prints]],
        before: States,
        again: Mapping[str, int],
        fills: datetime | None,
    ) -> list[Taken]:
        if not chunk:
            return []
        given = self._circumstances(tx, poll, before, fills)
        desk = _Desk(tx, given, silences.active(tx, poll.at), poll.at)
        found = [self._one(desk, story, again.get(story.title), read) for story, read in chunk]
        self.wire.reach("decided")
        return [one for one in found if one is not None]

    def _one(self, desk: _Desk, story: Story, again: int | None, read: Prints) -> Taken | None:
        """Decide one story of a poll, or let it wait for its page (None)."""
        tx, now = desk.tx, desk.now
        arrival = Arrival(story=story, entry=story, seen=now)
        if not pages.reads(self.outlets.get(story.outlet)) or self.withheld is not None:
            return self._decide(desk, arrival, again, read)
        known = stories.identify(tx, story, canonical(story.url) if story.url else "")
        if again is None and pages.wait(tx, story, known, desk.given, now):
            return None
        if known is not None:
            arrival = replace(arrival, story=carried(story, known.story))
        taken = self._decide(desk, arrival, again, read if arrival.story == story else None)
        if pages.is_told(taken.triage):
            pages.watch_story(tx, taken.story_id, taken.story, now)
        return taken

    def _decide(
        self, desk: _Desk, arrival: Arrival, again: int | None = None, read: Prints | None = None
    ) -> Taken:
        tx, now, story = desk.tx, desk.now, arrival.story
        address = canonical(story.url) if story.url else ""
        key, found_by = read or prints(story)
        near = stories.neighbours(
            tx, story, canonical=address, text_key=key, now=now, marks=found_by, face=arrival.shown
        )
        if near.same is None and again is not None:
            near = Neighbours(same=stories.known(tx, again, story.source), by="title")
        near = sameness.heard(tx, near, self.wire.newsroom)
        book = self.wire.newsroom.rulebook
        triage = decide(story, near, book, desk.muted, now, desk.given, shown=arrival.shown)
        imported = self.withheld is Reason.IMPORTED
        known = _record(
            tx, arrival, near, triage, address=address, key=key, now=now, imported=imported, found_by=found_by
        )
        self._write(desk, known, near, triage, found_by)
        return Taken(known.id, story, triage)

    def _write(self, desk: _Desk, known: Known, near: Neighbours, triage: Triage, found_by: Marks) -> None:
        """Write what was decided of a story on record."""
        if triage.verdict not in (Verdict.NEW, Verdict.REVISED):
            return
        tx, now, newsroom = desk.tx, desk.now, self.wire.newsroom
        decisions.record(
            tx, known.id, known.revision, triage.decisions, rulebook=newsroom.rulebook.hash, decided=now
        )
        if not desk.given.unread and triage.verdict is Verdict.REVISED:
            outbox.withdraw(tx, outbox.waiting_possible(tx, known.id))
        sameness.remember(tx, known, near, triage, found_by, now)
        sameness.tell(tx, known, triage, newsroom, now)

    def take_page(self, read: PageRead) -> tuple[Taken, ...]:
        """Take in what came of reading a page: decide the stories that waited for it, or one on record again.

        What it returns is committed. A page that nobody waits for any more changes nothing.
        """
        wire = self.wire
        wire.reach("page-read")
        with wire.store.writing() as tx:
            page = shelf.get(tx, read.page.key)
            if page is None:
                return ()
            read = replace(read, page=page)
            taken = self._waited(tx, read) or self._looked_again(tx, read)
            wire.reach("decided")
            story_id = taken[0].story_id if taken else page.story_id
            outlet = self.outlets.get(page.outlet)
            pages.settle(tx, read, story_id, [t.triage for t in taken], outlet)
            if read.hold is not None:
                sources.hold(tx, read.hold)
            wire.reach("written")
        wire.reach("committed")
        return tuple(taken)

    def _waited(self, tx: Tx, read: PageRead) -> list[Taken]:
        taken = []
        for waiting in shelf.entries(tx, read.page.key):
            given = self._given(
                tx, read.page.outlet, published_after=waiting.published_after, unread=read.story is None
            )
            arrival = pages.arrived(tx, waiting, read)
            desk = _Desk(tx, given, silences.active(tx, read.at), read.at)
            taken.append(self._decide(desk, arrival))
            pages.note_reading(tx, taken[-1].story_id, arrival.entry, read)
            outlet = self.outlets.get(read.page.outlet)
            if len(taken) == 1 and outlet is not None and self.withheld is None:
                decay.notice_page(tx, outlet, arrival.entry, read, self.wire.newsroom)
        return taken

    def _looked_again(self, tx: Tx, read: PageRead) -> list[Taken]:
        look = pages.look_again(tx, read)
        taken = [] if look is None else [self._changed(tx, look, read)]
        if read.page.story_id is not None and (known := stories.known(tx, read.page.story_id)) is not None:
            pages.note_reading(tx, known.id, known.story, read)
        return taken

    def _changed(self, tx: Tx, look: Look, read: PageRead) -> Taken:
        """Put on record, and tell, what a page says otherwise of a story than before."""
        desk = _Desk(tx, self._given(tx, read.page.outlet), silences.active(tx, read.at), read.at)
        story, (key, found_by) = look.story, prints(look.story)
        same = replace(look.known, face="")  # the page is its own source, and it changed
        address = canonical(story.url)
        near = stories.neighbours(
            tx, story, canonical=address, text_key=key, now=desk.now, marks=found_by, face=stories.PAGE
        )
        told = near.told | outbox.told(tx, same.event)
        near = replace(
            sameness.heard(tx, near, self.wire.newsroom),
            same=same,
            told=told,
            told_as=outbox.told_as(tx, same.id),
        )
        triage = decide(story, near, self.wire.newsroom.rulebook, desk.muted, desk.now, desk.given)
        known = stories.revise(
            tx, look.known, story, changed=triage.changed, text_key=key, seen=desk.now, marks=found_by
        )
        self._write(desk, known, near, triage, found_by)
        return Taken(known.id, story, triage)

    def _circumstances(self, tx: Tx, poll: Poll, before: States, fills: datetime | None) -> Circumstances:
        past = self.past.get(poll.source.outlet)
        state = before.get((poll.source.outlet, poll.source.url))
        new_address = past is not None and (state is None or state.first_good is None)
        after = past.last_good if past is not None and new_address else None
        if after is not None and fills is not None:
            after = min(after, fills)
        return self._given(tx, poll.source.outlet, published_after=after, baseline=past is None)

    def _given(
        self,
        tx: Tx,
        outlet_name: str,
        *,
        published_after: datetime | None = None,
        baseline: bool = False,
        unread: bool = False,
    ) -> Circumstances:
        newsroom = self.wire.newsroom
        if self.since is None:
            self.since = rulebooks.since(tx)
        outlet = self.outlets.get(outlet_name)
        return Circumstances(
            routes=newsroom.routes,
            channels=newsroom.channels,
            since=self.since,
            baseline=baseline,
            published_after=published_after,
            withheld=self.withheld or (Reason.OURS if outlet is not None and outlet.ours else None),
            max_age=newsroom.settings.max_age,
            digest=newsroom.settings.digest or parse_when("daily 07:00", newsroom.zone),
            unread=unread,
        )

    def _learn(self, tx: Tx, poll: Poll) -> None:
        """Compare what the stories carry with what stories of this source used to carry."""
        if self.withheld is None:
            decay.notice_entries(tx, poll.source, poll.stories[::-1], poll.at, self.wire.newsroom)

    def _close(self, tx: Tx, before: States) -> None:
        """Record the waiting polls, their sources' next states and incidents; tell the operator of changes."""
        ours = [p for p in self.quiet if (p.source.outlet, p.source.url) not in self.foreign]
        following = [self._next(poll, before) for poll in ours]
        sources.record_polls(tx, self.run_id, self.quiet)
        sources.save_states(tx, [n.state for n in following])
        for poll, after in zip(ours, following, strict=True):
            self._note_gap(poll, before, after)
            if poll.hashes:
                sources.remember_hashes(tx, poll.source.outlet, poll.source.url, poll.hashes, poll.at)
            if after.hold is not None:
                sources.hold(tx, after.hold)
            if after.incidents:
                sources.record_incidents(tx, after.incidents)
                told = [i for i in after.incidents if i.notify]
                outbox.add(tx, operator.of_incidents(told, self.wire.newsroom), poll.at)

    def _note_gap(self, poll: Poll, before: States, after: schedule.Next) -> None:
        state = before.get((poll.source.outlet, poll.source.url))
        since = state.last_good if state is not None else None
        if since is not None and any(i.kind is schedule.IncidentKind.GAP for i in after.incidents):
            self.gaps.append(Gap(source=poll.source, since=since, at=poll.at))

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
    arrival: Arrival,
    near: Neighbours,
    triage: Triage,
    *,
    address: str,
    key: str | None,
    now: datetime,
    imported: bool,
    found_by: Marks,
) -> Known:
    """Write the story, its next revision, or merely its new face; give it as now on record."""
    same, story = near.same, arrival.story
    if same is None:
        event = triage.merge.other.event if triage.merge else None
        return stories.add(
            tx,
            story,
            canonical=address,
            text_key=key,
            first_seen=arrival.seen,
            event=event,
            face=arrival.shown,
            imported=imported,
            marks=found_by,
        )
    stories.note_alias(tx, same.id, story, canonical=address, face=arrival.shown, seen=now)
    if triage.verdict is Verdict.REVISED:
        return stories.revise(tx, same, story, changed=triage.changed, text_key=key, seen=now, marks=found_by)
    return same
