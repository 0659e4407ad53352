"""What the demo's outlets serve: feeds in four formats, a news sitemap, a listing, article pages, robots.txt."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

from monitor.demo.outlets import Outlet, Piece, front

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Page", "page"]

_FORMATS = {
    "rss": ("rss.xml.j2", "application/rss+xml; charset=utf-8"),
    "rss-full": ("rss-full.xml.j2", "text/xml; charset=UTF-8"),
    "atom": ("atom.xml.j2", "application/atom+xml"),
    "rdf": ("rdf.xml.j2", "application/rdf+xml; charset=utf-8"),
    "sitemap": ("sitemap.xml.j2", "application/xml"),
    "listing": ("listing.html.j2", "text/html; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A body with its Content-Type."""

    body: bytes
    content_type: str


def page(outlet: Outlet, path: str, now: datetime) -> Page | None:
    """Give what an outlet serves at a path (without query) at `now`; None: 404."""
    if path == "/robots.txt":
        return Page(_render("robots.txt.j2"), "text/plain; charset=utf-8")
    if outlet.format == "none":
        return None
    shown = front(outlet, now)
    if path == outlet.path:
        return _listing(outlet, shown)
    found = next((p for p in shown if f"/{p.slug}" == path), None)
    if found is None:
        return None
    return Page(_render("article.html.j2", outlet=outlet, story=found), "text/html; charset=utf-8")


def _listing(outlet: Outlet, shown: Iterable[Piece]) -> Page:
    stories = tuple(shown)
    if outlet.format == "json":
        return Page(_json_feed(outlet, stories), "application/feed+json")
    template, content_type = _FORMATS[outlet.format]
    built = max(p.published for p in stories)
    return Page(_render(template, outlet=outlet, stories=stories, built=built), content_type)


def _json_feed(outlet: Outlet, stories: Iterable[Piece]) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": outlet.home,
        "feed_url": outlet.url,
        "items": [_json_item(p) for p in stories],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _json_item(piece: Piece) -> dict[str, object]:
    item: dict[str, object] = {
        "id": piece.guid,
        "url": piece.link,
        "title": piece.title,
        "summary": piece.summary,
        "date_published": piece.published.isoformat(),
        "tags": [piece.section],
    }
    if piece.body:
        item["content_html"] = _markup(piece)
    if piece.author:
        item["authors"] = [{"name": piece.author}]
    return item


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(**values).encode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("monitor.demo", "newsroom/templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["rfc822"] = lambda instant: format_datetime(instant, usegmt=True)
    environment.filters["iso"] = lambda instant: instant.isoformat().replace("+00:00", "Z")
    environment.filters["markup"] = _markup
    return environment


def _markup(piece: Piece) -> str:
    from markupsafe import escape

    return "\n".join(f"<p>{escape(p)}</p>" for p in piece.paragraphs)
