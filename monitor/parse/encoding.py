"""Bytes as published to clean UTF-8: the label is believed only as far as the bytes bear it out."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import NamedTuple

from monitor.errors import FeedError
from monitor.story import Outcome

__all__ = ["BIGGEST", "Decoded", "inflate", "utf8"]

BIGGEST = 8 * 2**20  # bytes of one body, decompressed
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE_WIDE = (
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARATION = re.compile(
    rb"""\s*<\?xml\s[^<>]{0,200}?(\s+encoding\s*=\s*["']([\w.:-]{1,40})["'])[^<>]{0,100}\?>"""
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# What the web means by these labels; and codecs of Python that are no encodings of the web.
_MEANT = {
    "cp1252": ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"),
    "cp1254": ("iso-8859-9", "latin5"),
    "gb18030": ("gb2312", "gbk", "x-gbk"),
    "big5hkscs": ("big5", "x-x-big5"),
    "cp932": ("shift_jis", "shift-jis", "x-sjis"),
    "cp949": ("euc-kr", "ks_c_5601-1987"),
}
_REFUSED = re.compile(
    r"(?:utf-?7|idna|punycode|(?:raw-)?unicode-escape|undefined|mbcs|oem|palmos|utf-(?:16|32).*)\Z"
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_CONTROLS = bytes(c for c in range(0x20) if c not in b"\t\n\r")


class Decoded(NamedTuple):
    """Clean UTF-8 without byte order mark, encoding label or control characters; and what had to be done."""

    body: bytes
    warnings: tuple[str, ...]


def utf8(body: bytes, content_type: str | None = None) -> Decoded:
    """Give the body in UTF-8 and a sentence for everything that was not as it should be."""
    warnings: list[str] = []
    data, mark = _without_mark(body)
    if mark not in (None, "utf-8"):
        data = _decode(data, mark, warnings)
    else:
        data = _from_bytes(data, content_type, warnings)
    data = (
        _DECLARATION.sub(lambda m: m[0].replace(m[1], b"", 1), data, count=1)
        if b"<?xml" in data[:200]
        else data
    )
    cleaned = data.translate(None, _CONTROLS)
    if len(cleaned) != len(data):
        warnings.append(f"{len(data) - len(cleaned)} control characters were removed.")
    return Decoded(cleaned, tuple(warnings))


def _without_mark(body: bytes) -> tuple[bytes, str | None]:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :], name
    start = body[:64].lstrip()
    return body, next((name for mark, name in _BARE_WIDE if start.startswith(mark)), None)


def _from_bytes(data: bytes, content_type: str | None, warnings: list[str]) -> bytes:
    label = _label(data, content_type)
    encoding = _codec(label)
    if label and encoding is None:
        warnings.append(f"The encoding {label} is unknown or refused; the text was read as UTF-8.")
    if encoding in (None, "utf-8") or (not _stateful(encoding) and _is_utf8(data)):
        if encoding not in (None, "utf-8") and not data.isascii():
            warnings.append(f"The encoding is declared as {label} but the text is UTF-8.")
        return data if _is_utf8(data) else _mend(data, warnings)
    return _decode(data, encoding, warnings)


def _label(data: bytes, content_type: str | None) -> str:
    found = _DECLARATION.match(data[:400])
    if found is not None:
        return found[2].decode("ascii").lower()
    charset = _CHARSET.search(content_type or "")
    return charset[1].lower() if charset else ""


def _codec(label: str) -> str | None:
    if not label:
        return None
    try:
        meant = next((ours for ours, theirs in _MEANT.items() if label in theirs), label)
        name = codecs.lookup(meant).name
        b"".decode(name)  # LookupError for codecs that are no text encodings
    except LookupError:
        return None
    name = name.replace("_", "-")
    # A label of UTF-16 on bytes that are none: the declaration itself was read as ASCII.
    return None if _REFUSED.match(name) else name.replace("utf-8-sig", "utf-8")


def _stateful(encoding: str | None) -> bool:
    """Whether the encoding writes everything in ASCII bytes, so that valid UTF-8 proves nothing."""
    return bool(encoding) and str(encoding).startswith(("iso2022", "hz"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, encoding: str | None, warnings: list[str]) -> bytes:
    words = data.decode(encoding or "utf-8", "replace")
    lost = words.count("\ufffd")
    if lost:
        warnings.append(f"{lost} characters could not be read as {encoding}.")
    return words.encode("utf-8", "replace")


def _mend(data: bytes, warnings: list[str]) -> bytes:
    """Read what is no UTF-8 as Windows-1252, byte by byte, and leave the rest as it is."""
    words = data.decode("utf-8", "surrogateescape")
    stray = len(_ESCAPED.findall(words))
    warnings.append(f"The text is not valid UTF-8; {stray} stray bytes were read as Windows-1252.")
    return _ESCAPED.sub(_as_cp1252, words).encode("utf-8")


def _as_cp1252(found: re.Match[str]) -> str:
    return bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace")


def inflate(body: bytes, *, biggest: int = BIGGEST) -> bytes:
    """Undo gzip, as sitemaps come; any other body is given back. FeedError when it grows beyond `biggest` bytes."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    machine = zlib.decompressobj(wbits=31)
    try:
        data = machine.decompress(body, biggest + 1)
    except zlib.error as error:
        raise FeedError(Outcome.MALFORMED, f"The body is damaged gzip: {error}.") from error
    if len(data) > biggest:
        raise FeedError(Outcome.TOO_BIG, f"The body unpacks to more than {biggest // 2**20} MiB.")
    return data
