"""Scraped text made harmless: one line, no control, bidi or invisible characters, nothing that links itself.

Zero-width joiners stay: Uyghur, Persian and Indic words are spelt with them.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

__all__ = [
    "answerable",
    "clean",
    "clickable",
    "clip",
    "defuse",
    "host_label",
    "is_latin",
    "join_words",
    "plural",
]

JOINER = "\u2060"  # word joiner: not seen, and breaks what a chat service would act on

_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")
_SELF_LINK = re.compile(r":(?=//)|(?<=\w)\.(?=[^\W\d_]{2})")
_IN_A_URL = "!#$%&'()*+,-./:;=?@_~"
_FORBIDDEN_IN_URL = re.compile(
    r"[\s\x00-\x20\x7f-\x9f\\<>\"`{}|^\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f]"
)
_LONGEST_URL = 2048


def clean(text: str) -> str:
    """Give scraped text as one line without control, bidi or other characters nobody sees."""
    return _SPACES.sub(" ", _UNSEEN.sub("", _BREAKS.sub(" ", text))).strip()


def clip(text: str, limit: int) -> str:
    """Shorten to `limit` characters, at a space where there is one, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: max(0, limit - 1)]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.") + "…"


def defuse(text: str) -> str:
    """Keep addresses in scraped text from becoming links by themselves; they look the same."""
    return _SELF_LINK.sub(lambda found: found[0] + JOINER, text)


def clickable(url: str) -> str:
    """Give a web address in ASCII that is safe to click and to print, or "" when there is none."""
    if len(url) > _LONGEST_URL or _FORBIDDEN_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    ascii_host = f"[{host}]" if ":" in host else _ascii(host)
    if not ascii_host:
        return ""
    rest = url[url.index(parts.netloc) + len(parts.netloc) :]
    netloc = f"{ascii_host}:{port}" if port else ascii_host
    return f"{parts.scheme.lower()}://{netloc}{quote(rest, safe=_IN_A_URL)}"


def answerable(address: str) -> str:
    """Give a link of our own by which a reader answers, or "": a web address, or a mail that is already written."""
    if address.startswith("mailto:") and len(address) <= _LONGEST_URL:
        return "" if _FORBIDDEN_IN_URL.search(address) or not address.isascii() else address
    return clickable(address)


def _ascii(host: str) -> str:
    try:
        if "ß" in host or "ς" in host:  # the codec would name another host: it knows only IDNA 2003
            return ".".join(_label(label) for label in host.lower().split("."))
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def host_label(host: str) -> str:
    """Say a host as a reader must see it: in ASCII, and in its own letters before where it has others."""
    shown = clean(host).lower().removeprefix("www.")
    plain = _ascii(shown) or shown.encode("ascii", "replace").decode()
    if plain.startswith("xn--") or ".xn--" in plain:
        return f"{_unicode(plain)} ({plain})"
    return plain


def _unicode(host: str) -> str:
    try:
        return clean(host.encode("ascii").decode("idna"))
    except UnicodeError:
        return host


def is_latin(text: str) -> bool:
    """Whether all its letters are Latin ones, which every reader of ours can read."""
    return text.isascii() or all(
        unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha()
    )


def join_words(words: tuple[str, ...]) -> str:
    """Say a list: "a, b and c"."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def plural(count: int, word: str, words: str = "") -> str:
    """Say a count: "1 story", "4 stories"."""
    return f"{count:,} {word if count == 1 else words or word + 's'}"
