"""The lead image: its address, its caption, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from monitor.parse import plain
from monitor.parse.articles import creditline
from monitor.parse.articles.jsonld import resolve
from monitor.parse.articles.leaf import Leaf, one_line, string, words_of
from monitor.story import Photo

__all__ = ["box_of", "captioned", "photo"]

_STEM = re.compile(r"([\w%.-]{6,})\.(?:jpe?g|png|webp|gif|avif)", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:[?#]|\Z)", re.IGNORECASE)
_PARTS = re.compile(r"[_.,-]+")
_SHORTEST_KEY = 6
_SIZE = re.compile(r"(?:[-_]?\d{2,4}x\d{2,4}|[-_]scaled|[-_]e\d{6,})+\Z", re.IGNORECASE)
_FURNITURE = re.compile(
    r"\A\s*(?:(?:image|media|video|photo) caption\W*|image (?:source|copyright)(?=\s*\Z|\s*\n)|media playback is (?:un|not )supported[^\n]*|enlarge\s+)+",
    re.IGNORECASE,
)
_NO_LEAD = re.compile(r"logo|avatar|icon|author|placeholder|sprite", re.IGNORECASE)
_CAPTION = re.compile(r"caption|legend|bildunterschrift|bildtext|image-text|img-text", re.IGNORECASE)
_MUTE = ("script", "style", "noscript", "button", "svg")
_UP = 6  # levels from an image to the box it shares with its caption
_LONGEST_BOX = 900  # characters of that box
_LONGEST_CAPTION = 2_000
_MOST_IMAGES = 200
_FIRST = 3  # images of a story among which the lead may be


def photo(leaf: Leaf) -> tuple[Photo | None, dict[str, str]]:
    """Give the lead image, and where its address and its credit were found."""
    image, url, origin = _address(leaf)
    box = box_of(leaf, url)
    shown_caption, shown_credit = captioned(box) if box is not None else ("", "")
    said_caption, said_credit = _said(image, leaf)
    in_caption, credit_in_caption = creditline.split(said_caption)
    choices = (
        (shown_credit, "figure"),
        (said_credit, "json-ld:image"),
        (credit_in_caption, "json-ld:caption"),
        (creditline.embedded(leaf.root, in_caption or shown_caption), "embedded"),
        (_in_alternative(leaf, url), "img:alt"),
    )
    credit, credit_origin = next(((c, o) for c, o in choices if c), ("", ""))
    if not (url or credit):
        return None, {}
    provenance = {"photo": origin} if url else {}
    if credit:
        provenance["credit"] = credit_origin
    caption = shown_caption or in_caption
    return Photo(url=url, caption=caption[:_LONGEST_CAPTION], credit=credit), provenance


def _address(leaf: Leaf) -> tuple[Mapping[str, object], str, str]:
    """Give the JSON-LD image (may be empty), the address of the lead image and where that was found."""
    for key in ("image", "primaryImageOfPage", "thumbnailUrl"):
        for one in resolve(leaf.node.get(key), leaf.graph):
            image = one if isinstance(one, Mapping) else {}
            given = (
                one if isinstance(one, str) else "",
                string(image.get("url")),
                string(image.get("contentUrl")),
            )
            url = next(filter(None, map(leaf.place.link, given)), "")
            if url:
                return image, url, f"json-ld:{key}"
    content, name = leaf.tag("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "image")
    url = leaf.place.link(content)
    if url:
        return {}, url, f"meta:{name}"
    url = _first_shown(leaf)
    return {}, url, "img" if url else ""


def _first_shown(leaf: Leaf) -> str:
    """Give the first image of the story itself, for pages that name none."""
    heading = next(leaf.root.iter("h1"), None)
    home = next(heading.iterancestors("article", "main"), None) if heading is not None else None
    for image in list(home.iter("img"))[:_FIRST] if home is not None else ():
        named = f"{image.get('class')} {image.get('src')} {image.get('alt')}"
        url = leaf.place.link(image.get("data-src") or image.get("src"))
        if url and not _NO_LEAD.search(named) and _PICTURE.search(url):
            return url
    return ""


def _said(image: Mapping[str, object], leaf: Leaf) -> tuple[str, str]:
    caption = one_line(image.get("caption"), longest=2_000) or one_line(
        image.get("description"), longest=2_000
    )
    for key in ("creditText", "copyrightNotice", "copyrightHolder", "creator", "author"):
        for one in resolve(image.get(key), leaf.graph):
            name = one_line(one.get("name") if isinstance(one, Mapping) else one)
            credit = creditline.bare(name)
            if credit:
                return caption, credit
    return caption, ""


def box_of(leaf: Leaf, url: str) -> HtmlElement | None:
    """Give the element that holds the lead image and the words about it."""
    tried: set[HtmlElement] = set()
    for image in _shown_as(leaf, url):
        whole = next(image.iterancestors("picture"), image)  # its sources lead to the same boxes
        found = None if whole in tried else _climb(whole)
        if found is not None:
            return found
        tried.add(whole)
    figures = list(_figures(leaf.root))
    return next((f for f in figures if captioned(f)[1]), figures[0] if figures else None)


def _in_alternative(leaf: Leaf, url: str) -> str:
    """Give the credit that stands at the end of the words shown in place of the lead image."""
    for image in _shown_as(leaf, url):
        credit = creditline.split(plain.clean((image.get("alt") or "")[:_LONGEST_BOX]))[1]
        if credit:
            return credit
    return ""


def _shown_as(leaf: Leaf, url: str) -> Iterator[HtmlElement]:
    """Give the elements that show an image, in whatever size."""
    keys = _keys(url)
    for _, image in zip(range(_MOST_IMAGES), leaf.root.iter("img", "source"), strict=False):
        sources = (
            f"{image.get('src')} {image.get('srcset')} {image.get('data-src')} {image.get('data-srcset')}"
        )
        if any(key in sources for key in keys):
            yield image


def _keys(url: str) -> tuple[str, ...]:
    """Give the parts of an image's address that stay when it is served in another size: name, numbers, hashes."""
    path = url.partition("?")[0]
    names = _STEM.findall(path)
    name = _SIZE.sub("", names[-1]) if names else path.rpartition("/")[2]
    parts = (p for p in _PARTS.split(name) if len(p) >= 8 and any(c.isdigit() for c in p))
    return tuple(k for k in (name, *parts) if len(k) >= _SHORTEST_KEY)


def _climb(image: HtmlElement) -> HtmlElement | None:
    """Go up to the smallest box that says something, not so far that it holds the story."""
    for box in list(image.iterancestors())[:_UP]:
        if box.tag in ("body", "main", "html"):
            return None
        words = words_of(box, longest=_LONGEST_BOX + 1)
        if len(words) > _LONGEST_BOX or box.find(".//h1") is not None:
            return None
        if words and (
            box.tag == "figure" or any(_speaks(e) for e in box.iter()) or creditline.split(_visible(box))[1]
        ):
            return _figure_around(box)
    return None


def _figure_around(box: HtmlElement) -> HtmlElement:
    """Give the figure a box is a part of: it may hold the caption as well."""
    figure = next((f for f in box.iterancestors("figure")), None)
    whole = figure is not None and len(words_of(figure, longest=_LONGEST_BOX + 1)) <= _LONGEST_BOX
    return figure if whole else box


def _speaks(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    named = f"{element.get('class')} {element.get('data-testid')}"
    return element.tag == "figcaption" or bool(_CAPTION.search(named) or creditline.MARKED.search(named))


def _figures(root: HtmlElement) -> Iterator[HtmlElement]:
    """Give the first figures after the headline that say something."""
    heading = next(root.iter("h1"), None)
    after = heading.xpath("(following::figure)[position() <= 4]") if heading is not None else []
    for figure in after or list(root.iter("figure"))[:4]:
        if not _NO_LEAD.search(figure.get("class") or "") and words_of(figure, longest=_LONGEST_BOX + 1):
            yield figure


def captioned(box: HtmlElement) -> tuple[str, str]:
    """Give caption and credit of a figure or another box around an image."""
    caption_box = next((e for e in box.iter() if isinstance(e.tag, str) and e.tag == "figcaption"), None)
    if caption_box is None:
        caption_box = next(
            (e for e in box.iter() if isinstance(e.tag, str) and _CAPTION.search(e.get("class") or "")), box
        )
    credit, element = creditline.marked(box)
    words = _FURNITURE.sub("", _visible(caption_box))
    if credit:
        shown = words_of(element)
        caption, _ = creditline.split(words.replace(shown, " ").strip() if shown else words)
        return _FURNITURE.sub("", plain.clean(caption)), credit
    caption, credit = creditline.split(words)
    return caption, credit


def _only_one_that_speaks(element: HtmlElement) -> HtmlElement | None:
    """Give the one child that holds all the words of a wrapper."""
    if plain.clean(element.text or ""):
        return None
    telling = [c for c in element if isinstance(c.tag, str) and c.tag not in _MUTE and _says_something(c)]
    tails = any(plain.clean(c.tail or "") for c in element)
    return telling[0] if len(telling) == 1 and not tails else None


def _says_something(element: HtmlElement) -> bool:
    return any(not t.isspace() for t in element.itertext())


def _visible(element: HtmlElement) -> str:
    """Give an element's words, one line per child: a credit is often the last of them."""
    while (inner := _only_one_that_speaks(element)) is not None:
        element = inner
    parts = [plain.clean(element.text or "")]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _MUTE:
            parts.append(words_of(child, longest=_LONGEST_CAPTION))
        parts.append(plain.clean(child.tail or ""))
    return "\n".join(p for p in parts if p)
