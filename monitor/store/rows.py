"""What the store gives back where the core has no value of its own: rows, as frozen values.

Instants are aware UTC datetimes. Nothing here knows SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.outbox import Alert, Message, State
from monitor.routes import Silence
from monitor.story import Outcome, Story

if TYPE_CHECKING:
    from monitor.matching import Evidence, Match
    from monitor.triage import Reason

__all__ = [
    "AlertRow",
    "DecisionRow",
    "HeadlineRow",
    "JudgedRow",
    "LabelRow",
    "MatchRow",
    "MergeRow",
    "MessageRow",
    "OutboxCounts",
    "PollRow",
    "RobotsRow",
    "RulebookRow",
    "RunRow",
    "SilenceRow",
    "StoryRow",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """One poll on record. `size` is in bytes, `elapsed` in seconds, `new` counts unseen entries."""

    at: datetime
    outlet: str
    url: str
    outcome: Outcome
    status: int | None
    detail: str
    size: int
    total: int
    known: int
    new: int
    elapsed: float = 0.0
    warnings: tuple[str, ...] = ()
    run_id: int | None = None
    landed: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRow:
    """The robots.txt of one host ("" when it has none), as fetched at an instant."""

    host: str
    body: str
    fetched: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A rule met by one revision of a story, with its evidence and what became of it."""

    rule: str
    evidence: tuple[Evidence, ...]
    reason: Reason
    rulebook: str
    revision: int
    decided: datetime
    score: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A story on record at one revision (its latest unless said otherwise), with all its matches so far."""

    id: int
    story: Story
    revision: int
    event: int
    first_seen: datetime
    imported: bool
    matches: tuple[MatchRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineRow:
    """A headline one source gave a story, and when that source was last seen to give it."""

    source: str
    title: str
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision on record. `match` is None where the rule did not match (Reason.NO_LONGER)."""

    story_id: int
    revision: int
    rule: str
    reason: Reason
    detail: str
    match: Match | None
    rulebook: str
    decided: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A revision was judged under a rulebook: rules without a decision of that rulebook did not match it."""

    story_id: int
    revision: int
    rulebook: str
    decided: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert with the story it tells, at the alert's revision, and the matches of the alert's rules."""

    id: int
    alert: Alert
    story: StoryRow | None
    matches: tuple[MatchRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """Why a story is of one event with another one. `undone`: when a person parted them; `by`: who joined them."""

    id: int
    story_id: int
    other_id: int
    kind: str
    method: str
    score: float
    evidence: tuple[str, ...]
    at: datetime
    by: str = ""
    undone: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message and where it stands. `settled` is the instant of the last settled attempt."""

    message: Message
    state: State
    next_try: datetime | None
    claimed_until: datetime | None
    settled: datetime | None
    detail: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCounts:
    """How many alerts stand where.

    `waiting` counts every alert neither handed over nor given up, `due` those of them whose time has come,
    `oldest_due` is the due time of the oldest of these. The others count alerts by their message's state.
    """

    waiting: int = 0
    due: int = 0
    sending: int = 0
    sent: int = 0
    dead: int = 0
    cancelled: int = 0
    oldest_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulebookRow:
    """A rulebook that came into force at `since`, replacing `previous` (a hash; "" for the first)."""

    hash: str
    since: datetime
    text: str = ""
    path: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run. `finished` and `exit_code` are None while it works, or when it was killed."""

    id: int
    kind: str
    started: datetime
    pid: int
    host: str
    finished: datetime | None = None
    exit_code: int | None = None
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """A silence with the number that `expire` takes."""

    id: int
    silence: Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """A person's verdict on a story for a rule."""

    id: int
    story_id: int
    rule: str
    person: str
    verdict: str
    at: datetime
    rulebook: str = ""
