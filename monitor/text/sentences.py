"""Sentences: where NEAR/s holds, and what is quoted around a matched word."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

__all__ = ["sentence_around", "sentences"]

_CLOSERS = "\"'”’»)\\]）」』"
_END = re.compile(rf"(?:[.!?…؟۔।]+[{_CLOSERS}]*(?=\s)|[。！？]+[{_CLOSERS}]*|[\n\r\u2028\u2029]+)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:\w|(?:\w\.)+\w|mr|mrs|ms|dr|prof|st|gen|sen|rep|gov|lt|col|sgt|capt|jr|sr|no|vs|inc|corp"
    r"|co|ltd|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|etc|e\.g|i\.e|approx|nr|bzw|ca|mme|mlle)$",
    re.IGNORECASE,
)


def _ends_here(text: str, found: re.Match[str]) -> bool:
    mark = found.group()
    if mark.isspace() or mark[0] != "." or mark.startswith(".."):
        return True
    after = text[found.end() : found.end() + 40].lstrip(" \t\u00a0\"'“‘«([")
    if after[:1].islower():
        return False
    return mark != "." or not _ABBREVIATION.search(text[max(0, found.start() - 12) : found.start()])


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Cut text into sentences: (start, end) pairs without outer space, in order.

    A sentence ends at . ! ? … and their kin before white space, at 。！？ anywhere, and at a line break;
    not after an initial or a common abbreviation, nor before a small letter.
    """
    cuts = [m.end() for m in _END.finditer(text) if _ends_here(text, m)]
    bounds = [0, *cuts, len(text)]
    pairs = []
    for start, end in pairwise(bounds):
        inner = text[start:end].strip()
        if inner:
            begin = start + text[start:end].index(inner)
            pairs.append((begin, begin + len(inner)))
    return tuple(pairs)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Give the span of the sentence, or sentences, that hold text[start:end]."""
    found = sentences(text)
    if not found:
        return start, end
    starts = [a for a, _ in found]
    first = max(0, bisect_right(starts, start) - 1)
    last = max(first, bisect_right(starts, max(start, end - 1)) - 1)
    return min(start, found[first][0]), max(end, found[last][1])
