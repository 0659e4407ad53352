"""Small repairs on a feed's bytes, before any parser sees them."""

from __future__ import annotations

import html.entities
import re
from datetime import UTC, datetime

from monitor.parse import dates
from monitor.parse.normal import CAPTION
from monitor.parse.split import root_of

__all__ = ["for_feedparser", "newest_of", "without_prelude", "without_trifles"]

_MARKUP = re.compile(rb"<[?!][^<>]{0,4000}>|\]>|\s+|--+>?")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_CAPTION = re.compile(rb"(</?media:)description(?=[\s/>])")
_AUTHOR = re.compile(rb"(<(?:author|dc:creator)>\s*(?:<!\[CDATA\[)?)([^<\]]{1,400})")
# An element without others in it, of any name but those that a reading or feedparser goes by.
_TRIFLE = re.compile(
    rb"<(?!(?:[\w.-]{1,30}:)?(?:title|link|language|id|channel)[\s/>])([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]*)?"
    rb"(?:/>|>(?:[^<]*|\s*<!\[CDATA\[[^<\]]*\]\]>\s*)</\1\s*>)"
)
_MAIL = re.compile(rb"[^\s()<>\[\],;]{1,64}@[^\s()<>\[\],;]{1,255}")
_KEPT = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_DATE = re.compile(
    rb"<(?:[\w-]{1,20}:)?(?:pubDate|published|date|updated)\b[^<>]{0,200}>\s*(?:<!\[CDATA\[)?\s*([^<\]]{6,64})"
)
_NEVER = datetime.min.replace(tzinfo=UTC)


def without_prelude(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Drop what stands before the root: declarations, stylesheets, a document type with its entities, and rubbish."""
    root = root_of(data)
    if root is None or root.start() == 0:
        return data, ()
    prelude = data[: root.start()]
    notes: list[str] = []
    if b"<!ENTITY" in prelude:
        notes.append("The feed declares entities of its own; they were not expanded.")
    elif rubbish := _MARKUP.sub(b"", prelude):
        notes.append(
            f"{len(rubbish)} characters that are no part of the feed stand before it and were skipped."
        )
    return data[root.start() :], tuple(notes)


def without_trifles(head: bytes) -> bytes:
    """Drop from a feed's head what no reading goes by: half of what feedparser handles when one entry is new.

    Where it drops too much the document is no longer well-formed, and is read again as a whole.
    """
    return _TRIFLE.sub(b"", head)


def for_feedparser(document: bytes) -> bytes:
    """Smooth what feedparser stumbles over.

    HTML's named entities (&nbsp;) become characters, for XML does not know them and would be ill-formed. Captions
    (media:description) get a name of their own, or they end up in the body. E-mail addresses leave the bylines, for it
    cuts long top-level domains in two.
    """
    document = _CAPTION.sub(rb"\g<1>" + CAPTION.removeprefix("media_").encode(), document)
    document = _AUTHOR.sub(lambda found: found[1] + _MAIL.sub(b" ", found[2]), document)
    return _ENTITY.sub(_character, document)


def _character(found: re.Match[bytes]) -> bytes:
    if found[1] in _KEPT:
        return found[0]
    character = html.entities.html5.get(found[1].decode("ascii") + ";")
    return found[0] if character is None or character in "<>&\"'" else character.encode("utf-8")


def newest_of(chunks: tuple[bytes, ...], most: int) -> tuple[bytes, ...]:
    """Give the entries with the youngest dates, in their order; those without a date count as oldest."""
    ranked = sorted(range(len(chunks)), key=lambda i: _date(chunks[i]), reverse=True)
    return tuple(chunks[i] for i in sorted(ranked[:most]))


def _date(chunk: bytes) -> datetime:
    found = _DATE.search(chunk)
    dated = dates.quick(found[1].decode("utf-8", "replace")) if found else None
    return dated.instant if dated else _NEVER
