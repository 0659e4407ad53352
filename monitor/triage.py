"""Decide what becomes of a story: whether we know it already, whom to tell, and why (not).

The rules are those of docs/reference/who-is-told.md, in this order:

1. a story we know whose headline, summary and body are unchanged ends here (UNCHANGED, REISSUED);
2. every rule is matched against every copy and every revision;
3. reasons not to alert now: ours, imported, replayed, rule younger than the story, baseline, too old, silenced;
4. routes give recipients; a recipient who heard of this event under this rule is not told again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.matching import Match
from monitor.outbox import Alert
from monitor.story import Story

__all__ = ["Decision", "Known", "Neighbours", "Reason", "Triage", "Verdict"]


class Verdict(StrEnum):
    """What the story is to us."""

    NEW = "new"
    REVISED = "revised"  # known, and its text changed
    REISSUED = "reissued"  # known, under another GUID, date, address or feed; the text is the same
    UNCHANGED = "unchanged"


class Reason(StrEnum):
    """Why a match did or did not become an alert."""

    ALERTED = "alerted"
    TOLD = "told"  # every recipient heard of this event under this rule already
    DUPLICATE = "duplicate"  # the same text was told from another story of the event
    BASELINE = "baseline"
    OLDER = "older"
    SILENCED = "silenced"
    OURS = "ours"
    IMPORTED = "imported"
    REPLAYED = "replayed"
    BEFORE_RULE = "before-rule"  # the story was on record before the rule came into force
    NO_LONGER = "no-longer"  # a revision that a rule matched before and does not match now


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A story on record, as much of it as a decision needs."""

    id: int
    story: Story  # its latest revision
    revision: int
    event: int
    first_seen: datetime
    matched: frozenset[str] = frozenset()  # rules that matched any revision so far
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the store holds near a story: itself under another face, and the same text elsewhere."""

    same: Known | None = None
    by: str = ""  # what made it the same: url, guid, text
    copy_of: Known | None = None  # another story with the same normalised text
    told: frozenset[tuple[str, str]] = frozenset()  # (recipient key, occasion) of the event


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one match: the reason, and a sentence where the reason alone does not say it."""

    rule: str
    reason: Reason
    match: Match | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Everything decided about one story in one go."""

    verdict: Verdict
    changed: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    alerts: tuple[Alert, ...] = field(default=())
