"""Issues of briefs: drafted, picked, edited, checked, sent. What was sent is never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, insert, select, update

from monitor.brief import Entry, Imprint, Issue, Stage
from monitor.store.codec import dump, load_list
from monitor.store.dialect import insert_new, insert_row
from monitor.store.engine import Tx
from monitor.store.schema import REVISION
from monitor.store.schema_briefs import BRIEF_ENTRY, BRIEF_ISSUE

__all__ = [
    "Printed",
    "add",
    "add_entries",
    "changed_since",
    "find",
    "get",
    "imprint",
    "last_planned",
    "printed_since",
    "put",
    "stamp",
    "used",
]

_I, _E = BRIEF_ISSUE.c, BRIEF_ENTRY.c
_ADD_ISSUE = insert(BRIEF_ISSUE)
_ENTRIES = select(BRIEF_ENTRY).where(_E.issue_id == bindparam("id")).order_by(_E.score.desc(), _E.id)
_LAST_NUMBER = select(func.max(_I.number)).where(_I.brief == bindparam("b"))
_LAST_PLANNED = select(func.max(_I.planned)).where(_I.brief == bindparam("b"))
_USED = (
    select(_E.story_id, _E.event)
    .join(BRIEF_ISSUE, _I.id == _E.issue_id)
    .where(_I.brief == bindparam("b"), _I.id != bindparam("but"), _E.position > 0)
)
_BEFORE = REVISION.alias("before")
_CHANGED = (
    select(
        BRIEF_ENTRY, _I.brief, _I.number.label("number"), _I.title.label("title"),
        REVISION.c.number.label("latest"), REVISION.c.title.label("now"), REVISION.c.changed.label("changes"),
        REVISION.c.summary, REVISION.c.correction, REVISION.c.vanished,
        _BEFORE.c.title.label("was"), _BEFORE.c.summary.label("said"),
    )
    .join(BRIEF_ISSUE, _I.id == _E.issue_id)
    .join(REVISION, and_(REVISION.c.story_id == _E.story_id, REVISION.c.number > _E.revision))
    .outerjoin(_BEFORE, and_(_BEFORE.c.story_id == _E.story_id, _BEFORE.c.number == REVISION.c.number - 1))
    .where(_E.position > 0)
    .order_by(_E.id, REVISION.c.number)
)  # fmt: skip
_PRINTED = _CHANGED.where(
    _I.stage == Stage.SENT.value, REVISION.c.seen > _I.sent, _I.sent >= bindparam("since")
)
_SINCE_DRAFTED = _CHANGED.where(_I.id == bindparam("issue"))

_PRINTED_NAMES = ("brief", "number", "title", "latest", "now", "summary", "correction", "vanished")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One change of a story that is printed, or picked: `now` is the headline of revision `latest`, `before` the words before."""

    brief: str
    number: int
    title: str
    entry: Entry
    latest: int
    now: str
    summary: str
    changed: tuple[str, ...]
    correction: str = ""  # the notice its page shows
    vanished: bool = False  # its page is gone
    before: str = ""  # headline and summary of the revision before


def add(tx: Tx, issue: Issue, *, planned: datetime | None = None) -> Issue:
    """Put a new issue on record, with the next number of its brief, and give it. Its id and number count for nothing."""
    number = (tx.execute(_LAST_NUMBER, {"b": issue.brief}).scalar() or 0) + 1
    values = {
        "brief": issue.brief,
        "number": number,
        "title": issue.title,
        "stage": issue.stage.value,
        "since": issue.since,
        "until": issue.until,
        "created": issue.created,
        "day": issue.day,
        "sections": dump(issue.sections),
        "planned": planned,
        "imprint": _written(issue.imprint),
    }
    identity = insert_row(tx, _ADD_ISSUE, values)
    add_entries(tx, identity, issue.entries)
    found = get(tx, identity)
    assert found is not None
    return found


def add_entries(tx: Tx, issue_id: int, entries: Iterable[Entry]) -> None:
    """Add entries to an issue; those of stories it has already are passed over."""
    rows = [{"issue_id": issue_id, **_values(e)} for e in entries]
    if rows:
        tx.execute(insert_new(tx, BRIEF_ENTRY), rows)


def get(tx: Tx, issue_id: int) -> Issue | None:
    """Give an issue by its id, or None."""
    row = tx.execute(select(BRIEF_ISSUE).where(_I.id == issue_id)).mappings().first()
    return None if row is None else _issue(tx, row)


def find(tx: Tx, brief: str, number: int | None = None, *, stage: Stage | None = None) -> Issue | None:
    """Give the issue of this number, or the latest (of a stage), or None."""
    query = select(BRIEF_ISSUE).where(_I.brief == brief).order_by(_I.number.desc()).limit(1)
    if number is not None:
        query = query.where(_I.number == number)
    if stage is not None:
        query = query.where(_I.stage == stage.value)
    row = tx.execute(query).mappings().first()
    return None if row is None else _issue(tx, row)


def put(tx: Tx, issue_id: int, entry: Entry) -> None:
    """Change one entry of a draft; the issue must be checked again."""
    where = and_(_E.issue_id == issue_id, _E.story_id == entry.story_id)
    tx.execute(update(BRIEF_ENTRY).where(where).values(_values(entry)))
    stamp(tx, issue_id, checked=None)


def stamp(tx: Tx, issue_id: int, **values: Any) -> None:
    """Set `checked`, `until`, or `sent` with `stage` of an issue."""
    tx.execute(update(BRIEF_ISSUE).where(_I.id == issue_id).values(values))


def imprint(tx: Tx, issue_id: int, taken: Imprint) -> None:
    """Let an issue be built by these settings from now on."""
    stamp(tx, issue_id, imprint=_written(taken))


def used(tx: Tx, brief: str, *, but: int = 0) -> tuple[frozenset[int], frozenset[int]]:
    """Give the stories and events that other issues of a brief print."""
    rows = tx.execute(_USED, {"b": brief, "but": but}).all()
    return frozenset(r[0] for r in rows), frozenset(r[1] for r in rows)


def last_planned(tx: Tx, brief: str) -> datetime | None:
    """Give the latest time of its plan for which a brief was drafted."""
    found: datetime | None = tx.execute(_LAST_PLANNED, {"b": brief}).scalar()
    return found


def printed_since(tx: Tx, since: datetime) -> tuple[Printed, ...]:
    """Give each change of what was printed in issues sent since an instant, made after they were sent."""
    return tuple(map(_printed, tx.execute(_PRINTED, {"since": since}).mappings()))


def changed_since(tx: Tx, issue_id: int) -> tuple[Printed, ...]:
    """Give each change of the stories picked for an issue since their entries were made."""
    return tuple(map(_printed, tx.execute(_SINCE_DRAFTED, {"issue": issue_id}).mappings()))


def _printed(row: RowMapping) -> Printed:
    return Printed(
        **{name: row[name] for name in _PRINTED_NAMES},
        entry=_entry(row),
        changed=load_list(row["changes"]),
        before=f"{row['was'] or ''} {row['said'] or ''}",
    )


def _values(entry: Entry) -> dict[str, Any]:
    names = [c.name for c in BRIEF_ENTRY.columns if c.name not in {"id", "issue_id", "also"}]
    return {**{name: getattr(entry, name) for name in names}, "also": dump(entry.also)}


def _entry(row: RowMapping) -> Entry:
    names = [c.name for c in BRIEF_ENTRY.columns if c.name not in {"id", "issue_id", "also"}]
    return Entry(**{name: row[name] for name in names}, also=load_list(row["also"]))


def _issue(tx: Tx, row: RowMapping) -> Issue:
    names = ("id", "brief", "number", "title", "since", "until", "created", "day", "checked", "sent")
    entries = tuple(_entry(e) for e in tx.execute(_ENTRIES, {"id": row["id"]}).mappings())
    return Issue(
        **{name: row[name] for name in names},
        stage=Stage(row["stage"]),
        sections=load_list(row["sections"]),
        imprint=Imprint(**json.loads(row["imprint"])) if row["imprint"] else None,
        entries=entries,
    )


def _written(imprint: Imprint | None) -> str:
    return dump(asdict(imprint)) if imprint is not None else ""
