"""What reading one body gives, whatever its format."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import urljoin

from monitor import links
from monitor.parse import dates
from monitor.story import Entry, Outlet

__all__ = ["MOST_ENTRIES", "Place", "Reading", "assemble", "digest", "newest"]

MOST_ENTRIES = 2_000  # of one body; the newest are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A feed, sitemap or listing as read. Entries are in the body's order."""

    entries: tuple[Entry, ...] = ()  # the unseen ones only
    hashes: tuple[str, ...] = ()  # of every entry, seen or not, in the body's order
    total: int = 0  # entries in the body
    known: int = 0  # of these, seen before
    newest: datetime | None = None  # youngest instant among the unseen entries
    ttl: timedelta | None = None  # how long the publisher wants us to wait
    title: str = ""
    parser: str = ""  # which parser read it; "" when nothing was unseen
    warnings: tuple[str, ...] = ()  # sentences for the operator
    children: tuple[str, ...] = ()  # a sitemap index: the sitemaps to read instead


def digest(data: bytes) -> str:
    """Give the 128-bit fingerprint, in hex, by which an unchanged entry is known again."""
    return blake2b(data, digest_size=16).hexdigest()


def newest(entries: tuple[Entry, ...]) -> datetime | None:
    """Give the youngest publication instant."""
    return max((e.published for e in entries if e.published), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when something was read: what its relative links and its dates mean."""

    url: str
    now: datetime | None  # None: no clock, so nothing is too far ahead and nothing is "2 hours ago"
    outlet: Outlet | None = None
    base: str = ""  # against which relative links are meant; "": the url itself
    language: str | None = None
    atom: bool = False  # Atom says whether a text is markup; RSS never does

    def date(self, text: object) -> datetime | None:
        """Read a date the way this outlet writes them."""
        if not isinstance(text, str) or not text:
            return None
        home = self.outlet
        dated = (
            dates.parse(text, now=self.now)
            if home is None
            else dates.parse(
                text, now=self.now, zone=home.zone, order=home.date_order, languages=home.languages
            )
        )
        return dated.instant if dated else None

    def link(self, href: object) -> str:
        """Give the absolute link when it is fit to be clicked, else ""."""
        if not isinstance(href, str) or not href.strip():
            return ""
        try:
            absolute = urljoin(self.base or self.url, href.strip().replace(" ", "%20"))
        except ValueError:
            return ""
        return links.safe_url(absolute) or ""


def assemble(
    found: Sequence[Entry], reading: Reading, seen: Collection[str], *, hashes: Sequence[str] = ()
) -> Reading:
    """Complete a reading with the unseen ones of the entries found, each with its hash, junk dropped with a warning.

    `hashes` are those of all entries in the body, when they are known already; else each entry's own.
    """
    every = tuple(hashes) or tuple(e.hash for e in found)
    unseen = tuple({e.hash: e for e in reversed(found) if e.hash not in seen}.values())[::-1]
    kept = tuple(e for e in unseen if e.title or e.link)
    junk = len(unseen) - len(kept)
    notes = (f"{junk} entries have neither a title nor a link and were dropped.",) if junk else ()
    if not every and not reading.children:
        notes = ("There are no entries in it.",)
    return replace(
        reading,
        entries=kept,
        hashes=every,
        total=reading.total or len(every),
        known=sum(h in seen for h in every),
        newest=newest(kept),
        warnings=(*reading.warnings, *notes),
    )
