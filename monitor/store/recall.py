"""Taking back what waits in the outbox, putting it off, and trying again what was given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, delete, or_, select, update

from monitor.outbox import State, rule_of
from monitor.store.codec import dump, load_list
from monitor.store.engine import Tx
from monitor.store.schema import ALERT, ALERT_KEY, MESSAGE

__all__ = ["cancel", "put_off", "retry"]

_A, _M = ALERT.c, MESSAGE.c
_CLOSE = (
    update(MESSAGE).where(_M.id == bindparam("message")).values(state=State.CANCELLED.value, next_try=None)
)
_UNBIND = update(ALERT).where(_A.message_id == bindparam("message"), ~_A.cancelled).values(message_id=None)
_CANCEL = update(ALERT).where(_A.id == bindparam("alert")).values(cancelled=True)
_LESSEN = (
    update(ALERT)
    .where(_A.id == bindparam("alert"))
    .values(rules=bindparam("left"), occasions=bindparam("kept"))
)
_FREE_ALL = delete(ALERT_KEY).where(ALERT_KEY.c.alert_id == bindparam("alert"))
_FREE = _FREE_ALL.where(ALERT_KEY.c.occasion == bindparam("free"))
_PUT_OFF = (
    update(MESSAGE)
    .where(
        _M.channel == bindparam("over"),
        _M.state == State.WAITING.value,
        _M.next_try < bindparam("until"),
    )
    .values(next_try=bindparam("until"))
)
_MEMBERS = select(_A.id).where(_A.message_id == bindparam("message"), ~_A.cancelled)


@dataclass(frozen=True, slots=True)
class _Recall:
    """What becomes of one alert: nothing of it stays, or some rules and occasions."""

    alert: int
    message: int | None
    sealed: bool  # its message may have been accepted
    rules: tuple[str, ...]
    occasions: tuple[str, ...]
    freed: tuple[str, ...]
    hit: bool = True  # it is there because of the rule; an operator's matter never is

    @property
    def wholly(self) -> bool:
        return not self.rules or not self.occasions


def retry(tx: Tx, message_ids: Collection[int] | None, now: datetime) -> int:
    """Let dead or waiting messages be sent now (None: all dead ones); give how many."""
    states = [State.DEAD.value] if message_ids is None else [State.DEAD.value, State.WAITING.value]
    query = update(MESSAGE).where(_M.state.in_(states))
    if message_ids is not None:
        query = query.where(_M.id.in_(list(message_ids)))
    return tx.execute(query.values(state=State.WAITING.value, next_try=now)).rowcount


def put_off(tx: Tx, channel: str, until: datetime) -> None:
    """Let no message over a channel be tried before an instant."""
    tx.execute(_PUT_OFF, {"over": channel, "until": until})


def cancel(
    tx: Tx,
    *,
    rule: str | None = None,
    rulebook: str | None = None,
    story_ids: Collection[int] | None = None,
    all_waiting: bool = False,
) -> int:
    """Take back what waits because of a rule, was decided under a rulebook (its hash) or tells one of these stories.

    Gives how many alerts; what is asked for adds up to a narrower choice, and `all_waiting` takes everything (with
    neither: ValueError). An alert that other rules want too goes on without this one. The
    occasions become free again: the recipient has not been told. A message that may have been accepted already
    is only taken back as a whole: otherwise it must be repeated as it was.
    """
    if rule is None and rulebook is None and story_ids is None and not all_waiting:
        msg = "cancel what? Name a rule, a rulebook or stories, or say all_waiting"
        raise ValueError(msg)
    rows = tx.execute(_waiting(rulebook)).mappings()
    found = [_recall(row, rule) for row in rows if story_ids is None or row["story_id"] in story_ids]
    recalls = [r for r in found if rule is None or r.freed or (r.hit and r.wholly)]
    kept_whole = _kept_whole(tx, recalls)
    recalls = [r for r in recalls if r.message not in kept_whole]
    for recall in recalls:
        _take_back(tx, recall)
    for message in sorted({r.message for r in recalls if r.message is not None}):
        tx.execute(_UNBIND, {"message": message})
        tx.execute(_CLOSE, {"message": message})
    return len(recalls)


def _waiting(rulebook: str | None) -> Select[Any]:
    query = (
        select(_A.id, _A.rules, _A.occasions, _A.story_id, _A.message_id, _M.possible_repeat)
        .outerjoin(MESSAGE, _M.id == _A.message_id)
        .where(~_A.cancelled, or_(_A.message_id.is_(None), _M.state == State.WAITING.value))
        .order_by(_A.id)
    )
    return query if rulebook is None else query.where(_A.rulebook == rulebook)


def _recall(row: RowMapping, rule: str | None) -> _Recall:
    rules, occasions = load_list(row["rules"]), load_list(row["occasions"])
    hit = rule is None or rule in rules
    freed = occasions if rule is None else tuple(o for o in occasions if rule_of(o) == rule)
    return _Recall(
        alert=row["id"],
        message=row["message_id"],
        sealed=bool(row["possible_repeat"]),
        rules=() if rule is None else tuple(r for r in rules if r != rule) if hit else rules,
        occasions=tuple(o for o in occasions if o not in freed),
        freed=freed,
        hit=hit,
    )


def _kept_whole(tx: Tx, recalls: Iterable[_Recall]) -> set[int | None]:
    """Give the messages that may have been accepted and are not taken back as a whole."""
    gone: dict[int, set[int]] = {}
    for recall in recalls:
        if recall.sealed and recall.message is not None:
            gone.setdefault(recall.message, set()).update({recall.alert} if recall.wholly else ())
    return {m for m, alerts in gone.items() if alerts != set(tx.execute(_MEMBERS, {"message": m}).scalars())}


def _take_back(tx: Tx, recall: _Recall) -> None:
    if recall.wholly:
        tx.execute(_FREE_ALL, {"alert": recall.alert})
        tx.execute(_CANCEL, {"alert": recall.alert})
        return
    for occasion in recall.freed:
        tx.execute(_FREE, {"alert": recall.alert, "free": occasion})
    left = {"left": dump(recall.rules), "kept": dump(recall.occasions)}
    tx.execute(_LESSEN, {"alert": recall.alert, **left})
