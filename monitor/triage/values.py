"""What triage takes and gives. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.duplicates import Kind
from monitor.matching import Match
from monitor.outbox import Alert
from monitor.routes import AT_ONCE, Channel, Recipient, Route, When
from monitor.story import Story

__all__ = [
    "Circumstances",
    "Decision",
    "Kin",
    "Known",
    "Merge",
    "Neighbours",
    "Reason",
    "ToldAs",
    "Triage",
    "Verdict",
]


class Verdict(StrEnum):
    """What the story is to us."""

    NEW = "new"
    REVISED = "revised"  # on record, and its text changed
    REISSUED = "reissued"  # on record, under another GUID, date, address or source; no new text
    UNCHANGED = "unchanged"


class Reason(StrEnum):
    """Why a match did or did not become an alert."""

    ALERTED = "alerted"
    ATTACHED = "attached"  # another report of an event that was told
    TOLD = "told"  # every recipient heard of this event under this rule already
    DUPLICATE = "duplicate"  # the same text was told from another story of the event
    BASELINE = "baseline"
    OLDER = "older"
    SILENCED = "silenced"
    OURS = "ours"
    IMPORTED = "imported"
    REPLAYED = "replayed"
    BEFORE_RULE = "before-rule"  # the story was on record before the rule came into force
    POSSIBLE = "possible"  # almost met by the headline; the page could not be read
    NO_LONGER = "no-longer"  # a rule that matched an earlier revision does not match this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A story on record, as much of it as a decision needs."""

    id: int
    story: Story  # its latest revision
    revision: int
    event: int
    first_seen: datetime
    matched: frozenset[str] = frozenset()  # rules that matched any revision so far
    face: str | None = None  # as this source last gave it; None: this source gives it for the first time
    imported: bool = False
    told: frozenset[tuple[str, str]] = frozenset()  # (recipient key, occasion) of its event, where asked for
    told_by: frozenset[tuple[str, str, str]] = (
        frozenset()
    )  # (recipient key, rule, outlet): whose copies of its text were told to whom, where a route asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """An open event that a story may belong to: its lead, its latest story's instant, the outlets that have it.

    `shared`: of each telling word that story and lead share, how many leads on record have it.
    """

    lead: Known
    latest: datetime
    outlets: frozenset[str] = frozenset()
    shared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAs:
    """A state of a story that a recipient was told, or (not `bound`) is about to be."""

    recipient: Recipient
    rules: tuple[str, ...]
    before: Story
    revision: int
    bound: bool = True
    updates: int = 0  # how often this recipient heard of a change of this story


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the store holds near a story: itself under another face, the same text elsewhere, what may be alike."""

    same: Known | None = None
    by: str = ""  # what made it the same: url, guid, title
    copy_of: Known | None = None  # another story with the same normalised text
    candidates: tuple[Known, ...] = ()  # stories of much the same text, the likeliest first
    kin: tuple[Kin, ...] = ()  # open events of much the same words
    told: frozenset[tuple[str, str]] = (
        frozenset()
    )  # (recipient key, occasion): of a story on record, its event and its copy's
    told_as: tuple[ToldAs, ...] = ()  # of `same`: what its recipients know, one each
    free: bool = False  # `same` is alone in its event, and nobody was told of it: it may still join another's
    common: frozenset[int] = frozenset()  # hashes too common to be written
    worn: frozenset[int] = frozenset()  # those of them that became so just now


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a decision depends on besides the story: routes, and the history of outlet and rules."""

    routes: tuple[Route, ...]
    channels: Mapping[str, Channel]
    since: Mapping[str, datetime] = field(default_factory=dict)  # rule -> in force since
    baseline: bool = False  # the outlet had no history before this run
    published_after: datetime | None = None  # a new address of a known outlet: only what is younger alerts
    withheld: Reason | None = None  # OURS, IMPORTED or REPLAYED: matched and recorded, never alerted
    max_age: timedelta = timedelta(days=14)
    digest: When = AT_ONCE  # when "older, newly found" leaves
    unread: bool = False  # its page could not be read: it is judged by what its source says


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Why a new story is of another one's event: its text again (duplicate, update) or another report of it."""

    other: Known
    kind: Kind
    method: str
    score: float
    evidence: tuple[str, ...] = ()

    @property
    def same_text(self) -> bool:
        """Whether one told is both told."""
        return self.kind in (Kind.DUPLICATE, Kind.UPDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one match: the reason, and a sentence where the reason alone does not say it."""

    rule: str
    reason: Reason
    match: Match | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Everything decided about one story in one go. `alerts` still lack event, story and revision ids."""

    verdict: Verdict
    changed: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    alerts: tuple[Alert, ...] = ()
    merge: Merge | None = None
    hurried: tuple[
        tuple[str, datetime], ...
    ] = ()  # recipients (keys) whose waiting follow-ups are due earlier
    refreshed: bool = (
        False  # alerts of this story that nobody got yet show this revision, its waiting updates go
    )
