"""What the fold does to single characters. Everything here is a table or a question about one character."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["LETTERS", "STRIPPED", "continues", "invisible", "separates_anyway", "stands_alone"]

# Combining marks whose loss leaves a letter people take for the same. Kana voicing marks, Hangul parts,
# Thai and Indic vowel signs are not among them: without those it is another word.
_STRIPPED = (
    (0x0300, 0x036F), (0x0483, 0x0487), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
    (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),
    (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8),
    (0x06EA, 0x06ED), (0x08CA, 0x08E1), (0x08E3, 0x08FF),
)  # fmt: skip
_TATWEEL = 0x0640
STRIPPED: dict[int, None] = {c: None for a, b in _STRIPPED for c in range(a, b + 1)} | {_TATWEEL: None}

# Letters without a decomposition that readers type as another, and Arabic-script forms of one letter.
LETTERS: dict[int, str] = str.maketrans(
    {
        "ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D",
        "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "þ": "th", "Þ": "TH", "æ": "ae", "Æ": "AE",
        "œ": "oe", "Œ": "OE", "ß": "ss", "ẞ": "SS",
        "ى": "ي", "ی": "ي", "ک": "ك", "ە": "ه", "ہ": "ه", "ٱ": "ا",
    }
)  # fmt: skip

# Scripts written without spaces between words: every character is a word.
_ALONE = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF),
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303C),
    (0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
# Characters Unicode calls letters and writers use as quotes and apostrophes.
_QUOTES = frozenset(range(0x02B9, 0x02C0)) | {0x02C8, 0x02CA, 0x02CB, 0x02EE, 0xA78B, 0xA78C}
_FILLERS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, _TATWEEL})
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_HANGUL_TAILS = ((0x1160, 0x11FF), (0xD7B0, 0xD7FB))


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(a <= code <= b for a, b in ranges)


@lru_cache(maxsize=8192)
def stands_alone(char: str) -> bool:
    """Say whether this letter is a word by itself (Han, kana, Thai, Lao, Khmer, Burmese)."""
    return _within(ord(char), _ALONE)


@lru_cache(maxsize=8192)
def invisible(char: str) -> bool:
    """Say whether the character is only there for layout: soft hyphen, zero width, bidi, tatweel."""
    code = ord(char)
    return unicodedata.category(char) == "Cf" or code in _FILLERS or _within(code, _SELECTORS)


@lru_cache(maxsize=8192)
def continues(char: str) -> bool:
    """Say whether the character may melt into the one before it, so that they must be folded together."""
    first = unicodedata.normalize("NFKD", char)[0]
    if unicodedata.category(first)[0] == "M" or unicodedata.combining(first):
        return True
    return _within(ord(first), _HANGUL_TAILS)


@lru_cache(maxsize=8192)
def separates_anyway(char: str) -> bool:
    """Say whether a character whose compatibility form is a letter or digit still ends a word: ™, ¹, ʼ."""
    if ord(char) in _QUOTES:
        return True
    return unicodedata.category(char) in {"So", "No"} and unicodedata.decomposition(char).startswith(
        "<super>"
    )
