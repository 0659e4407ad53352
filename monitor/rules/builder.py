"""Turn terms into probes: fold their words, expand term sets, number the literals. Notes every problem."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from monitor.rules.needles import Nearby, Needle, Words, anchors, needle_words, pattern_of, whole_literal
from monitor.rules.regex import Expression, compile_expression
from monitor.rules.values import Choice, Field, Kind, Near, Pattern, Phrase, Problem, Regex, SetRef, Term

__all__ = ["Builder", "Check", "Probe"]

_SHORTEST_STEM = 3
_SHORTEST_TYPO = 6


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to look for in some fields. Seeing `literal` is enough, or else `check` must be asked."""

    literal: int  # -1: there is none that is enough
    check: int  # -1: seeing the literal is enough
    fields: tuple[Field, ...]
    term: str  # as the editor wrote it; of a term set, the term in it


@dataclass(frozen=True, slots=True)
class Check:
    """A needle that needs a look: of each group in `needs` one literal must have been seen before."""

    needle: Needle
    needs: tuple[frozenset[int], ...]
    pattern: re.Pattern[bytes] | None  # of words
    literal: int = -1  # of parts of a Nearby that the automaton finds whole


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the editor wrote it, for problems."""

    rule: str | None = None
    term_set: str | None = None
    term: str | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    """One term of a term set, expanded."""

    needle: Needle
    field: Field | None
    term: str


@dataclass(slots=True)
class Builder:
    """What is known while rules are compiled; later it answers which probes a term has."""

    term_sets: Mapping[str, tuple[Term, ...]]
    literals: dict[bytes, int] = field(default_factory=dict)
    texts: list[bytes] = field(default_factory=list)  # the literals, by number
    terms: list[str] = field(default_factory=list)  # for each literal the first term that it stands for
    checks: list[Check] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _numbers: dict[Needle, int] = field(default_factory=dict)
    _members: dict[str, tuple[_Member, ...]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def check_sets(self) -> None:
        """Expand every term set, used or not, so that its problems are told."""
        for name in self.term_sets:
            self._expand(name, _Place(term_set=name))

    def probes(self, term: Term, fields: tuple[Field, ...], rule: str | None = None) -> tuple[Probe, ...]:
        """Give the probes of a term: one for what is written, or one for each term of a set."""
        own = fields if term.field is None else (term.field,)
        if isinstance(term.pattern, Phrase):
            literal = _quick_literal(term.pattern)
            if literal is not None:
                return (Probe(self.literal(literal, term.text), -1, own, term.text),)
        place = _Place(rule=rule, term=term.text)
        found = []
        for member in self._resolve(term.pattern, term.text, place):
            if member.field is not None and term.field not in {None, member.field}:
                self._note(
                    place, f'"{member.term}" of this set is for the field {member.field}, not {term.field}'
                )
                continue
            found.append(self._probe(member, own if member.field is None else (member.field,)))
        return tuple(dict.fromkeys(found))

    def literal(self, text: bytes, term: str = "") -> int:
        """Number a literal."""
        number = self.literals.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
            self.terms.append(term)
        elif not self.terms[number]:
            self.terms[number] = term
        return number

    def literal_text(self, number: int) -> str:
        """Give a literal by its number."""
        return self.texts[number].decode()

    def _probe(self, member: _Member, fields: tuple[Field, ...]) -> Probe:
        whole = whole_literal(member.needle) if isinstance(member.needle, Words) else None
        if whole is not None:
            return Probe(self.literal(whole, member.term), -1, fields, member.term)
        return Probe(-1, self.number(member.needle), fields, member.term)

    def number(self, needle: Needle) -> int:
        """Number a needle that needs a look."""
        known = self._numbers.get(needle)
        if known is None:
            whole = whole_literal(needle) if isinstance(needle, Words) else None
            literal = self.literal(whole) if whole is not None else -1
            pattern = pattern_of(needle) if isinstance(needle, Words) and literal < 0 else None
            check = Check(needle, tuple(self._needs(needle)), pattern, literal)
            known = self._numbers[needle] = len(self.checks)
            self.checks.append(check)
        return known

    def _needs(self, needle: Needle) -> Iterator[frozenset[int]]:
        if isinstance(needle, Nearby):
            for side in (needle.left, needle.right):
                groups = [group for part in side for group in self._one_need(part)]
                if len(groups) == len(side):
                    yield frozenset().union(*groups)
                for part in side:
                    self.number(part)
        else:
            yield from self._one_need(needle)

    def _one_need(self, needle: Needle) -> Iterator[frozenset[int]]:
        """Give the one group, of those a needle needs, that is seen least; nothing when it needs none."""
        if isinstance(needle, Words):
            whole = whole_literal(needle)
            yield frozenset(map(self.literal, (whole,) if whole is not None else anchors(needle)))
        elif isinstance(needle, Expression):
            if needle.literals:
                yield frozenset(map(self.literal, needle.literals))
        else:
            groups = list(self._needs(needle))
            if groups:
                yield min(groups, key=len)

    def _resolve(self, pattern: Pattern, text: str, place: _Place) -> Iterator[_Member]:
        match pattern:
            case Phrase():
                words = self._words(pattern, place)
                if words is not None:
                    yield _Member(words, None, text)
            case Regex(source):
                expression = self._expression(source, place)
                if expression is not None:
                    yield _Member(expression, None, text)
            case SetRef(name):
                yield from self._expand(name, place)
            case Choice(patterns):
                for part in patterns:
                    yield from self._resolve(part, text, place)
            case Near():
                near = self._nearby(pattern, text, place)
                if near is not None:
                    yield _Member(near, None, text)

    def _nearby(self, near: Near, text: str, place: _Place) -> Nearby | None:
        sides = []
        for pattern in (near.left, near.right):
            members = list(self._resolve(pattern, text, place))
            for member in members:
                if member.field is not None:
                    self._note(place, f'"{member.term}" names a field, so its set cannot stand beside NEAR')
            sides.append(tuple(dict.fromkeys(m.needle for m in members)))
        left, right = sides
        return Nearby(left, right, near.distance) if left and right else None

    def _words(self, phrase: Phrase, place: _Place) -> Words | None:
        words = needle_words(phrase)
        if words is None:
            self._note(place, "nothing is left of this term once punctuation is folded away: write a word")
            return None
        for piece in words.pieces:
            self._measure(piece.text, piece.kind, place)
        if any(p.kind is Kind.FUZZY and len(p.text.decode()) < _SHORTEST_TYPO for p in words.pieces):
            return None
        return words

    def _measure(self, word: bytes, kind: Kind, place: _Place) -> None:
        letters = len(word.decode())
        wild = kind in {Kind.PREFIX, Kind.SUFFIX, Kind.INNER}
        if kind is Kind.FUZZY and letters < _SHORTEST_TYPO:
            self._note(
                place,
                f"a typo in so short a word makes another word: {_SHORTEST_TYPO} letters at least; list the spellings",
            )
        elif wild and letters < _SHORTEST_STEM and word < b"\xe0":
            self._note(
                place, f"only {letters} letters before the star: this finds very many words", warning=True
            )

    def _expression(self, source: str, place: _Place) -> Expression | None:
        try:
            return compile_expression(source)
        except ValueError as error:
            self._note(place, str(error))
            return None

    def _expand(self, name: str, place: _Place) -> tuple[_Member, ...]:
        if name in self._members:
            return self._members[name]
        if name not in self.term_sets:
            self._note(place, f"there is no term set ${name}{_near(name, self.term_sets)}")
            return ()
        if name in self._open:
            loop = " → ".join(f"${n}" for n in [*self._open[self._open.index(name) :], name])
            self._note(_Place(term_set=name), f"this set holds itself: {loop}")
            return ()
        self._open.append(name)
        members = [m for term in self.term_sets[name] for m in self._expand_term(name, term)]
        self._open.pop()
        found = tuple(dict.fromkeys(members))
        if not self._open or not self._members.keys() & {name}:
            self._members[name] = found
        if not self.term_sets[name]:
            self._note(_Place(term_set=name), "this set is empty, so it finds nothing")
        return found

    def _expand_term(self, name: str, term: Term) -> Iterator[_Member]:
        place = _Place(term_set=name, term=term.text)
        for member in self._resolve(term.pattern, term.text, place):
            if member.field is not None and term.field not in {None, member.field}:
                self._note(place, f'"{member.term}" is for the field {member.field}, not {term.field}')
            else:
                yield _Member(member.needle, term.field or member.field, member.term)

    def _note(self, place: _Place, text: str, *, warning: bool = False) -> None:
        problem = Problem(place.rule, place.term_set, place.term, text, warning)
        if problem not in self.problems:
            self.problems.append(problem)


def _near(name: str, names: Mapping[str, object]) -> str:
    found = difflib.get_close_matches(name, names, n=1)
    if found:
        return f" (did you mean ${found[0]}?)"
    return f"; the sets are {', '.join(f'${n}' for n in names)}" if names else "; there are no term sets"


def _quick_literal(phrase: Phrase) -> bytes | None:
    """Give the literal of a plain ASCII term without making a needle of it: most terms are."""
    *front, last = phrase.slots
    if phrase.cased or any(s.kind is not Kind.WORD for s in front):
        return None
    text = " ".join([s.text for s in phrase.slots])
    if not text.isascii() or not text.replace(" ", "").isalnum() or "  " in text:
        return None
    if last.kind is Kind.WORD:
        return f" {text.lower()} ".encode()
    return (
        f" {text.lower()}".encode() if last.kind is Kind.PREFIX and len(last.text) >= _SHORTEST_STEM else None
    )
