"""When two polls of a source do not overlap: what may fill the gap between them, and how that is put on record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.links import canonical, safe_url, site
from monitor.schedule import Incident, IncidentKind
from monitor.store import pages, sources, stories
from monitor.story import FAILURES, DateSource, Outlet, Poll, Source, SourceKind, Story

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["Gap", "fills", "left_open", "missing", "narrowed", "not_filled", "said"]

_REMEMBERED = timedelta(days=1)
_MANY = 1_000  # incidents
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile(r"news", re.IGNORECASE)
_NAMES = {SourceKind.SITEMAP: "news sitemap", SourceKind.LISTING: "listing", SourceKind.FEED: "feed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nothing a source lists was there at its poll before: what it listed in between was never seen."""

    source: Source
    since: datetime  # the last poll that is known to be complete
    at: datetime


def left_open(tx: Tx, outlets: Mapping[str, Outlet], now: datetime) -> tuple[Gap, ...]:
    """Give the gaps of the last day of which nothing more is on record: the run that found them did not end."""
    found: dict[str, Incident] = {}
    for one in reversed(sources.incidents(tx, since=now - _REMEMBERED, limit=_MANY)):
        if one.kind is IncidentKind.GAP:
            found[one.url] = one
        elif one.kind in (IncidentKind.FILLED, IncidentKind.UNFILLED):
            found.pop(one.url, None)
    gaps = (_gap_of(tx, outlets.get(one.outlet), one) for one in found.values())
    return tuple(gap for gap in gaps if gap is not None)


def _gap_of(tx: Tx, outlet: Outlet | None, incident: Incident) -> Gap | None:
    source = next((s for s in (outlet.sources if outlet else ()) if s.url == incident.url), None)
    before = sources.polls(tx, outlet=incident.outlet, url=incident.url, until=incident.at)
    good = next((p.at for p in before if p.outcome not in FAILURES), None)
    return None if source is None or good is None else Gap(source=source, since=good, at=incident.at)


def fills(gap: Gap, outlet: Outlet | None, robots: Mapping[str, str]) -> Source | None:
    """Choose what may hold the stories of a gap; None when nothing is known that may.

    The outlet's news sitemap, else its listing, else the news sitemap its robots.txt names (`robots`: texts by origin).
    """
    declared = outlet.sources if outlet else ()
    for kind in (SourceKind.SITEMAP, SourceKind.LISTING):
        found = next((s for s in declared if s.kind is kind and s.url != gap.source.url), None)
        if found is not None:
            return found
    named = _named_by_robots(outlet, gap.source, robots)
    if named is None:
        return None
    return Source(url=named, outlet=gap.source.outlet, kind=SourceKind.SITEMAP, section="gap")


def _named_by_robots(outlet: Outlet | None, source: Source, robots: Mapping[str, str]) -> str | None:
    sites = {site(source.url), *(site(f"https://{host}/") for host in (outlet.hosts if outlet else ()))}
    for origin, text in sorted(robots.items()):
        if site(origin) not in sites:
            continue
        for found in _SITEMAP.finditer(text):
            url = safe_url(found[1])
            if url and _NEWS.search(url) and site(url) in sites and url != source.url:
                return url
    return None


def narrowed(poll: Poll, gap: Gap) -> Poll:
    """Keep to what was published in the gap: the rest of a source that is not polled otherwise was never ours."""
    kept = tuple(s for s in poll.stories if _dated(s) and gap.since <= s.published <= gap.at)
    return replace(poll, stories=kept, hashes=())


def _dated(story: Story) -> bool:
    return story.date_source is not DateSource.FIRST_SEEN


def missing(tx: Tx, found: Iterable[Story]) -> tuple[Story, ...]:
    """Give the stories that are neither on record nor waiting for their page."""
    return tuple(s for s in found if not _is_known(tx, s))


def _is_known(tx: Tx, story: Story) -> bool:
    address = canonical(story.url) if story.url else ""
    if stories.identify(tx, story, address) is not None:
        return True
    return bool(address) and bool(pages.entries(tx, pages.key_of(address)))


def said(gap: Gap, poll: Poll, new: Iterable[Story]) -> Incident:
    """Say what came of reading the source that was to fill a gap."""
    where = f"the {_NAMES[poll.source.kind]} {poll.source.url}"
    if poll.failed:
        return not_filled(gap, f"{where} could not be read: {poll.detail.rstrip('.')}", poll.at)
    instants = sorted(s.published for s in new)
    if not instants:
        text = (
            f"{gap.source.name}: gap looked into: {where} lists no story of that time that is not on record."
        )
        return _incident(gap, IncidentKind.FILLED, text, poll.at)
    count = "1 story" if len(instants) == 1 else f"{len(instants)} stories"
    text = (
        f"{gap.source.name}: gap filled: {count} from {where}, published between {_when(instants[0])} and "
        f"{_when(instants[-1])}."
    )
    return _incident(gap, IncidentKind.FILLED, text, poll.at)


def not_filled(gap: Gap, why: str, at: datetime) -> Incident:
    """Say that a gap stays open."""
    return _incident(gap, IncidentKind.UNFILLED, f"{gap.source.name}: gap not filled, because {why}.", at)


def _incident(gap: Gap, kind: IncidentKind, text: str, at: datetime) -> Incident:
    return Incident(kind=kind, outlet=gap.source.outlet, url=gap.source.url, at=at, text=text)


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
