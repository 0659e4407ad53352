"""Why a rule holds for a story, or what keeps it from holding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.matching.evidence import Evidence, evidence_of
from monitor.matching.nearest import nearest
from monitor.rules import AllOf, AnyOf, AtLeast, Leaf, NoneOf, Rulebook, Score
from monitor.rules.reading import Reading
from monitor.rules.scope import out_of_scope
from monitor.rules.tree import Verdict, judge
from monitor.story import Story

__all__ = ["Explanation", "Missing", "Step", "explain"]


@dataclass(frozen=True, slots=True)
class Step:
    """One clause: what it asks, whether it is met, what was found; `steps` are the clauses in it.

    `points` is what it counts in a score; `score` and `threshold` belong to a score itself.
    """

    text: str
    met: bool
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[Step, ...] = ()
    points: float | None = None
    score: float | None = None
    threshold: float | None = None

    def lines(self, depth: int = 0) -> list[str]:
        """Give the tree as text: a tick or a cross, the clause, the words found."""
        found = (
            ", ".join(dict.fromkeys(f'{e.field} "{e.text}"' for e in self.evidence)) if not self.steps else ""
        )
        points = f" [{self.points:g}]" if self.points is not None else ""
        own = f"{'  ' * depth}{'✓' if self.met else '✗'} {self.text}{points}{f'  {found}' if found else ''}"
        return [own, *(line for step in self.steps for line in step.lines(depth + 1))]


@dataclass(frozen=True, slots=True)
class Missing:
    """One clause that would have to change, and the nearest thing to it in the story ("" if nothing is)."""

    text: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule holds, or not. `missing` is the smallest set of clauses whose change would make it hold."""

    rule: str
    met: bool
    root: Step
    evidence: tuple[Evidence, ...]
    score: float | None
    outside: str = ""  # why the rule does not look at this story
    missing: tuple[Missing, ...] = ()

    def __str__(self) -> str:
        """Say it in lines for a person."""
        lines = [f"{self.rule}: {'matches' if self.met else 'does not match'}"]
        lines += [f"  {self.outside}"] if self.outside else []
        lines += [f"  {line}" for line in self.root.lines()]
        if self.missing:
            lines.append("  To match it would need:")
            lines += [f"  - {m.text}{f' ({m.nearest})' if m.nearest else ''}" for m in self.missing]
        return "\n".join(lines)


def explain(story: Story, rulebook: Rulebook, rule: str, *, now: datetime | None = None) -> Explanation:
    """Explain one rule of the rulebook on one story; raise KeyError when there is no such rule."""
    found = rulebook.rules[rule]
    reading = rulebook.read(story)
    verdict = judge(rulebook.tree(rule), reading, found.weights)
    outside = out_of_scope(found.scope, story, now)
    root = _step(verdict, reading)
    return Explanation(
        rule=rule,
        met=verdict.met and not outside,
        root=root,
        evidence=root.evidence if verdict.met else (),
        score=_score(verdict),
        outside=outside,
        missing=tuple(_missing(verdict, reading)),
    )


def _score(verdict: Verdict) -> float | None:
    if isinstance(verdict.node.clause, Score):
        return verdict.score
    if isinstance(verdict.node.clause, AllOf):
        return next((s for v in verdict.verdicts if (s := _score(v)) is not None), None)
    return None


def _step(verdict: Verdict, reading: Reading) -> Step:
    clause = verdict.node.clause
    places = [(f.part, f.start, f.end, f.term) for f in verdict.found]
    return Step(
        text=_head(verdict),
        met=verdict.met,
        evidence=evidence_of(places, reading),
        steps=tuple(_step(v, reading) for v in verdict.verdicts),
        points=verdict.weighed,
        score=verdict.score,
        threshold=clause.threshold if isinstance(clause, Score) else None,
    )


def _head(verdict: Verdict) -> str:
    match verdict.node.clause:
        case Leaf(term):
            return term.text
        case AnyOf():
            return "any of"
        case AllOf():
            return "all of"
        case NoneOf():
            return "none of"
        case AtLeast(count, _):
            return f"at least {count} of ({sum(v.met for v in verdict.verdicts)} found)"
        case Score(_, threshold):
            return f"score {verdict.score or 0:g} of {threshold:g}"


def _missing(verdict: Verdict, reading: Reading) -> list[Missing]:
    """Give the smallest set of changes that would make a verdict met."""
    if verdict.met:
        return []
    clause = verdict.node.clause
    if isinstance(clause, Leaf):
        return [Missing(clause.term.text, nearest(verdict.node, reading))]
    if isinstance(clause, AllOf):
        return [m for v in verdict.verdicts for m in _missing(v, reading)]
    if isinstance(clause, NoneOf):
        return [_forbidden(v, reading) for v in verdict.verdicts if v.met]
    if isinstance(clause, Score):
        return _points(verdict, clause, reading)
    repairs = [_missing(v, reading) for v in verdict.verdicts if not v.met]
    repairs.sort(key=lambda found: (len(found), not any(m.nearest for m in found)))
    if isinstance(clause, AtLeast):
        short = clause.count - sum(v.met for v in verdict.verdicts)
        return [m for repair in repairs[:short] for m in repair]
    return _any(repairs)


def _any(repairs: list[list[Missing]]) -> list[Missing]:
    """A list of terms is one change; a nearest thing is told for the first that has one."""
    single = [r[0] for r in repairs if len(r) == 1]
    if not single:
        return repairs[0] if repairs else []
    near = next((f"{m.text}: {m.nearest}" for m in single if m.nearest), "")
    if len(single) == 1:
        return single
    return [Missing("any of " + ", ".join(m.text for m in single), near)]


def _forbidden(verdict: Verdict, reading: Reading) -> Missing:
    words = list(dict.fromkeys(reading.texts[f.part][f.start : f.end] for f in verdict.found))
    said = f"found: {', '.join(words)}" if words else ""
    return Missing(f"without {_said(verdict)}", said)


def _said(verdict: Verdict) -> str:
    clause = verdict.node.clause
    return (
        clause.term.text
        if isinstance(clause, Leaf)
        else f"{_head(verdict)} {', '.join(map(_said, verdict.verdicts))}"
    )


def _points(verdict: Verdict, clause: Score, reading: Reading) -> list[Missing]:
    """Take the heaviest missing clauses until the threshold is reached."""
    lack = clause.threshold - (verdict.score or 0)
    pairs = zip(verdict.verdicts, (w for _, w in clause.weighted), strict=True)
    absent = sorted(((w, v) for v, w in pairs if not v.met and w > 0), key=lambda pair: -pair[0])
    needed = []
    for weight, part in absent:
        if lack <= 0:
            break
        near = next((m.nearest for m in _missing(part, reading) if m.nearest), "")
        needed.append(Missing(f"{weight:g} points for {_said(part)}", near))
        lack -= weight
    return needed
