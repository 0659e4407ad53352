"""Hand waiting messages to their channels: bind, claim, connect, send, settle. One lane per channel.

A message's alerts and key are committed before the first connection, so that a repeat is the same message.
The claim is committed before connecting; a claim that expires without a receipt is unknown and is sent again
under the same id. One failing channel never stops another.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import config
from monitor.alerts import Envelope, PartlyDelivered, Receipt, Rendered, Sender, envelope_id, sending
from monitor.app import operator, updates
from monitor.app.brief_duty import do_briefs
from monitor.app.heartbeat import add_heartbeats, add_signs_of_life
from monitor.app.parcel import Parcel, gather, rendered
from monitor.app.wire import Wire
from monitor.errors import ConfigError, DeliveryError, Fate
from monitor.outbox import Message, State, back_off
from monitor.routes import TERMINAL
from monitor.store import AlertRow, Tx, desk, meta, outbox
from monitor.story import Outlet

__all__ = ["CLAIM", "KEEP_TRYING", "PAUSED", "Sent", "deliver", "paused", "preview"]

CLAIM = timedelta(minutes=5)  # longer than any sender's time limit
KEEP_TRYING = timedelta(days=7)
PAUSED = "paused"  # meta key: set by restore, lifted by restore --take-over
LANES = 4
MOST_STORIES = 50  # in one message: mail readers clip beyond about 100 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one message in this pass."""

    message: Message
    subject: str
    stories: int
    state: State
    detail: str
    rules: tuple[str, ...] = ()


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
    with ThreadPoolExecutor(max_workers=min(LANES, len(lanes)), thread_name_prefix="lane") as pool:
        sent = pool.map(lambda lane: _lane(wire, lane, outlets, version), lanes.values())
        return tuple(s for lane in sent for s in lane)


def _bind(tx: Tx, wire: Wire, outlets: Mapping[str, Outlet], now: datetime) -> None:
    """Fix messages; whoever had their fill this hour gets the rest as one digest later."""
    updates.recheck(tx, wire.newsroom, now)
    do_briefs(tx, wire, outlets, now)
    add_heartbeats(tx, wire, now)
    add_signs_of_life(tx, wire, now)
    used = desk.taken_up(tx, now - timedelta(hours=1))
    outbox.bind(tx, now, max_alerts=MOST_STORIES, limit=wire.newsroom.settings.burst, taken_up=used)
    wire.reach("binding")


def _has_reader(wire: Wire, message: Message) -> bool:
    """Printing reaches somebody only on a terminal; elsewhere such messages wait, untried, until there is one."""
    name = message.recipient.channel
    channel = TERMINAL if name == TERMINAL.name else wire.newsroom.channels.get(name)
    return wire.terminal or channel is None or not channel.url.startswith("terminal:")


def preview(wire: Wire, outlets: Mapping[str, Outlet], version: str) -> tuple[Sent, ...]:
    """Say what `deliver` would send now, for a dry run on a copy of the database. Connects to nothing."""
    now = wire.clock()
    with wire.store.writing() as tx:
        _bind(tx, wire, outlets, now)
        ready = [gather(tx, wire, m, version) for m in outbox.claimable(tx, now) if _has_reader(wire, m)]
    return tuple(
        _outcome(p.message, rendered(wire, p, outlets, version), p.rows, p.message.state, "dry run")
        for p in ready
    )


def _outcome(message: Message, shown: Rendered, rows: Sequence[AlertRow], state: State, detail: str) -> Sent:
    return Sent(
        message=message,
        subject=shown.subject,
        stories=sum(1 for r in rows if r.story is not None),
        state=state,
        detail=detail,
        rules=tuple(dict.fromkeys(rule for r in rows for rule in r.alert.rules)),
    )


def _lane(wire: Wire, messages: Sequence[Message], outlets: Mapping[str, Outlet], version: str) -> list[Sent]:
    done = []
    with sending() as send:
        for message in messages:
            outcome = _one(wire, message, outlets, version, send)
            if outcome is not None:
                done.append(outcome)
    return done


def _one(
    wire: Wire, message: Message, outlets: Mapping[str, Outlet], version: str, send: Sender
) -> Sent | None:
    """Claim, send and settle one message; None when another process claimed it first."""
    now = wire.clock()
    with wire.store.writing() as tx:
        claimed = outbox.claim(tx, message.id, now, now + CLAIM)
        parcel = gather(tx, wire, claimed, version) if claimed else None
        wire.reach("claiming")
    if claimed is None or parcel is None:
        return None
    wire.reach("claimed")
    shown = rendered(wire, parcel, outlets, version)
    wire.reach("rendered")
    try:
        receipt = _send(wire, parcel, shown, send)
    except DeliveryError as error:
        wire.reach("refused")
        state, detail = _failed(wire, claimed, error)
        wire.reach("put-off")
        return _outcome(claimed, shown, parcel.rows, state, detail)
    wire.reach("accepted")
    with wire.store.writing() as tx:
        outbox.settle(
            tx, claimed.id, state=State.SENT, at=wire.clock(), detail=receipt.detail, receipt=receipt.detail
        )
        wire.reach("settling")
    wire.reach("settled")
    return _outcome(claimed, shown, parcel.rows, State.SENT, receipt.detail)


def _send(wire: Wire, parcel: Parcel, shown: Rendered, send: Sender) -> Receipt:
    """Resolve the channel's secret and send. A channel that is not configured (any more) is a retry, told by `check`."""
    message = parcel.message
    name = message.recipient.channel
    channel = TERMINAL if name == TERMINAL.name else wire.newsroom.channels.get(name)
    if channel is None:
        raise DeliveryError(Fate.DEAD, f"rules.yaml no longer has a channel named {name}")
    try:
        url = (
            channel.url
            if channel.url.startswith("terminal:")
            else config.secret(channel.url, wire.environment)
        )
    except ConfigError as error:
        raise DeliveryError(Fate.RETRY, str(error)) from error
    envelope = Envelope(
        message_key=message.key,
        message_id=envelope_id(message.key, shown.letterhead.domain),
        created=message.created,
        references=parcel.references,
        recipient=message.recipient.address,
        attempted=wire.clock(),
        parts_done=message.parts_done,
    )
    return send(url, envelope, shown)


def _failed(wire: Wire, message: Message, error: DeliveryError) -> tuple[State, str]:
    """Settle a failed attempt: wait and try again, or give up and tell the operator on another channel."""
    now = wire.clock()
    dead = error.fate is Fate.DEAD or now - message.created > KEEP_TRYING
    state = State.DEAD if dead else State.WAITING
    wait = max(back_off(message.attempts, random.random()), timedelta(seconds=error.retry_after or 0))
    parts = error.parts_done if isinstance(error, PartlyDelivered) else message.parts_done
    who = message.recipient.address or message.recipient.channel
    with wire.store.writing() as tx:
        outbox.settle(
            tx,
            message.id,
            state=state,
            at=now,
            detail=error.detail,
            next_try=None if dead else now + wait,
            unknown=error.fate is Fate.UNKNOWN,
            parts_done=parts,
        )
        if dead:
            text = (
                f"A message to {who} over {message.recipient.channel} could not be delivered: {error.detail}"
            )
            topic = f"dead:{message.key}"
            outbox.add(
                tx, operator.matter(wire.newsroom, topic, text, now, but_not=message.recipient.channel), now
            )
    return state, error.detail
