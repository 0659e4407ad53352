"""HTML to plain text: entities decoded once, tags removed, script and style dropped, control and bidi junk removed.

Joiners (ZWNJ, ZWJ) stay: Uyghur, Persian and Indic words need them. Lengths are capped before any parsing.
"""

from __future__ import annotations

import html
import re

from lxml import etree

__all__ = ["LONGEST_TEXT", "LONGEST_TITLE", "clean", "line", "text"]

LONGEST_TITLE = 500  # characters
LONGEST_TEXT = 65_536  # characters, markup included

_BARE = re.compile(r"<(?![a-zA-Z/!?])|<(?=[^<>]*\Z)")
_JUNK = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_BLOCKS = re.compile(
    r"(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6r]|header|li|main|nav|ol|option"
    r"|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)\Z"
)
_SILENT = re.compile(r"(?:script|style|template|iframe|object|svg|head|title|noscript|select|textarea)\Z")


class _Reader:
    """A parser target that collects the words and where lines end."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.silent = 0

    def start(self, tag: str, _attributes: object) -> None:
        if _SILENT.match(tag):
            self.silent += 1
        elif _BLOCKS.match(tag):
            self.parts.append("\n")

    def end(self, tag: str) -> None:
        if _SILENT.match(tag):
            self.silent = max(0, self.silent - 1)
        elif _BLOCKS.match(tag):
            self.parts.append("\n")

    def data(self, words: str) -> None:
        if not self.silent:
            self.parts.append(words)

    def close(self) -> str:
        return "".join(self.parts)


def text(markup: str, *, longest: int = LONGEST_TEXT) -> str:
    """Give the words of an HTML fragment, one line per block, at most `longest` characters."""
    markup = markup[:LONGEST_TEXT]
    if "<" in markup:
        markup = _strip_tags(_JUNK.sub("", markup))
    elif "&" in markup:
        markup = html.unescape(markup)
    return clean(markup)[:longest].rstrip()


def line(markup: str, *, longest: int = LONGEST_TITLE) -> str:
    """Give the words of an HTML fragment on one line."""
    return " ".join(text(markup[: longest * 8]).split())[:longest].rstrip()


def clean(words: str) -> str:
    """Remove control, bidi and other invisible junk and superfluous white space from plain text."""
    if (
        words.isprintable()
    ):  # no control, format or line character, and no space but U+0020: the common case, quickly
        return _SPACES.sub(" ", words).strip() if "  " in words else words.strip()
    words = _JUNK.sub("", words.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))
    return _LINES.sub("\n", _SPACES.sub(" ", words)).strip()


def _strip_tags(markup: str) -> str:
    parser = etree.HTMLParser(
        target=_Reader(), remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    try:
        parser.feed(_BARE.sub("&lt;", markup))
        words: str = parser.close()
    except etree.XMLSyntaxError:
        return ""
    return words
