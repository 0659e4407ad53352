"""Find all literals in a folded text in one pass: Aho-Corasick, or plain Python where it is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

try:
    from ahocorasick_rs import BytesAhoCorasick
except ImportError:  # no wheel for this platform: slower, same answers
    BytesAhoCorasick = None  # type: ignore[assignment, misc]

__all__ = ["Automaton", "WordIndex", "automaton"]

Hit = tuple[int, int, int]  # literal, start, end in the folded bytes


class Automaton(Protocol):
    """What finds literals; hits overlap and are ordered by their end."""

    def find_matches_as_indexes(self, haystack: bytes, overlapping: bool = False) -> list[Hit]:  # noqa: FBT001, FBT002
        """Give every occurrence of every literal."""
        ...


def automaton(literals: Sequence[bytes]) -> Automaton:
    """Build the fastest automaton there is here."""
    if BytesAhoCorasick is None:
        return WordIndex(literals)
    return BytesAhoCorasick(literals)


class WordIndex:
    """The same in plain Python: literals are looked up by their first word, or by how it begins or ends."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self._whole: dict[bytes, list[int]] = {}
        self._begin: dict[bytes, list[int]] = {}
        self._end: dict[bytes, list[int]] = {}
        self._inner: list[int] = []
        self._literals = tuple(literals)
        for number, literal in enumerate(self._literals):
            first, space, _ = literal.strip(b" ").partition(b" ")
            closed = bool(space) or literal.endswith(b" ")
            if not literal.startswith(b" "):
                if closed:
                    self._end.setdefault(first, []).append(number)
                else:
                    self._inner.append(number)
            else:
                (self._whole if closed else self._begin).setdefault(first, []).append(number)
        self._begins = sorted({len(k) for k in self._begin})
        self._ends = sorted({len(k) for k in self._end})

    def find_matches_as_indexes(self, haystack: bytes, overlapping: bool = False) -> list[Hit]:  # noqa: FBT001, FBT002, ARG002
        """Give every occurrence of every literal, ordered by end, then start, then literal."""
        found = self._inside(haystack)
        at = 0
        for word in haystack.split(b" "):
            if word:
                self._at_word(haystack, word, at, found)
            at += len(word) + 1
        return sorted(found, key=lambda hit: (hit[2], hit[1], hit[0]))

    def _at_word(self, haystack: bytes, word: bytes, at: int, found: list[Hit]) -> None:
        for number in self._whole.get(word, ()):
            self._check(haystack, number, at - 1, found)
        for length in self._begins:
            for number in self._begin.get(word[:length], ()) if length <= len(word) else ():
                self._check(haystack, number, at - 1, found)
        for length in self._ends:
            for number in self._end.get(word[-length:], ()) if length <= len(word) else ():
                self._check(haystack, number, at + len(word) - length, found)

    def _check(self, haystack: bytes, number: int, start: int, found: list[Hit]) -> None:
        if start >= 0 and haystack.startswith(self._literals[number], start):
            found.append((number, start, start + len(self._literals[number])))

    def _inside(self, haystack: bytes) -> list[Hit]:
        found: list[Hit] = []
        for number in self._inner:
            literal = self._literals[number]
            at = haystack.find(literal)
            while at >= 0:
                found.append((number, at, at + len(literal)))
                at = haystack.find(literal, at + 1)
        return found
