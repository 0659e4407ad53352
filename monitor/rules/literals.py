"""Which literals every match of a regex must contain.

The answer is in folded bytes, so that the one automaton pass over the folded text can tell that a regex
need not be tried. It is careful: a literal is only given where folding cannot change it by its neighbours.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from monitor.text import fold_text

__all__ = ["required_literals"]

_CLASSES = frozenset("dDwWsSpPbBAzQECX")
_MOST_CHOICES = 64
_SHORTEST = 3

_Need = tuple[str, ...]  # one of these is in every match; () when nothing is known


@dataclass(slots=True)
class _Sequence:
    """What is known of a concatenation read so far: the needs met, and the literal still growing."""

    needs: list[_Need] = field(default_factory=list)
    growing: str = ""

    def close(self) -> None:
        if self.growing:
            self.needs.append((self.growing,))
            self.growing = ""


class _UnsureError(Exception):
    """Syntax this reader does not follow; RE2 does, so the regex is simply tried on every story."""


def required_literals(source: str) -> tuple[bytes, ...]:
    """Give folded literals of which at least one is in every matching text; () when none is certain."""
    try:
        need, end = _alternatives(source, 0)
    except (_UnsureError, IndexError):
        return ()
    if end != len(source):
        return ()
    return _folded(need)


def _folded(need: _Need) -> tuple[bytes, ...]:
    found = [_longest_sure(text) for text in need]
    if not found or any(len(f.decode().replace(" ", "")) < (1 if f[0] > 0xE0 else _SHORTEST) for f in found):
        return ()
    return tuple(sorted(set(found)))


def _sure(char: str) -> bool:
    """Say whether a character folds the same whatever stands beside it."""
    if char == " " or (char.isascii() and char.isalnum()):
        return True
    code = ord(char)
    settled = unicodedata.normalize("NFKC", char) == char and unicodedata.category(char) in {
        "Ll",
        "Lu",
        "Lo",
        "Nd",
    }
    return settled and (code < 0x0700 or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF)


def _longest_sure(text: str) -> bytes:
    parts = "".join(c if _sure(c) else "\0" for c in text).split("\0")
    return max((fold_text(p).encode() for p in parts), key=len, default=b"") or b"\0"


def _best(needs: list[_Need]) -> _Need:
    """Choose the need that is met least often: judged by its shortest literal."""
    known = [n for n in needs if n]
    return max(known, key=lambda n: (min(len(t) for t in n), -len(n)), default=())


def _alternatives(source: str, at: int) -> tuple[_Need, int]:
    found: list[_Need] = []
    while True:
        need, at = _concatenation(source, at)
        found.append(need)
        if at >= len(source) or source[at] != "|":
            break
        at += 1
    if any(not n for n in found):
        return (), at
    flat = tuple(t for n in found for t in n)
    return (flat if len(flat) <= _MOST_CHOICES else ()), at


def _concatenation(source: str, at: int) -> tuple[_Need, int]:
    state = _Sequence()
    while at < len(source) and source[at] not in "|)":
        literal, need, at = _element(source, at)
        least, at = _repeat(source, at)
        if literal is not None and least is None:
            state.growing += literal
            continue
        state.growing += literal if literal is not None and least else ""
        state.close()
        if literal is None and (least is None or least > 0):
            state.needs.append(need)
    state.close()
    return _best(state.needs), at


def _element(source: str, at: int) -> tuple[str | None, _Need, int]:
    """Read one element: (literal, (), end) for a character, else (None, need, end)."""
    char = source[at]
    if char == "(":
        return _group(source, at)
    if char == "[":
        return None, (), _bracket(source, at)
    if char == "\\":
        return _escape(source, at)
    if char in ".^$":
        return None, (), at + 1
    if char in "*+?{":
        raise _UnsureError
    return char, (), at + 1


def _group(source: str, at: int) -> tuple[str | None, _Need, int]:
    start = at + 1
    if source.startswith("?", start):
        if source.startswith("?:", start):
            start += 2
        elif source.startswith(("?P<", "?<"), start):
            start = source.index(">", start) + 1 if ">" in source[start:] else len(source)
        else:
            raise _UnsureError
    need, end = _alternatives(source, start)
    if source[end] != ")":
        raise _UnsureError
    return None, need, end + 1


def _bracket(source: str, at: int) -> int:
    at += 2 if source[at + 1] == "^" else 1
    first = True
    while source[at] != "]" or first:
        first = False
        if source.startswith("[:", at):
            at = source.index(":]", at) + 2 if ":]" in source[at:] else len(source)
        else:
            at += 2 if source[at] == "\\" else 1
    return at + 1


def _escape(source: str, at: int) -> tuple[str | None, _Need, int]:
    char = source[at + 1]
    if char in "pP":
        closed = source.startswith("{", at + 2)
        return None, (), (source.index("}", at) + 1 if closed and "}" in source[at:] else at + 3)
    if char in "QEC" or char in "x01234567":
        raise _UnsureError
    if char in _CLASSES or char.isalnum():
        return None, (), at + 2
    return char, (), at + 2


def _repeat(source: str, at: int) -> tuple[int | None, int]:
    """Read a quantifier: the least number of repeats, None when there is none."""
    if at >= len(source) or source[at] not in "*+?{":
        return None, at
    if source[at] == "{":
        end = source.find("}", at)
        counts = source[at + 1 : end].split(",") if end > 0 else []
        if not counts or not counts[0].isdecimal():
            raise _UnsureError
        least = int(counts[0])
        at = end + 1
    else:
        least = 1 if source[at] == "+" else 0
        at += 1
    return least, at + (1 if source.startswith("?", at) else 0)
