"""A body on its way to the parsing child, and what the child found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.story import Outcome, Outlet, Source, Story

__all__ = ["Body", "Fetched", "Parsed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page as its server gave it."""

    url: str  # where it came from in the end
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """What the server called it."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body as downloaded, with all a reader needs to know of it."""

    content: bytes
    url: str  # where it came from in the end
    content_type: str | None
    source: Source
    outlet: Outlet
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a body held: the part of a Poll that only a reader can tell."""

    title: str = ""
    hashes: tuple[str, ...] = ()
    total: int = 0
    known: int = 0
    newest: datetime | None = None
    ttl: timedelta | None = None
    stories: tuple[Story, ...] = ()
    warnings: tuple[str, ...] = ()
    children: tuple[str, ...] = ()  # of a sitemap index: the sitemaps to read instead
    refusal: Outcome | None = None
    detail: str = ""
