"""Words and numbers of a text, in one form each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from string import punctuation
from unicodedata import normalize

from monitor.text import fold_text

_HAN = "㐀-鿿豈-﫿぀-ヿ"
_TOKEN = re.compile(
    rf"\d+(?:[.,]\d+)*(?:[-\s]\d+/\d+)?|\d+/\d+|(?:[A-Za-z]\.){{2,}}|[{_HAN}]|[^\W\d_{_HAN}]+(?:['’][^\W\d_]+)?"
)
_ASCII_TOKEN = re.compile(
    r"(?![A-Za-z]\.[A-Za-z]\.)[A-Za-z]+(?:'[A-Za-z]+)?|(?:[A-Za-z]\.){2,}|[0-9]+(?:[.,][0-9]+)*(?:[-\s][0-9]+/[0-9]+)?"
)
_DIGITS = re.compile("[0-9]+")
_TYPOGRAPHY = (
    ("\u2019", "'"),
    ("\u2018", " "),
    ("\u201c", " "),
    ("\u201d", " "),
    ("\u2013", " "),
    ("\u2014", " "),
)
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "first": 1, "second": 2, "third": 3, "fourth": 4,
    "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9,
    "bln": 1e9, "bn": 1e9, "trillion": 1e12, "trn": 1e12, "tn": 1e12,
}  # fmt: skip
_SAME = {
    "pct": "percent", "per cent": "percent", "dlrs": "dollar", "dlr": "dollar", "cts": "cent", "stg": "sterling",
    "uk": "britain", "usa": "us", "american": "us", "america": "us",
}  # fmt: skip
DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight".split()  # noqa: SIM905
)
NO_DIGIT = ":"  # folded words are of letters and digits: those before it in the alphabet begin with a digit
MOST_KEPT = 65536
LONGEST_KEPT = 24
ROMAN = {"ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9}


def words(text: str) -> list[str]:
    """Give the words of a text: folded, numbers as values ("1.5 bln", "1,500 million" -> "1500000000")."""
    if "/" in text:  # a space may stand within a number: 3 1/2
        found = _words_of(text)
    else:
        found = tuple(chain.from_iterable(map(_CHUNKS.__getitem__, text.split())))
    if not found or (min(found) >= NO_DIGIT and _UNITS.keys().isdisjoint(found)):
        return list(found)
    return _joined(found)


class _Chunks(dict[str, tuple[str, ...]]):
    """The words of what stands between two spaces. A cache like lru_cache, asked without its price for every word."""

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        bare = chunk.strip(punctuation)
        if bare.isascii() and bare.isalpha():  # as the patterns would find, for a fifth of their price
            lower = bare.lower()
            found: tuple[str, ...] = (_SAME.get(lower, lower),)
        else:
            found = _words_of(chunk)
        if len(chunk) <= LONGEST_KEPT:  # what is longer (Chinese, addresses) seldom comes again
            if len(self) >= MOST_KEPT:
                self.clear()
            self[chunk] = found
        return found


_CHUNKS = _Chunks()


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_word, _tokens(text))))


def _tokens(text: str) -> list[str]:
    """Cut a text into words and numbers; the plain pattern is three times as fast as that for all scripts."""
    if not text.isascii():
        for mark, plain in _TYPOGRAPHY:
            text = text.replace(mark, plain)
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    return _TOKEN.findall(normalize("NFC", text).translate(_INVISIBLE))


@lru_cache(maxsize=65536)
def _word(token: str) -> str:
    if token[0].isdecimal():
        return _value(token)
    folded = fold_text(token.replace(".", "").replace("’", "'").removesuffix("'s").replace("'", ""))
    folded = folded.replace(" ", "")
    if folded[:1].isdigit():  # m², ①: letters to Unicode, digits once folded
        leading = _DIGITS.match(folded)
        return leading.group() if leading else ""
    return _SAME.get(folded, folded)


def _value(token: str) -> str:
    parts = re.split(r"[-\s]", token)
    total = 0.0
    for part in parts:
        over, slash, under = part.partition("/")
        if slash:
            total += float(over) / float(under) if float(under) else 0.0
        else:
            total += _plain(part)
    return f"{total:.10g}"


def _plain(part: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", part):  # 1,500 and 1.500 are both thousands
        return float(re.sub(r"[.,]", "", part))
    whole, *rest = re.split(r"[.,]", part)
    return float(f"{whole}.{''.join(rest)}" if rest else whole)


def _joined(tokens: Sequence[str]) -> list[str]:
    """Join a number and its scale into one value, and turn number words into digits."""
    found: list[str] = []
    done = 0
    for place in [i for i, token in enumerate(tokens) if token < NO_DIGIT or token in _UNITS]:
        found += tokens[done:place]
        value = float(_UNITS.get(tokens[place], tokens[place]))
        done = place + 1
        while done < len(tokens) and tokens[done] in _SCALES:
            value *= _SCALES[tokens[done]]
            done += 1
        found.append(f"{value:.10g}")
    found += tokens[done:]
    return found


def is_number(token: str) -> bool:
    """Whether a word is a number."""
    return token < NO_DIGIT


@lru_cache(maxsize=65536)
def stem(token: str) -> str:
    """Give a crude English stem, enough to see that clashes and clash are one word."""
    if is_number(token) or len(token) < 5:
        return token
    for ending, put in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if token.endswith(ending) and len(token) - len(ending) >= 3 and not token.endswith("ss"):
            return (token[: -len(ending)] + put).removesuffix("e")
    return token.removesuffix("e")
