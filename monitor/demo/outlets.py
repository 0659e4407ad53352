"""The demo's newsroom as values: who publishes what, and how it reads at a simulated instant.

The texts are in newsroom/stories.toml, the outlets in newsroom/outlets.toml. Nothing here knows rules or alerts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any

__all__ = ["INSTANTS", "Edition", "Outlet", "Piece", "front", "newsroom"]

_DAY = date(2026, 3, 11)
INSTANTS = tuple(datetime.combine(_DAY, at, tzinfo=UTC) for at in (time(8), time(10), time(12, 30)))
"""The three instants at which the demo polls; the first is the baseline."""

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One story as its outlet publishes it at one instant."""

    slug: str
    title: str
    published: datetime
    link: str
    guid: str
    summary: str = ""
    body: str = ""  # paragraphs with an empty line between them
    author: str = ""
    section: str = ""
    photo: str = ""
    language: str = "en"
    keywords: str = ""
    remark: str = ""  # printed when it reaches an editor

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.slug.rpartition("/")[2]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its text, paragraph by paragraph."""
        return tuple(" ".join(p.split()) for p in self.body.split("\n\n") if p.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A piece from one instant on."""

    since: datetime
    piece: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet that does not exist, with everything it publishes on the day."""

    key: str
    title: str
    host: str
    path: str
    format: str  # rss, rss-full, atom, rdf, json, sitemap, listing; none: the address answers 404
    etag: bool = False
    guids: bool = True
    query: str = ""  # campaign parameters its feed adds to links
    access: str = ""  # as rules.yaml says it; "": not said
    ours: bool = False
    stories: tuple[tuple[Edition, ...], ...] = ()  # each story's editions, the first one first

    @property
    def home(self) -> str:
        """Its front page."""
        return f"http://{self.host}/"

    @property
    def url(self) -> str:
        """The address that is polled."""
        return f"http://{self.host}{self.path}"


def front(outlet: Outlet, now: datetime) -> tuple[Piece, ...]:
    """Give what the outlet lists at `now`, the youngest first."""
    shown = []
    for editions in outlet.stories:
        current = [e.piece for e in editions if e.since <= now]
        if current:
            shown.append(current[-1])
    return tuple(sorted(shown, key=lambda p: p.published, reverse=True))


def newsroom() -> Mapping[str, Outlet]:
    """Read the outlets and their stories from the package, by key."""
    folder = files("monitor.demo") / "newsroom"
    outlets = tomllib.loads((folder / "outlets.toml").read_text(encoding="utf-8"))["outlet"]
    stories = tomllib.loads((folder / "stories.toml").read_text(encoding="utf-8"))["story"]
    texts = {f"{s['outlet']}/{s['slug']}": str(s.get("body", "")) for s in stories}
    return {o["key"]: _outlet(o, (s for s in stories if s["outlet"] == o["key"]), texts) for o in outlets}


def _outlet(
    declared: Mapping[str, Any], stories: Iterable[Mapping[str, Any]], texts: Mapping[str, str]
) -> Outlet:
    outlet = Outlet(**declared)
    return replace(outlet, stories=tuple(_editions(outlet, s, texts) for s in stories))


def _editions(outlet: Outlet, story: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[Edition, ...]:
    first = Edition(since=story.get("appears", ALWAYS), piece=_piece(outlet, story, texts))
    found = [first]
    for later in story.get("edition", ()):
        found.append(Edition(since=later["from"], piece=_later(outlet, found[-1].piece, later)))
    return tuple(found)


def _piece(outlet: Outlet, story: Mapping[str, Any], texts: Mapping[str, str]) -> Piece:
    kept = ("title", "published", "summary", "author", "section", "photo", "language", "keywords", "remark")
    slug = str(story["slug"])
    body = (
        str(story.get("preface", ""))
        + "\n\n"
        + texts.get(story.get("copy_of", ""), str(story.get("body", "")))
    )
    return Piece(
        slug=slug,
        link=f"{outlet.home}{slug}{outlet.query}",
        guid=_guid(outlet, slug),
        body=body.strip(),
        **{name: story[name] for name in kept if name in story},
    )


def _later(outlet: Outlet, piece: Piece, later: Mapping[str, Any]) -> Piece:
    told = {name: later[name] for name in ("title", "summary", "published", "guid") if name in later}
    if "edit" in later:
        told["guid"] = _guid(outlet, piece.slug, later["edit"])
    return replace(piece, **told)


def _guid(outlet: Outlet, slug: str, edit: int = 0) -> str:
    """Give a GUID in the fashion of the outlet's format."""
    if outlet.format == "rss":
        return f"{outlet.home}{slug}#{edit}"
    if outlet.format == "atom":
        return f"tag:{outlet.host},2026:{slug}"
    return f"{outlet.home}?p={sum(slug.encode())}"
