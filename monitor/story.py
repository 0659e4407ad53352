"""What we read, as values: outlets and their sources, entries as published, stories as understood, polls.

Instants are aware UTC datetimes; a naive one is refused. Text is plain text, never HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

__all__ = [
    "FAILURES",
    "Access",
    "Articles",
    "DateOrder",
    "DateSource",
    "Entry",
    "Event",
    "Outcome",
    "Outlet",
    "Photo",
    "Poll",
    "Revision",
    "Source",
    "SourceKind",
    "Story",
    "utc",
]


class SourceKind(StrEnum):
    """How a source lists its stories."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"


class Access(StrEnum):
    """Whether a reader can open the whole story."""

    OPEN = "open"
    METERED = "metered"
    PAID = "paid"


class Articles(StrEnum):
    """Which of an outlet's pages are fetched."""

    ALL = "all"
    NONE = "none"


class DateOrder(StrEnum):
    """How an outlet writes 03.02.2021."""

    DMY = "DMY"
    MDY = "MDY"
    YMD = "YMD"


class DateSource(StrEnum):
    """Where a story's instant comes from."""

    PUBLISHED = "published"
    UPDATED = "updated"
    PAGE = "page"
    FIRST_SEEN = "first-seen"


class Outcome(StrEnum):
    """What became of one poll."""

    NEWS = "news"  # at least one unseen entry
    UNCHANGED = "unchanged"  # read, nothing unseen
    NOT_MODIFIED = "not-modified"  # 304
    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    CONNECTION = "connection"
    HTTP_ERROR = "http-error"
    RATE_LIMITED = "rate-limited"  # 429, or 503 with Retry-After
    BLOCKED = "blocked"  # a challenge page, or 401/403
    GONE = "gone"  # 410
    ROBOTS = "robots"  # robots.txt forbids it
    FORBIDDEN_ADDRESS = "forbidden-address"  # the guard refused it
    TOO_BIG = "too-big"
    NOT_A_FEED = "not-a-feed"  # HTML or another thing instead of a feed
    EMPTY = "empty"
    MALFORMED = "malformed"
    HOSTILE = "hostile"  # the parser had to be killed


FAILURES = frozenset(Outcome) - {Outcome.NEWS, Outcome.UNCHANGED, Outcome.NOT_MODIFIED}


def utc(instant: datetime) -> datetime:
    """Give an aware instant in UTC; raise ValueError for a naive one."""
    if instant.tzinfo is None:
        msg = f"naive datetime {instant.isoformat()}: every instant needs a zone"
        raise ValueError(msg)
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One pollable address of an outlet."""

    url: str
    outlet: str = ""
    kind: SourceKind = SourceKind.FEED
    section: str = ""
    interval: timedelta = timedelta(minutes=15)
    max_silence: timedelta | None = None  # None: learnt from its usual gap
    verified: str = "never"  # the ISO date on which a person saw it live
    links: str = ""  # listings: CSS or XPath that selects the story links

    @property
    def name(self) -> str:
        """What people call it: bbc, or bbc/asia."""
        return f"{self.outlet}/{self.section}" if self.section else self.outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A publisher, declared: its sources and how to read them."""

    name: str  # [a-z0-9-]{1,64}
    title: str
    sources: tuple[Source, ...] = ()
    hosts: tuple[str, ...] = ()  # hosts whose links are its own (subdomains included)
    language: str | None = None  # BCP 47, when the source does not say
    languages: tuple[str, ...] = ()  # languages of its dates
    zone: str = "UTC"
    date_order: DateOrder = DateOrder.DMY
    access: Access | None = None  # None: nobody said
    articles: Articles = Articles.NONE
    exclude: tuple[str, ...] = ()  # RE2 patterns on URL or headline: links that are no stories
    house_authors: tuple[str, ...] = ()
    delay: timedelta = timedelta(seconds=5)  # between requests to one of its hosts
    ours: bool = False  # compared, never alerted

    def __post_init__(self) -> None:
        """Let each source know its outlet."""
        named = tuple(s if s.outlet else replace(s, outlet=self.name) for s in self.sources)
        object.__setattr__(self, "sources", named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """The lead image, as the outlet describes it."""

    url: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as a source published it, cleaned to plain text."""

    guid: str = ""  # opaque, meaningful only within its source
    link: str = ""  # "" when missing or unsafe
    title: str = ""
    summary: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    date_source: DateSource | None = None  # where `published` comes from
    sections: tuple[str, ...] = ()
    language: str | None = None
    access: Access | None = None
    photo: Photo | None = None
    hash: str = ""  # of the published bytes: an equal hash means an unchanged entry
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """An entry as we understand it. Outlet, title, url, instant and text are enough to make one."""

    outlet: str
    title: str
    url: str
    published: datetime
    body: str = ""
    _: KW_ONLY
    summary: str = ""
    headlines: tuple[str, ...] = ()  # other variants of the title
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    language: str | None = None
    access: Access | None = None  # None: nobody said
    photo: Photo | None = None
    updated: datetime | None = None
    date_source: DateSource = DateSource.PUBLISHED
    guid: str = ""
    source: str = ""  # URL of the source it came by
    hash: str = ""  # of the entry as published
    correction: str = ""  # the notice by which the outlet corrects the story
    origin: str = ""  # who published it first, where the outlet says so
    vanished: bool = False  # its page is gone from the outlet's site
    provenance: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Refuse naive instants and bring all to UTC."""
        object.__setattr__(self, "published", utc(self.published))
        if self.updated is not None:
            object.__setattr__(self, "updated", utc(self.updated))

    @property
    def titles(self) -> tuple[str, ...]:
        """Every headline variant, the displayed one first, each once."""
        return tuple(dict.fromkeys(t for t in (self.title, *self.headlines) if t))


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A later state of the same story. Number 1 is the first state."""

    story_id: int
    number: int
    story: Story
    seen: datetime
    changed: tuple[str, ...] = ()  # names of the fields that differ from the state before


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Stories on one happening; `lead` is the first one told."""

    id: int
    lead: int
    opened: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One request to one source and what came of it: the unit the crawl hands on."""

    source: Source
    at: datetime
    outcome: Outcome
    status: int | None = None
    detail: str = ""  # a sentence for the operator when something is wrong
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    size: int = 0
    elapsed: float = 0.0  # seconds
    hashes: tuple[str, ...] = ()  # of every entry in the body, seen or not
    total: int = 0  # entries in the body
    known: int = 0  # of these, entries seen before
    stories: tuple[Story, ...] = ()  # the unseen entries, understood, in the source's order
    newest: datetime | None = None  # the youngest instant in the body
    max_age: timedelta | None = None  # cache hints and ttl: not before
    retry_after: timedelta | None = None
    moved_to: str = ""  # target of a permanent redirect
    landed: str = ""  # where redirects of any kind led, if there were any
    content_type: str = ""  # as the server calls it, without parameters
    warnings: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the source could not be read."""
        return self.outcome in FAILURES
