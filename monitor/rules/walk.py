"""Walking over clauses: their leaves, and the term sets they look for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monitor.rules.values import Choice, Clause, Leaf, Near, Pattern, Score, SetRef, Term

__all__ = ["leaves", "set_holding", "sets_of"]


def leaves(clause: Clause) -> Iterator[Leaf]:
    """Give every leaf of a clause, from left to right."""
    if isinstance(clause, Leaf):
        yield clause
    else:
        parts = [c for c, _ in clause.weighted] if isinstance(clause, Score) else clause.clauses
        for part in parts:
            yield from leaves(part)


def sets_of(terms: Iterable[Term], term_sets: Mapping[str, tuple[Term, ...]]) -> frozenset[str]:
    """Give the names of the term sets that terms stand for, those within sets too."""
    found: set[str] = set()
    unread = [name for term in terms for name in _named(term.pattern)]
    while unread:
        name = unread.pop()
        if name not in found:
            found.add(name)
            unread += [inner for term in term_sets.get(name, ()) for inner in _named(term.pattern)]
    return frozenset(found)


def set_holding(written: str, clause: Clause, term_sets: Mapping[str, tuple[Term, ...]]) -> str | None:
    """Name the smallest set a clause looks for that lists a term as `written`; None where the clause says it itself."""
    terms = [leaf.term for leaf in leaves(clause)]
    if any(term.text == written for term in terms):
        return None
    names = sorted(sets_of(terms, term_sets), key=lambda name: (len(term_sets.get(name, ())), name))
    return next((n for n in names if any(t.text == written for t in term_sets.get(n, ()))), None)


def _named(pattern: Pattern) -> Iterator[str]:
    match pattern:
        case SetRef(name):
            yield name
        case Choice(patterns):
            for part in patterns:
                yield from _named(part)
        case Near(left, right, _):
            yield from _named(left)
            yield from _named(right)
        case _:
            return
