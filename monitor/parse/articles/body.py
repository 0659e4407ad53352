"""The story's own words: trafilatura on a tidied tree, helped where a page cuts its text into several boxes."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from monitor.parse import plain
from monitor.parse.articles.leaf import Leaf, string, words_of

__all__ = ["LONGEST", "body"]

LONGEST = 100_000  # characters
_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
    RecursionError,
    OverflowError,
    etree.LxmlError,
)
_LONG = 80  # characters of a line that is prose
_MOST_LINKS = 5
_ENOUGH = 400  # characters of a text in JSON-LD that is looked at
_PART = 300  # characters of prose that make a box part of a divided text
_WORDS = re.compile(r"\w+")
_PROMPT = re.compile(
    r"(?:read (?:more|also|next|our)|also read|see also|more (?:on this|from)|related(?: (?:stories|articles|content|links?))?|recommended|don(?:'|’)t miss|watch(?: now)?|listen"
    r"|sign up|subscribe|get (?:the latest|our|breaking)|follow us|click here|download (?:the|our)|join (?:our|us)|share this|advertisement"
    r"|lesen sie (?:auch|hier|mehr|dazu)|lies auch|mehr zum thema|auch interessant|das könnte sie (?:auch )?interessieren|hören sie|sehen sie|anzeige|werbung"
    r"|(?:à )?lire (?:aussi|également|plus)|voir aussi|abonnez-vous|lee también|lea también|te puede interesar|ver también|suscríb"
    r"|leggi anche|iscriviti|leia (?:também|mais)|veja também|lees ook|läs (?:också|mer)|les også|czytaj (?:też|także|więcej)|zobacz (?:też|także)"
    r"|funda|читайте (?:также|ещё|еще))(?![\w-])",
    re.IGNORECASE,
)
_PROMPT_LONGEST = 220
_BYLINE = re.compile(
    r"(?:(?:by|von|par|por|di|door|av|text|words)\s*:?\s+[^.!?]{3,80}|(?:stand|published|updated|posted|last updated|aktualisiert|veröffentlicht|publié le|"
    r"actualizado)\b[^.!?]{0,20}\d[^!?]{0,60}|[\d:.,/ -]{8,30}(?:uhr|h|am|pm)?|\w{3,10}\.? \d{1,2},? \d{4}[^.!?]{0,30}|\d{1,2}\.? \w{3,10}\.? \d{4}[^.!?]{0,30})\Z",
    re.IGNORECASE,
)
_JUNK = re.compile(
    r"wp-caption-text|image-caption|newsletter|related-articles|read-more|most-read|share-buttons|tooltip|rollover|hovercard"
)
_BOXES = ("figcaption", "div", "section", "aside", "p", "span", "ul", "form")


def body(leaf: Leaf, titles: Iterable[str], summary: str) -> tuple[str, str]:
    """Give the text of the story and how it was found; ("", "") for none. Changes the tree: ask for it last."""
    structured = plain.text(string(leaf.node.get("articleBody")), longest=LONGEST)
    standfirst, text, origin = "", "", ""
    if leaf.ordinary:
        standfirst = _standfirst(leaf.root, summary)
        tidy(leaf.root)
        text, origin = _extracted(leaf.root)
    if _is_better(structured, text):
        text, origin = structured, "json-ld:articleBody"
    text = _without_head(_without_prompts(plain.clean(text)), titles)
    if standfirst and text and _is_new(standfirst, text, titles):
        text = f"{standfirst}\n{text}"
    return (text[:LONGEST].rstrip(), origin) if text else ("", "")


def tidy(root: HtmlElement) -> None:
    """Take out captions, boxes of links, and words that are there for the pointer to hover over."""
    for element in list(root.iter(*_BOXES)):
        junk = element.tag == "figcaption" or _JUNK.search(element.get("class") or "") is not None
        if junk and element.getparent() is not None and not _holds_prose(element):
            element.clear(
                keep_tail=True
            )  # drop_tree would write the tail anew, and refuse control characters
    for element in list(root.iter("p", "li")):
        if element.getparent() is not None and _is_all_link(element):
            element.clear(keep_tail=True)


def _holds_prose(box: HtmlElement) -> bool:
    """Whether a box has paragraphs enough to be the story itself, whatever its name says."""
    if box.tag == "figcaption":
        return False
    long = [p for p in box.iter("p") if len(words_of(p, longest=200)) >= _LONG]
    return len(long) > 2 or len(words_of(box, longest=2_000)) >= 1_500


def _is_all_link(element: HtmlElement) -> bool:
    """Whether a paragraph is one link and nothing else: a pointer to another story."""
    links = list(element.iter("a"))
    if not links or len(links) > _MOST_LINKS or (element.tag == "li" and len(links) > 1):
        return False
    whole = len(_bare(words_of(element, longest=600)))
    linked = sum(len(_bare(words_of(a, longest=600))) for a in links)
    return 15 < whole < 500 and linked >= 0.95 * whole


def _bare(words: str) -> str:
    return "".join(words.split())


def _parts(root: HtmlElement) -> list[HtmlElement]:
    """Give the boxes of one kind and depth that hold most prose together, when there are several."""
    groups: dict[tuple[str, str, int], list[tuple[HtmlElement, int]]] = {}
    for box in root.iter("div", "section"):
        name = box.get("class") or ""
        prose = [len(words_of(p, longest=2_000)) for p in box.iterchildren("p")] if name else []
        size = sum(n for n in prose if n >= _LONG)
        if size > _PART:
            depth = sum(1 for _ in box.iterancestors())
            groups.setdefault((str(box.tag), name, depth), []).append((box, size))
    parts = max(groups.values(), key=lambda g: sum(size for _, size in g), default=[])
    return [box for box, _ in parts] if len(parts) > 1 else []


def _joined(root: HtmlElement, text: str) -> str:
    """Give the whole of a text that advertisements cut into several boxes of one kind; "" when it is whole.

    Such boxes are joined only when what was found is from one of them and lacks most of another.
    """
    home, *others = _parts(root) or [root]
    known = _bare(text)
    held = [_share(box, known) for box in (home, *others)]
    if not others or max(held) < 0.8 or min(held) > 0.5:
        return ""
    for other in others:
        if other.find(".//h1") is None and other.find(".//article") is None:
            home.extend(list(other))
    return _trafilatura(root, recall=False)


def _share(box: HtmlElement, known: str) -> float:
    """Give how much of a box's prose a text holds."""
    prose = [w for p in box.iterchildren("p") if len(w := _bare(words_of(p, longest=2_000))) >= _LONG]
    return sum(len(w) for w in prose if w[:60] in known) / max(1, sum(map(len, prose)))


def _extracted(root: HtmlElement) -> tuple[str, str]:
    balanced = _trafilatura(root, recall=False)
    if _prose(balanced) >= 0.5 * len(balanced) and len(balanced) > 250:
        joined = _joined(root, balanced)
        return (joined, "trafilatura:joined") if len(joined) > len(balanced) else (balanced, "trafilatura")
    generous = _trafilatura(root, recall=True)
    if (
        _prose(generous) > _prose(balanced)
        or not balanced
        or (generous and _prose(balanced) < 0.2 * len(balanced))
    ):
        return generous, "trafilatura:recall"
    return balanced, "trafilatura"


def _trafilatura(root: HtmlElement, *, recall: bool) -> str:
    bare_extraction = _quiet_extraction()
    try:
        document = bare_extraction(
            root, fast=True, favor_recall=recall, include_comments=False, with_metadata=False
        )
    except _ERRORS:
        return ""
    return getattr(document, "text", None) or ""


@functools.cache
def _quiet_extraction() -> Callable[..., Any]:
    """Give trafilatura's extractor, which would log a warning for every page without a text."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return bare_extraction


def _prose(text: str) -> int:
    """Give how many characters stand in lines long enough to be sentences."""
    return sum(len(x) for x in text.split("\n") if len(x) >= _LONG)


def _is_better(structured: str, text: str) -> bool:
    """Whether JSON-LD holds clearly more of the story than was found on the page, or the same in paragraphs."""
    if len(structured) <= _ENOUGH:
        return False
    return len(structured) > 1.4 * len(text) or ("\n" not in text and _bare(text) == _bare(structured))


def _without_prompts(text: str) -> str:
    return "\n".join(x for x in text.split("\n") if not _is_prompt(x))


def _is_prompt(line: str) -> bool:
    return (
        len(line) < _PROMPT_LONGEST
        and _PROMPT.match(line.lstrip(" -–>»→•*|")) is not None
        and _is_loose(line)
    )


def _is_loose(line: str) -> bool:
    """A prompt is short, or ends without a full stop, or has a colon early: no sentence of a story."""
    return len(line) < 60 or line.rstrip()[-1:] not in '.!?"”' or ":" in line[:60] or "|" in line[:60]


def _without_head(text: str, titles: Iterable[str]) -> str:
    """Drop headlines, bylines and dates from the first lines."""
    keys = {_key(t) for t in titles} - {""}
    lines = text.split("\n")
    while (
        lines
        and len(lines[0]) < 300
        and (_is_title(_key(lines[0]), keys) or _BYLINE.match(lines[0].lstrip("-•* ")))
    ):
        del lines[0]
    return "\n".join(lines)


def _key(words: str) -> str:
    return " ".join(_WORDS.findall(words.casefold()))


def _is_title(line: str, keys: set[str]) -> bool:
    return line in keys or any(len(k) > 20 and (line.endswith(k) and len(line) < len(k) + 60) for k in keys)


def _standfirst(root: HtmlElement, summary: str) -> str:
    """Give the summary when the page shows it to its readers under the headline."""
    key = _key(summary)
    if len(key) < 40:
        return ""
    start = " ".join(summary.split()[:3])
    for element in root.iter("p", "h2", "h3", "div", "span", "strong"):
        if len(element) > 3 or start not in (element.text or ""):
            continue
        words = words_of(element, longest=1_000)
        if len(words) < len(summary) + 60 and _key(words).endswith(key):
            return words
    return ""


def _is_new(standfirst: str, text: str, titles: Iterable[str]) -> bool:
    key = _key(standfirst)
    return key not in _key(text[: 4 * len(standfirst) + 2_000]) and all(key not in _key(t) for t in titles)
