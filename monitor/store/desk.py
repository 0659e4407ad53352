"""What the desk asks about messages, silenced matches and runs, beside the outbox's own work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from monitor.outbox import Kind, State
from monitor.store.engine import Tx
from monitor.store.mailbag import message as message_row
from monitor.store.rows import MessageRow
from monitor.store.schema import ALERT, DECISION, DELIVERY, MESSAGE, RUN

__all__ = [
    "bounced",
    "busy",
    "by_key",
    "first_run",
    "message_before",
    "run_starts",
    "silenced",
    "taken_up",
    "waiting_rulebooks",
]

_A, _M, _D = ALERT.c, MESSAGE.c, DECISION.c
_WAITING = and_(~_A.cancelled, or_(_A.message_id.is_(None), _M.state == State.WAITING.value))
_RULEBOOKS = (
    select(_A.rulebook, func.count())
    .select_from(ALERT.outerjoin(MESSAGE, _M.id == _A.message_id))
    .where(_WAITING, _A.kind != Kind.OPERATOR.value)
    .group_by(_A.rulebook)
)
_SILENCED = (
    select(_D.rule, func.count())
    .where(
        _D.reason == "silenced",
        _D.decided > bindparam("since"),
        _D.decided <= bindparam("until"),
        _D.rule.in_(bindparam("rules", expanding=True)),
    )
    .group_by(_D.rule)
    .order_by(_D.rule)
)
_BEFORE = select(func.max(_M.created)).where(
    _M.recipient == bindparam("r"), _M.id < bindparam("id"), _M.state != State.CANCELLED.value
)
_TAKEN_UP = (
    select(_M.recipient, func.count())
    .where(
        _M.state != State.CANCELLED.value,
        or_(
            _M.created > bindparam("since"),
            _M.settled > bindparam("since"),
            _M.state.in_([State.WAITING.value, State.SENDING.value]),
        ),
    )
    .group_by(_M.recipient)
)
_MESSAGE_SINCE = (
    select(_M.id).where(_M.recipient == bindparam("r"), _M.created >= bindparam("since")).limit(1)
)
_DUE = (
    select(_A.id)
    .where(_A.recipient == bindparam("r"), _A.message_id.is_(None), ~_A.cancelled, _A.due <= bindparam("now"))
    .limit(1)
)
_STARTS = (
    select(RUN.c.started)
    .where(RUN.c.kind.in_(["run", "deliver"]), RUN.c.started >= bindparam("since"))
    .order_by(RUN.c.started)
)
_FIRST = select(func.min(RUN.c.started)).where(RUN.c.kind == "run")
_EVENTS = select(_A.event).where(_A.message_id == bindparam("id"), _A.story_id.is_not(None)).distinct()
_THREAD = (
    select(_M.key)
    .join(ALERT, _A.message_id == _M.id)
    .where(
        _M.recipient == bindparam("r"),
        _M.id < bindparam("id"),
        _M.state == State.SENT.value,
        _A.event == bindparam("event"),
        _A.story_id.is_not(None),
    )
    .group_by(_M.id, _M.key)
    .order_by(_M.id)
)
_BY_KEY = select(_M.id, _M.state, _M.attempts).where(_M.key == bindparam("k"))
_FAIL = (
    update(MESSAGE)
    .where(_M.id == bindparam("message"))
    .values(
        state=State.DEAD.value,
        next_try=None,
        claimed_until=None,
        detail=bindparam("words"),
        settled=bindparam("at"),
    )
)
_MOST_REFERENCES = 20


def waiting_rulebooks(tx: Tx) -> dict[str, int]:
    """Count the alerts that wait by the rulebook (hash) that decided them; operator's matters are not counted."""
    return {row[0]: row[1] for row in tx.execute(_RULEBOOKS)}


def silenced(tx: Tx, rules: Collection[str], since: datetime, until: datetime) -> Counter[str]:
    """Count, by rule, the matches of these rules that a silence held back after `since`, up to `until`."""
    rows = tx.execute(_SILENCED, {"rules": sorted(rules), "since": since, "until": until}) if rules else ()
    return Counter({row[0]: row[1] for row in rows})


def message_before(tx: Tx, recipient_key: str, message_id: int) -> datetime | None:
    """Give when the message before this one was made for a recipient, or None."""
    found: datetime | None = tx.execute(_BEFORE, {"r": recipient_key, "id": message_id}).scalar()
    return found


def taken_up(tx: Tx, since: datetime) -> dict[str, int]:
    """Count, by recipient (key), the messages made or settled since an instant, and those not handed over yet."""
    return {row[0]: row[1] for row in tx.execute(_TAKEN_UP, {"since": since})}


def busy(tx: Tx, recipient_key: str, since: datetime, now: datetime) -> bool:
    """Tell whether a recipient got a message since an instant, or is about to get one."""
    made = tx.execute(_MESSAGE_SINCE, {"r": recipient_key, "since": since}).first()
    return made is not None or tx.execute(_DUE, {"r": recipient_key, "now": now}).first() is not None


def run_starts(tx: Tx, since: datetime) -> tuple[datetime, ...]:
    """Give when runs (and deliveries without polling) began since an instant, the earliest first."""
    return tuple(tx.execute(_STARTS, {"since": since}).scalars())


def first_run(tx: Tx) -> datetime | None:
    """Give when this newsroom first polled."""
    found: datetime | None = tx.execute(_FIRST).scalar()
    return found


def bounced(tx: Tx, key: str, at: datetime, detail: str) -> MessageRow | None:
    """Settle a message that came back as failed; give it, or None when it is unknown or had failed already."""
    found = tx.execute(_BY_KEY, {"k": key}).mappings().first()
    if found is None or found["state"] in (State.DEAD.value, State.CANCELLED.value):
        return None
    tx.execute(_FAIL, {"message": found["id"], "words": detail, "at": at})
    attempt = {"message_id": found["id"], "attempt": found["attempts"], "at": at, "outcome": "bounced"}
    tx.execute(insert(DELIVERY), {**attempt, "detail": detail, "receipt": ""})
    return message_row(tx, found["id"])


def by_key(tx: Tx, key: str) -> MessageRow | None:
    """Give the message of a key, or None."""
    found = tx.execute(_BY_KEY, {"k": key}).mappings().first()
    return None if found is None else message_row(tx, found["id"])
