"""Look at why stories are of one event, part them for ever, or put them together."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.app import catch_up
from monitor.app.wire import Wire
from monitor.duplicates import Verdict, compare, marks
from monitor.errors import ConfigError
from monitor.links import canonical
from monitor.matching import match
from monitor.store import MergeRow, StoryRow, Tx, merges, near, outbox, stories

__all__ = ["Pair", "Parted", "join", "recent", "split", "why"]

LONGEST_NUMBER = 18  # digits that always fit into 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two stories, what is on record of them, and what a comparison says now."""

    a: StoryRow
    b: StoryRow
    merge: MergeRow | None
    now: Verdict | None = None  # None in a list

    @property
    def together(self) -> bool:
        """Whether they are of one event."""
        return self.a.event == self.b.event


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A pair that was parted, and how many alerts that puts into the outbox."""

    pair: Pair
    alerts: int


def recent(wire: Wire, limit: int) -> tuple[Pair, ...]:
    """Give the latest merges, the youngest first."""
    with wire.store.reading() as tx:
        rows = merges.recent(tx, limit)
        return tuple(Pair(a=_get(tx, row.other_id), b=_get(tx, row.story_id), merge=row) for row in rows)


def why(wire: Wire, a: str, b: str) -> Pair:
    """Give what is on record of two stories (numbers or addresses), and compare them. Raises ConfigError."""
    with wire.store.reading() as tx:
        return _pair(tx, a, b)


def split(wire: Wire, a: str, b: str, *, by: str) -> Parted:
    """Part two stories for ever. What the later one met and nobody heard of because of the other is told now."""
    now = wire.clock()
    with wire.store.writing() as tx:
        pair = _pair(tx, a, b)
        later = max(pair.a.id, pair.b.id)
        event = merges.split(tx, pair.a.id, pair.b.id, by=by, at=now)
        row = _get(tx, later)
        near.remember(tx, later, marks(row.story))  # of a copy, only what its original has not was written
        alerts = 0
        if pair.together and row.matches:
            found = match(row.story, wire.newsroom.rulebook, now=now)
            alerts = len(outbox.add(tx, catch_up.news(wire, row, found, outbox.told(tx, event), now), now))
        return Parted(pair=_pair(tx, a, b), alerts=alerts)


def join(wire: Wire, a: str, b: str, *, by: str) -> Pair:
    """Put two stories into one event: what is told of one is told of both from now on.

    Raises ConfigError where that would bring two others together that somebody parted.
    """
    with wire.store.writing() as tx:
        pair = _pair(tx, a, b)
        for one, other in merges.kept_apart(tx, pair.a.id, pair.b.id):
            msg = (
                f"Nothing was joined: {pair.a.id} and {pair.b.id} together would bring {one} and {other} into one event, "
                f"and these were parted. To lift that, join those two themselves: copytaster dups join {one} {other}."
            )
            raise ConfigError(msg)
        merges.join(tx, pair.a.id, pair.b.id, by=by, at=wire.clock())
        return _pair(tx, a, b)


def _pair(tx: Tx, a: str, b: str) -> Pair:
    one, other = _find(tx, a), _find(tx, b)
    if one.id == other.id:
        msg = f"{a} and {b} are one story on record: number {one.id}."
        raise ConfigError(msg)
    found = compare(one.story, other.story)
    return Pair(a=one, b=other, merge=merges.between(tx, one.id, other.id), now=found)


def _find(tx: Tx, name: str) -> StoryRow:
    if name.isdecimal():
        row = stories.get(tx, int(name)) if len(name) <= LONGEST_NUMBER else None
    else:
        row = stories.by_url(tx, canonical(name))
    if row is None:
        msg = f"No story on record is {name}. Its number or address is shown by copytaster stories."
        raise ConfigError(msg)
    return row


def _get(tx: Tx, story_id: int) -> StoryRow:
    row = stories.get(tx, story_id)
    assert row is not None  # a merge refers to it
    return row
