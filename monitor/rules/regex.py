r"""Regexes of editors: RE2, linear in the text, over the original text, capitals never count.

`\b` at the ends is a boundary of every script: the text begins or ends there, or a character that is no
letter, mark or digit stands beside (Han, kana, Thai and other characters that are words of their own do
not bind). RE2's own `\b` knows ASCII only, so it is refused elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

from monitor.rules.literals import required_literals

__all__ = ["MOST_MATCHES", "Expression", "compile_expression", "expression_spans"]

MOST_MATCHES = 100  # per text

_ALONE = (
    r"\x{0E00}-\x{0EFF}\x{1000}-\x{109F}\x{1780}-\x{17FF}\x{1950}-\x{19DF}\x{1A20}-\x{1AAF}\x{2E80}-\x{2FDF}"
    r"\x{3005}-\x{3007}\x{3021}-\x{3029}\x{3031}-\x{3035}\x{3038}-\x{303C}\x{3041}-\x{30FF}\x{31F0}-\x{31FF}"
    r"\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{A9E0}-\x{A9FF}\x{AA60}-\x{AA7F}\x{F900}-\x{FAFF}\x{20000}-\x{3FFFF}"
)
_HIDDEN = r"\p{Cf}\x{FE00}-\x{FE0F}"
_APART = rf"[^\pL\pM\pN{_HIDDEN}]|[{_ALONE}]"
_BEFORE = rf"(?:\A|{_APART})[{_HIDDEN}]*"
_AFTER = rf"[{_HIDDEN}]*(?:\z|{_APART})"


class _Match(Protocol):
    def span(self, group: int = 0) -> tuple[int, int]: ...


class _Compiled(Protocol):
    def search(self, text: bytes, pos: int = 0) -> _Match | None: ...


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked regex: its source, and literals of which one is in the folded text of every match."""

    source: str
    literals: tuple[bytes, ...]


def _ends(source: str) -> tuple[str, bool, bool]:
    r"""Take `\b` off the ends."""
    before = source.startswith(r"\b")
    body = source[2:] if before else source
    after = body.endswith(r"\b") and (len(body) - len(body[:-1].rstrip("\\"))) % 2 == 0
    return (body[:-2] if after else body), before, after


@lru_cache(maxsize=4096)
def _compiled(source: str) -> _Compiled:
    import re2

    body, before, after = _ends(source)
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.dot_nl = True
    pattern = f"{_BEFORE if before else ''}({body}){_AFTER if after else ''}"
    return cast("_Compiled", re2.compile(pattern, options=options))


def compile_expression(source: str) -> Expression:
    """Check a regex; raise ValueError with a sentence for the editor."""
    import re2

    body, _, _ = _ends(source)
    slip = re.match(r"\(([imsU]+)\?\)|\(([imsU])\?", body)
    if slip:
        raise ValueError("(i?) is a slip for (?i), and capitals never count here: leave it out")
    if _inner_boundary(body):
        raise ValueError(r"\b can stand at the two ends only: take the middle apart into several terms")
    if re.search(r"\(\?(?:=|!|<=|<!)|\\[1-9]", body):
        raise ValueError("RE2 has no look-around and no back-references: use all:, none: or NEAR instead")
    try:
        compiled = _compiled(source)
    except re2.error as error:
        raise ValueError(f"bad regex: {_said(error)}") from None
    empty = compiled.search(b"")
    if empty is not None:
        raise ValueError(
            "this regex is met by an empty text, so by every story: make some part of it required"
        )
    return Expression(source, required_literals(body.removeprefix("(?i)")))


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else str(error)
    return said.decode() if isinstance(said, bytes) else str(said)


def _inner_boundary(body: str) -> bool:
    return (
        any(m.group() in {r"\b", r"\B"} for m in re.finditer(r"\\.", body, re.DOTALL))
        if "\\" in body
        else False
    )


def expression_spans(source: str, text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of the first matches in the original text, left to right; empty matches are none.

    At most `MOST_MATCHES`: finding all matches of a regex can cost the square of the text.
    """
    compiled, binds = _compiled(source), _ends(source)[1]
    data = text.encode("utf-8", "replace")
    at = 0
    chars = done = 0  # characters before byte `done`
    given = 0
    while at <= len(data) and given < MOST_MATCHES:
        found = compiled.search(data, at)
        if found is None:
            return
        start, end = found.span(1)
        if end > start:
            chars += len(data[done:start].decode())
            width = len(data[start:end].decode())
            done = start
            given += 1
            yield chars, chars + width
        if end == start:
            at = _next_character(data, max(end, at))
        else:  # the last character of this match may be what stands before the next
            at = _last_character(data, end) if binds and _last_character(data, end) > at else end


def _last_character(data: bytes, at: int) -> int:
    at -= 1
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _next_character(data: bytes, at: int) -> int:
    at += 1
    while at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return at
