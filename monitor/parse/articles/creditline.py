"""Photo credits: "Photo: Greg Baker/AFP", "(AP Photo/Li Wei)", "© Getty Images", or an element that is marked as one."""

from __future__ import annotations

import html
import re

from lxml.html import HtmlElement

from monitor.parse import plain
from monitor.parse.articles.leaf import words_of

__all__ = ["MARKED", "bare", "embedded", "marked", "split"]

MARKED = re.compile(
    r"(?<![a-z])(?:image|img|photo|foto|picture|bild|media|caption|figure|figcaption)?[-_]{0,2}"
    r"(?:credits?|copyright|photographer|fotograf|bildautor|fotoautor|bildquelle|bildnachweis|attribution|kredit|source|rights)(?![a-z]*card)",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(r"resource|source-?(?:set|wrapper|sans)|open-?source|footer", re.IGNORECASE)
_LABEL = (
    r"(?:(?:symbol|archiv|file|screen|lead)?[-\s]?(?:photo(?:graph|graphie|graphy)?s?|foto(?:s|grafie)?|images?|pictures?|bild(?:er)?"
    r"|illustrations?|graphic|imagen|fot[oó]s?|isithombe|фото|图片|图|写真)"
    r"(?:\s+(?:credits?|source|copyright|courtesy(?:\s+of)?))?|credits?|cr[ée]dito?s?|quelle|source|copyright|bildquelle|bildnachweis"
    r"|courtesy(?:\s+of)?|©)"
)
_LABELLED = re.compile(
    rf"\A\W*(?:{_LABEL}\s*(?:by\b|von\b|par\b|[:：/|,©])\s*|{_LABEL}\s+by\s+|©\s*|copyright\s+)+",
    re.IGNORECASE,
)
_NO_PHOTO = re.compile(
    r"all rights reserved|used (?:with|by) permission|\A(?:19|20)\d\d\b|alle rechte vorbehalten",
    re.IGNORECASE,
)
_ONLY_LABEL = re.compile(rf"(?:\W*{_LABEL})+\W*\Z", re.IGNORECASE)
_IN_BRACKETS = re.compile(
    rf"[(\[]\s*((?:{_LABEL})\s*(?:by\b|von\b|[:：]|©)\s*[^()\[\]]{{2,120}}(?:\([^()]{{1,60}}\))?)\s*[)\]]\W*\Z",
    re.IGNORECASE,
)
_AT_END = re.compile(
    rf"(?:(?<=[.!?…\"”’)\n|–—-])|\A)\s*((?:{_LABEL})\s*(?:by\b|von\b|[:：]|©)\s*[^\n]{{2,140}}|©\s*[^\n]{{2,140}})\Z",
    re.IGNORECASE,
)
_AGENCY = (
    r"(?:AFP|AP|Reuters|EPA|EFE|ANSA|dpa|APA|Getty(?:\s+Images)?|PA(?:\s+Media|\s+Wire)?|Shutterstock|Alamy|Xinhua|Bloomberg|"
    r"Keystone|IMAGO|picture[-\s]alliance|TASS|Anadolu|VCG|NurPhoto|Zuma(?:\s+Press)?|Sipa|Kyodo|Yonhap|AAP|Rex|Magnum|NYT|Redux)"
)
_AGENCY_BRACKETS = re.compile(
    rf"[(\[]\s*([^()\[\]]{{0,100}}\b{_AGENCY}\b[^()\[\]]{{0,60}})\s*[)\]]\W*\Z", re.IGNORECASE
)
_AGENCY_LINE = re.compile(rf"[^\n]{{0,90}}\b{_AGENCY}\b[^\n]{{0,60}}\Z")
_LAST_LINE_IS_NAME = re.compile(r"[^\W\d_][^\n!?:;]{2,60}(?<![.…])\Z")
_EMBEDDED = re.compile(
    r'\\*"(?:credit|creditText|copyrightHolder|imageCredit|credits|copyright|source)\\*"\s*:\s*\\*"((?:[^"\\]|\\[^"]){2,160}?)\\*"'
)
_ESCAPES = re.compile(r"\\+u([0-9a-fA-F]{4})")
_FEW_WORDS = 5
_LONGEST = 160
_LONGEST_SCRIPT = 4 * 2**20
_NEARBY = 3_000  # characters around a caption in embedded JSON


def bare(words: str) -> str:
    """Give a credit without its label: Photo: Greg Baker/AFP is Greg Baker/AFP. "" for what can be none."""
    words = " ".join(plain.clean(words).split())
    stripped = _LABELLED.sub("", words)
    stripped = _LABELLED.sub("", stripped).strip(" \t;,|·•–—")
    if stripped.startswith("(") and stripped.endswith(")"):
        stripped = stripped[1:-1].strip()
        stripped = _LABELLED.sub("", stripped)
    if stripped.endswith(")") and "(" not in stripped:
        stripped = stripped[:-1].rstrip()
    if _ONLY_LABEL.match(stripped) or _NO_PHOTO.search(stripped):
        return ""
    return stripped if 1 < len(stripped) <= _LONGEST and not stripped.startswith(("http", "www.")) else ""


def split(caption: str) -> tuple[str, str]:
    """Part a caption from the credit at its end: ("Dawn.", "Li Wei/AP") from "Dawn. (AP Photo: Li Wei/AP)"."""
    caption = caption.strip()
    for pattern in (_IN_BRACKETS, _AT_END, _AGENCY_BRACKETS):
        found = pattern.search(caption)
        credit = bare(found[1]) if found else ""
        if found and credit:
            return " ".join(caption[: found.start()].split()).rstrip(" |–—-"), credit
    above, _, below = caption.partition("\n")
    if below and len(above) < _LONGEST and _LABELLED.match(above) and bare(above):
        return " ".join(below.split()), bare(above)
    first, _, last = caption.rpartition("\n")
    short = "/" in last or len(last.split()) <= _FEW_WORDS
    if _AGENCY_LINE.match(last) and short and len(last) <= _LONGEST and (first or len(last) < 60):
        return " ".join(first.split()), bare(last)
    if first and _LAST_LINE_IS_NAME.match(last) and len(last.split()) <= 6:
        return " ".join(first.split()), bare(last)
    return " ".join(caption.split()), ""


def marked(box: HtmlElement) -> tuple[str, HtmlElement | None]:
    """Give the words of the element inside a box that is marked as the credit."""
    fallback: tuple[str, HtmlElement | None] = ("", None)
    for element in box.iter():
        if not isinstance(element.tag, str) or element.tag in (
            "img",
            "source",
            "picture",
            "script",
            "figure",
            "noscript",
        ):
            continue
        named = (
            f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
        )
        is_author = element is not box and re.search(r"(?<![a-z])author(?![a-z])", named) is not None
        if (
            element.tag in ("small", "cite", "footer")
            or is_author
            or (MARKED.search(named) and not _NO_CREDIT.search(named))
        ):
            words = words_of(element, longest=400)
            credit = bare(words)
            if credit and element.tag not in ("small", "cite", "footer"):
                return (split(words)[1] or credit), element
            if credit and not fallback[0]:
                fallback = (credit, element)
    return fallback


def embedded(root: HtmlElement, caption: str) -> str:
    """Give the credit that stands near the caption in a script's JSON."""
    probe = caption[:40].strip()
    if len(probe) < 12:
        return ""
    probe = probe.split('"')[0].split("'")[0]
    for script in root.iter("script"):
        text = (script.text or "")[:_LONGEST_SCRIPT]
        at = text.find(probe) if len(probe) >= 12 else -1
        if (at >= 0 and "redit" in text) or (at >= 0 and "opyright" in text):
            around = text[max(0, at - _NEARBY // 3) : at + _NEARBY]
            for found in _EMBEDDED.finditer(around):
                credit = bare(unescape(found[1]))
                if credit:
                    return credit
    return ""


def unescape(words: str) -> str:
    """Undo JSON's and HTML's escapes in a piece of a script."""
    words = _ESCAPES.sub(lambda m: chr(int(m[1], 16)), words)
    return html.unescape(words.replace("\\/", "/").replace("\\", ""))
