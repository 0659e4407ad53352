"""Why an address was never seen: whether any source lists its site, how that source was polled around then, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.app.wire import Wire
from monitor.links import canonical, host, site
from monitor.schedule import Incident
from monitor.store import Tx, pages, sources, trail
from monitor.store.pages import Waiting
from monitor.story import FAILURES, Outcome, Outlet, Source

__all__ = ["Listing", "Unseen", "date_in", "look_for"]

_BEFORE, _AFTER = (
    timedelta(days=1),
    timedelta(days=4),
)  # around the midnight that begins the day in an address
_LATELY = timedelta(days=7)  # where the address has no date
_MOST_INCIDENTS = 10_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-]?)(\d\d?)\2(\d\d?)(?!\d)")
_NAMES = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})[a-z]*/(\d\d?)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One source that lists the site, and its polls of that time. `incidents`: gaps and failures put on record."""

    name: str
    url: str
    outcomes: Mapping[Outcome, int]
    new: int
    first: datetime | None  # its first poll on record
    incidents: tuple[Incident, ...]

    @property
    def polls(self) -> int:
        """How many polls there were."""
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        """How many of them brought nothing because something was wrong."""
        return sum(number for outcome, number in self.outcomes.items() if outcome in FAILURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """An address that is not on record. `day` is the one in the address.

    `shipped` names outlets that come with Copytaster, list the site and are not polled.
    """

    url: str
    site: str
    day: date | None
    since: datetime
    until: datetime
    listings: tuple[Listing, ...]
    shipped: tuple[str, ...]
    waits: Waiting | None = None  # it is known, and not decided before its page is read


def date_in(url: str) -> date | None:
    """Give the day an address names: /2021/01/13/, /2021/jan/13/, 2021-01-13, 20210113."""
    for found in _NUMBERS.finditer(url):
        if (day := _day(found[1], found[3], found[4])) is not None:
            return day
    named = _NAMES.search(url)
    if named and named[2].lower() in _MONTHS:
        return _day(named[1], str(_MONTHS.index(named[2].lower()) + 1), named[3])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def look_for(wire: Wire, url: str, outlets: Mapping[str, Outlet]) -> Unseen:
    """Look for what kept an address from us. `outlets` are all we can name, polled or not."""
    now = wire.clock()
    day = date_in(url)
    since, until = now - _LATELY, now
    if day is not None:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        since, until = midnight - _BEFORE, midnight + _AFTER
    polled = {outlet.name for outlet in wire.newsroom.outlets}
    with wire.store.reading() as tx:
        waiting = pages.entries(tx, pages.key_of(canonical(url)))
        declared = [o for o in wire.newsroom.outlets if _lists(o, url)]
        linking = frozenset(trail.outlets_linking(tx, site(url))) if not declared else frozenset[str]()
        ours = declared or [o for o in wire.newsroom.outlets if o.name in linking]
        listings = tuple(_listing(tx, s, since, until) for s in _sources(ours, outlets))
    return Unseen(
        url=url,
        site=site(url),
        day=day,
        since=since,
        until=until,
        listings=listings,
        waits=next(iter(waiting), None),
        shipped=tuple(o.name for o in outlets.values() if o.name not in polled and _lists(o, url)),
    )


def _lists(outlet: Outlet, url: str) -> bool:
    """Whether an outlet's own links or sources are at the site of an address."""
    name, wanted = host(url), site(url)
    own = any(name == h or name.endswith(f".{h}") for h in outlet.hosts)
    return own or any(site(s.url) == wanted for s in outlet.sources)


def _sources(ours: Sequence[Outlet], outlets: Mapping[str, Outlet]) -> Iterator[Source]:
    for outlet in ours:
        yield from outlets.get(outlet.name, outlet).sources


def _listing(tx: Tx, source: Source, since: datetime, until: datetime) -> Listing:
    seen = trail.visits(tx, source.outlet, source.url, since, until)
    kept = sources.incidents(tx, outlet=source.outlet, since=since, limit=_MOST_INCIDENTS)
    return Listing(
        name=source.name,
        url=source.url,
        outcomes=seen.outcomes,
        new=seen.new,
        first=seen.first,
        incidents=tuple(i for i in reversed(kept) if i.at < until and i.url in ("", source.url)),
    )
