"""Hand waiting messages to their channels: bind, claim, connect, send, settle. One lane per channel.

A message's alerts and key are committed before the first connection, so that a repeat is the same message.
The claim is committed before connecting; a claim that expires without a receipt is unknown and is sent again
under the same id. One failing channel never stops another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from monitor.app import updates
from monitor.app.heartbeat import add_heartbeats, add_signs_of_life
from monitor.app.sent import Sent, channel_of, hold_of, sent_of
from monitor.app.wire import Wire
from monitor.outbox import Message
from monitor.store import Tx, desk, meta, outbox
from monitor.story import Outlet

__all__ = ["PAUSED", "Sent", "deliver", "paused", "preview"]

PAUSED = "paused"  # meta key: set by restore, lifted by restore --take-over
LANES = 16  # channels served at once; they mostly wait
MOST_STORIES = 50  # in one message: mail readers clip beyond about 100 KB


def paused(wire: Wire) -> str | None:
    """Say since when a restored copy is holding its messages back, or None."""
    with wire.store.reading() as tx:
        return meta.get(tx, PAUSED) or None


def deliver(wire: Wire, outlets: Mapping[str, Outlet], version: str) -> tuple[Sent, ...]:
    """Send what is due. Returns what happened, message by message, in the order they were bound."""
    if paused(wire) is not None:
        return ()
    now = wire.clock()
    with wire.store.writing() as tx:
        _bind(tx, wire, outlets, now)
        ready = [m for m in outbox.claimable(tx, now) if _has_reader(wire, m)]
    wire.reach("bound")
    lanes: dict[str, list[Message]] = defaultdict(list)
    for message in ready:
        lanes[message.recipient.channel].append(message)
    if not lanes:
        return ()
    from monitor.app.lane import hand_over  # late: most passes have nothing to send

    with ThreadPoolExecutor(max_workers=min(LANES, len(lanes)), thread_name_prefix="lane") as pool:
        sent = pool.map(lambda lane: hand_over(wire, lane, outlets, version), lanes.values())
        return tuple(s for lane in sent for s in lane)


def _bind(tx: Tx, wire: Wire, outlets: Mapping[str, Outlet], now: datetime) -> None:
    """Fix messages; whoever had their fill this hour gets the rest as one digest later."""
    updates.recheck(tx, wire.newsroom, now)
    if wire.newsroom.briefs:
        from monitor.app.brief_duty import do_briefs  # late: it loads all that writes one

        do_briefs(tx, wire, outlets, now)
    add_heartbeats(tx, wire, now)
    add_signs_of_life(tx, wire, now)
    used = desk.taken_up(tx, now - timedelta(hours=1))
    outbox.bind(tx, now, max_alerts=MOST_STORIES, limit=wire.newsroom.settings.burst, taken_up=used)
    for name in wire.newsroom.channels:
        if (until := hold_of(tx, name)) is not None and until > now:
            outbox.put_off(tx, name, until)
    wire.reach("binding")


def _has_reader(wire: Wire, message: Message) -> bool:
    """Printing reaches somebody only on a terminal; elsewhere such messages wait, untried, until there is one."""
    url = channel_of(wire, message)
    return wire.terminal or url is None or not url.startswith("terminal:")


def preview(wire: Wire, outlets: Mapping[str, Outlet], version: str) -> tuple[Sent, ...]:
    """Say what `deliver` would send now, for a dry run on a copy of the database. Connects to nothing."""
    from monitor.app.parcel import gather, rendered

    now = wire.clock()
    with wire.store.writing() as tx:
        _bind(tx, wire, outlets, now)
        ready = [gather(tx, wire, m, version) for m in outbox.claimable(tx, now) if _has_reader(wire, m)]
    return tuple(
        sent_of(p.message, rendered(wire, p, outlets, version), p.rows, p.message.state, "dry run")
        for p in ready
    )
