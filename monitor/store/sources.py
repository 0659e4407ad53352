"""What is remembered of sources: their state, every poll, incidents, entry hashes, held hosts, robots.txt."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
)

from monitor.schedule import Health, HostHold, Incident, IncidentKind, SourceState
from monitor.store.codec import dump, load_list
from monitor.store.dialect import upsert
from monitor.store.driver import fetch, run, run_many
from monitor.store.engine import Tx
from monitor.store.rows import PollRow, RobotsRow
from monitor.store.schema import ENTRY_HASH, HOST_HOLD, INCIDENT, POLL, ROBOTS, SOURCE_STATE
from monitor.story import Outcome, Poll

__all__ = [
    "forget_polls",
    "hashes",
    "hold",
    "holds",
    "incidents",
    "outlet_last_good",
    "polls",
    "record_incidents",
    "record_poll",
    "record_polls",
    "remember_hashes",
    "robots",
    "robots_since",
    "save_robots",
    "save_state",
    "save_states",
    "states",
]

_FIELDS = tuple(f.name for f in dataclasses.fields(SourceState))
_MANY = 500  # more outlets than this are read by reading all
_REFRESH = timedelta(days=1)  # a hash in every body need not be written at every poll

_STATES = select(*(SOURCE_STATE.c[name] for name in _FIELDS)).order_by(
    SOURCE_STATE.c.outlet, SOURCE_STATE.c.url
)
_STATES_OF = _STATES.where(SOURCE_STATE.c.outlet == bindparam("outlet"))
_ADD_POLL = insert(POLL)
_ADD_INCIDENT = insert(INCIDENT)
_LAST_GOOD = select(func.max(SOURCE_STATE.c.last_good)).where(SOURCE_STATE.c.outlet == bindparam("o"))
_OF_SOURCE = and_(ENTRY_HASH.c.outlet == bindparam("o"), ENTRY_HASH.c.url == bindparam("u"))
_HASHES = select(ENTRY_HASH.c.hash).where(_OF_SOURCE)
_AGES = select(
    ENTRY_HASH.c.hash,
    type_coerce(
        ENTRY_HASH.c.seen > bindparam("fresh"), Integer
    ),  # as the driver has it, for hundreds of rows
    type_coerce(ENTRY_HASH.c.seen < bindparam("old"), Integer),
)
_AGES = _AGES.where(_OF_SOURCE)
_FORGET_HASHES = delete(ENTRY_HASH).where(_OF_SOURCE, ENTRY_HASH.c.seen < bindparam("old"))
_HOLDS = select(HOST_HOLD).where(HOST_HOLD.c.until > bindparam("now")).order_by(HOST_HOLD.c.host)
_HOLD = select(HOST_HOLD.c.until).where(HOST_HOLD.c.host == bindparam("h"))
_ROBOTS = select(ROBOTS).where(ROBOTS.c.host == bindparam("h"))
_ROBOTS_SINCE = select(ROBOTS).where(ROBOTS.c.fetched >= bindparam("since"))
_FORGET_POLLS = delete(POLL).where(POLL.c.at < bindparam("before"))


def states(
    tx: Tx, outlet_urls: Iterable[tuple[str, str]] | None = None
) -> dict[tuple[str, str], SourceState]:
    """Give the states of these sources (outlet, URL as declared), or of all; a source never polled has none."""
    wanted = None if outlet_urls is None else set(outlet_urls)
    outlets = sorted({outlet for outlet, _ in wanted or ()})
    if wanted is None or len(outlets) > _MANY:
        found = fetch(tx, _STATES, {})
    else:
        found = [row for outlet in outlets for row in fetch(tx, _STATES_OF, {"outlet": outlet})]
    return {(row[0], row[1]): _state(row) for row in found if wanted is None or (row[0], row[1]) in wanted}


def _state(row: Sequence[Any]) -> SourceState:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    outcome = values["last_outcome"]
    values["last_outcome"] = None if outcome is None else Outcome(outcome)
    values["health"] = Health(values["health"])
    values["reported"] = Health(values["reported"])
    return SourceState(**values)


def save_state(tx: Tx, state: SourceState) -> None:
    """Write a source's state over the one before."""
    save_states(tx, [state])


def save_states(tx: Tx, states: Sequence[SourceState]) -> None:
    """Write the states of several sources over those before."""
    get = operator.attrgetter(*_FIELDS)
    run_many(tx, upsert(tx, SOURCE_STATE), [dict(zip(_FIELDS, get(s), strict=True)) for s in states])


def record_poll(tx: Tx, run_id: int | None, poll: Poll) -> None:
    """Put one poll on record, whatever its outcome; `run_id` is of `runs.begin`, or None outside a run."""
    record_polls(tx, run_id, [poll])


def record_polls(tx: Tx, run_id: int | None, polls: Sequence[Poll]) -> None:
    """Put several polls of one run on record."""
    run_many(tx, _ADD_POLL, [_poll_values(run_id, poll) for poll in polls])


def _poll_values(run_id: int | None, poll: Poll) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "at": poll.at,
        "outlet": poll.source.outlet,
        "url": poll.source.url,
        "outcome": poll.outcome,
        "status": poll.status,
        "detail": poll.detail,
        "size": poll.size,
        "elapsed": poll.elapsed,
        "total": poll.total,
        "known": poll.known,
        "new": len(poll.stories),
        "newest": poll.newest,
        "warnings": dump(poll.warnings),
        "landed": poll.landed,
        "content_type": poll.content_type,
    }


def polls(
    tx: Tx,
    *,
    outlet: str | None = None,
    url: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> tuple[PollRow, ...]:
    """Give polls, the latest first; `since` is included, `until` is not."""
    c = POLL.c
    where: list[ColumnElement[bool]] = []
    where += [c.outlet == outlet] if outlet is not None else []
    where += [c.url == url] if url is not None else []
    where += [c.at >= since] if since is not None else []
    where += [c.at < until] if until is not None else []
    query = select(POLL).where(*where).order_by(c.at.desc(), c.id.desc()).limit(limit)
    return tuple(_poll(row) for row in tx.execute(query).mappings())


def _poll(row: RowMapping) -> PollRow:
    return PollRow(
        at=row["at"],
        outlet=row["outlet"],
        url=row["url"],
        outcome=Outcome(row["outcome"]),
        status=row["status"],
        detail=row["detail"],
        size=row["size"],
        total=row["total"],
        known=row["known"],
        new=row["new"],
        elapsed=row["elapsed"],
        warnings=load_list(row["warnings"]),
        run_id=row["run_id"],
        landed=row["landed"],
        content_type=row["content_type"],
    )


def forget_polls(tx: Tx, before: datetime) -> int:
    """Drop polls older than an instant; give how many went; states and stories stay."""
    return tx.execute(_FORGET_POLLS, {"before": before}).rowcount


def record_incidents(tx: Tx, incidents: Iterable[Incident]) -> None:
    """Put incidents on record."""
    rows = [
        {"kind": i.kind, "outlet": i.outlet, "url": i.url, "at": i.at, "text": i.text, "notify": i.notify}
        for i in incidents
    ]
    if rows:
        tx.execute(_ADD_INCIDENT, rows)


def incidents(
    tx: Tx, *, outlet: str | None = None, since: datetime | None = None, limit: int = 100
) -> tuple[Incident, ...]:
    """Give incidents, the latest first; `since` is included."""
    c = INCIDENT.c
    where: list[ColumnElement[bool]] = []
    where += [c.outlet == outlet] if outlet is not None else []
    where += [c.at >= since] if since is not None else []
    query = select(INCIDENT).where(*where).order_by(c.at.desc(), c.id.desc()).limit(limit)
    return tuple(
        Incident(
            kind=IncidentKind(row["kind"]),
            outlet=row["outlet"],
            url=row["url"],
            at=row["at"],
            text=row["text"],
            notify=row["notify"],
        )
        for row in tx.execute(query).mappings()
    )


def outlet_last_good(tx: Tx, outlet: str) -> datetime | None:
    """Give the instant of the outlet's last good poll, over all its sources (None without history)."""
    instant: datetime | None = tx.execute(_LAST_GOOD, {"o": outlet}).scalar()
    return instant


def hashes(tx: Tx, outlet: str, url: str) -> frozenset[str]:
    """Give the hashes of the entries a source was seen to hold."""
    return frozenset(h for (h,) in fetch(tx, _HASHES, {"o": outlet, "u": url}))


def remember_hashes(
    tx: Tx,
    outlet: str,
    url: str,
    hashes: Iterable[str],
    at: datetime,
    *,
    keep: timedelta = timedelta(days=30),
) -> None:
    """Remember the hashes of all entries of a good body; those not seen for `keep` are forgotten.

    Needed only when a body held something unseen, or once a day: a hash in a body that does not change stays.
    """
    asked = {"o": outlet, "u": url, "fresh": at - _REFRESH, "old": at - keep}
    known = fetch(tx, _AGES, asked)
    fresh = {h for h, is_fresh, _ in known if is_fresh}
    rows = [
        {"outlet": outlet, "url": url, "hash": h, "seen": at} for h in dict.fromkeys(hashes) if h not in fresh
    ]
    run_many(tx, upsert(tx, ENTRY_HASH, ("seen",)), rows)
    if rows and any(is_old for *_, is_old in known):
        run(tx, _FORGET_HASHES, {"o": outlet, "u": url, "old": at - keep})


def holds(tx: Tx, now: datetime) -> dict[str, HostHold]:
    """Give the hosts that must be left alone, by host."""
    rows = tx.execute(_HOLDS, {"now": now}).mappings()
    return {r["host"]: HostHold(host=r["host"], until=r["until"], reason=r["reason"]) for r in rows}


def hold(tx: Tx, hold: HostHold) -> None:
    """Leave a host alone until an instant; a hold that lasts longer stays."""
    if (before := tx.execute(_HOLD, {"h": hold.host}).scalar()) is not None and before >= hold.until:
        return
    tx.execute(upsert(tx, HOST_HOLD), {"host": hold.host, "until": hold.until, "reason": hold.reason})


def robots(tx: Tx, host: str) -> RobotsRow | None:
    """Give the robots.txt of a host as last fetched; whether it is too old is the caller's to say."""
    row = tx.execute(_ROBOTS, {"h": host}).mappings().first()
    return None if row is None else RobotsRow(host=row["host"], body=row["body"], fetched=row["fetched"])


def robots_since(tx: Tx, since: datetime) -> dict[str, RobotsRow]:
    """Give, by host, every robots.txt fetched since an instant."""
    rows = tx.execute(_ROBOTS_SINCE, {"since": since}).mappings()
    return {
        row["host"]: RobotsRow(host=row["host"], body=row["body"], fetched=row["fetched"]) for row in rows
    }


def save_robots(tx: Tx, host: str, body: str, fetched: datetime) -> None:
    """Keep the robots.txt of a host."""
    tx.execute(upsert(tx, ROBOTS), {"host": host, "body": body, "fetched": fetched})
