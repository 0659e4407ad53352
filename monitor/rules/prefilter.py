"""A rule as a question to the search index: exact where the index can say it, else one that finds more, never less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

from monitor.rules.needles import PARTICLES, Nearby, Needle, Piece, Words
from monitor.rules.scope import EVERYWHERE
from monitor.rules.search import (
    EVERYTHING,
    SEARCHED,
    Beside,
    Everything,
    Run,
    Search,
    Token,
    Without,
    both,
    either,
    without,
)
from monitor.rules.tree import ROUNDING
from monitor.rules.values import AllOf, AnyOf, AtLeast, Field, Kind, Leaf, NoneOf, Rule, Score

if TYPE_CHECKING:
    from monitor.rules.builder import Builder, Probe
    from monitor.rules.tree import Node

__all__ = ["Prefilter", "phrases", "prefilter", "prefilter_probe"]

_MOST_WAYS = 64  # combinations of clauses that are written out
_MOST_PAIRS = 64  # of the sides of a NEAR


@dataclass(frozen=True, slots=True)
class Prefilter:
    """What to ask the index. Not `exact`: it finds more than the rule does, so the matcher must look at each."""

    search: Search
    exact: bool


_UNSURE = Prefilter(EVERYTHING, exact=False)


def prefilter(rule: Rule, tree: Node, builder: Builder) -> Prefilter:
    """Turn a compiled rule into a question. Scopes are left to the matcher."""
    found = _node(tree, builder, max([1.0, *rule.weights.values()]))
    return found if rule.scope == EVERYWHERE else Prefilter(found.search, exact=False)


def _node(node: Node, builder: Builder, heaviest: float) -> Prefilter:
    clause = node.clause
    if isinstance(clause, Leaf):
        return _any([prefilter_probe(probe, builder) for probe in node.probes])
    parts = [_node(part, builder, heaviest) for part in node.nodes]
    match clause:
        case AnyOf():
            return _any(parts)
        case AllOf():
            return _all(parts)
        case NoneOf():
            return _none(parts)
        case AtLeast(count, _):
            return _at_least(parts, count)
        case Score(weighted, threshold):
            most = [max(weight, weight * heaviest) for _, weight in weighted]
            return _score(parts, most, threshold)


def _any(parts: Sequence[Prefilter]) -> Prefilter:
    # An index cannot join "every text but these" to others by OR.
    if any(isinstance(p.search, Everything) or _negative(p.search) for p in parts):
        return _UNSURE
    return Prefilter(either(p.search for p in parts), all(p.exact for p in parts))


def _all(parts: Sequence[Prefilter]) -> Prefilter:
    return Prefilter(both(p.search for p in parts), all(p.exact for p in parts))


def _none(parts: Sequence[Prefilter]) -> Prefilter:
    """Leave out only what is surely forbidden."""
    sure = [p.search for p in parts if p.exact]
    exact = len(sure) == len(parts)
    negative = [search for search in sure if _negative(search)]
    if not negative:
        return Prefilter(without(EVERYTHING, either(sure)), exact)
    wanted = both(search.but for search in negative if isinstance(search, Without))
    rest = either(search for search in sure if not _negative(search))
    return Prefilter(without(wanted, rest), exact)


def _negative(search: Search) -> bool:
    return isinstance(search, Without) and isinstance(search.part, Everything)


def _at_least(parts: Sequence[Prefilter], count: int) -> Prefilter:
    if 0 < count <= len(parts) and comb(len(parts), count) <= _MOST_WAYS:
        return _any([_all(way) for way in combinations(parts, count)])
    enough = _any(parts[: len(parts) - count + 1])  # all but count - 1 of them: one of these there must be
    return Prefilter(enough.search, exact=False)


def _score(parts: Sequence[Prefilter], most: Sequence[float], threshold: float) -> Prefilter:
    """Write out the smallest sets of clauses that reach the threshold, or else what none of them can do without."""
    weighed = [(weight, part) for weight, part in zip(most, parts, strict=True) if weight > 0]
    if threshold <= ROUNDING:
        return _UNSURE
    ways = list(_ways(weighed, threshold)) if 2 ** len(weighed) <= 4 * _MOST_WAYS else []
    if not ways:
        ways = [[part] for part in _needed(weighed, threshold)]
    return Prefilter(_any([_all(way) for way in ways]).search, exact=False)


def _ways(weighed: Sequence[tuple[float, Prefilter]], threshold: float) -> Iterator[list[Prefilter]]:
    kept: list[frozenset[int]] = []
    for size in range(1, len(weighed) + 1):
        for chosen in combinations(range(len(weighed)), size):
            reached = sum(weighed[i][0] for i in chosen) + 2 * ROUNDING >= threshold
            if reached and not any(known.issubset(chosen) for known in kept):
                kept.append(frozenset(chosen))
                yield [weighed[i][1] for i in chosen]


def _needed(weighed: Sequence[tuple[float, Prefilter]], threshold: float) -> Iterator[Prefilter]:
    rest = 0.0
    for weight, part in sorted(weighed, key=lambda pair: pair[0]):
        rest += weight
        if rest + 2 * ROUNDING >= threshold:
            yield part


def prefilter_probe(probe: Probe, builder: Builder) -> Prefilter:
    """Turn one thing to look for into a question."""
    if not set(probe.fields) <= set(SEARCHED):
        return _UNSURE
    groups, exact = _groups(set(probe.fields))
    if probe.check < 0:
        tokens = _literal(builder.literal_text(probe.literal))
        return Prefilter(either(Run(tokens, group) for group in groups), exact)
    needle = builder.checks[probe.check].needle
    found = _any([_needle(needle, group) for group in groups])
    return Prefilter(found.search, exact=exact and found.exact)


def phrases(probe: Probe, builder: Builder) -> tuple[tuple[Token, ...], ...]:
    """Give the words one thing to look for is made of, each side of a NEAR by itself; of a regex nothing."""
    if probe.check < 0:
        return (_literal(builder.literal_text(probe.literal)),)
    return tuple(dict.fromkeys(_needle_phrases(builder.checks[probe.check].needle)))


def _needle_phrases(needle: Needle) -> Iterator[tuple[Token, ...]]:
    if isinstance(needle, Words):
        yield tuple(Token(piece.text.decode(), piece.kind) for piece in needle.pieces)
    elif isinstance(needle, Nearby):
        for part in (*needle.left, *needle.right):
            yield from _needle_phrases(part)


def _groups(fields: set[Field]) -> tuple[list[tuple[Field, ...]], bool]:
    """Give the fields as the index can tell them apart; False: it cannot tell all of them apart."""
    both_leads = {Field.SUMMARY, Field.BODY}
    exact = len(fields & both_leads) != 1
    wide = fields | both_leads if fields & both_leads else fields
    texts = tuple(f for f in SEARCHED if f in wide and f is not Field.BYLINE)
    return [g for g in (texts, (Field.BYLINE,) if Field.BYLINE in fields else ()) if g], exact


def _literal(text: str) -> tuple[Token, ...]:
    """Read a literal: a space at an end means that a word ends there."""
    words = text.split()
    tokens = [Token(word) for word in words]
    before, after = text.startswith(" "), text.endswith(" ")
    if len(words) == 1:
        kinds = {(True, True): Kind.WORD, (True, False): Kind.PREFIX, (False, True): Kind.SUFFIX}
        return (Token(words[0], kinds.get((before, after), Kind.INNER)),)
    if not before:
        tokens[0] = Token(words[0], Kind.SUFFIX)
    if not after:
        tokens[-1] = Token(words[-1], Kind.PREFIX)
    return tuple(tokens)


def _needle(needle: Needle, fields: tuple[Field, ...]) -> Prefilter:
    if isinstance(needle, Words):
        return _words(needle, fields)
    if isinstance(needle, Nearby):
        return _nearby(needle, fields)
    runs = [Run(tokens, fields) for literal in needle.literals if (tokens := _literal(literal.decode()))]
    return Prefilter(either(runs) if runs and len(runs) == len(needle.literals) else EVERYTHING, exact=False)


def _words(words: Words, fields: tuple[Field, ...]) -> Prefilter:
    runs = [either(Run(row, fields) for row in _rows(part)) for part in _segments(words.pieces)]
    cased = any(piece.exact is not None for piece in words.pieces)
    return Prefilter(both(runs), exact=len(runs) == 1 and not cased)


def _segments(pieces: tuple[Piece, ...]) -> Iterator[tuple[Piece, ...]]:
    """Cut where an index cannot go on: behind an open end and before an open beginning."""
    start = 0
    for i, piece in enumerate(pieces):
        opens = piece.kind in {Kind.SUFFIX, Kind.INNER, Kind.FUZZY}
        if opens and i > start:
            yield pieces[start:i]
            start = i
        if piece.kind in {Kind.PREFIX, Kind.INNER, Kind.FUZZY} or piece.korean:
            yield pieces[start : i + 1]
            start = i + 1
    if start < len(pieces):
        yield pieces[start:]


def _rows(pieces: tuple[Piece, ...]) -> Iterator[tuple[Token, ...]]:
    tokens = tuple(Token(piece.text.decode(), piece.kind) for piece in pieces)
    yield tokens
    if pieces[-1].korean:
        for particle in PARTICLES:
            yield (*tokens[:-1], Token(tokens[-1].text + particle))


def _nearby(near: Nearby, fields: tuple[Field, ...]) -> Prefilter:
    left, right = ([_needle(part, fields) for part in side] for side in (near.left, near.right))
    pairs = len(left) * len(right)
    if near.distance is not None and pairs <= _MOST_PAIRS:
        runs = [[run for p in side for run in _runs(p.search)] for side in (left, right)]
        if all(runs) and all(p.exact and _runs(p.search) for p in (*left, *right)):
            found = either(Beside(a, b, near.distance - 1) for a in runs[0] for b in runs[1])
            return Prefilter(found, exact=False)
    return Prefilter(_all([_any(left), _any(right)]).search, exact=False)


def _runs(search: Search) -> Iterable[Run]:
    """Give a question as one run that an index can look up as it is; nothing when it is more than that."""
    simple = isinstance(search, Run) and all(
        t.kind is Kind.WORD or (t.kind is Kind.PREFIX and t is search.tokens[-1]) for t in search.tokens
    )
    return (search,) if simple and isinstance(search, Run) else ()
