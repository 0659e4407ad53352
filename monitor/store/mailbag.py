"""Looking into the outbox: messages with their alerts and stories, counts, what was sent when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, case, func, or_, select

from monitor.outbox import Alert, Delivery, Kind, Message, State
from monitor.routes import Recipient
from monitor.store.archive import at_revision
from monitor.store.codec import load_list
from monitor.store.engine import Tx
from monitor.store.rows import AlertRow, MessageRow, OutboxCounts, StoryRow
from monitor.store.schema import ALERT, DELIVERY, MESSAGE
from monitor.story import Story
from monitor.triage import ToldAs

__all__ = [
    "Known",
    "alert",
    "alerts_of",
    "counts",
    "deliveries",
    "last_sent",
    "messages",
    "messages_from",
    "over_limit",
    "sent_since",
]

Known = dict[tuple[int, int], StoryRow | None]  # stories read already, by number and revision

_MANY = 500  # values in one IN list

_M, _A = MESSAGE.c, ALERT.c
_MEMBERS = (
    select(_A.message_id, _A.id).where(_A.message_id.in_(bindparam("ids", expanding=True))).order_by(_A.id)
)
_MESSAGE = select(MESSAGE).where(_M.id == bindparam("id"))
_ALERT = select(ALERT).where(_A.id == bindparam("id"))
_ALERTS = select(ALERT).where(_A.message_id == bindparam("id")).order_by(_A.due, _A.id)
_SENT_SINCE = (
    select(func.count())
    .select_from(MESSAGE)
    .where(_M.recipient == bindparam("r"), _M.state == State.SENT.value, _M.settled >= bindparam("since"))
)
_OVER_LIMIT = (
    select(_M.recipient)
    .where(_M.state == State.SENT.value, _M.settled >= bindparam("since"))
    .group_by(_M.recipient)
    .having(func.count() >= bindparam("limit"))
)
_LAST_SENT = (
    select(_M.channel, func.max(_M.settled).label("last"))
    .where(_M.state == State.SENT.value)
    .group_by(_M.channel)
    .order_by(_M.channel)
)
_STANDS = case(
    (_A.cancelled, State.CANCELLED.value),
    (_A.message_id.is_(None), "unbound"),
    else_=_M.state,
)
_DUE = and_(_A.due <= bindparam("now"), _STANDS.in_(["unbound", State.WAITING.value]))
_COUNTS = (
    select(_STANDS.label("stands"), func.count().label("number"))
    .select_from(ALERT.outerjoin(MESSAGE, _M.id == _A.message_id))
    .group_by(_STANDS)
)
_COUNT_DUE = (
    select(func.count().label("number"), func.min(_A.due).label("oldest"))
    .select_from(ALERT.outerjoin(MESSAGE, _M.id == _A.message_id))
    .where(_DUE)
)
_TOLD_AS = (
    select(ALERT)
    .outerjoin(MESSAGE, _M.id == _A.message_id)
    .where(
        _A.story_id == bindparam("story"),
        ~_A.cancelled,
        or_(_M.state.is_(None), _M.state.in_([State.WAITING.value, State.SENDING.value, State.SENT.value])),
    )
    .order_by(_A.revision, _A.id)
)
_LATER = ALERT.alias("later")
_THREAD = (
    select(_M.key)
    .join(ALERT, _A.message_id == _M.id)
    .join(_LATER, and_(_LATER.c.event == _A.event, _LATER.c.recipient == _A.recipient))
    .where(
        _LATER.c.message_id == bindparam("id"),
        _LATER.c.kind.in_([Kind.FOLLOW_UP.value, Kind.UPDATE.value]),
        _A.event != 0,
        _M.id < bindparam("id"),
        _M.state == State.SENT.value,
    )
    .group_by(_M.id, _M.key)
    .order_by(_M.id)
)
_DELIVERIES = select(DELIVERY).where(DELIVERY.c.message_id == bindparam("id")).order_by(DELIVERY.c.id)


def messages_from(tx: Tx, rows: Sequence[RowMapping]) -> tuple[Message, ...]:
    """Make messages of rows, with the numbers of their alerts."""
    members: dict[int, list[int]] = {row["id"]: [] for row in rows}
    numbers = list(members)
    for start in range(0, len(numbers), _MANY):
        for message, alert in tx.execute(_MEMBERS, {"ids": numbers[start : start + _MANY]}):
            members[message].append(alert)
    return tuple(
        Message(
            id=row["id"],
            key=row["key"],
            recipient=Recipient(channel=row["channel"], address=row["address"]),
            alerts=tuple(members[row["id"]]),
            created=row["created"],
            attempts=row["attempts"],
            state=State(row["state"]),
            possible_repeat=row["possible_repeat"],
            parts_done=row["parts_done"],
        )
        for row in rows
    )


def messages(tx: Tx, *, state: State | None = None, limit: int = 50) -> tuple[MessageRow, ...]:
    """Give messages (of one state), the latest made first."""
    query = select(MESSAGE).order_by(_M.id.desc()).limit(limit)
    if state is not None:
        query = query.where(_M.state == state.value)
    return _message_rows(tx, tx.execute(query).mappings().all())


def message(tx: Tx, message_id: int) -> MessageRow | None:
    """Give one message, or None."""
    rows = _message_rows(tx, tx.execute(_MESSAGE, {"id": message_id}).mappings().all())
    return rows[0] if rows else None


def _message_rows(tx: Tx, rows: Sequence[RowMapping]) -> tuple[MessageRow, ...]:
    return tuple(
        MessageRow(
            message=message,
            state=message.state,
            next_try=row["next_try"],
            claimed_until=row["claimed_until"],
            settled=row["settled"],
            detail=row["detail"],
            receipt=row["receipt"],
        )
        for message, row in zip(messages_from(tx, rows), rows, strict=True)
    )


def alerts_of(tx: Tx, message_id: int, known: Known | None = None) -> tuple[AlertRow, ...]:
    """Give a message's alerts, the earliest due first, each with its story at the alert's revision.

    `known` keeps the stories read, for messages that tell many people the same.
    """
    rows = tx.execute(_ALERTS, {"id": message_id}).mappings().all()
    return tuple(alert_row(tx, row, known) for row in rows)


def told_as(tx: Tx, story_id: int) -> tuple[ToldAs, ...]:
    """Give, for each recipient of a story, the state they were told last (`bound`), or are about to be told.

    Messages that were given up or taken back told nobody. Of waiting updates nothing is said: they are made anew.
    """
    found: dict[str, ToldAs] = {}
    states: dict[int, Story] = {}
    for row in tx.execute(_TOLD_AS, {"story": story_id}).mappings():
        update, bound = row["kind"] == Kind.UPDATE.value, row["message_id"] is not None
        if update and not bound:
            continue
        number = row["revision"]
        if number not in states:
            at = at_revision(tx, story_id, number)
            assert at is not None
            states[number] = at.story
        before = found.get(row["recipient"])
        found[row["recipient"]] = ToldAs(
            recipient=Recipient(channel=row["channel"], address=row["address"]),
            rules=tuple(dict.fromkeys((*(before.rules if before else ()), *load_list(row["rules"])))),
            before=states[number],
            revision=number,
            bound=bound,
            updates=(before.updates if before else 0) + update,
        )
    return tuple(found.values())


def thread(tx: Tx, message_id: int) -> tuple[str, ...]:
    """Give the keys of the messages that a message follows up or corrects, the oldest first; none for a first report."""
    return tuple(tx.execute(_THREAD, {"id": message_id}).scalars())


def alert(tx: Tx, alert_id: int) -> AlertRow | None:
    """Give one alert by its number, or None."""
    row = tx.execute(_ALERT, {"id": alert_id}).mappings().first()
    return None if row is None else alert_row(tx, row)


def alert_row(tx: Tx, row: RowMapping, known: Known | None = None) -> AlertRow:
    """Give an alert with its story at the alert's revision."""
    alert, known = _alert(row), {} if known is None else known
    story = None
    if alert.story_id is not None and alert.revision is not None:
        state = (alert.story_id, alert.revision)
        if state not in known:
            known[state] = at_revision(tx, *state)
        story = known[state]
    matches = () if story is None else tuple(m for m in story.matches if m.rule in alert.rules)
    return AlertRow(id=row["id"], alert=alert, story=story, matches=matches)


def _alert(row: RowMapping) -> Alert:
    values: dict[str, Any] = {n: row[n] for n in ("due", "event", "story_id", "revision", "text", "rulebook")}
    return Alert(
        recipient=Recipient(channel=row["channel"], address=row["address"]),
        kind=Kind(row["kind"]),
        rules=load_list(row["rules"]),
        occasions=load_list(row["occasions"]),
        **values,
    )


def deliveries(tx: Tx, message_id: int) -> tuple[Delivery, ...]:
    """Give what happened to each attempt to send a message, the first first."""
    return tuple(
        Delivery(
            message_id=row["message_id"],
            attempt=row["attempt"],
            started=row["at"],
            outcome=row["outcome"],
            detail=row["detail"] or row["receipt"],
        )
        for row in tx.execute(_DELIVERIES, {"id": message_id}).mappings()
    )


def counts(tx: Tx, *, now: datetime | None = None) -> OutboxCounts:
    """Count alerts by where they stand; without `now`, what is due is not counted."""
    by = {row.stands: row.number for row in tx.execute(_COUNTS)}
    due, oldest = (0, None) if now is None else tx.execute(_COUNT_DUE, {"now": now}).one()
    return OutboxCounts(
        waiting=by.get("unbound", 0) + by.get(State.WAITING.value, 0),
        due=due,
        sending=by.get(State.SENDING.value, 0),
        sent=by.get(State.SENT.value, 0),
        dead=by.get(State.DEAD.value, 0),
        cancelled=by.get(State.CANCELLED.value, 0),
        oldest_due=oldest,
    )


def sent_since(tx: Tx, recipient_key: str, since: datetime) -> int:
    """Count the messages a recipient (key) was sent since an instant."""
    return tx.execute(_SENT_SINCE, {"r": recipient_key, "since": since}).scalar() or 0


def over_limit(tx: Tx, since: datetime, limit: int) -> frozenset[str]:
    """Give the recipients (keys) who were sent `limit` messages or more since an instant."""
    return frozenset(tx.execute(_OVER_LIMIT, {"since": since, "limit": limit}).scalars())


def last_sent(tx: Tx) -> dict[str, datetime]:
    """Give, by channel, when a message was last accepted."""
    return {row.channel: row.last for row in tx.execute(_LAST_SENT)}
