"""A feed cut into head, entries and tail on its bytes, so that only unseen entries need a parser.

Works on UTF-8 without looking at anything but tags; CDATA and comments are skipped. What it cannot cut for certain it
does not cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Cut", "cut", "root_of"]

_TOKEN = re.compile(rb"<!--|<!\[CDATA\[|</?(?:[A-Za-z_][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])")
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|RDF))(?=[\s/>])")
_CHANNEL = re.compile(rb"<(/?(?:[A-Za-z_][\w.-]{0,30}:)?channel)(?=[\s/>])")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}


@dataclass(frozen=True, slots=True)
class Cut:
    """Head, the whole entries, and tail; `broken` when the body ends in the middle."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes
    broken: bool = False

    def document(self, entries: tuple[bytes, ...]) -> bytes:
        """Give a whole document that holds just these entries."""
        return b"".join((self.head, *entries, self.tail))


def root_of(body: bytes) -> re.Match[bytes] | None:
    """Find the start tag of a feed's root in the first 64 KiB."""
    return _ROOT.search(body, 0, 65_536)


def cut(body: bytes) -> Cut | None:
    """Cut a feed in UTF-8; None when its layout is not head, entries, tail."""
    spans, unclosed = _spans(body)
    if spans is None or not spans:
        return None
    if not all(_is_filler(body[before[1] : after[0]]) for before, after in pairwise(spans)):
        return None
    head, tail = body[: spans[0][0]], body[spans[-1][1] :]
    root = root_of(head)
    if root is None:
        return None
    broken = unclosed or b"</" + root[1] not in tail
    if broken:
        tail = _closing(head, root[1])
    return Cut(head, tuple(body[a:b] for a, b in spans), tail, broken)


def _is_filler(gap: bytes) -> bool:
    """Whether nothing but white space and comments stands between two entries."""
    gap = gap.strip()
    while gap.startswith(b"<!--"):
        gap = gap.partition(b"-->")[2].lstrip()
    return not gap


def _closing(head: bytes, root: bytes) -> bytes:
    """Give the end tags of what the head left open."""
    seen = [m[1] for m in _CHANNEL.finditer(head)]
    channel = b"</" + seen[-1] + b">" if seen and not seen[-1].startswith(b"/") else b""
    return channel + b"</" + root + b">"


def _spans(body: bytes) -> tuple[list[tuple[int, int]] | None, bool]:
    """Find where entries begin and end, and whether the last one is left open; None when they nest."""
    spans: list[tuple[int, int]] = []
    opened, name, position = -1, b"", 0
    while found := _TOKEN.search(body, position):
        token = found[0]
        if token in _ENDS:
            close = body.find(_ENDS[token], found.end())
            if close < 0:
                return spans, True
            position = close + 3
            continue
        position = found.end()
        bare = token.strip(b"</")
        name = name or bare
        if bare != name:
            continue
        end = body.find(b">", position)
        if token.startswith(b"</"):
            if opened < 0 or end < 0:
                return (None if opened < 0 else spans), True
            spans.append((opened, end + 1))
            opened = -1
        elif opened >= 0 or end < 0 or body[end - 1 : end] == b"/":
            return None, False
        else:
            opened = found.start()
        position = end + 1
    return spans, opened >= 0
