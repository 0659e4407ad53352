"""Evidence: where a term was found. Made once for each place of a story, shared by all its matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.rules import Field
from monitor.rules.reading import Reading

__all__ = ["Draft", "Evidence", "Place", "evidence_of", "made"]

Place = tuple[int, int, int, str]  # part of the reading, span in its original text, term as written


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a term was found: `text` is field_text(story, field, index)[start:end], whole words."""

    field: Field
    index: int  # which headline variant, author or section; 0 elsewhere
    start: int
    end: int
    term: str  # as the editor wrote it; of a term set, the term in it
    text: str


@dataclass(slots=True)
class Draft:
    """Evidence being made: filling a frozen value takes three times as long as filling this and freezing it."""

    field: Field
    index: int
    start: int
    end: int
    term: str
    text: str


def made(spans: Iterable[tuple[int, int, int]], term: str, reading: Reading) -> tuple[Evidence, ...]:
    """Make the evidence of one term from its places."""
    texts, fields, indexes = reading.texts, reading.fields, reading.indexes
    found = []
    for part, start, end in spans:
        draft = Draft(fields[part], indexes[part], start, end, term, texts[part][start:end])
        draft.__class__ = Evidence  # type: ignore[assignment]
        found.append(draft)
    return tuple(found)  # type: ignore[arg-type]


def evidence_of(places: Iterable[Place], reading: Reading) -> tuple[Evidence, ...]:
    """Make evidence of places, in the order of the text."""
    return tuple([made((place[:3],), place[3], reading)[0] for place in sorted(places)])
