"""What the terms of a rule really match in the archive's words, and what they narrowly miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.app.tuning.past import Archive, named, probes
from monitor.app.wire import Wire
from monitor.rules import Field, Kind, Rulebook
from monitor.rules.search import Token
from monitor.store import lookup
from monitor.store.index import MARK, searching
from monitor.store.lexicon import Lexicon

__all__ = ["Expanded", "Expansion", "Form", "Longer", "Piece", "expand", "expansion", "pieces", "written"]

SHOWN = 50  # forms of one wildcard
_SHORTEST = 4  # letters of a word whose longer forms are looked at
_LONGER = 3  # letters more: protests, protested; not protestant
_TRIED = 8  # of the commonest longer forms


@dataclass(frozen=True, slots=True)
class Form:
    """One word of the archive and in how many texts (revisions) it is."""

    word: str
    texts: int


@dataclass(frozen=True, slots=True)
class Expansion:
    """A wildcard or typo: how many words it stands for, in how many texts, and the commonest of them.

    `part` is the word as written, folded (labo*, *stan, urumchi~1); `texts` counts a text once for each word.
    """

    term: str
    part: str
    words: int
    texts: int
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Longer:
    """A longer form that a plain word misses: so many stories say only that."""

    term: str
    word: str
    form: str
    stories: int

    def __str__(self) -> str:
        """Say it with what to write instead."""
        plural = "story says" if self.stories == 1 else "stories say"
        return f"{self.word}: {self.stories} {plural} only {self.form}; write {self.word}*"


@dataclass(frozen=True, slots=True)
class Expanded:
    """What a rule's terms match in the archive."""

    rule: str
    expansions: tuple[Expansion, ...]
    longer: tuple[Longer, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a term of a rule; `alone`: the term is this word and no more."""

    term: str
    token: Token
    byline: bool
    alone: bool


def pieces(rulebook: Rulebook, rule: str) -> tuple[Piece, ...]:
    """Give the words of all terms of a rule, each once; those of regexes are not known."""
    found: dict[Piece, None] = {}
    for probe in probes(rulebook.tree(rule)):
        byline = probe.fields == (Field.BYLINE,)
        phrases = rulebook.phrases(probe)
        for phrase in phrases:
            alone = len(phrase) == 1 and len(phrases) == 1
            found.update({Piece(probe.term, token, byline, alone): None for token in phrase})
    return tuple(found)


def written(token: Token) -> str:
    """Write a word as an editor does."""
    before = "*" if token.kind in {Kind.SUFFIX, Kind.INNER} else ""
    after = {Kind.PREFIX: "*", Kind.INNER: "*", Kind.FUZZY: "~1"}.get(token.kind, "")
    return f"{before}{token.text}{after}"


def expansion(words: Lexicon, piece: Piece) -> Expansion:
    """Give what one wildcard or typo stands for."""
    mark = MARK if piece.byline else ""
    forms = [Form(w, words.counts.get(mark + w, 0)) for w in words.forms(piece.token, byline=piece.byline)]
    forms.sort(key=lambda form: (-form.texts, form.word))
    return Expansion(
        piece.term, written(piece.token), len(forms), sum(f.texts for f in forms), tuple(forms[:SHOWN])
    )


def expand(wire: Wire, rulebook: Rulebook, rule: str) -> Expanded:
    """Give what each wildcard and typo of a rule matches in the archive, and the longer forms its plain words miss.

    Raises ConfigError for an unknown rule.
    """
    named(rulebook, rule)
    parts = pieces(rulebook, rule)
    with searching(wire.store) as tx:
        archive = Archive(tx)
        wild = tuple(expansion(archive.words, p) for p in parts if p.token.kind is not Kind.WORD)
        longer = sorted(_longer(archive, parts), key=lambda found: (-found.stories, found.word, found.form))
    return Expanded(rule, wild, tuple(longer))


def _longer(archive: Archive, parts: Iterable[Piece]) -> Iterator[Longer]:
    alone = [p for p in parts if p.alone and not p.byline]
    covered = {p.token.text for p in alone}
    stems = tuple(p.token.text for p in alone if p.token.kind is Kind.PREFIX)
    words = archive.words
    for piece in alone:
        word = piece.token.text
        if piece.token.kind is not Kind.WORD or len(word) < _SHORTEST or (stems and word.startswith(stems)):
            continue
        forms = [
            form
            for form in words.forms(Token(word, Kind.PREFIX))
            if 0 < len(form) - len(word) <= _LONGER
            and form not in covered
            and not form.startswith(stems or (" ",))
        ]
        forms.sort(key=lambda form: (-words.counts.get(form, 0), form))
        for form in forms[:_TRIED]:
            stories = lookup.count_only(archive.tx, form, word)
            if stories:
                yield Longer(piece.term, word, form, stories)
