"""What is on record about one story or one address beyond its decisions: who was told, which texts are gone, who was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from monitor.outbox import Kind, State
from monitor.store.codec import load_list
from monitor.store.engine import Tx
from monitor.store.schema import ALERT, ALIAS, MESSAGE, POLL, REVISION, STORY
from monitor.story import Outcome

__all__ = ["Told", "Visits", "gone", "outlets_linking", "told", "visits"]

_A, _M = ALERT.c, MESSAGE.c
_TOLD = (
    select(
        *(_A.channel, _A.address, _A.kind, _A.rules, _A.revision, _A.due, _A.cancelled),
        *(_M.state, _M.settled, _A.message_id),
    )
    .select_from(ALERT.outerjoin(MESSAGE, _M.id == _A.message_id))
    .where(_A.story_id == bindparam("id"))
    .order_by(_A.id)
)
_GONE = select(REVISION.c.number).where(REVISION.c.story_id == bindparam("id"), REVISION.c.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert about a story and where it stands; `state` None: no message was made of it yet."""

    channel: str
    address: str
    kind: Kind
    rules: tuple[str, ...]
    revision: int | None
    due: datetime
    cancelled: bool
    state: State | None
    settled: datetime | None
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """How often a source was polled within some time, by outcome; `new` counts unseen entries; `first` is its first poll on record."""

    outcomes: Mapping[Outcome, int]
    new: int
    first: datetime | None


def told(tx: Tx, story_id: int) -> tuple[Told, ...]:
    """Give the alerts about a story, the first first."""
    return tuple(
        Told(
            channel=row["channel"],
            address=row["address"],
            kind=Kind(row["kind"]),
            rules=load_list(row["rules"]),
            revision=row["revision"],
            due=row["due"],
            cancelled=row["cancelled"],
            state=None if row["state"] is None else State(row["state"]),
            settled=row["settled"],
            message_id=row["message_id"],
        )
        for row in tx.execute(_TOLD, {"id": story_id}).mappings()
    )


def gone(tx: Tx, story_id: int) -> frozenset[int]:
    """Give the revisions of a story whose full text was dropped (keep_bodies)."""
    return frozenset(tx.execute(_GONE, {"id": story_id}).scalars())


def outlets_linking(tx: Tx, site: str) -> tuple[str, ...]:
    """Give the outlets with a story on record at a site (a registrable domain) or a host below it. Reads all addresses."""
    value = ALIAS.c.value
    here: list[ColumnElement[bool]] = [value == f"https://{site}"]
    here += [value.startswith(f"https://{site}/", autoescape=True)]
    here += [value.contains(f".{site}/", autoescape=True)]
    query = (
        select(STORY.c.outlet)
        .join(ALIAS, ALIAS.c.story_id == STORY.c.id)
        .where(ALIAS.c.kind == "url", or_(*here))
        .distinct()
        .order_by(STORY.c.outlet)
    )
    return tuple(tx.execute(query).scalars())


def visits(tx: Tx, outlet: str, url: str, since: datetime, until: datetime) -> Visits:
    """Count the polls of a source since an instant (included) and until another (excluded)."""
    c = POLL.c
    mine = (c.outlet == outlet, c.url == url)
    counted = (
        select(c.outcome, func.count(), func.sum(c.new))
        .where(*mine, c.at >= since, c.at < until)
        .group_by(c.outcome)
        .order_by(func.count().desc(), c.outcome)
    )
    rows = [(Outcome(outcome), int(number), int(new)) for outcome, number, new in tx.execute(counted)]
    first: datetime | None = tx.execute(select(func.min(c.at)).where(*mine)).scalar()
    return Visits(
        outcomes={outcome: number for outcome, number, _ in rows},
        new=sum(new for _, _, new in rows),
        first=first,
    )
