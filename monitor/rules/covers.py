"""Stretches of a text that reach from one thing to another: what NEAR finds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

__all__ = ["Span", "minimal_covers"]

Span = tuple[int, int]  # of whole words, in bytes of the folded text


def minimal_covers(left: list[Span], right: list[Span], distance: int | None, buffer: bytes) -> list[Span]:
    """Give the shortest stretches that reach from one of `left` to one of `right`, in either order.

    Both lists are sorted. A stretch that holds another one is left out.
    """
    covers = {*_forward(left, right, distance, buffer), *_forward(right, left, distance, buffer)}
    kept: list[Span] = []
    for start, end in sorted(covers, key=lambda c: (-c[0], c[1])):
        if not kept or end < kept[-1][1]:
            kept.append((start, end))
    return kept[::-1]


def _forward(first: list[Span], second: list[Span], distance: int | None, buffer: bytes) -> Iterable[Span]:
    starts = [s for s, _ in second]
    for number, (start, end) in enumerate(first):
        best = -1
        nearest = bisect_right(starts, end)
        if nearest == len(second):
            continue
        after = first[number + 1] if number + 1 < len(first) else None
        if after is not None and start < after[0] and end <= after[1] <= starts[nearest]:
            continue  # from there every stretch is shorter
        for i in range(nearest, len(second)):
            begin, close = second[i]
            if best >= 0 and begin >= best:
                break
            if distance is not None and buffer.count(b" ", end, begin) > distance:
                break
            best = close if best < 0 else min(best, close)
        if best >= 0:
            yield start, best
