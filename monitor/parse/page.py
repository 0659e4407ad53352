"""A web page's bytes to a tree, without trusting its label."""

from __future__ import annotations

import codecs
import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from monitor import links

__all__ = ["own_address", "tree"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_NOT_BELIEVED = frozenset(
    {"utf-8", "utf8", "utf-7", "utf7", "unicode-1-1-utf-7"}
)  # disproved, or never meant on the web
_LONGEST = 8 * 2**20
_PIECE = 2**15


def tree(body: bytes, content_type: str | None = None) -> HtmlElement | None:
    """Give the document's root, None for what holds no element. Never touches the network."""
    body = body[:_LONGEST].replace(b"\x00", b"")
    if not body.strip():
        return None
    for encoding in (_encoding(body, content_type), None):
        try:
            parser = HTMLParser(encoding=encoding, no_network=True, huge_tree=False)
            return document_fromstring(body, parser=parser)
        except LookupError:
            continue  # the server's label names no encoding: let the page's own decide
        except (etree.ParserError, etree.XMLSyntaxError):
            return None
    return None


def own_address(body: bytes) -> str:
    """Give the address a page names as its own (canonical link, og:url); "" when it names none."""
    root = tree(body)
    if root is None:
        return ""
    given = [e.get("href") for e in root.iter("link") if (e.get("rel") or "").lower() == "canonical"]
    given += [e.get("content") for e in root.iter("meta") if e.get("property") == "og:url"]
    return next((url for g in given if g and "://" in g and (url := links.safe_url(g.strip()))), "")


def _encoding(body: bytes, content_type: str | None) -> str | None:
    """Give utf-8 when the bytes bear it out, else what the server says, else None: the page's own word."""
    try:
        _prove(body)
    except UnicodeDecodeError:
        found = _CHARSET.search(content_type or "")
        return found[1] if found and found[1].lower() not in _NOT_BELIEVED else None
    return "utf-8"


def _prove(body: bytes) -> None:
    """Raise UnicodeDecodeError where bytes are not UTF-8. In pieces: one big string costs more to get than to read."""
    if body.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(body), _PIECE):
        decoder.decode(body[start : start + _PIECE])
    decoder.decode(b"", final=True)
