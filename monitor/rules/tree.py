"""A clause with its term sets expanded, and the verdict on it: what evidence and explanations are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.rules.builder import Builder, Probe
from monitor.rules.reading import Reading
from monitor.rules.values import (
    DEFAULT_FIELDS,
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Field,
    Leaf,
    NoneOf,
    Rule,
    Score,
)

__all__ = ["ROUNDING", "Found", "Node", "Sources", "Verdict", "judge", "resolve", "sources"]

ROUNDING = 1e-9  # 0.1 + 0.2 reaches a threshold of 0.3


@dataclass(frozen=True, slots=True)
class Node:
    """A clause of a rule and what it is made of; leaves have probes, all others have nodes.

    scored: whether a score is in it.
    """

    clause: Clause
    nodes: tuple[Node, ...] = ()
    probes: tuple[Probe, ...] = ()
    scored: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One place of a term: the part of the reading and the span in its original text."""

    part: int
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one clause. `weighed` is what a score counted for it, `score` the sum of its own."""

    node: Node
    met: bool
    found: tuple[Found, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    weighed: float | None = None
    score: float | None = None


def resolve(clause: Clause, rule: Rule, builder: Builder) -> Node:
    """Expand the term sets of a clause."""
    if isinstance(clause, Leaf):
        return Node(clause, probes=builder.probes(clause.term, rule.fields, rule.name))
    parts = [c for c, _ in clause.weighted] if isinstance(clause, Score) else clause.clauses
    nodes = tuple([resolve(c, rule, builder) for c in parts])
    return Node(clause, nodes, scored=isinstance(clause, Score) or any(n.scored for n in nodes))


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the evidence of a rule that is met comes from.

    Terms that a literal in a default field decides stand under that literal, each wherever it counts once
    seen; `nodes` are the clauses that must be asked one by one whether they are met.
    """

    terms: Mapping[int, tuple[str, ...]]
    literals: frozenset[int]
    nodes: tuple[Node, ...]
    scored: bool


def sources(tree: Node) -> Sources:
    """Sort the clauses of a rule for gathering its evidence."""
    terms: dict[int, tuple[str, ...]] = {}
    nodes: list[Node] = []
    _sort(tree, terms, nodes, known=True)
    return Sources(terms, frozenset(terms), tuple(nodes), tree.scored)


def _sort(node: Node, terms: dict[int, tuple[str, ...]], nodes: list[Node], *, known: bool) -> None:
    """`known`: the clause is met, as the rule is."""
    clause = node.clause
    if isinstance(clause, NoneOf):
        return
    if isinstance(clause, Leaf):
        if any(p.check >= 0 or p.fields != DEFAULT_FIELDS for p in node.probes):
            nodes.append(node)
            return
        for probe in node.probes:
            terms[probe.literal] = tuple(dict.fromkeys((*terms.get(probe.literal, ()), probe.term)))
    elif isinstance(clause, AnyOf) or known:
        for part in node.nodes:
            _sort(part, terms, nodes, known=known and isinstance(clause, AllOf))
    else:
        nodes.append(node)


def judge(node: Node, reading: Reading, weights: Mapping[Field, float]) -> Verdict:
    """Judge every clause, down to the leaves, and gather what was found."""
    clause = node.clause
    if isinstance(clause, Leaf):
        found = _leaf(node, reading)
        return Verdict(node, bool(found), found)
    verdicts = tuple(judge(n, reading, weights) for n in node.nodes)
    if isinstance(clause, Score):
        return _score(node, clause, verdicts, reading, weights)
    true = sum(v.met for v in verdicts)
    if isinstance(clause, NoneOf):
        return Verdict(node, true == 0, (), verdicts)
    least = clause.count if isinstance(clause, AtLeast) else 1 if isinstance(clause, AnyOf) else len(verdicts)
    return Verdict(node, true >= least, _gather(verdicts), verdicts)


def _leaf(node: Node, reading: Reading) -> tuple[Found, ...]:
    found = {Found(*span, probe.term) for probe in node.probes for span in reading.spans(probe)}
    return tuple(sorted(found))


def _gather(verdicts: tuple[Verdict, ...]) -> tuple[Found, ...]:
    """Put together what the clauses that are met have found."""
    met = [v.found for v in verdicts if v.met and v.found]
    return met[0] if len(met) == 1 else tuple(sorted({f for found in met for f in found}))


def _score(
    node: Node, clause: Score, verdicts: tuple[Verdict, ...], reading: Reading, weights: Mapping[Field, float]
) -> Verdict:
    weighed = []
    for verdict, (_, weight) in zip(verdicts, clause.weighted, strict=True):
        factor = _factor(verdict, reading, weights) if verdict.met else 0.0
        weighed.append(
            Verdict(
                verdict.node, verdict.met, verdict.found, verdict.verdicts, weight * factor, verdict.score
            )
        )
    total = sum(v.weighed or 0.0 for v in weighed)
    met = total + ROUNDING >= clause.threshold
    return Verdict(node, met, _gather(tuple(weighed)), tuple(weighed), score=total)


def _factor(verdict: Verdict, reading: Reading, weights: Mapping[Field, float]) -> float:
    """Give the largest weight of the fields in which a clause was found; 1 where none is given."""
    if not weights:
        return 1.0
    return max((weights.get(reading.fields[f.part], 1.0) for f in verdict.found), default=1.0)
