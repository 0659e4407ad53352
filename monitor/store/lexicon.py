"""The words the search index holds: what wildcards and typos really stand for."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz.distance import OSA
from sqlalchemy import select, text

from monitor.rules.search import Token
from monitor.rules.values import Kind
from monitor.store.engine import Tx
from monitor.store.index import MARK, has_fts
from monitor.store.schema import SEARCH_TEXT

__all__ = ["LazyLexicon", "Lexicon", "lexicon"]

_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab('main', 'search_index', 'row')"
)
_WORDS = text("SELECT term, doc FROM temp.search_words WHERE term >= :start AND term < :stop")
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every word of the index, in the order of letters, and in how many texts (revisions) each is."""

    words: Sequence[str]
    names: Sequence[str]  # of bylines
    counts: Mapping[str, int] = field(repr=False)

    def forms(self, token: Token, *, byline: bool = False) -> Sequence[str]:
        """Give the words a wildcard or a typo stands for, or the word itself if it is there."""
        words = self.names if byline else self.words
        match token.kind:
            case Kind.WORD:
                return self._beginning(words, token.text, whole=True)
            case Kind.PREFIX:
                return self._beginning(words, token.text)
            case Kind.SUFFIX:
                return [word for word in words if word.endswith(token.text)]
            case Kind.INNER:
                return [word for word in words if token.text in word]
            case Kind.FUZZY:
                return self._typos(words, token.text)

    def _beginning(self, words: Sequence[str], start: str, *, whole: bool = False) -> Sequence[str]:
        first = bisect_left(words, start)
        if whole:
            return words[first : first + 1] if words[first : first + 1] == [start] else ()
        last = bisect_left(words, 1, first, key=lambda word: int(not word.startswith(start)))
        return words[first:last]

    def _typos(self, words: Sequence[str], word: str) -> Sequence[str]:
        """As the matcher compares: the first letter is never the wrong one."""
        near = self._beginning(words, word[0])
        least, most = max(2, len(word) - 1), len(word) + 1
        return [w for w in near if least <= len(w) <= most and OSA.distance(word, w, score_cutoff=1) <= 1]


class LazyLexicon:
    """The words of the index, read when a wildcard first asks for them; for a typo only those of its letter."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @cached_property
    def whole(self) -> Lexicon:
        """Every word."""
        return lexicon(self._tx)

    def forms(self, token: Token, *, byline: bool = False) -> Sequence[str]:
        """Give the words a wildcard or a typo stands for."""
        if token.kind is Kind.FUZZY and "whole" not in self.__dict__:
            some = lexicon(self._tx, (MARK if byline else "") + token.text[0])
            return some.forms(token, byline=byline)
        return self.whole.forms(token, byline=byline)


def lexicon(tx: Tx, beginning: str = "") -> Lexicon:
    """Read the words of the index that begin so: all of a million stories in some seconds, those of a letter in less.

    Without FTS5 every text is read.
    """
    counts = _indexed_words(tx, beginning) if has_fts(tx) else _counted_words(tx)
    words = sorted(word for word in counts if not word.startswith(MARK))
    names = sorted(word[1:] for word in counts if word.startswith(MARK) and word != MARK)
    return Lexicon(words, names, counts)


def _indexed_words(tx: Tx, beginning: str) -> dict[str, int]:
    refuses = tx.exec_driver_sql("PRAGMA query_only").scalar()  # of a reader: even to make a temporary table
    tx.exec_driver_sql("PRAGMA query_only = OFF")
    try:
        tx.exec_driver_sql(_VOCABULARY)
    finally:
        tx.exec_driver_sql(f"PRAGMA query_only = {int(bool(refuses))}")
    rows = tx.execute(_WORDS, {"start": beginning, "stop": beginning + _LAST})
    return {row.term: row.doc for row in rows}


def _counted_words(tx: Tx) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in tx.execute(select(SEARCH_TEXT.c.words)):
        found.update(set(row.words.split()))
    return found
