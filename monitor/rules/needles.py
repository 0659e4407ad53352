"""Needles: folded patterns, and the literals that must be seen in a text before one is worth checking.

A literal is a piece of the folded text with a space where a word begins or ends: b" uyghur " is the word,
b" uyghur" a word that begins so. A needle whose literal is all of it is found by the automaton alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.rules.regex import Expression
from monitor.rules.values import Kind, Phrase, Slot
from monitor.text import cased, folded_bytes

__all__ = ["PARTICLES", "Nearby", "Needle", "Piece", "Words", "folds_to", "needle_words"]

# Korean particles written onto the noun. A Korean word also matches itself followed by one of them.
PARTICLES = (
    "은", "는", "이", "가", "을", "를", "의", "에", "에서", "에게", "에게서", "께", "께서", "한테", "한테서", "로", "으로",
    "로서", "으로서", "로써", "으로써", "로부터", "으로부터", "와", "과", "도", "만", "까지", "부터", "마저", "조차", "처럼",
    "보다", "라고", "이라고", "라는", "이라는", "랑", "이랑", "나", "이나", "든", "이든", "에는", "에도", "에서는", "에서도",
    "에게는", "에게도", "으로는", "로는", "으로도", "로도", "만은", "만을", "만이", "들", "들은", "들이", "들을", "들의", "들에게", "들도", "들과",
)  # fmt: skip
_HANGUL = (0xAC00, 0xD7A3)


@dataclass(frozen=True, slots=True)
class Piece:
    """One word to compare with one word of the folded text; `exact` holds its capitals where they count."""

    text: bytes
    kind: Kind = Kind.WORD
    exact: str | None = None

    @property
    def korean(self) -> bool:
        """Whether particles may follow."""
        return self.kind is Kind.WORD and self.exact is None and _ends_korean(self.text)


@dataclass(frozen=True, slots=True)
class Words:
    """Words next to each other."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """One of `left` and one of `right`, at most `distance` words apart; None: in one sentence."""

    left: tuple[Needle, ...]
    right: tuple[Needle, ...]
    distance: int | None


Needle = Words | Nearby | Expression


def _ends_korean(text: bytes) -> bool:
    return (
        len(text) > 2
        and text[-3] >= 0xEA
        and _HANGUL[0] <= ord(text[-3:].decode(errors="replace")[-1]) <= _HANGUL[1]
    )


@lru_cache(maxsize=65536)
def folds_to(word: str) -> tuple[bytes, ...]:
    """Give the folded words of one written word: `Uighur-spotting` is two."""
    return tuple(folded_bytes(word).split())


def _pieces(slot: Slot, *, exact: bool) -> Iterable[Piece]:
    parts = folds_to(slot.text)
    capitals = cased(slot.text).split() if exact else [None] * len(parts)
    if len(parts) == 1:
        yield Piece(parts[0], slot.kind, capitals[0])
        return
    last = len(parts) - 1
    for i, (part, capital) in enumerate(zip(parts, capitals, strict=False)):
        open_before = i == 0 and slot.kind in {Kind.SUFFIX, Kind.INNER}
        open_after = i == last and slot.kind in {Kind.PREFIX, Kind.INNER}
        kind = Kind.SUFFIX if open_before else Kind.PREFIX if open_after else Kind.WORD
        yield Piece(part, kind, capital)


def needle_words(phrase: Phrase) -> Words | None:
    """Fold a phrase; None when nothing of it is left."""
    pieces = tuple(p for slot in phrase.slots for p in _pieces(slot, exact=phrase.cased))
    return Words(pieces) if pieces else None


_FIRST = {Kind.WORD, Kind.SUFFIX}
_LAST = {Kind.WORD, Kind.PREFIX}


def whole_literal(words: Words) -> bytes | None:
    """Give the literal that says everything, or None when seeing it is not enough."""
    pieces = words.pieces
    if any(p.exact is not None or p.korean for p in pieces):
        return None
    if len(pieces) == 1:
        return _literal(pieces) if pieces[0].kind is not Kind.FUZZY else None
    if pieces[0].kind not in _FIRST or pieces[-1].kind not in _LAST:
        return None
    if any(p.kind is not Kind.WORD for p in pieces[1:-1]):
        return None
    return _literal(pieces)


def _literal(pieces: tuple[Piece, ...]) -> bytes:
    text = b" ".join(p.text for p in pieces)
    before = b"" if pieces[0].kind in {Kind.SUFFIX, Kind.INNER} else b" "
    after = b"" if pieces[-1].kind in {Kind.PREFIX, Kind.INNER} or pieces[-1].korean else b" "
    return before + text + after


def anchors(words: Words) -> tuple[bytes, ...]:
    """Give literals of which at least one is in every text that holds the words."""
    best: tuple[bytes, ...] = ()
    for segment in _segments(words.pieces):
        found = _typo_anchors(segment[0].text) if segment[0].kind is Kind.FUZZY else (_literal(segment),)
        if min(map(len, found)) > min(map(len, best), default=0):
            best = found
    return best


def _segments(pieces: tuple[Piece, ...]) -> Iterable[tuple[Piece, ...]]:
    start = 0
    for i, piece in enumerate(pieces):
        closes = piece.kind in {Kind.PREFIX, Kind.INNER, Kind.FUZZY} or piece.korean
        opens = piece.kind in {Kind.SUFFIX, Kind.INNER, Kind.FUZZY}
        if opens and i > start:
            yield pieces[start:i]
            start = i
        if closes:
            yield pieces[start : i + 1]
            start = i + 1
    if start < len(pieces):
        yield pieces[start:]


def _typo_anchors(word: bytes) -> tuple[bytes, ...]:
    """One typo cannot hurt both the first and the last letters, even when it swaps two neighbours."""
    letters = word.decode()
    reach = (len(letters) - 1) // 2
    return b" " + letters[:reach].encode(), letters[-reach:].encode() + b" "


def pattern_of(words: Words) -> re.Pattern[bytes]:
    """Give a pattern over folded bytes that finds the words; typos are compared afterwards.

    It starts with the space before the first word and looks ahead to the space behind the last.
    """
    return re.compile(b" " + b" ".join(map(_piece_pattern, words.pieces)) + b"(?= )")


def _piece_pattern(piece: Piece) -> bytes:
    text = re.escape(piece.text)
    if piece.kind is Kind.FUZZY:
        return b"(" + re.escape(piece.text.decode()[0].encode()) + b"[^ ]+)"
    if piece.korean:
        return text + b"(?:" + b"|".join(p.encode() for p in PARTICLES) + b")?"
    before = b"[^ ]*" if piece.kind in {Kind.SUFFIX, Kind.INNER} else b""
    after = b"[^ ]*" if piece.kind in {Kind.PREFIX, Kind.INNER} else b""
    return before + text + after
