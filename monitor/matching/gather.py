"""Gather the evidence of a rule that is met, without judging what cannot matter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping

from monitor.matching.evidence import Draft, Evidence, Place, made
from monitor.rules import DEFAULT_FIELDS, AllOf, AnyOf, Field, Leaf, NoneOf, Rulebook, Score
from monitor.rules.reading import Reading
from monitor.rules.tree import Node, Sources, judge

__all__ = ["Gathering", "score_of"]

Weights = Mapping[Field, float]
_DEFAULT = frozenset(DEFAULT_FIELDS)


class Gathering:
    """The evidence of one story: whatever two rules share is worked out once."""

    __slots__ = ("_alone", "_base", "_by_term", "_reading", "_terms")

    def __init__(self, reading: Reading, rulebook: Rulebook) -> None:
        self._reading = reading
        self._terms = rulebook.terms
        summary = reading.fields.index(Field.SUMMARY)
        self._base = {
            Field.TITLE: 0,
            Field.SUMMARY: summary,
            Field.BODY: summary + 1,
        }  # the first part of each
        self._by_term: dict[tuple[int, str], tuple[Evidence, ...]] = {}  # in order
        self._alone: dict[int, tuple[Evidence, ...]] = {}  # the same by literal, under its usual term

    def look(self, literals: Collection[int]) -> Mapping[int, tuple[Evidence, ...]]:
        """Make the evidence of all these literals in one go; give those whose characters keep their places."""
        reading, usual, alone = self._reading, self._terms, self._alone
        text, starts = reading.even()
        if not text or reading.seen is not reading.present:
            return alone
        buffer, texts, fields, indexes = reading.buffer, reading.texts, reading.fields, reading.indexes
        ascii_only = reading.ascii  # then no character stands before its place in the folded text
        last: dict[int, tuple[int, int]] = {}
        for literal, first, behind in reading.hits:
            if literal not in literals:
                continue
            word = buffer[first:behind].decode()
            after, ended = last.get(literal, (0, 0))
            at = text.find(word, first if ascii_only and first > after else after)
            if at < 0:  # the words of a phrase stand apart; `_usual` follows the map
                last[literal] = len(text), 0
                alone.pop(literal, None)
                continue
            end = at + len(word) - 1 if word[-1] == " " else text.find(" ", at + len(word))
            last[literal] = at + 1, end
            if end == ended:
                continue  # twice in one word
            start = at + 1 if word[0] == " " else text.rfind(" ", 0, at) + 1
            part = bisect_right(starts, start) - 1
            start, end = start - starts[part], end - starts[part]
            draft = Draft(fields[part], indexes[part], start, end, usual[literal], texts[part][start:end])
            draft.__class__ = Evidence  # type: ignore[assignment]
            if literal in alone:
                alone[literal] = (*alone[literal], draft)  # type: ignore[arg-type]
            else:
                alone[literal] = (draft,)  # type: ignore[assignment]
        return alone

    def shown(self, literals: list[int]) -> tuple[Evidence, ...]:
        """Give the evidence of literals under their usual terms, in the order of the text."""
        if len(literals) == 1:
            return self._alone.get(literals[0]) or self._usual(literals[0])
        base, alone = self._base, self._alone
        each = [alone.get(literal) or self._usual(literal) for literal in literals]
        if len(each) == 2 and len(each[0]) == len(each[1]) == 1:  # most rules of two groups
            (one,), (other,) = each
            if one.field is other.field and one.start != other.start and one.index == other.index:
                return (one, other) if one.start < other.start else (other, one)
        found: dict[Place, Evidence] = {}
        for evidence in each:
            for one in evidence:
                found[base[one.field] + one.index, one.start, one.end, one.term] = one
        return tuple([found[place] for place in sorted(found)])

    def _usual(self, literal: int) -> tuple[Evidence, ...]:
        known = self._alone[literal] = made(self._spans(literal), self._terms[literal], self._reading)
        return known

    def evidence(self, wanted: Sources, weights: Weights) -> tuple[Evidence, ...]:
        """Give everything that the clauses of a rule that is met have found, in the order of the text."""
        reading = self._reading
        found: dict[Place, Evidence] = {}
        for literal in wanted.literals & reading.present:
            spans = self._spans(literal)
            for term in wanted.terms[literal]:
                for (part, start, end), one in zip(spans, self._sighted(literal, term), strict=True):
                    found[part, start, end, term] = one
        places: set[Place] = set()
        for node in wanted.nodes:
            self._ask(node, weights, places)
        for place in places - found.keys():
            found[place] = made((place[:3],), place[3], reading)[0]
        return tuple([found[place] for place in sorted(found)])

    def _spans(self, literal: int) -> list[tuple[int, int, int]]:
        """Give the places of a literal in the default fields."""
        reading = self._reading
        spans = reading.literal_spans(literal)
        if reading.seen is reading.present:
            return spans
        return [span for span in spans if reading.fields[span[0]] in _DEFAULT]

    def _sighted(self, literal: int, term: str) -> tuple[Evidence, ...]:
        """Give the evidence of a literal in the default fields."""
        known = self._by_term.get((literal, term))
        if known is None:
            reading = self._reading
            known = made(self._spans(literal), term, reading)
            self._by_term[literal, term] = known
        return known

    def _ask(self, node: Node, weights: Weights, found: set[Place]) -> None:
        """Gather from a clause that may not be met: then it adds nothing."""
        clause = node.clause
        reading = self._reading
        if isinstance(clause, Leaf):
            for probe in node.probes:
                if probe.check >= 0 or probe.literal in reading.seen:
                    term = probe.term
                    found.update([(part, start, end, term) for part, start, end in reading.spans(probe)])
        elif isinstance(clause, AnyOf):
            for part in node.nodes:
                self._ask(part, weights, found)
        elif not isinstance(clause, NoneOf):
            verdict = judge(node, reading, weights)
            if verdict.met:
                found.update((f.part, f.start, f.end, f.term) for f in verdict.found)


def score_of(tree: Node, reading: Reading, weights: Weights) -> float | None:
    """Give the score of a rule that has one, alone or beside all:, any: and none:."""
    if isinstance(tree.clause, Score):
        return judge(tree, reading, weights).score
    if isinstance(tree.clause, AllOf):
        scores = (score_of(part, reading, weights) for part in tree.nodes)
        return next((s for s in scores if s is not None), None)
    return None
