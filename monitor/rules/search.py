"""Questions to a search index over folded text, as values: words next to each other, and, or, but not.

An index holds the words of each field in order, and nothing between them; summary and body it cannot tell apart. What it cannot say, a question asks for
more widely (`monitor.rules.prefilter` notes when), and the matcher looks at what comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from monitor.rules.values import Field, Kind

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "SEARCHED",
    "Beside",
    "Both",
    "Either",
    "Everything",
    "Nothing",
    "Run",
    "Search",
    "Token",
    "Vocabulary",
    "Without",
    "both",
    "either",
    "grown",
    "without",
]

SEARCHED = (Field.TITLE, Field.SUMMARY, Field.BODY, Field.BYLINE)  # the fields that are in the index
_MOST_FORMS = 2000  # words that a wildcard may stand for; more, and the index is not asked


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the folded text, or its beginning (PREFIX), end (SUFFIX), inside (INNER), or with a typo (FUZZY)."""

    text: str
    kind: Kind = Kind.WORD


@dataclass(frozen=True, slots=True)
class Run:
    """Words next to each other in one of some fields: the title, summary and body, all three, or the byline."""

    tokens: tuple[Token, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two runs in one field with at most `between` words between them, in either order."""

    left: Run
    right: Run
    between: int


@dataclass(frozen=True, slots=True)
class Both:
    """All of these, in any field each."""

    parts: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    parts: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """What `part` finds and `but` does not."""

    part: Search
    but: Search


@dataclass(frozen=True, slots=True)
class Everything:
    """Every text."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No text."""


Search = Run | Beside | Both | Either | Without | Everything | Nothing
EVERYTHING, NOTHING = Everything(), Nothing()


class Vocabulary(Protocol):
    """The words an index holds."""

    def forms(self, token: Token, *, byline: bool) -> Sequence[str]:
        """Give the words that a token stands for, in the order of their letters."""
        ...


def both(parts: Iterable[Search]) -> Search:
    """Ask for all of these. An index can leave out only from what it has found: exceptions are put last."""
    found: list[Search] = []
    but: list[Search] = []
    for part in parts:
        if isinstance(part, Nothing):
            return NOTHING
        if isinstance(part, Without):
            but.append(part.but)
            part = part.part
        if isinstance(part, Both):
            found += part.parts
        elif not isinstance(part, Everything):
            found.append(part)
    kept = tuple(dict.fromkeys(found))
    whole: Search = EVERYTHING if not kept else kept[0] if len(kept) == 1 else Both(kept)
    return without(whole, either(but))


def either(parts: Iterable[Search]) -> Search:
    """Ask for at least one of these."""
    found: dict[Search, None] = {}
    for part in parts:
        if isinstance(part, Everything):
            return EVERYTHING
        if isinstance(part, Either):
            found.update(dict.fromkeys(part.parts))
        elif not isinstance(part, Nothing):
            found[part] = None
    kept = tuple(found)
    return NOTHING if not kept else kept[0] if len(kept) == 1 else Either(kept)


def without(part: Search, but: Search) -> Search:
    """Ask for what one question finds and another does not."""
    if isinstance(but, Everything) or isinstance(part, Nothing):
        return NOTHING
    if isinstance(but, Nothing):
        return part
    if isinstance(part, Without):
        return Without(part.part, either((part.but, but)))
    return Without(part, but)


def grown(search: Search, words: Vocabulary) -> tuple[Search, bool]:
    """Put words for wildcards that no index can look up (all but word*, at the end); False: it became wider."""
    return _grown(search, words, leaving_out=False)


def _grown(search: Search, words: Vocabulary, *, leaving_out: bool) -> tuple[Search, bool]:
    """`leaving_out`: what cannot be said exactly must become narrower, not wider."""
    match search:
        case Run():
            return _forms(search, words, leaving_out=leaving_out)
        case Both(parts) | Either(parts):
            pairs = [_grown(part, words, leaving_out=leaving_out) for part in parts]
            if isinstance(search, Either) and any(_has_no_base(part) for part, _ in pairs):
                return (NOTHING if leaving_out else EVERYTHING), False
            join = both if isinstance(search, Both) else either
            return join(part for part, _ in pairs), all(exact for _, exact in pairs)
        case Without(part, but):
            wide, one = _grown(part, words, leaving_out=leaving_out)
            narrow, two = _grown(but, words, leaving_out=not leaving_out)
            return without(wide, narrow), one and two
        case _:
            return search, True


def _has_no_base(search: Search) -> bool:
    return isinstance(search, Without) and isinstance(search.part, Everything)


def _forms(run: Run, words: Vocabulary, *, leaving_out: bool) -> tuple[Search, bool]:
    *front, last = run.tokens
    wild = [t.kind is not Kind.WORD for t in front] + [last.kind not in (Kind.WORD, Kind.PREFIX)]
    if not any(wild):
        return run, True
    byline = run.fields == (Field.BYLINE,)
    columns: list[Sequence[Token]] = []
    count = 1
    for token, opened in zip(run.tokens, wild, strict=True):
        column: Sequence[Token] = (token,)
        if opened:
            column = [Token(word) for word in words.forms(token, byline=byline)]
        columns.append(column)
        count *= len(column)
        if count > _MOST_FORMS:
            return (NOTHING if leaving_out else EVERYTHING), False
    return either(Run(row, run.fields) for row in product(*columns)), True
