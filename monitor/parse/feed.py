"""Feeds: RSS, Atom, RDF and JSON Feed, bytes in, entries out.

feedparser reads, but only what was not seen before: the body is cut at its entries, each is known by the hash of its
bytes, and the parser gets head, unseen entries and tail. Where that fails the whole body is parsed; where that finds
nothing, fastfeedparser is asked. feedparser gets a BytesIO and nothing else, ever: a str or bytes that looks like a
path or a URL it would open.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import FeedError
from monitor.parse import jsonfeed, plain, rescue
from monitor.parse.discover import discover
from monitor.parse.encoding import BIGGEST, inflate, utf8
from monitor.parse.normal import entry_of, language_of
from monitor.parse.reading import MOST_ENTRIES, Place, Reading, assemble, digest
from monitor.parse.sniff import looks_like_html, not_a_feed, refuse_bombs
from monitor.parse.split import Cut, cut, root_of
from monitor.parse.trim import for_feedparser, newest_of, without_prelude, without_trifles
from monitor.story import Entry, Outcome, Outlet

__all__ = ["Reading", "discover", "entries", "read"]

_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
_TITLE = re.compile(rb"<title[^<>]{0,200}>(.{0,2000}?)</title>", re.DOTALL)
_DISAGREE = "feedparser and fastfeedparser disagree on this feed"


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What feedparser found."""

    entries: Sequence[Mapping[str, Any]]
    channel: Mapping[str, Any]
    atom: bool
    sound: bool  # well-formed


@dataclass(frozen=True, slots=True)
class _Ask:
    """What the caller wants: where this is, and which entries it knows."""

    place: Place
    seen: Collection[str]


def entries(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    outlet: Outlet | None = None,
    seen: Collection[str] = frozenset(),
) -> tuple[Entry, ...]:
    """Give the unseen entries of a feed, as `read` does, but without a clock: no date counts as too far ahead."""
    return read(body, url, now=None, content_type=content_type, outlet=outlet, seen=seen).entries


def read(
    body: bytes,
    url: str,
    *,
    now: datetime | None,
    content_type: str | None = None,
    outlet: Outlet | None = None,
    seen: Collection[str] = frozenset(),
) -> Reading:
    """Read a feed; of its entries, parse only those whose hash is not in `seen`.

    What can be read of a damaged feed is read, with a warning. FeedError (reason: not-a-feed, empty, malformed,
    too-big, hostile) says in a sentence what came instead. Parsing hostile bytes can take long: call it through
    `monitor.parse.sandbox`.
    """
    body = inflate(body)
    if len(body) > BIGGEST:
        detail = (
            f"{url} answers with {len(body) / 2**20:.1f} MiB; more than {BIGGEST // 2**20} MiB is not read."
        )
        raise FeedError(Outcome.TOO_BIG, detail)
    decoded = utf8(body, content_type)
    data = decoded.body.strip()
    if not data:
        raise FeedError(Outcome.EMPTY, f"{url} answers with an empty body.")
    place = Place(url=url, now=now, outlet=outlet)
    if data[:1] in b"{[":
        return jsonfeed.read(data, place, seen, decoded.warnings)
    if looks_like_html(data) or root_of(data) is None:
        raise not_a_feed(data, url)
    trimmed, notes = without_prelude(data)
    return _read_xml(trimmed, _Ask(place, seen), (*decoded.warnings, *notes))


def _read_xml(data: bytes, ask: _Ask, notes: tuple[str, ...]) -> Reading:
    pieces = cut(data)
    if pieces is None:
        return _whole(data, ask, Reading(warnings=notes))
    reading = Reading(
        total=len(pieces.entries), ttl=_ttl(pieces.head), title=_title(pieces.head), warnings=notes
    )
    if pieces.broken:
        note = f"The feed breaks off in the middle; the {len(pieces.entries)} whole entries in it were read."
        reading = replace(reading, warnings=(*reading.warnings, note))
    if len(pieces.entries) > MOST_ENTRIES:
        note = f"The feed holds {len(pieces.entries)} entries; only the newest {MOST_ENTRIES} were read."
        pieces = replace(pieces, entries=newest_of(pieces.entries, MOST_ENTRIES))
        reading = replace(reading, warnings=(*reading.warnings, note))
    return _delta(pieces, ask, reading)


def _delta(pieces: Cut, ask: _Ask, reading: Reading) -> Reading:
    """Parse only the unseen entries; fall back to the whole body, then to the other parser."""
    hashes = [digest(chunk) for chunk in pieces.entries]
    fresh = {h: chunk for h, chunk in zip(hashes, pieces.entries, strict=True) if h not in ask.seen}
    if not fresh:
        return assemble((), reading, ask.seen, hashes=hashes)
    lean = replace(pieces, head=without_trifles(pieces.head))
    parsed = _parse(lean.document(tuple(fresh.values())))
    if parsed.sound and len(parsed.entries) == len(fresh):
        return _finish(parsed, tuple(fresh), hashes, ask, reading)
    parsed = _parse(pieces.document(pieces.entries))
    if len(parsed.entries) == len(hashes):
        return _finish(parsed, hashes, hashes, ask, reading)
    return _rescue(pieces.document(tuple(fresh.values())), parsed, (tuple(fresh), hashes), ask, reading)


def _finish(
    parsed: _Parsed,
    own: Sequence[str],
    hashes: Sequence[str],
    ask: _Ask,
    reading: Reading,
) -> Reading:
    there = _within(ask.place, parsed)
    found = [entry_of(raw, there, h) for raw, h in zip(parsed.entries, own, strict=True) if h not in ask.seen]
    reading = replace(reading, parser="feedparser", title=_name(parsed) or reading.title)
    return assemble(found, reading, ask.seen, hashes=hashes)


def _rescue(
    document: bytes,
    parsed: _Parsed,
    hashes: tuple[tuple[str, ...], list[str]],
    ask: _Ask,
    reading: Reading,
) -> Reading:
    """Reconcile what feedparser, fastfeedparser and our own cut say when their counts differ."""
    fresh, every = hashes
    found = rescue.entries(document, ask.place)
    if len(found) == len(fresh):
        note = (
            f"{_DISAGREE}: {len(parsed.entries)} entries against {len(every)} in it; the latter's were taken."
        )
        own = [replace(e, hash=h) for e, h in zip(found, fresh, strict=True)]
        reading = replace(reading, parser="fastfeedparser", warnings=(*reading.warnings, note))
        return assemble(own, reading, ask.seen, hashes=every)
    note = f"The feed holds {len(every)} entries of which feedparser found {len(parsed.entries)}."
    reading = replace(reading, total=0, warnings=(*reading.warnings, note))
    return _by_content(parsed, found, ask, reading)


def _whole(data: bytes, ask: _Ask, reading: Reading) -> Reading:
    """Parse a body that cannot be cut; its entries are known by the hash of what they say."""
    parsed = _parse(data)
    found = () if parsed.entries else rescue.entries(data, ask.place)
    if found:
        note = f"{_DISAGREE}: 0 entries against {len(found)}; the latter's were taken."
        reading = replace(reading, warnings=(*reading.warnings, note))
    elif not parsed.entries and not parsed.sound:
        detail = f"{ask.place.url} begins like a feed but is damaged so that no entry can be read."
        raise FeedError(Outcome.MALFORMED, detail)
    reading = replace(reading, ttl=_ttl(data[:16_384]), title=_name(parsed))
    if not parsed.sound and parsed.entries:
        note = "The feed is not well-formed; some of its entries may be cut short or missing."
        reading = replace(reading, warnings=(*reading.warnings, note))
    return _by_content(parsed, found, ask, reading)


def _by_content(parsed: _Parsed, others: Sequence[Entry], ask: _Ask, reading: Reading) -> Reading:
    if len(parsed.entries) >= len(others):
        there = _within(ask.place, parsed)
        found = [entry_of(raw, there) for raw in parsed.entries]
        reading = replace(reading, parser="feedparser")
    else:
        found = list(others)
        reading = replace(reading, parser="fastfeedparser")
    if len(found) > MOST_ENTRIES:
        note = f"The feed holds {len(found)} entries; only the newest {MOST_ENTRIES} were read."
        reading = replace(reading, total=len(found), warnings=(*reading.warnings, note))
        found = sorted(found, key=lambda e: e.published or datetime.min.replace(tzinfo=UTC), reverse=True)
    return assemble([replace(e, hash=_content_hash(e)) for e in found[:MOST_ENTRIES]], reading, ask.seen)


def _content_hash(entry: Entry) -> str:
    said = (entry.guid, entry.link, entry.title, entry.summary, entry.body)
    return digest("\x1f".join(said).encode("utf-8", "replace"))


# feedparser


def _parse(document: bytes) -> _Parsed:
    """Let feedparser read clean UTF-8. The only call of feedparser.parse in this project."""
    import feedparser.api

    feedparser.api.PREFERRED_XML_PARSERS.clear()  # expat, whatever else is installed: six files were looked for
    refuse_bombs(document)
    stream = io.BytesIO(for_feedparser(document))
    found = feedparser.parse(
        stream,
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    sound = not found.bozo or isinstance(
        found.bozo_exception, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType
    )
    atom = str(found.get("version", "")).startswith("atom")
    return _Parsed(
        [dict(e) for e in found.entries], dict(found.feed), atom, sound
    )  # plain: its own look-ups guess


def _within(place: Place, parsed: _Parsed) -> Place:
    """Give the place as the channel defines it: RSS links are relative to the channel's own link."""
    home = "" if parsed.atom else place.link(parsed.channel.get("link"))
    language = language_of(parsed.channel.get("language"))
    outlet = place.outlet.language if place.outlet else None
    return replace(place, base=home, atom=parsed.atom, language=language or outlet)


def _name(parsed: _Parsed) -> str:
    title = parsed.channel.get("title")
    return plain.line(title) if isinstance(title, str) else ""


def _ttl(head: bytes) -> timedelta | None:
    found = _TTL.search(head)
    return timedelta(minutes=int(found[1])) if found else None


def _title(head: bytes) -> str:
    found = _TITLE.search(head)
    if found is None:
        return ""
    words = found[1].decode("utf-8", "replace").strip()
    bare = words.removeprefix("<![CDATA[")
    return plain.line(bare.removesuffix("]]>") if bare != words else html.unescape(words))
