"""Single words of a reading: whether one is what a piece asks for, and numbers worked out only where a search looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import overload

from monitor.rules.values import Kind

__all__ = ["Lazy", "alike", "near"]


class Lazy(Sequence[int]):
    """Numbers that are worked out when they are looked at: a search among many looks at few."""

    __slots__ = ("_make", "_words")

    def __init__(self, words: Sequence[tuple[int, int]], make: Callable[[tuple[int, int]], int]) -> None:
        self._words, self._make = words, make

    def __len__(self) -> int:
        return len(self._words)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        return self._make(self._words[at]) if isinstance(at, int) else [*map(self._make, self._words[at])]


def alike(wanted: str, kind: Kind, seen: str) -> bool:
    """Say whether a word is what one piece of a term asks for."""
    match kind:
        case Kind.WORD:
            return seen == wanted
        case Kind.PREFIX:
            return seen.startswith(wanted)
        case Kind.SUFFIX:
            return seen.endswith(wanted)
        case Kind.FUZZY:
            return near(wanted, seen.encode())
        case _:
            return wanted in seen


@lru_cache(maxsize=65536)
def near(word: str, seen: bytes) -> bool:
    """Say whether two words differ by one typo at most."""
    from rapidfuzz.distance import OSA

    return OSA.distance(word, seen.decode(), score_cutoff=1) <= 1
