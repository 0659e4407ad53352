"""Subscription lists (OPML), in and out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from lxml import etree

from monitor import links
from monitor.errors import ConfigError
from monitor.parse import plain
from monitor.story import Outlet, Source, SourceKind

__all__ = ["read", "slug", "write"]

_LONGEST_NAME = 64
_BROKEN_OFF = frozenset({"ERR_GT_REQUIRED", "ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_EMPTY"})  # libxml2's names
_DEEPEST = 20  # folders in folders


def read(body: bytes) -> tuple[Source, ...]:
    """Give the feeds of an OPML file, each address once; the folder is the section, the outlet is named by its title.

    ConfigError when it is no OPML. Addresses that are no web address are left out.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        msg = f"this is no OPML file: {error}"
        raise ConfigError(msg) from error
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        msg = "this is no OPML file: it does not begin with <opml>"
        raise ConfigError(msg)
    broken = next((e for e in parser.error_log if e.type_name in _BROKEN_OFF), None)
    if broken is not None:
        msg = f"this OPML file is damaged: it breaks off in line {broken.line}. Export it again; nothing was taken from it."
        raise ConfigError(msg)
    found: dict[str, Source] = {}
    for outline, folder in _outlines(root.find("body"), "", 0):
        url = links.safe_url(_get(outline, "xmlUrl"))
        if url:
            found.setdefault(url, Source(url=url, outlet=_name(outline, url), section=folder))
    return tuple(found.values())


def _outlines(parent: etree._Element | None, folder: str, depth: int) -> Iterator[tuple[etree._Element, str]]:
    if parent is None or depth > _DEEPEST:
        return
    for outline in parent.iterchildren("outline"):
        if _get(outline, "xmlUrl"):
            yield outline, folder
        else:
            yield from _outlines(outline, slug(_get(outline, "title") or _get(outline, "text")), depth + 1)


def _get(outline: etree._Element, name: str) -> str:
    """Read an attribute whatever its case: xmlUrl, xmlURL, xmlurl."""
    values = (v for k, v in outline.attrib.items() if str(k).lower() == name.lower())
    return plain.clean(str(next(values, "")))


def _name(outline: etree._Element, url: str) -> str:
    title = _get(outline, "title") or _get(outline, "text")
    return slug(title) or slug(links.site(url)) or "outlet"


def slug(words: str) -> str:
    """Make a name of [a-z0-9-], at most 64 characters: "The Guardian" is the-guardian."""
    letters = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST_NAME].strip("-")


def write(outlets: Iterable[Outlet]) -> bytes:
    """Give an OPML 2.0 file of the outlets' feeds; sitemaps and listings have no place in it."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Copytaster's sources"
    body = etree.SubElement(root, "body")
    for outlet in outlets:
        for source in outlet.sources:
            if source.kind is SourceKind.FEED:
                title = f"{outlet.title} – {source.section}" if source.section else outlet.title
                etree.SubElement(body, "outline", type="rss", text=title, title=title, xmlUrl=source.url)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
