"""Which rules a story would meet if its unread text held one thing more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from monitor.matching.explain import explain
from monitor.rules import AllOf, AnyOf, AtLeast, Field, Leaf, NoneOf, Rulebook, Score
from monitor.rules.scope import in_scope
from monitor.rules.tree import ROUNDING, Verdict, judge
from monitor.story import Story

__all__ = ["Nearly", "nearly"]


@dataclass(frozen=True, slots=True)
class Nearly:
    """A rule that lacks one thing, which a body can hold: `lacking` says it as the editor wrote it."""

    rule: str
    lacking: str


def nearly(story: Story, rulebook: Rulebook, *, now: datetime | None = None) -> tuple[Nearly, ...]:
    """Give the rules of which something was found and one thing is missing that the body could bring.

    A rule of which nothing was found is not nearly met, nor one that the headline already rules out.
    """
    reading = rulebook.read(story)
    found = []
    for name, rule in rulebook.rules.items():
        verdict = judge(rulebook.tree(name), reading, rule.weights)
        if _lacks(verdict) == 1 and _has_something(verdict) and in_scope(rule.scope, story, now):
            missing = explain(story, rulebook, name, now=now).missing
            found.append(Nearly(name, "; ".join(m.text for m in missing)))
    return tuple(found)


def _lacks(verdict: Verdict) -> float:
    """Give how many things a body would have to bring; infinity when it cannot help."""
    if verdict.met:
        return 0
    match verdict.node.clause:
        case Leaf():
            return 1 if any(Field.BODY in probe.fields for probe in verdict.node.probes) else math.inf
        case NoneOf():
            return math.inf
        case AllOf():
            return sum(map(_lacks, verdict.verdicts))
        case AnyOf():
            return min(map(_lacks, verdict.verdicts), default=math.inf)
        case AtLeast(count, _):
            short = count - sum(v.met for v in verdict.verdicts)
            return sum(sorted(_lacks(v) for v in verdict.verdicts if not v.met)[:short])
        case Score() as clause:
            return _points(verdict, clause)


def _points(verdict: Verdict, clause: Score) -> float:
    pairs = zip(verdict.verdicts, (weight for _, weight in clause.weighted), strict=True)
    more = sorted((w for v, w in pairs if not v.met and w > 0 and _lacks(v) == 1), reverse=True)
    lack = clause.threshold - (verdict.score or 0)
    for number, weight in enumerate(more, start=1):
        lack -= weight
        if lack <= ROUNDING:
            return number
    return math.inf


def _has_something(verdict: Verdict) -> bool:
    if isinstance(verdict.node.clause, NoneOf):
        return False
    return bool(verdict.found) or any(map(_has_something, verdict.verdicts))
