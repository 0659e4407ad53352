"""The outbox: alerts to be told, bound into messages, handed over, settled. Looking into it is in `mailbag`.

Nothing is told twice: an occasion is a key of recipient and event. A message's alerts and key are fixed by `bind`,
before anyone connects, so that a repeat is the same message. What was sent stays sent.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, case, delete, func, insert, or_, select, update

from monitor.outbox import Alert, Kind, Message, State, message_key
from monitor.routes import Recipient
from monitor.store import meta
from monitor.store.codec import dump
from monitor.store.dialect import insert_row, took
from monitor.store.driver import fetch
from monitor.store.engine import Tx
from monitor.store.mailbag import (
    Known,
    alert,
    alert_row,
    alerts_of,
    counts,
    deliveries,
    last_sent,
    message,
    messages,
    messages_from,
    over_limit,
    sent_since,
    thread,
    told_as,
)
from monitor.store.recall import cancel, put_off, retry
from monitor.store.rows import AlertRow
from monitor.store.schema import ALERT, ALERT_KEY, DELIVERY, MESSAGE

__all__ = [
    "Known",
    "add",
    "alert",
    "alerts_of",
    "bind",
    "cancel",
    "claim",
    "claimable",
    "counts",
    "deliveries",
    "due_of",
    "hurry",
    "last_sent",
    "message",
    "messages",
    "over_limit",
    "put_off",
    "refresh",
    "retry",
    "sent_since",
    "settle",
    "show_instead",
    "thread",
    "told",
    "told_as",
    "told_of",
    "waiting_for",
    "waiting_possible",
    "withdraw",
]

ABANDONED = "the process ended before an answer was on record; the message may have arrived"
_OUTCOMES = {State.SENT: "sent", State.DEAD: "dead", State.WAITING: "retry", State.CANCELLED: "cancelled"}

_M, _A = MESSAGE.c, ALERT.c
_ADD = insert(ALERT)
_TAKE_BACK = delete(ALERT).where(_A.id == bindparam("alert"))
_OCCASIONS = update(ALERT).where(_A.id == bindparam("alert")).values(occasions=bindparam("kept"))
_TOLD = select(ALERT_KEY.c.recipient, ALERT_KEY.c.occasion).where(ALERT_KEY.c.event == bindparam("event"))
_UNBOUND = (
    select(_A.id, _A.recipient, _A.channel, _A.address, _A.kind, _A.due)
    .where(_A.message_id.is_(None), ~_A.cancelled, _A.due <= bindparam("now"))
    .order_by(_A.due, _A.id)
)
_OPEN = and_(_A.message_id.is_(None), ~_A.cancelled)
_IN_ADDITION = (Kind.FOLLOW_UP.value, Kind.UPDATE.value)
_HURRY = (
    update(ALERT)
    .where(
        _OPEN,
        _A.event == bindparam("of"),
        _A.recipient == bindparam("to"),
        _A.kind == Kind.FOLLOW_UP.value,
        _A.due > bindparam("soon"),
    )
    .values(due=bindparam("soon"))
)
_WAITING_UPDATES = select(_A.id).where(_OPEN, _A.story_id == bindparam("story"), _A.kind == Kind.UPDATE.value)
_WAITING_POSSIBLE = select(_A.id).where(
    _OPEN, _A.story_id == bindparam("story"), _A.kind == Kind.POSSIBLE.value
)
_SHOW = update(ALERT).where(_OPEN, _A.story_id == bindparam("story")).values(revision=bindparam("number"))
_SHOW_OTHER = (
    update(ALERT)
    .where(_OPEN, _A.id == bindparam("alert"))
    .values(story_id=bindparam("story"), revision=bindparam("number"))
)
_FREE = delete(ALERT_KEY).where(ALERT_KEY.c.alert_id == bindparam("alert"))
_CANCEL = update(ALERT).where(_OPEN, _A.id == bindparam("alert")).values(cancelled=True)
_WAITING_FOR = (
    select(ALERT)
    .where(_OPEN, _A.event == bindparam("event"), _A.event != 0, _A.kind.not_in(_IN_ADDITION))
    .order_by(_A.id)
)
_DUE_OF_KIND = (
    select(ALERT).where(_OPEN, _A.kind == bindparam("of"), _A.due <= bindparam("now")).order_by(_A.id)
)
_ABANDONED = select(_M.attempts).where(
    _M.id == bindparam("id"), _M.state == State.SENDING.value, _M.claimed_until <= bindparam("now")
)
_LAST_MESSAGE = select(func.max(_M.id))
_ADD_MESSAGE = insert(MESSAGE)
_BIND = (
    update(ALERT)
    .where(_A.id == bindparam("alert"), _A.message_id.is_(None))
    .values(message_id=bindparam("to"))
)
_CLAIMABLE_NOW = or_(
    and_(_M.state == State.WAITING.value, _M.next_try <= bindparam("now")),
    and_(_M.state == State.SENDING.value, _M.claimed_until <= bindparam("now")),
)
_CLAIMABLE = select(MESSAGE).where(_CLAIMABLE_NOW).order_by(_M.next_try, _M.id)
_CLAIM = (
    update(MESSAGE)
    .where(_M.id == bindparam("message"), _CLAIMABLE_NOW)
    .values(
        state=State.SENDING.value,
        attempts=_M.attempts + 1,
        possible_repeat=case((_M.state == State.SENDING.value, True), else_=_M.possible_repeat),
        claimed_until=bindparam("until"),
    )
    .returning(MESSAGE)
)
_SETTLE = (
    update(MESSAGE)
    .where(_M.id == bindparam("message"), _M.state != State.SENT.value)
    .values(
        state=bindparam("to"),
        settled=bindparam("at"),
        detail=bindparam("words"),
        receipt=bindparam("answer"),
        claimed_until=None,
        next_try=bindparam("again"),
        possible_repeat=or_(_M.possible_repeat, bindparam("unknown")),
        parts_done=case((bindparam("parts") > 0, bindparam("parts")), else_=_M.parts_done),
    )
    .returning(_M.attempts)
)
_ATTEMPTS = select(_M.attempts).where(_M.id == bindparam("id"))
_DELIVERED = insert(DELIVERY)


def told(tx: Tx, event: int) -> frozenset[tuple[str, str]]:
    """Give whom (recipient key) an event was or will be told on which occasion."""
    return frozenset((recipient, occasion) for recipient, occasion in fetch(tx, _TOLD, {"event": event}))


def told_of(tx: Tx, events: Collection[int]) -> dict[int, frozenset[tuple[str, str]]]:
    """Give, by event, whom it was or will be told on which occasion."""
    found = {event: fetch(tx, _TOLD, {"event": event}) for event in events}
    return {event: frozenset((r, o) for r, o in told) for event, told in found.items() if told}


def add(tx: Tx, alerts: Iterable[Alert], created: datetime) -> tuple[int, ...]:
    """Put alerts into the outbox and give the numbers of those that tell something new.

    An occasion its recipient had for its event already is dropped from the alert; an alert left without any is
    not stored. An alert must come with an occasion (ValueError), an operator's with one that is its own for ever
    (their event is 0).
    """
    numbers = (_add_one(tx, one, created) for one in alerts)
    return tuple(number for number in numbers if number is not None)


def _add_one(tx: Tx, one: Alert, created: datetime) -> int | None:
    if not one.occasions:
        msg = f"an alert to {one.recipient.key} without an occasion: nothing would keep it from being told twice"
        raise ValueError(msg)
    number = insert_row(tx, _ADD, _alert_values(one, created))
    key = {"recipient": one.recipient.key, "event": one.event, "alert_id": number}
    kept = tuple(o for o in one.occasions if took(tx, ALERT_KEY, {**key, "occasion": o}))
    if not kept:
        tx.execute(_TAKE_BACK, {"alert": number})
        return None
    if kept != one.occasions:
        tx.execute(_OCCASIONS, {"alert": number, "kept": dump(kept)})
    return number


def _alert_values(one: Alert, created: datetime) -> dict[str, Any]:
    return {
        "recipient": one.recipient.key,
        "channel": one.recipient.channel,
        "address": one.recipient.address,
        "kind": one.kind,
        "due": one.due,
        "created": created,
        "event": one.event,
        "story_id": one.story_id,
        "revision": one.revision,
        "rules": dump(one.rules),
        "occasions": dump(one.occasions),
        "text": one.text,
        "rulebook": one.rulebook,
    }


def hurry(tx: Tx, event: int, recipient_key: str, due: datetime) -> int:
    """Let the follow-ups of an event that wait for a recipient leave no later than `due`; give how many did."""
    values = {"of": event, "to": recipient_key, "soon": due}
    return tx.execute(_HURRY, values).rowcount


def refresh(tx: Tx, story_id: int, revision: int) -> None:
    """Let what waits to be told of a story show this revision, and take its waiting updates back."""
    waiting = tx.execute(_WAITING_UPDATES, {"story": story_id}).scalars().all()
    withdraw(tx, waiting)
    tx.execute(_SHOW, {"story": story_id, "number": revision})


def withdraw(tx: Tx, alert_ids: Collection[int]) -> None:
    """Take unbound alerts back; their occasions become free again."""
    for number in alert_ids:
        tx.execute(_FREE, {"alert": number})
        tx.execute(_CANCEL, {"alert": number})


def waiting_for(tx: Tx, event: int) -> tuple[AlertRow, ...]:
    """Give the alerts of an event that nobody was handed yet, but for follow-ups and updates."""
    return tuple(alert_row(tx, row) for row in tx.execute(_WAITING_FOR, {"event": event}).mappings().all())


def waiting_possible(tx: Tx, story_id: int) -> tuple[int, ...]:
    """Give the numbers of unbound alerts that list a story as possible."""
    return tuple(tx.execute(_WAITING_POSSIBLE, {"story": story_id}).scalars())


def show_instead(tx: Tx, alert_id: int, story_id: int, revision: int) -> None:
    """Let a waiting alert show another copy of its story."""
    tx.execute(_SHOW_OTHER, {"alert": alert_id, "story": story_id, "number": revision})


def due_of(tx: Tx, kind: Kind, now: datetime) -> tuple[AlertRow, ...]:
    """Give the alerts of a kind that are due and in no message yet."""
    values = {"of": kind.value, "now": now}
    return tuple(alert_row(tx, row) for row in tx.execute(_DUE_OF_KIND, values).mappings().all())


def bind(
    tx: Tx,
    now: datetime,
    *,
    max_alerts: int | None = None,
    not_to: Collection[str] = (),
    limit: int | None = None,
    taken_up: Mapping[str, int] | None = None,
) -> tuple[Message, ...]:
    """Bind all due alerts into messages, one for each recipient, and give these; nothing is sent yet.

    The operator's matters and each brief make messages of their own. A recipient who is reached over several
    channels is reached over that of the alert due first. More than `max_alerts` make several messages. Recipients
    (keys) in `not_to` are left for another time, and so is what would bring one to more than `limit` messages,
    of which `taken_up` (by key) are used (burst limit).
    """
    used = Counter(taken_up or {})
    due = [row for row in tx.execute(_UNBOUND, {"now": now}).mappings() if row["recipient"] not in not_to]

    bound: list[Message] = []
    salt = f"{meta.get(tx, 'database') or ''}\n{now.isoformat()}"
    before = tx.execute(_LAST_MESSAGE).scalar() or 0
    for (recipient, _), rows in groupby(sorted(due, key=_apart), key=_apart):
        members = list(rows)
        size = max_alerts or len(members)
        for at in range(0, len(members), size):
            if limit is not None and used[recipient] >= limit:
                break
            used[recipient] += 1
            last = bound[-1].id if bound else before
            bound.append(_bind(tx, members[at : at + size], now, f"{salt}\n{last}"))
    return tuple(bound)


def _apart(row: RowMapping) -> tuple[str, str]:
    """Give what keeps messages apart: the recipient; operator's matters from stories, each brief from everything."""
    kind = row["kind"]
    if kind == Kind.BRIEF.value:
        return row["recipient"], f"{kind}:{row['id']}"
    return row["recipient"], kind if kind == Kind.OPERATOR.value else ""


def _bind(tx: Tx, rows: Sequence[RowMapping], now: datetime, salt: str) -> Message:
    recipient = Recipient(channel=rows[0]["channel"], address=rows[0]["address"])
    numbers = tuple(sorted(row["id"] for row in rows))
    key = _key(recipient, numbers, salt)
    values = {
        "key": key,
        "channel": recipient.channel,
        "address": recipient.address,
        "recipient": recipient.key,
        "created": now,
        "state": State.WAITING.value,
        "next_try": now,
    }
    number = insert_row(tx, _ADD_MESSAGE, values)
    tx.execute(_BIND, [{"alert": alert, "to": number} for alert in numbers])
    return Message(id=number, key=key, recipient=recipient, alerts=numbers, created=now)


def _key(recipient: Recipient, alerts: tuple[int, ...], salt: str) -> str:
    """Keep keys apart where message_key is the same: a receiver drops what comes under a known id.

    Two databases number their alerts alike; an alert of a cancelled message is bound again. So the salt is the
    database, the instant and the message before.
    """
    return hashlib.sha256(f"{salt}\n{message_key(recipient, alerts)}".encode()).hexdigest()[:32]


def claimable(tx: Tx, now: datetime) -> tuple[Message, ...]:
    """Give the messages that may be sent now: waiting ones whose time has come, and expired claims."""
    return messages_from(tx, tx.execute(_CLAIMABLE, {"now": now}).mappings().all())


def claim(tx: Tx, message_id: int, now: datetime, until: datetime) -> Message | None:
    """Take a message to send it before `until`; None when it is not (or no longer) to be had.

    One whose claim had expired may have been accepted: that attempt is put on record as unknown, and it comes back
    as a possible repeat.
    """
    lost = tx.execute(_ABANDONED, {"id": message_id, "now": now}).scalar()
    rows = tx.execute(_CLAIM, {"message": message_id, "now": now, "until": until}).mappings().all()
    if rows and lost is not None:
        attempt = {"message_id": message_id, "attempt": lost, "at": now, "outcome": "unknown"}
        tx.execute(_DELIVERED, {**attempt, "detail": ABANDONED, "receipt": ""})
    return messages_from(tx, rows)[0] if rows else None


def settle(
    tx: Tx,
    message_id: int,
    *,
    state: State,
    at: datetime,
    detail: str = "",
    next_try: datetime | None = None,
    receipt: str = "",
    unknown: bool = False,
    parts_done: int = 0,
) -> None:
    """Put the outcome of an attempt on record, in the message and as a delivery.

    WAITING is tried again at `next_try` (default: at once); `unknown`: it may have been accepted, so later attempts
    are possible repeats. `parts_done` of a long chat message need not be sent again. A message that was sent stays
    sent; then only the delivery is added. LookupError when there is no such message.
    """
    values = {
        "message": message_id,
        "to": state.value,
        "at": at,
        "words": detail,
        "answer": receipt,
        "again": (next_try or at) if state is State.WAITING else None,
        "unknown": unknown,
        "parts": parts_done,
    }
    attempts = tx.execute(_SETTLE, values).scalar()
    if attempts is None:  # it was sent before, or was never there
        attempts = tx.execute(_ATTEMPTS, {"id": message_id}).scalar()
    if attempts is None:
        msg = f"there is no message {message_id}"
        raise LookupError(msg)
    outcome = "unknown" if unknown else _OUTCOMES.get(state, state.value)
    attempt = {"message_id": message_id, "attempt": attempts, "at": at, "outcome": outcome}
    tx.execute(_DELIVERED, {**attempt, "detail": detail, "receipt": receipt})
