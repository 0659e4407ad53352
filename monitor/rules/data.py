"""A compiled rulebook as plain data, so that another process need not compile it again.

What a literal decides is kept as it is; a rule with NEAR, a regex or a score is planned anew. Whoever keeps
the data must keep it together with the version of the program that made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from monitor.routes import Priority
from monitor.rules.builder import Builder
from monitor.rules.plain import classes, from_plain, to_plain
from monitor.rules.program import Form, Program, plan
from monitor.rules.rulebook import Rulebook, assembled
from monitor.rules.values import (
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    Clause,
    Field,
    Kind,
    Leaf,
    Near,
    NoneOf,
    Phrase,
    Problem,
    Regex,
    Rule,
    RuleTest,
    Scope,
    Score,
    SetRef,
    Slot,
    Term,
)
from monitor.story import Access, DateSource, Photo, Story

__all__ = ["rulebook_from_data", "rulebook_to_data"]

_KNOWN = classes(
    Choice, Field, Kind, Near, Phrase, Regex, SetRef, Slot, Term, Scope, Priority, RuleTest, Problem, Story,
    Access, DateSource, Photo,
)  # fmt: skip
_GROUPS: dict[str, type[AnyOf | AllOf | NoneOf]] = {"any": AnyOf, "all": AllOf, "none": NoneOf}
_SIGNS: dict[type, str] = {kind: sign for sign, kind in _GROUPS.items()}
_SPARED = ("name", "clause")


def rulebook_to_data(book: Rulebook) -> dict[str, object]:
    """Give everything a rulebook is made of, as JSON can hold it."""
    builder, program = book.parts
    terms = {n: t for n, t in enumerate(builder.terms) if t != _usual(builder.texts[n].decode())}
    return {
        "rules": [[rule.name, _clause_out(rule.clause), _rest_out(rule)] for rule in book.rules.values()],
        "sets": to_plain(book.term_sets),
        "hash": book.hash,
        "warnings": to_plain(book.warnings),
        "literals": [text.decode() for text in builder.texts],
        "terms": list(terms.items()),
        "forms": [_form_out(form) for form in program.forms],
        "told": program.told.hex(),
        "sure": program.sure,
        "worth": program.worth,
        "always": program.always,
        "scoped": list(book.scopes),
        "extra": list(book.extra),
    }


def rulebook_from_data(data: Mapping[str, Any]) -> Rulebook:
    """Make the rulebook again. Raises ValueError, KeyError or TypeError for data that is not a rulebook's."""
    rules = _Kept(data["rules"])
    builder = Builder(from_plain(data["sets"], _KNOWN))
    builder.texts += [text.encode() for text in data["literals"]]
    builder.literals.update({text: number for number, text in enumerate(builder.texts)})
    builder.terms += [_usual(text) for text in data["literals"]]
    for number, term in data["terms"]:
        builder.terms[number] = term
    if data["sets"]["mapping"]:
        builder.check_sets()
    known = len(builder.texts)
    program = Program(
        tuple([_form_in(form, number, rules, builder) for number, form in enumerate(data["forms"])]),
        bytes.fromhex(data["told"]),
        tuple([tuple(found) for found in data["sure"]]),
        tuple([tuple(found) for found in data["worth"]]),
        tuple(data["always"]),
    )
    if not known == len(builder.texts) == len(program.sure) == len(program.worth) or len(rules) != len(
        program.told
    ):
        raise ValueError("the literals are not those of these rules")
    scopes = {number: rules[rules.names[number]].scope for number in data["scoped"]}
    extra = tuple(Field(name) for name in data["extra"])
    return assembled(
        rules, builder, program, data["hash"], from_plain(data["warnings"], _KNOWN), scopes, extra
    )


class _Kept(Mapping[str, Rule]):
    """The rules of a file by name, each made from its data when it is first asked for."""

    def __init__(self, data: Sequence[Any]) -> None:
        self._data = {name: (clause, rest) for name, clause, rest in data}
        self._made: dict[str, Rule] = {}
        self.names = tuple(self._data)

    def __getitem__(self, name: str) -> Rule:
        made = self._made.get(name)
        if made is None:
            clause, rest = self._data[name]
            said = {key: from_plain(value, _KNOWN) for key, value in rest.items()}
            made = self._made[name] = Rule(name=name, clause=_clause_in(clause), **said)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._data


def _usual(literal: str) -> str:
    return literal.strip(" ") if literal.endswith(" ") else f"{literal.lstrip(' ')}*"


def _form_out(form: Form | None) -> object:
    if form is None or form.rest is not None:
        return 0 if form is None else 1
    return [sorted(form.banned), *map(sorted, form.groups)]


def _form_in(data: Any, number: int, rules: _Kept, builder: Builder) -> Form | None:
    if isinstance(data, list):
        banned, *groups = map(frozenset, data)
        return Form(tuple(groups), banned)
    if data == 0:
        return None
    made = plan(rules[rules.names[number]], builder)
    return made.form or Form(rest=made.test)


def _rest_out(rule: Rule) -> dict[str, object]:
    """Give what differs from a rule that says nothing but its clause."""
    return {name: to_plain(value) for name, value in _told(rule)}


def _told(rule: Rule) -> Iterator[tuple[str, object]]:
    for field in fields(rule):
        value = getattr(rule, field.name)
        default = field.default if field.default is not MISSING else {}
        if field.name not in _SPARED and value != default:
            yield field.name, value


def _simple(text: str) -> Leaf:
    """Make the leaf of a term of nothing but words, the last perhaps with a star."""
    *front, last = text.split(" ")
    end = Slot(last[:-1], Kind.PREFIX) if last.endswith("*") else Slot(last)
    return Leaf(Term(text, Phrase((*map(Slot, front), end))))


def _clause_out(clause: Clause) -> object:
    match clause:
        case Leaf(term):
            return term.text if _simple(term.text) == clause else ["term", to_plain(term)]
        case AtLeast(count, parts):
            return ["least", count, *map(_clause_out, parts)]
        case Score(weighted, threshold):
            return ["score", threshold, *([_clause_out(part), weight] for part, weight in weighted)]
        case _:
            return [_SIGNS[type(clause)], *map(_clause_out, clause.clauses)]


def _clause_in(data: Any) -> Clause:
    if isinstance(data, str):
        return _simple(data)
    sign, *held = data
    group = _GROUPS.get(sign)
    if group is not None:
        return group(tuple([_clause_in(x) for x in held]))
    if sign == "term":
        return Leaf(from_plain(held[0], _KNOWN))
    first, *rest = held
    if sign == "least":
        return AtLeast(first, tuple([_clause_in(x) for x in rest]))
    if sign != "score":
        raise ValueError(f"{sign!r} is no clause")
    return Score(tuple([(_clause_in(x), weight) for x, weight in rest]), first)
