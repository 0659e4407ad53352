"""Rules as values: terms, clauses, scopes, rules and the problems found in them.

A term is one thing to look for, a clause says how terms combine. Both are what the editor wrote, parsed
and nothing more: term sets are still names, nothing is folded. `compile_rulebook` gives them effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.routes import Priority
from monitor.story import Story

FARTHEST = 1000  # words apart that NEAR may say

__all__ = [
    "DEFAULT_FIELDS",
    "FARTHEST",
    "AllOf",
    "AnyOf",
    "AtLeast",
    "Choice",
    "Clause",
    "Field",
    "Kind",
    "Leaf",
    "Near",
    "NoneOf",
    "Pattern",
    "Phrase",
    "Problem",
    "QueryError",
    "Regex",
    "Rule",
    "RuleProblems",
    "RuleTest",
    "Scope",
    "Score",
    "SetRef",
    "Slot",
    "Term",
    "TermError",
]


class Field(StrEnum):
    """A part of a story that a term can be looked for in."""

    TITLE = "title"  # every headline variant
    SUMMARY = "summary"
    BODY = "body"
    BYLINE = "byline"
    SECTION = "section"
    OUTLET = "outlet"
    URL = "url"


DEFAULT_FIELDS = (Field.TITLE, Field.SUMMARY, Field.BODY)


class Kind(StrEnum):
    """How one word of a term is compared with one word of a text."""

    WORD = "word"
    PREFIX = "prefix"  # word*
    SUFFIX = "suffix"  # *word
    INNER = "inner"  # *word*
    FUZZY = "fuzzy"  # word~1


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase, as written without its signs: `labo*` is ("labo", PREFIX)."""

    text: str
    kind: Kind = Kind.WORD


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other, in this order. `cased`: capitals count (`=IOC`)."""

    slots: tuple[Slot, ...]
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of these: `(a|b)`."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Both, in either order, at most `distance` words apart (neighbours are 1); None: in one sentence."""

    left: Pattern
    right: Pattern
    distance: int | None


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern over the original text, without its slashes."""

    source: str


@dataclass(frozen=True, slots=True)
class SetRef:
    """A term set by name, without its dollar sign."""

    name: str


Pattern = Phrase | Choice | Near | Regex | SetRef


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for. `text` is what the editor wrote; `field` narrows it to one field."""

    text: str
    pattern: Pattern
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """True when the term is in the story."""

    term: Term


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one clause is."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every clause is."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True when no clause is."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when `count` or more clauses are."""

    count: int
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """True when the weights of the true clauses reach the threshold; each clause counts once.

    Where a rule weighs fields, a clause counts with the largest weight of the fields it is found in.
    """

    weighted: tuple[tuple[Clause, float], ...]
    threshold: float


Clause = Leaf | AnyOf | AllOf | NoneOf | AtLeast | Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which stories a rule looks at. Empty means every one.

    A story whose language is unknown passes a language scope; `en` also means en-US. Section names are
    compared folded. `active_from` is inclusive, `active_until` exclusive; both are instants of deciding.
    """

    outlets_include: tuple[str, ...] = ()
    outlets_exclude: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    active_from: datetime | None = None
    active_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An inline test: the rule must (not) match this story. Active dates are not looked at."""

    story: Story
    expect_match: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an editor wants to be told of. Its identity is its name; `formerly` lists names it had."""

    name: str
    clause: Clause
    fields: tuple[Field, ...] = DEFAULT_FIELDS
    weights: Mapping[Field, float] = field(default_factory=dict)  # for scores; 1 where absent
    scope: Scope = Scope()
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    follow_ups: int = 1  # every how many further outlets are told; 0: the first report only
    formerly: tuple[str, ...] = ()
    tests: tuple[RuleTest, ...] = ()


class TermError(ValueError):
    """A term that says nothing clear. `offset` counts characters from the start of the term."""

    def __init__(self, message: str, offset: int = 0) -> None:
        self.offset = offset
        super().__init__(message)


class QueryError(ValueError):
    """A query that says nothing clear. `offset` counts characters from the start of the query."""

    def __init__(self, message: str, offset: int = 0) -> None:
        self.offset = offset
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, with the names config needs to find its line. Warnings do not stop a rulebook."""

    rule: str | None
    term_set: str | None
    term: str | None
    text: str
    warning: bool = False

    def __str__(self) -> str:
        """Say where and what."""
        places = (("rule", self.rule), ("terms", self.term_set), ("term", self.term))
        where = ", ".join(f'{kind} "{name}"' for kind, name in places if name is not None)
        return f"{where}: {self.text}" if where else self.text


class RuleProblems(ValueError):
    """Everything that keeps a rulebook from being compiled, warnings included."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))
