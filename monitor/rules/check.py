"""What is wrong with a rule although every word of it is right: never true, always true, failing tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from monitor.rules.reading import Reading
from monitor.rules.scope import out_of_scope
from monitor.rules.tree import ROUNDING, Node, Verdict, judge
from monitor.rules.values import (
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Leaf,
    NoneOf,
    Problem,
    Rule,
    RuleTest,
    Score,
    Term,
)
from monitor.story import Story

__all__ = ["check_rule", "check_tests"]


def check_rule(rule: Rule) -> Iterator[Problem]:
    """Find what keeps a rule from ever being true, or from ever being false."""
    most = max([1.0, *rule.weights.values()])
    said = list(dict.fromkeys(_clause_problems(rule.clause, most)))
    if not said and _when_all(rule.clause, seen=False):
        said.append(
            "only says what must not be there, so it would match every other story: add what must be there "
            "(a list, any: or all:)"
        )
    elif not said:
        said += _contradictions(rule.clause)
    if not rule.fields:
        said.append("fields: is empty, so nothing is looked at")
    for text in said:
        yield Problem(rule.name, None, None, text)


def _clause_problems(clause: Clause, heaviest: float) -> Iterator[str]:
    match clause:
        case Leaf():
            return
        case AtLeast(count, clauses):
            if count < 1:
                yield f"at_least: {count} asks for nothing; write 1 or more"
            elif count > len(clauses):
                yield f"at_least: {count} can never be met by {len(clauses)} entries under of:"
            parts = clauses
        case Score(weighted, threshold):
            most = heaviest * sum(w for _, w in weighted if w > 0)
            if most + ROUNDING < threshold:
                yield f"the threshold {threshold:g} can never be reached: all weights together are {most:g}"
            elif threshold <= 0:
                yield f"the threshold {threshold:g} is reached by every story: it must be above 0"
            parts = tuple(c for c, _ in weighted)
        case _:
            parts = clause.clauses
    if not parts:
        yield f"{_NAMES[type(clause)]} is empty, so {_EMPTY.get(type(clause), 'it can never be met')}"
    for part in parts:
        yield from _clause_problems(part, heaviest)


_NAMES: dict[type, str] = {
    AnyOf: "a list", AllOf: "all:", NoneOf: "none:", AtLeast: "of:", Score: "score:"
}  # fmt: skip
_EMPTY: dict[type, str] = {AllOf: "every story meets it", NoneOf: "it forbids nothing"}


def _when_all(clause: Clause, *, seen: bool) -> bool:
    """Judge a clause as if all its terms were seen, or none."""
    match clause:
        case Leaf():
            return seen
        case AnyOf(clauses):
            return any(_when_all(c, seen=seen) for c in clauses)
        case AllOf(clauses):
            return all(_when_all(c, seen=seen) for c in clauses)
        case NoneOf(clauses):
            return not any(_when_all(c, seen=seen) for c in clauses)
        case AtLeast(count, clauses):
            return sum(_when_all(c, seen=seen) for c in clauses) >= count
        case Score(weighted, threshold):
            return sum(w for c, w in weighted if _when_all(c, seen=seen)) + ROUNDING >= threshold


def _contradictions(clause: Clause) -> Iterator[str]:
    """Find groups that must be met and of which every term is forbidden."""
    if not isinstance(clause, AllOf):
        return
    parts = list(_flat(clause))
    forbidden = {_key(t) for p in parts if isinstance(p, NoneOf) for t in _terms(p) if t}
    for part in parts:
        if isinstance(part, Leaf | AnyOf):
            terms = list(_terms(part))
            if terms and None not in terms and all(_key(t) in forbidden for t in terms if t):
                words = ", ".join(t.text for t in terms if t)
                yield f"can never be true: {words} must be there and is forbidden under none:"


def _flat(clause: AllOf) -> Iterator[Clause]:
    for part in clause.clauses:
        if isinstance(part, AllOf):
            yield from _flat(part)
        else:
            yield part


def _terms(clause: Clause) -> Iterator[Term | None]:
    """Give the terms of leaves and of groups of leaves; None for what is neither."""
    if isinstance(clause, Leaf):
        yield clause.term
    elif isinstance(clause, AnyOf | NoneOf):
        for part in clause.clauses:
            if isinstance(part, Leaf | AnyOf):
                yield from _terms(part)
            else:
                yield None


def _key(term: Term) -> tuple[object, ...]:
    return (term.pattern, term.field)


def check_tests(rule: Rule, tree: Node, read: Callable[[Story], Reading]) -> Iterator[Problem]:
    """Run the inline tests of a rule; say of a failing one what was found or missing."""
    for test in rule.tests:
        reading = read(test.story)
        verdict = judge(tree, reading, rule.weights)
        outside = out_of_scope(rule.scope, test.story, None)
        if (verdict.met and not outside) != test.expect_match:
            yield Problem(rule.name, None, None, _failure(test, verdict, outside))


def _failure(test: RuleTest, verdict: Verdict, outside: str) -> str:
    title = test.story.title or test.story.summary or test.story.body
    quoted = f'"{title[:80]}{"…" if len(title) > 80 else ""}"'
    words = ", ".join(dict.fromkeys(f.term for f in verdict.found))
    if not test.expect_match:
        return f"this test should not match and does: {quoted} (found: {words})"
    reason = outside or f"not met: {missing(verdict)}"
    return f"this test should match and does not: {quoted} ({reason}{f'; found: {words}' if words else ''})"


def missing(verdict: Verdict) -> str:
    """Name the clauses that keep a verdict from being met."""
    clause = verdict.node.clause
    match clause:
        case Leaf(term):
            return term.text
        case AllOf():
            return "; ".join(missing(v) for v in verdict.verdicts if not v.met)
        case NoneOf():
            met = [v for v in verdict.verdicts if v.met]
            return "none of " + ", ".join(dict.fromkeys(f.term for v in met for f in v.found))
        case AnyOf():
            return "any of " + ", ".join(missing(v) for v in verdict.verdicts)
        case AtLeast(count, _):
            true = sum(v.met for v in verdict.verdicts)
            return f"{true} of at least {count} of " + ", ".join(
                missing(v) for v in verdict.verdicts if not v.met
            )
        case Score(_, threshold):
            return f"score {verdict.score or 0:g}, threshold {threshold:g}"
