"""Everything one message says, gathered in the transaction that claims it, rendered after that.

A repeat is the same message: what is gathered depends on the message and on what was on record when it was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alerts import Letterhead, Rendered, Telling, envelope_id, render
from monitor.app import silences
from monitor.app.imprint import printed
from monitor.app.labels import feedback_links
from monitor.app.signing import signing_key
from monitor.app.tellings import letterhead, telling
from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.outbox import Kind, Message
from monitor.store import AlertRow, Tx, merges, outbox
from monitor.story import Outlet

__all__ = ["Memory", "Parcel", "gather", "rendered"]

Outlets = dict[int, tuple[tuple[str, datetime], ...]]  # by event: its outlets, and since when
MOST_KEPT = 200  # stories in memory, a few kilobytes each and their bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message with what it is made of."""

    message: Message
    rows: tuple[AlertRow, ...]
    remarks: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # Message-IDs of what it follows up
    others: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # by event: the outlets that have it
    brief: Rendered | None = None

    @property
    def stories(self) -> int:
        """How many stories it tells."""
        return sum(1 for r in self.rows if r.story is not None)


@dataclass(frozen=True, slots=True)
class Memory:
    """What one lane keeps from message to message: a story told to many is read once."""

    stories: outbox.Known = field(default_factory=dict)
    outlets: Outlets = field(default_factory=dict)
    told: dict[tuple[object, ...], Telling] = field(default_factory=dict)

    def tidy(self) -> None:
        """Forget everything when it has become much."""
        if len(self.stories) > MOST_KEPT:
            self.stories.clear()
            self.outlets.clear()
            self.told.clear()


def gather(tx: Tx, wire: Wire, message: Message, version: str, memory: Memory | None = None) -> Parcel:
    """Read all that a message says."""
    memory = memory or Memory()
    memory.tidy()
    rows = outbox.alerts_of(tx, message.id, memory.stories)
    head = letterhead(wire.newsroom, version)
    later = any(r.alert.kind in (Kind.FOLLOW_UP, Kind.UPDATE) for r in rows)
    keys = outbox.thread(tx, message.id) if later else ()
    tells = any(r.story is not None or r.alert.kind is Kind.HEARTBEAT for r in rows)
    held = silences.held_back(tx, wire, message.recipient, message.id, message.created) if tells else ""
    issue = next((r.alert.text for r in rows if r.alert.kind is Kind.BRIEF), "")
    return Parcel(
        message=message,
        rows=rows,
        remarks=(held,) if held else (),
        references=tuple(envelope_id(key, head.domain) for key in keys),
        others=_others(tx, rows, message.created, memory.outlets),
        brief=printed(tx, wire, int(issue), possible_repeat=message.possible_repeat) if issue else None,
    )


def _others(
    tx: Tx, rows: Sequence[AlertRow], made: datetime, known: Outlets
) -> Mapping[int, tuple[str, ...]]:
    """Give, by event, the outlets that had a story of it when the message was made: a repeat says the same."""
    events = {r.alert.event for r in rows if r.story is not None}
    for event in events - known.keys():
        known[event] = merges.outlets_of(tx, event)
    return {event: tuple(name for name, since in known[event] if since <= made) for event in events}


def rendered(
    wire: Wire,
    parcel: Parcel,
    outlets: Mapping[str, Outlet],
    version: str,
    memory: Memory | None = None,
) -> Rendered:
    """Render a parcel."""
    memory = memory or Memory()
    message = parcel.message
    head = letterhead(wire.newsroom, version, message.recipient.channel)
    if parcel.brief is not None:
        return parcel.brief
    matters = [r.alert.text for r in parcel.rows if r.alert.kind is Kind.OPERATOR]
    if matters:
        return render.operator(*matters, letterhead=head, possible_repeat=message.possible_repeat)
    tellings = [
        _told(wire, r, outlets, parcel.others.get(r.alert.event, ()), memory)
        for r in parcel.rows
        if r.story is not None
    ]
    if not tellings:
        return _sign_of_life(parcel, head)
    tellings.sort(
        key=lambda t: (-t.priority, -t.published.timestamp(), t.story_id)
    )  # what matters most leads
    return render.message(tellings, head, possible_repeat=message.possible_repeat, remarks=parcel.remarks)


def _told(
    wire: Wire, row: AlertRow, outlets: Mapping[str, Outlet], others: tuple[str, ...], memory: Memory
) -> Telling:
    """Show one alert's story, with the links by which this recipient answers where there are any."""
    alert = row.alert
    same = (alert.story_id, alert.revision, alert.kind, alert.rules, alert.text, others)
    told = memory.told.get(same)
    if told is None:
        told = memory.told[same] = telling(row, outlets, wire.newsroom, others)
    settings = wire.newsroom.settings
    if not settings.public and not settings.replies:
        return told
    try:
        key = signing_key(wire.folder)
    except ConfigError:  # told by `check`; an alert without its links is better than none
        return told
    yes, no = feedback_links(wire.newsroom, key, row, told.headline)
    return replace(told, relevant=yes, irrelevant=no)


def _sign_of_life(parcel: Parcel, head: Letterhead) -> Rendered:
    texts = [*(r.alert.text for r in parcel.rows), *parcel.remarks]
    first = texts[0].partition("\n")[0].removesuffix(".") if texts else "Nothing to tell"
    return render.operator(
        *texts,
        letterhead=head,
        subject=f"{head.newsroom}: {first}",
        possible_repeat=parcel.message.possible_repeat,
        heading="nothing new",
    )
