"""The values of the schedule: what is remembered of a source, and what a poll leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.story import Outcome

__all__ = ["Health", "HostHold", "Incident", "IncidentKind", "Next", "SourceState"]


class Health(StrEnum):
    """How a source is doing."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # nothing new for too long, frozen included
    DECAYED = "decayed"  # readable, but not what it was: HTML instead of a feed, fields gone
    PAUSED = "paused"  # 410, or by a person


class IncidentKind(StrEnum):
    """Something a poll revealed that is put on record."""

    GAP = "gap"  # two polls did not overlap: stories may be missing
    FILLED = "gap-filled"  # another source of the outlet was read for what is missing
    UNFILLED = "gap-open"  # that could not be done
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    DECAYED = "decayed"
    RECOVERED = "recovered"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One such thing. `notify` ones are told to the operator, once."""

    kind: IncidentKind
    outlet: str
    url: str
    at: datetime
    text: str
    notify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostHold:
    """No request to this host before `until`, whatever is due."""

    host: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered of a source between polls."""

    outlet: str
    url: str
    polls: int = 0
    first_good: datetime | None = None
    last_poll: datetime | None = None
    last_outcome: Outcome | None = None
    last_status: int | None = None
    detail: str = ""
    last_good: datetime | None = None
    last_new: datetime | None = None
    newest: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    last_full: datetime | None = None  # last time a whole body was read
    distrusted: datetime | None = None  # when its validators were last caught lying
    interval: timedelta | None = None
    due: datetime | None = None  # None: now
    failures: float = 0.0  # weighted, since the last good poll
    failed_since: datetime | None = None
    health: Health = Health.OK
    health_since: datetime | None = None
    reported: Health = Health.OK  # what the operator was last told
    usual_gap: timedelta | None = None  # between polls that brought something new
    moved_to: str = ""
    moved_count: int = 0  # polls that count towards adopting moved_to
    moved_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The state after a poll, what to put on record, and whether its host must be left alone."""

    state: SourceState
    incidents: tuple[Incident, ...] = ()
    hold: HostHold | None = None
