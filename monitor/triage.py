"""Decide what becomes of a story: whether we know it already, whom to tell, and why (not).

In this order (docs/reference/who-is-told.md says it for editors):

1. a story on record whose text this source has not changed ends here: UNCHANGED, or REISSUED under
   another GUID, date, address or source;
2. every rule is matched against every copy and every revision;
3. a rule that matched the story before is not told again: what changed is another matter;
4. reasons not to alert now: ours, imported, replayed, rule younger than the story, silenced;
   a baseline and an older story are told apart from alerts;
5. routes give recipients; a recipient who heard of this event under this rule is not told again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.matching import Match, match
from monitor.outbox import Alert, Kind
from monitor.routes import (
    AT_ONCE,
    Channel,
    Recipient,
    Route,
    Silence,
    When,
    next_time,
    recipients,
    routes_for,
)
from monitor.rules import Rule, Rulebook
from monitor.story import DateSource, Story

__all__ = [
    "Circumstances",
    "Decision",
    "Known",
    "Neighbours",
    "Reason",
    "Triage",
    "Verdict",
    "changes",
    "decide",
    "face",
]

LATE_RULE = timedelta(days=7)  # a new rule still meets revisions of stories this young
TEXT_FIELDS = ("title", "summary", "body")


class Verdict(StrEnum):
    """What the story is to us."""

    NEW = "new"
    REVISED = "revised"  # on record, and its text changed
    REISSUED = "reissued"  # on record, under another GUID, date, address or source; no new text
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the store holds near a story: itself under another face, and the same text elsewhere."""

    same: Known | None = None
    by: str = ""  # what made it the same: url, guid, text
    copy_of: Known | None = None  # another story with the same normalised text
    told: frozenset[tuple[str, str]] = frozenset()  # (recipient key, occasion) of the event


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


def face(story: Story) -> str:
    """Give the identity of a story's text: equal faces show a reader the same words."""
    text = "\x00".join((*story.titles, "\x01", story.summary, "\x01", story.body))
    return hashlib.blake2b(text.encode("utf8", "surrogatepass"), digest_size=12).hexdigest()


def changes(before: Story, after: Story) -> tuple[str, ...]:
    """Name the text fields in which two states of a story differ."""
    return tuple(name for name in TEXT_FIELDS if getattr(before, name) != getattr(after, name))


def decide(
    story: Story,
    neighbours: Neighbours,
    rulebook: Rulebook,
    silences: Iterable[Silence],
    now: datetime,
    circumstances: Circumstances,
) -> Triage:
    """Decide everything about one story. Deterministic: the same values in, the same decisions out."""
    same = neighbours.same
    if same is not None and same.face == face(story):
        return Triage(verdict=Verdict.REISSUED if _looks_new(same.story, story) else Verdict.UNCHANGED)
    changed = changes(same.story, story) if same else ()
    if same is not None and not changed:
        return Triage(verdict=Verdict.REISSUED)
    matches = {m.rule: m for m in match(story, rulebook, now=now)}
    verdict = _verdict(same, rulebook, matches)
    if verdict is Verdict.REISSUED:
        return Triage(verdict=verdict)
    judged = tuple(
        _judge(rulebook.rules[name], found, story, neighbours, silences, now, circumstances)
        for name, found in matches.items()
    )
    alerts = _alerts(rulebook, judged, neighbours.told, now, circumstances)
    reached = {rule for alert in alerts for rule in alert.rules}
    decisions = tuple(_settled(d, reached, neighbours) for d in judged)
    return Triage(
        verdict=verdict,
        changed=changed,
        decisions=(*decisions, *_lost(same, rulebook, matches)),
        alerts=alerts,
    )


def _looks_new(before: Story, after: Story) -> bool:
    """Whether a feed reader would take it for another entry: its address, GUID or date changed."""
    return (before.url, before.guid, before.published) != (after.url, after.guid, after.published)


def _names(rule: Rule) -> frozenset[str]:
    return frozenset((rule.name, *rule.formerly))


def _verdict(same: Known | None, rulebook: Rulebook, matches: Mapping[str, Match]) -> Verdict:
    """Other words from a source that never gave this story before are no revision, unless a rule first meets them."""
    if same is None:
        return Verdict.NEW
    if same.face is not None:
        return Verdict.REVISED
    fresh = any(not (_names(rulebook.rules[name]) & same.matched) for name in matches)
    return Verdict.REVISED if fresh else Verdict.REISSUED


def _judge(
    rule: Rule,
    found: Match,
    story: Story,
    neighbours: Neighbours,
    silences: Iterable[Silence],
    now: datetime,
    given: Circumstances,
) -> Decision:
    """Give the reason for one match, before routes and what was told are looked at."""
    same = neighbours.same
    first_seen = same.first_seen if same else now

    def because(reason: Reason, detail: str = "") -> Decision:
        return Decision(rule=rule.name, reason=reason, match=found, detail=detail)

    if same and _names(rule) & same.matched:
        return because(Reason.TOLD, "an earlier revision of this story matched this rule")
    if given.withheld is not None:
        return because(given.withheld)
    in_force = given.since.get(rule.name)
    if in_force is not None and first_seen < in_force and first_seen < now - LATE_RULE:
        return because(
            Reason.BEFORE_RULE, f"first seen {first_seen:%d %B %Y}, rule in force since {in_force:%d %B %Y}"
        )
    muted = next((s for s in silences if s.rule in (None, rule.name) and s.until > now), None)
    if muted is not None:
        return because(
            Reason.SILENCED, f"until {muted.until:%d %B %Y %H:%M} UTC by {muted.author}: {muted.reason}"
        )
    if given.baseline:
        return because(Reason.BASELINE)
    return because(*_age(story, first_seen, given))


def _age(story: Story, first_seen: datetime, given: Circumstances) -> tuple[Reason, str]:
    if first_seen - story.published > given.max_age:
        return Reason.OLDER, f"published {story.published:%d %B %Y}, first seen {first_seen:%d %B %Y}"
    after = given.published_after
    if after is not None and (story.published <= after or story.date_source is DateSource.FIRST_SEEN):
        return (
            Reason.OLDER,
            f"new address of a known outlet; not known to be younger than {after:%d %B %Y %H:%M} UTC",
        )
    return Reason.ALERTED, ""


_KINDS = {Reason.ALERTED: Kind.ALERT, Reason.BASELINE: Kind.BASELINE, Reason.OLDER: Kind.OLDER}


def _alerts(
    rulebook: Rulebook,
    judged: Iterable[Decision],
    told: frozenset[tuple[str, str]],
    now: datetime,
    given: Circumstances,
) -> tuple[Alert, ...]:
    """One alert per recipient and kind, at the earliest due time, naming all rules that are news to them."""
    found: dict[tuple[str, Kind], tuple[datetime, Recipient, list[str]]] = {}
    for decision in judged:
        kind = _KINDS.get(decision.reason)
        if kind is None:
            continue
        rule = rulebook.rules[decision.rule]
        for recipient, when in _recipients(rule, given):
            if any((recipient.key, f"first:{name}") in told for name in _names(rule)):
                continue
            due = next_time(given.digest if kind is Kind.OLDER else when, now)
            earlier = found.setdefault((recipient.key, kind), (due, recipient, []))
            if rule.name not in earlier[2]:
                earlier[2].append(rule.name)
            if due < earlier[0]:
                found[recipient.key, kind] = (due, recipient, earlier[2])
    return tuple(
        Alert(
            recipient=recipient,
            kind=kind,
            due=due,
            rules=tuple(rules),
            occasions=tuple(f"first:{rule}" for rule in rules),
            rulebook=rulebook.hash,
        )
        for (_, kind), (due, recipient, rules) in found.items()
    )


def _recipients(rule: Rule, given: Circumstances) -> Iterable[tuple[Recipient, When]]:
    for route in routes_for(given.routes, rule=rule.name, tags=rule.tags, priority=rule.priority):
        for recipient in recipients(route, given.channels):
            yield recipient, route.when


def _settled(decision: Decision, reached: set[str], neighbours: Neighbours) -> Decision:
    """A match that was to be told but reaches nobody anew is a duplicate, or was told."""
    if decision.reason not in _KINDS or decision.rule in reached:
        return decision
    if neighbours.copy_of is not None:
        lead = neighbours.copy_of
        detail = f"the same text as story {lead.id}, {lead.story.outlet}: {lead.story.title}"
        return Decision(rule=decision.rule, reason=Reason.DUPLICATE, match=decision.match, detail=detail)
    return Decision(rule=decision.rule, reason=Reason.TOLD, match=decision.match, detail=decision.detail)


def _lost(same: Known | None, rulebook: Rulebook, matches: Mapping[str, Match]) -> tuple[Decision, ...]:
    if same is None:
        return ()
    return tuple(
        Decision(rule=name, reason=Reason.NO_LONGER)
        for name in sorted(same.matched)
        if name in rulebook.rules and name not in matches
    )
