"""An article page to a story, and for each field where it was found.

An outlet's hook goes before the best JSON-LD node, that before meta tags, those before marked-up elements; dates are
searched for last (htmldate). The body and missing authors come from trafilatura. No network, no clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from monitor import links
from monitor.errors import NoStory
from monitor.parse import hooks, plain
from monitor.parse.articles import body, byline, headline, instants, jsonld, meta, notes, photo, wall, where
from monitor.parse.articles.leaf import Leaf, one_line
from monitor.parse.hooks import Partial
from monitor.parse.page import tree
from monitor.parse.reading import Place
from monitor.story import Access, DateSource, Outlet, Photo, Story

__all__ = ["UNDATED", "described", "story"]

UNDATED = datetime(
    1970, 1, 1, tzinfo=UTC
)  # `published` of a page that names no date; its date_source is FIRST_SEEN
_BIG = 4 * 2**20  # bytes; the biggest recorded page is 1.5 MB
_MOST_ELEMENTS = 60_000
_COUNT = etree.XPath("count(descendant::*)")
_NEEDED = {
    "": 400,
    "htmldate": 150,
}  # characters of body that make a story of a page that names no date itself
_HOUSE = "(house)"
_HEAD = 4  # lines of a text in which its authors may be named
_BYLINE = 120  # characters
_ENOUGH = 400  # characters of text below a byline


def story(html: bytes, url: str, *, content_type: str | None = None, outlet: Outlet | None = None) -> Story:
    """Give the story a page tells; `provenance` says for each field where it was found.

    A page that names no date but holds a text is a story with `published` UNDATED and `date_source` FIRST_SEEN: whoever
    fetched it knows better. NoStory when there is no headline, or neither date nor text: a section front, a consent
    page, not an article.
    """
    leaf = _leaf(html, url, content_type, outlet)
    partial, origin, warning = _hooked(leaf)
    plainly = _with_body(_described(leaf), leaf)
    if len(plainly.body) < _NEEDED.get(plainly.provenance.get("published", ""), 0):
        msg = f"{url} was read but holds no story: it names no date, and has no text to speak of"
        raise NoStory(msg)
    return _merged(plainly, partial, origin, warning)


def described(
    html: bytes, url: str, *, content_type: str | None = None, outlet: Outlet | None = None
) -> Story:
    """Give the story without its body, and without what only the body can tell; a tenth of the work of `story`.

    NoStory when there is no headline.
    """
    leaf = _leaf(html, url, content_type, outlet)
    return _merged(_described(leaf), *_hooked(leaf))


def _leaf(html: bytes, url: str, content_type: str | None, outlet: Outlet | None) -> Leaf:
    root = tree(html, content_type)
    if root is None:
        msg = f"{url} answers with an empty page"
        raise NoStory(msg)
    found, graph = jsonld.objects(root)
    return Leaf(
        root=root,
        place=Place(url=url, now=None, outlet=outlet),
        node=jsonld.best(found, url),
        graph=graph,
        meta=meta.tags(root),
        ordinary=len(html) <= _BIG and _COUNT(root) < _MOST_ELEMENTS,
    )


def _described(leaf: Leaf) -> Story:
    """Give everything but the body."""
    titles = headline.headlines(leaf)
    if not titles:
        msg = f"{leaf.place.url} was read but holds no story: it has no headline"
        raise NoStory(msg)
    published, updated = instants.published(leaf), instants.updated(leaf)
    summary, summary_origin = _summary(leaf)
    (address, url_origin), (sections, section_origin) = where.address(leaf), where.sections(leaf)
    (picture, picture_origins), (people, byline_origin) = photo.photo(leaf), byline.authors(leaf)
    provenance = {
        "title": titles[0][1],
        "published": published[1] if published else "",
        "updated": updated[1] if updated else "",
        "summary": summary_origin,
        "url": url_origin,
        "sections": section_origin,
        "authors": byline_origin,
        **picture_origins,
    }
    home = leaf.place.outlet
    return Story(
        outlet=home.name if home else links.site(leaf.place.url),
        title=titles[0][0],
        url=address,
        published=published[0] if published else UNDATED,
        summary=summary,
        headlines=tuple(t for t, _ in titles[1:]),
        authors=people,
        sections=sections,
        photo=picture,
        updated=updated[0] if updated else None,
        date_source=DateSource.PAGE if published else DateSource.FIRST_SEEN,
        provenance={k: v for k, v in provenance.items() if v},
    )


def _summary(leaf: Leaf) -> tuple[str, str]:
    said = one_line(leaf.node.get("description"), longest=4_000)
    if said:
        return said, "json-ld:description"
    content, name = leaf.tag(
        "og:description", "description", "twitter:description", "sailthru.description", "dc.description"
    )
    return plain.line(content, longest=4_000), f"meta:{name}" if name else ""


def _with_body(known: Story, leaf: Leaf) -> Story:
    """Add the body, and what only the body can tell: language, access, correction, origin."""
    found = () if _is_signed(known) else byline.searched(leaf)
    text, text_origin = body.body(leaf, known.titles, known.summary)
    text, walled = wall.without_wall(text)
    stub = wall.is_stub(leaf, text, wall=walled)
    access, access_origin = wall.access(leaf, text, stub=stub)
    withheld = stub or (leaf.place.outlet is not None and leaf.place.outlet.access is Access.PAID)
    language, language_origin = where.language(leaf, text or f"{known.title} {known.summary}")
    correction, correction_origin = notes.correction(leaf, text)
    preface = notes.preface(text)
    if withheld:
        text, text_origin = "", "stub" if stub else "paid"
    elif preface:
        text = preface.rest
    signed, text = _signed(text) if not _is_signed(known) else ((), text)
    people = found or signed or known.authors
    text = _without_byline(text, people)
    provenance = {
        **known.provenance,
        **({"authors": "trafilatura" if found else "body"} if found or signed else {}),
        "body": text_origin,
        "access": access_origin,
        "language": language_origin,
        "correction": correction_origin,
        "origin": "preface" if preface else "",
    }
    return replace(
        known,
        body=text,
        authors=people,
        access=access,
        language=language,
        correction=correction,
        origin=preface.origin if preface else "",
        photo=_credited(known.photo, preface.credit if preface else ""),
        provenance={k: v for k, v in provenance.items() if v},
    )


def _is_signed(known: Story) -> bool:
    """Whether somebody but the house signs."""
    return not known.provenance.get("authors", _HOUSE).endswith(_HOUSE)


def _signed(text: str) -> tuple[tuple[str, ...], str]:
    """Take the names off the head of a text."""
    lines = text.split("\n")
    for number, line in enumerate(lines[:_HEAD]):
        people = byline.named_in(line)
        if people and len(text) - len(line) >= _ENOUGH:
            return people, "\n".join((*lines[:number], *lines[number + 1 :]))
    return (), text


def _without_byline(text: str, people: tuple[str, ...]) -> str:
    """Drop a first line that names those who wrote it and what they are."""
    first, _, rest = text.partition("\n")
    short = len(first) < _BYLINE and first.rstrip()[-1:] not in '.!?"”’'
    return rest if short and rest and any(first.startswith((p, f"By {p}")) for p in people) else text


def _credited(picture: Photo | None, credit: str) -> Photo | None:
    return replace(picture or Photo(), credit=credit) if credit else picture


def _hooked(leaf: Leaf) -> tuple[Partial, str, str]:
    """Give what the outlet's hooks find, the name of the hook, and a warning when none of them knows the layout."""
    home = leaf.place.outlet
    fitting = hooks.choose(leaf.place.url, home.name if home else "")
    known = False
    for hook in fitting:
        partial = hook.read(leaf.root)
        known = known or partial is not None
        if partial and not partial.empty:
            return partial, hook.name, ""
    names = ", ".join(h.name for h in fitting)
    return Partial(), "", f"{names}: this page has none of the known layouts" if fitting and not known else ""


def _merged(plainly: Story, partial: Partial, origin: str, warning: str) -> Story:
    """Let what the hook found replace what was read in general."""
    provenance = dict(plainly.provenance)
    changes: dict[str, object] = {}
    for name in ("title", "authors", "sections", "published", "updated"):
        value = getattr(partial, name)
        if value:
            changes[name], provenance[name] = value, origin
    if partial.headlines:
        variants = dict.fromkeys((*plainly.headlines, *partial.headlines))
        changes["headlines"] = tuple(v for v in variants if v != (partial.title or plainly.title))
    if partial.credit or partial.caption:
        before = plainly.photo or Photo()
        changes["photo"] = replace(
            before, credit=partial.credit or before.credit, caption=partial.caption or before.caption
        )
        provenance["credit"] = origin if partial.credit else provenance.get("credit", "")
    if warning:
        provenance["warning"] = warning
    return replace(plainly, **changes, provenance=provenance)  # type: ignore[arg-type]
