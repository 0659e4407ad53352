"""News sitemaps (Google's news tags), plain ones, and sitemap indexes one level deep."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from lxml import etree

from monitor import links
from monitor.errors import FeedError
from monitor.parse import plain
from monitor.parse.encoding import BIGGEST, inflate, utf8
from monitor.parse.normal import language_of
from monitor.parse.reading import MOST_ENTRIES, Place, Reading, assemble, digest
from monitor.parse.sniff import looks_like_html, not_a_feed
from monitor.story import DateSource, Entry, Outcome, Outlet, Photo

__all__ = ["read"]

_MOST_CHILDREN = 50
_SLUG_NUMBER = re.compile(r"(?:^|[-_])(?:\d{5,}|[0-9a-f]{12,})(?=[-_]|\Z)")
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def read(
    body: bytes,
    url: str,
    *,
    now: datetime | None,
    content_type: str | None = None,
    outlet: Outlet | None = None,
    seen: Collection[str] = frozenset(),
) -> Reading:
    """Read a sitemap, gzipped or not, or the addresses of its parts (`children`, youngest first) from an index.

    Without news tags an entry's headline is made of its address. FeedError as for a feed.
    """
    body = inflate(body)
    if len(body) > BIGGEST:
        raise FeedError(Outcome.TOO_BIG, f"{url} is larger than {BIGGEST // 2**20} MiB and was not read.")
    decoded = utf8(body, content_type)
    data = decoded.body.strip()
    if not data:
        raise FeedError(Outcome.EMPTY, f"{url} answers with an empty body.")
    if looks_like_html(data):
        raise not_a_feed(data, url)
    root, notes = _root(data, url)
    place = Place(url=url, now=now, outlet=outlet, language=outlet.language if outlet else None)
    reading = Reading(parser="sitemap", warnings=(*decoded.warnings, *notes))
    if _name(root) == "sitemapindex":
        return replace(reading, children=_children(root, place))
    return _urls(root, place, seen, reading)


def _root(data: bytes, url: str) -> tuple[etree._Element, tuple[str, ...]]:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise FeedError(Outcome.MALFORMED, f"{url} is damaged XML: {error}.") from error
    if root is None or _name(root) not in {"urlset", "sitemapindex"}:
        raise FeedError(
            Outcome.NOT_A_FEED, f"{url} is no sitemap: it has neither <urlset> nor <sitemapindex>."
        )
    damage = parser.error_log.last_error
    return root, (f"The sitemap is damaged at line {damage.line}; what could be read was.",) if damage else ()


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _fields(element: etree._Element) -> dict[str, str]:
    """Give the texts below an element by local name, the first of each."""
    found: dict[str, str] = {}
    for below in element.iter():
        if isinstance(below.tag, str) and below.text and below.text.strip():
            parent = below.getparent()
            name = _name(below)
            named = f"image.{name}" if parent is not None and _name(parent) == "image" else name
            found.setdefault(named, below.text.strip())
    return found


def _children(root: etree._Element, place: Place) -> tuple[str, ...]:
    """Give an index's sitemaps, those of the same site only: an index leads nowhere else."""
    listed = [f for child in root if (f := _fields(child)).get("loc")]
    listed.sort(key=lambda f: place.date(f.get("lastmod")) or _EARLIEST, reverse=True)
    home = links.site(place.url)
    found = (place.link(f["loc"]) for f in listed)
    return tuple(dict.fromkeys(u for u in found if u and links.site(u) == home))[:_MOST_CHILDREN]


def _urls(root: etree._Element, place: Place, seen: Collection[str], reading: Reading) -> Reading:
    listed = [f for child in root if _name(child) == "url" and (f := _fields(child)).get("loc")]
    reading = replace(reading, total=len(listed))
    if len(listed) > MOST_ENTRIES:
        note = f"The sitemap holds {len(listed)} entries; only the newest {MOST_ENTRIES} were read."
        reading = replace(reading, warnings=(*reading.warnings, note))
        listed.sort(key=lambda f: f.get("publication_date") or f.get("lastmod") or "", reverse=True)
        listed = listed[:MOST_ENTRIES]
    hashes = [_hash(f) for f in listed]
    found = [_entry(f, place, h) for f, h in zip(listed, hashes, strict=True) if h not in seen]
    if listed and not any(f.get("title") for f in listed):
        note = "The sitemap has no news tags; headlines are made of the addresses."
        reading = replace(reading, warnings=(*reading.warnings, note))
    return assemble(found, reading, seen, hashes=hashes)


def _hash(fields: dict[str, str]) -> str:
    return digest("\x1f".join(f"{k}={v}" for k, v in sorted(fields.items())).encode("utf-8", "replace"))


def _entry(fields: dict[str, str], place: Place, digest_: str) -> Entry:
    link = place.link(fields["loc"])
    published, updated = place.date(fields.get("publication_date")), place.date(fields.get("lastmod"))
    keywords = (plain.line(k, longest=100) for k in fields.get("keywords", "").split(","))
    image = place.link(fields.get("image.loc"))
    return Entry(
        guid=link,
        link=link,
        title=plain.line(fields.get("title", "")) or _from_address(link),
        published=published or updated,
        updated=updated,
        date_source=DateSource.PUBLISHED if published else DateSource.UPDATED if updated else None,
        sections=tuple(dict.fromkeys(filter(None, keywords)))[:30],
        language=language_of(fields.get("language")) or place.language,
        photo=Photo(url=image, caption=plain.line(fields.get("image.caption", ""))) if image else None,
        hash=digest_,
    )


def _from_address(link: str) -> str:
    """Make a headline of the last words of an address: /2021/02/03/police-in-china-77123 says "Police in china"."""
    parts = [p for p in unquote(urlsplit(link).path).split("/") if p]
    slugs = (
        re.sub(r"[-_+\s]+", " ", _SLUG_NUMBER.sub("", p.partition(".")[0])).strip() for p in reversed(parts)
    )
    words = next((s for s in slugs if " " in s), "")
    return plain.line(words[:1].upper() + words[1:])
