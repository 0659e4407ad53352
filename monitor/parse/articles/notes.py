"""What a page says about itself: corrections, and who published the story first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from monitor.parse.articles import creditline
from monitor.parse.articles.leaf import Leaf, one_line, several, words_of

__all__ = ["Preface", "correction", "preface"]

_OPENING = re.compile(
    r"(?:correction|clarification|editor(?:'|’)s note|update and correction|korrektur|berichtigung|richtigstellung|rectificatif"
    r"|correctif|erratum|corrección|fe de errores|rettifica|errata corrige|更正|編者按|勘误)\s*(?:\([^)]{1,60}\)|,?\s*[\w .,]{3,40})?\s*[:：—–-]"
    r"|(?:this|an earlier version of this) (?:article|story|report|piece)(?:'s [\w ]{3,30})? (?:was|has been|originally|misstated|incorrectly|previously|gave|said)"
    r"[^.]{0,80}(?:amended|corrected|updated to correct|misstated|incorrectly|clarified|misidentified)"
    r"|an earlier version of this|in einer früheren (?:version|fassung)|une (?:première|précédente) version de cet article",
    re.IGNORECASE,
)
_HEADING = re.compile(  # "Correction: April 29, 2023": what was wrong stands in the next line
    r"[^\W\d]+(?: [^\W\d]+)?\s*(?:[:：—–-]\s*)?(?:[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}|\d{1,2}\.? [^\W\d]{3,9}\.? \d{4})?\W*\Z"
)
_EDITOR = re.compile(r"editor(?:'|’)s note", re.IGNORECASE)
_MENDED = re.compile(r"correct|amend|updat|clarif|revis|misst|remov|error", re.IGNORECASE)
_MARKED = re.compile(r"correction|clarification|editors-note|footnote", re.IGNORECASE)
_SHORTEST = 15
_LONGEST = 800
_PREFACE = re.compile(
    r"(?:(?:below|here|the following) is (?:an?|the) (?:article|report|piece|story|op-?ed|statement|press release|interview)[^.]{0,40}?"
    r"(?:published|written|released|issued|reported)\s+(?:by|in|on)"
    r"|(?:(?:this|the) (?:article|story|piece|report|op-?ed) )?(?:was |is )?(?:originally|first) (?:published|appeared)\s+(?:by|in|on|at)"
    r"|(?:re-?published|reposted|reprinted) (?:from|with permission (?:from|of)))\s+"
    r"(?P<origin>[^\n.,;:|(]{2,60}?(?:\.(?:com|org|net)\b)?)"
    r"(?=\s*(?:[.,;:|(\n]|\Z|\bon \w+ \d|\bphotos?\b|\bby\b))"
    r"(?:\s*[.,;:|]*\s*(?:on [^.\n]{3,30})?[.,;:|]*\s*(?:photo|image|picture)s?(?:\s+(?:credit|by|from|courtesy(?:\s+of)?))?\s*[:.]?\s*"
    r"(?P<credit>[^\n.]{2,80}?(?:\.(?:com|org)\b)?)(?=\s*(?:\.(?:\s|\Z)|\n|\Z|,\s)))?\.?",
    re.IGNORECASE,
)
_DAY = r"\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}"
_DATELINE = re.compile(  # "Radio Free Asia, 17 December 2018 By Lena Ort – ": a town's dateline has no name behind it
    rf"(?P<origin>[A-Z][\w .'’&-]{{1,50}}?)[.,]\s+{_DAY}\s+By\s+(?P<author>[A-Z][^\n–—:]{{2,80}}?)\s+[–—-]\s+"
)
_BEFORE = re.compile(rf"(?:[A-Z][\w .'’&-]{{1,50}}?[.,]\s+)?{_DAY}\.?\Z")
_HEAD = 500  # characters in which a preface can stand


class Preface(NamedTuple):
    """Who published a story before this page did, and whose photo it shows."""

    origin: str
    credit: str
    rest: str  # the text without the preface
    author: str = ""


def correction(leaf: Leaf, body: str) -> tuple[str, str]:
    """Give the notice by which the page corrects itself, and where it stands; ("", "") for none."""
    for one in several(leaf.node.get("correction")):
        said = one_line(
            one.get("text") or one.get("description") if isinstance(one, Mapping) else one, longest=_LONGEST
        )
        if said and not said.startswith("http"):
            return said, "json-ld:correction"
    for element in leaf.root.iter("p", "div", "section", "aside", "li"):
        if _MARKED.search(f"{element.get('class')} {element.get('id')}"):
            words = words_of(element, longest=_LONGEST)
            if len(words) > _SHORTEST and _is_notice(words):
                return words, "marked"
    lines = body.split("\n")
    for number, line in enumerate(lines):
        if _is_notice(line):
            beneath = lines[number + 1 : number + 2] if _HEADING.match(line) else []
            said = beneath[0] if beneath and _is_notice(beneath[0]) else " ".join((line, *beneath))
            return said[:_LONGEST], "text"
    return "", ""


def _is_notice(line: str) -> bool:
    found = _OPENING.match(line.lstrip(" *•-–—[("))
    return found is not None and (not _EDITOR.match(line) or _MENDED.search(line) is not None)


def preface(body: str) -> Preface | None:
    """Read "Below is an article published by BBC. Photo Reuters." off the head of a text."""
    found = _PREFACE.search(body[:_HEAD])
    if found is None or _line_before(body, found.start()) > 60:
        return _dateline(body)
    credit = creditline.bare(found["credit"] or "")
    before = _BEFORE.sub("", body[: found.start()].rstrip()).rstrip()
    rest = f"{before}\n{body[found.end() :].lstrip(' .,;|')}".strip()
    return Preface(" ".join(found["origin"].split()), credit, rest)


def _dateline(body: str) -> Preface | None:
    """Read "The Jakarta Post, 17 December 2018 By Lena Ort – " off the head of a text."""
    found = _DATELINE.match(body[:_HEAD])
    return Preface(found["origin"], "", body[found.end() :], found["author"]) if found else None


def _line_before(body: str, at: int) -> int:
    """Give how many characters of its line stand before a position."""
    return at - (body.rfind("\n", 0, at) + 1)
