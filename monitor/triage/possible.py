"""Stories judged by their headline only, because their page could not be read: what almost matches is listed once."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from monitor.matching import nearly
from monitor.outbox import Alert, Kind
from monitor.routes import Recipient, Silence, next_time
from monitor.rules import Rulebook
from monitor.story import Story
from monitor.triage.telling import reached
from monitor.triage.values import Circumstances, Decision, Neighbours, Reason

__all__ = ["possible"]


def possible(
    rulebook: Rulebook,
    story: Story,
    met: Container[str],
    near: Neighbours,
    silences: Iterable[Silence],
    now: datetime,
    given: Circumstances,
    alerts: Iterable[Alert],
) -> tuple[tuple[Decision, ...], tuple[Alert, ...]]:
    """Give what to record and to list in the digest. It is no first telling: a later match alerts all the same.

    Whoever is told of the story by one of these `alerts` need not be told that it may meet another rule too.
    """
    if not given.unread or given.withheld is not None or given.baseline or story.body:
        return (), ()
    matched = near.same.matched if near.same else frozenset()
    muted = {s.rule for s in silences if s.until > now}
    found = [
        one
        for one in nearly(story, rulebook, now=now)
        if one.rule not in met and one.rule not in matched and not muted & {one.rule, None}
    ]
    decisions = tuple(
        Decision(
            rule=one.rule,
            reason=Reason.POSSIBLE,
            detail=f"its page could not be read; its text would have to hold {one.lacking}",
        )
        for one in found
    )
    told = {alert.recipient for alert in alerts}
    rules: dict[Recipient, list[str]] = {}
    for one in found:
        for _, recipient in reached(rulebook.rules[one.rule], given):
            if recipient not in told:
                listed = rules.setdefault(recipient, [])
                listed += [one.rule] if one.rule not in listed else []
    return decisions, tuple(_alert(to, names, rulebook, given, now) for to, names in rules.items())


def _alert(to: Recipient, rules: list[str], rulebook: Rulebook, given: Circumstances, now: datetime) -> Alert:
    return Alert(
        recipient=to,
        kind=Kind.POSSIBLE,
        due=next_time(given.digest, now),
        rules=tuple(rules),
        occasions=tuple(f"possible:{rule}" for rule in rules),
        rulebook=rulebook.hash,
    )
