"""Gather the evidence of a rule that is met, without judging what cannot matter."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.rules import AllOf, AnyOf, Field, Leaf, NoneOf, Score
from monitor.rules.reading import Reading
from monitor.rules.tree import Node, judge

__all__ = ["Place", "gather", "score_of"]

Place = tuple[int, int, int, str]  # part of the reading, span in its original text, term as written
Weights = Mapping[Field, float]


def gather(tree: Node, reading: Reading, weights: Weights) -> set[Place]:
    """Give everything that the clauses that are met have found; the tree itself is known to be met."""
    found: set[Place] = set()
    _known(tree, reading, weights, found)
    return found


def _known(node: Node, reading: Reading, weights: Weights, found: set[Place]) -> None:
    """Gather from a clause known to be met."""
    clause = node.clause
    if isinstance(clause, AllOf):
        for part in node.nodes:
            _known(part, reading, weights, found)
    elif isinstance(clause, Leaf):
        _leaf(node, reading, found)
    elif not isinstance(clause, NoneOf):
        _each(node, reading, weights, found)


def _each(node: Node, reading: Reading, weights: Weights, found: set[Place]) -> None:
    """Gather from all clauses of a list that are met."""
    for literal in node.literals & reading.seen:
        for probe in node.direct[literal]:
            term = probe.term
            found.update([(number, start, end, term) for number, start, end in reading.spans(probe)])
    for part in node.others:
        _unknown(part, reading, weights, found)


def _unknown(node: Node, reading: Reading, weights: Weights, found: set[Place]) -> None:
    """Gather from a clause that may not be met: then it adds nothing."""
    clause = node.clause
    if isinstance(clause, Leaf):
        _leaf(node, reading, found)
    elif isinstance(clause, AnyOf):
        _each(node, reading, weights, found)
    elif not isinstance(clause, NoneOf):
        verdict = judge(node, reading, weights)
        if verdict.met:
            found.update((f.part, f.start, f.end, f.term) for f in verdict.found)


def _leaf(node: Node, reading: Reading, found: set[Place]) -> None:
    seen = reading.seen
    for probe in node.probes:
        if probe.check < 0 and probe.literal not in seen:
            continue
        for part, start, end in reading.spans(probe):
            found.add((part, start, end, probe.term))


def score_of(tree: Node, reading: Reading, weights: Weights) -> float | None:
    """Give the score of a rule that has one, alone or beside all:, any: and none:."""
    if isinstance(tree.clause, Score):
        return judge(tree, reading, weights).score
    if isinstance(tree.clause, AllOf):
        scores = (score_of(part, reading, weights) for part in tree.nodes)
        return next((s for s in scores if s is not None), None)
    return None
