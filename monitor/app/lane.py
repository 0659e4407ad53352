"""One channel's messages, one after the other: claim, connect, send, settle.

The outcome of one message and the claim of the next are one commit, made as soon as the outcome is known: half the
waiting for the disk, and still only the one message under way can be repeated when the process is killed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import config
from monitor.alerts import Envelope, PartlyDelivered, Receipt, Rendered, Sender, envelope_id, sending
from monitor.app import operator
from monitor.app.parcel import Memory, Parcel, gather, rendered
from monitor.app.sent import HOLD, Sent, channel_of, sent_of
from monitor.app.wire import Wire
from monitor.errors import ConfigError, DeliveryError, Fate
from monitor.outbox import Message, State, back_off
from monitor.store import Tx, meta, outbox
from monitor.story import Outlet

__all__ = ["CLAIM", "KEEP_TRYING", "hand_over"]

CLAIM = timedelta(minutes=10)  # longer than any sender may take for one message, see the test
KEEP_TRYING = timedelta(days=7)
PATIENCE = (
    20.0  # seconds a channel may lose to failures in one pass; one that hangs takes its time limit once
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What an attempt came to, not on record yet."""

    message: Message
    state: State
    at: datetime
    detail: str
    receipt: str = ""
    next_try: datetime | None = None
    unknown: bool = False
    parts_done: int = 0
    hold: datetime | None = None  # until when the receiver asks to be left alone


def hand_over(
    wire: Wire,
    messages: Sequence[Message],
    outlets: Mapping[str, Outlet],
    version: str,
    *,
    patience: float = PATIENCE,
) -> list[Sent]:
    """Send the messages of one channel; those that another process claimed first are passed over.

    After `patience` seconds lost to failures the rest is left, untried, to the next pass: a channel that hangs must
    not keep what comes in for the others meanwhile. A receiver that asks to be left alone for a time is.
    """
    done: list[Sent] = []
    outcome: _Outcome | None = None
    memory = Memory()
    with sending() as send:
        for message in messages:
            if patience <= 0:
                break
            claimed, outcome = _turn(wire, outcome, message), None
            if claimed is None:
                continue
            wire.reach("claimed")
            with wire.store.reading() as tx:
                parcel = gather(tx, wire, claimed, version, memory)
            shown = rendered(wire, parcel, outlets, version, memory)
            wire.reach("rendered")
            began = time.monotonic()
            outcome = _attempt(wire, parcel, shown, send)
            if outcome.hold is not None:
                patience = 0
            if outcome.state is not State.SENT:
                patience -= time.monotonic() - began
            done.append(sent_of(claimed, shown, parcel.rows, outcome.state, outcome.detail))
        _turn(wire, outcome, None)
    return done


def _turn(wire: Wire, outcome: _Outcome | None, following: Message | None) -> Message | None:
    """Put on record what became of one message and claim the next, in one commit; give what was claimed."""
    if outcome is None and following is None:
        return None
    claimed = None
    with wire.store.writing() as tx:
        if outcome is not None:
            _settle(tx, wire, outcome)
        if following is not None:
            now = wire.clock()
            claimed = outbox.claim(tx, following.id, now, now + CLAIM)
            wire.reach("claiming")
    if outcome is not None:
        wire.reach("settled" if outcome.state is State.SENT else "put-off")
    return claimed


def _settle(tx: Tx, wire: Wire, outcome: _Outcome) -> None:
    """Record an outcome; what is given up is told to the operator on another channel."""
    message = outcome.message
    outbox.settle(
        tx,
        message.id,
        state=outcome.state,
        at=outcome.at,
        detail=outcome.detail,
        receipt=outcome.receipt,
        next_try=outcome.next_try,
        unknown=outcome.unknown,
        parts_done=outcome.parts_done,
    )
    if outcome.hold is not None:
        meta.put(tx, f"{HOLD}{message.recipient.channel}", outcome.hold.isoformat())
        outbox.put_off(tx, message.recipient.channel, outcome.hold)
    if outcome.state is State.SENT:
        wire.reach("settling")
    if outcome.state is State.DEAD and not operator.of_the_dead(
        r.alert for r in outbox.alerts_of(tx, message.id)
    ):
        told = operator.of_dead(
            wire.newsroom, message, outcome.detail, outcome.at, told="could not be delivered"
        )
        outbox.add(tx, told, outcome.at)


def _attempt(wire: Wire, parcel: Parcel, shown: Rendered, send: Sender) -> _Outcome:
    """Send one message and say what came of it. A failure is tried again later, or given up."""
    message = parcel.message
    try:
        receipt = _send(wire, parcel, shown, send)
    except DeliveryError as error:
        wire.reach("refused")
        return _failed(message, error, wire.clock())
    wire.reach("accepted")
    return _Outcome(
        message=message, state=State.SENT, at=wire.clock(), detail=receipt.detail, receipt=receipt.detail
    )


def _send(wire: Wire, parcel: Parcel, shown: Rendered, send: Sender) -> Receipt:
    """Resolve the channel's secret and send. A channel without its secret is a retry, told by `check`."""
    message = parcel.message
    url = channel_of(wire, message)
    if url is None:
        to = message.recipient
        lost = f"any channel with the address {to.address}" if to.address else f"a channel named {to.channel}"
        detail = f"rules.yaml no longer has {lost}"
        raise DeliveryError(Fate.DEAD, detail)
    if not url.startswith("terminal:"):
        try:
            url = config.secret(url, wire.environment)
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


def _failed(message: Message, error: DeliveryError, now: datetime) -> _Outcome:
    """Wait and try again, or give up after a refusal for good or `KEEP_TRYING`."""
    dead = error.fate is Fate.DEAD or now - message.created > KEEP_TRYING
    wait = max(back_off(message.attempts, random.random()), timedelta(seconds=error.retry_after or 0))
    return _Outcome(
        message=message,
        state=State.DEAD if dead else State.WAITING,
        at=now,
        detail=error.detail,
        next_try=None if dead else now + wait,
        unknown=error.fate is Fate.UNKNOWN,
        hold=now + timedelta(seconds=error.retry_after) if error.retry_after else None,
        parts_done=error.parts_done if isinstance(error, PartlyDelivered) else message.parts_done,
    )
