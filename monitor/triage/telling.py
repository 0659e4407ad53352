"""Who is told, on which occasion and when: first reports, copies, follow-ups, updates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.matching import Match, match
from monitor.outbox import SELF, Alert, Kind
from monitor.routes import Recipient, Route, Silence, next_time, recipients, routes_for
from monitor.rules import Rule, Rulebook
from monitor.story import Story
from monitor.triage.revisions import material
from monitor.triage.sameness import held_back
from monitor.triage.values import Circumstances, Decision, Merge, Neighbours, Reason, ToldAs

__all__ = ["KINDS", "MOST_UPDATES", "QUIET", "alerts_for", "reached", "updates_for"]

QUIET = timedelta(minutes=30)  # a change is told when the story has not changed again for so long
MOST_UPDATES = 3  # of one story to one recipient; what comes then goes to the digest
KINDS = {Reason.ALERTED: Kind.ALERT, Reason.BASELINE: Kind.BASELINE, Reason.OLDER: Kind.OLDER}

Told = frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Draft:
    """What one recipient is to be told of one story."""

    recipient: Recipient
    kind: Kind
    due: datetime
    rules: list[str] = field(default_factory=list)
    occasions: list[str] = field(default_factory=list)

    def add(self, rule: str, occasion: str, due: datetime) -> None:
        """Name one more rule; the earliest due time counts."""
        self.due = min(self.due, due)
        self.rules += [rule] if rule not in self.rules else []
        self.occasions += [occasion] if occasion not in self.occasions else []


def alerts_for(
    rulebook: Rulebook,
    story: Story,
    judged: Iterable[Decision],
    merge: Merge | None,
    told: Told,
    now: datetime,
    given: Circumstances,
) -> tuple[tuple[Alert, ...], tuple[tuple[str, datetime], ...]]:
    """Give one alert per recipient and kind, and whose waiting follow-ups are due now that this one came."""
    drafts: dict[tuple[str, Kind], _Draft] = {}
    hurried: dict[str, datetime] = {}
    for decision in judged:
        kind = KINDS.get(decision.reason)
        if kind is None:
            continue
        rule = rulebook.rules[decision.rule]
        for route, recipient in reached(rule, given):
            due = next_time(given.digest if kind is Kind.OLDER else route.when, now)
            occasion = _occasion(rule, route, recipient, story, merge, told)
            if not occasion:
                continue
            shown = kind
            if occasion.startswith("also:"):
                shown, soon = Kind.FOLLOW_UP, due
                due = _follow_up_due(rule, occasion, due, next_time(given.digest, now))
                if due == soon and rule.follow_ups > 1:
                    hurried[recipient.key] = due
            draft = drafts.setdefault((recipient.key, shown), _Draft(recipient, shown, due))
            draft.add(rule.name, occasion, due)
    _join(drafts)
    alerts = tuple(_alert(d, rulebook) for d in drafts.values())
    return alerts, tuple(hurried.items())


def reached(rule: Rule, given: Circumstances) -> Iterable[tuple[Route, Recipient]]:
    """Give the routes a rule's matches go by, with everybody at their ends."""
    for route in routes_for(given.routes, rule=rule.name, tags=rule.tags, priority=rule.priority):
        for recipient in recipients(route, given.channels):
            yield route, recipient


def _occasion(
    rule: Rule, route: Route, recipient: Recipient, story: Story, merge: Merge | None, told: Told
) -> str:
    """Name the occasion on which a recipient hears of this match, or say nothing when they do not."""
    names = (rule.name, *rule.formerly)
    if not any((recipient.key, f"first:{name}") in told for name in names):
        return f"first:{rule.name}"
    if merge is None:
        return ""
    if merge.same_text:
        heard = {outlet for key, of, outlet in merge.other.told_by if key == recipient.key and of in names}
        held = held_back(route.copies, story.outlet, heard or {merge.other.story.outlet})
        return "" if held else f"copy:{SELF}:{rule.name}"
    before = sum(key == recipient.key and occasion.startswith("also:") for key, occasion in told)
    return f"also:{before + 1}" if rule.follow_ups else ""


def _follow_up_due(rule: Rule, occasion: str, due: datetime, digest: datetime) -> datetime:
    number = int(occasion.removeprefix("also:"))
    return due if number % rule.follow_ups == 0 else digest


def _join(drafts: dict[tuple[str, Kind], _Draft]) -> None:
    """Let what a recipient hears for the first time carry the follow-up too: one story is told once."""
    for key, kind in [k for k in drafts if k[1] is not Kind.FOLLOW_UP]:
        also = drafts.pop((key, Kind.FOLLOW_UP), None)
        for rule in also.rules if also else ():
            drafts[key, kind].add(rule, also.occasions[0] if also else "", drafts[key, kind].due)


def _alert(draft: _Draft, rulebook: Rulebook) -> Alert:
    return Alert(
        recipient=draft.recipient,
        kind=draft.kind,
        due=draft.due,
        rules=tuple(draft.rules),
        occasions=tuple(draft.occasions),
        rulebook=rulebook.hash,
    )


def updates_for(
    rulebook: Rulebook,
    story: Story,
    near: Neighbours,
    silences: Iterable[Silence],
    now: datetime,
    given: Circumstances,
) -> tuple[Alert, ...]:
    """Tell those who know an earlier state of this story what changed, once it has been quiet."""
    if near.same is None or given.withheld is not None:
        return ()
    muted = {s.rule for s in silences if s.until > now}
    if None in muted:
        return ()
    met: dict[int, Mapping[str, Match]] = {}
    alerts = (
        _update(rulebook, story, told, near.same.revision + 1, met, muted, now, given)
        for told in near.told_as
        if told.bound
    )
    return tuple(a for a in alerts if a is not None)


def _update(
    rulebook: Rulebook,
    story: Story,
    told: ToldAs,
    revision: int,
    met: dict[int, Mapping[str, Match]],
    muted: set[str | None],
    now: datetime,
    given: Circumstances,
) -> Alert | None:
    if told.revision not in met:
        met[told.revision] = {m.rule: m for m in match(told.before, rulebook, now=now)}
    rules = tuple(r for r in told.rules if r not in muted and r in rulebook.rules)
    matches = (met[told.revision][r] for r in rules if r in met[told.revision])
    change = material(told.before, story, matches)
    if change is None or not rules:
        return None
    due = now + QUIET
    return Alert(
        recipient=told.recipient,
        kind=Kind.UPDATE,
        due=next_time(given.digest, due) if told.updates >= MOST_UPDATES else due,
        rules=rules,
        occasions=(f"update:{SELF}:{revision}",),
        text=str(change),
        rulebook=rulebook.hash,
    )
