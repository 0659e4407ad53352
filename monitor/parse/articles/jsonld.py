"""JSON-LD: of all objects on a page, the one that describes its article, with references resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml.html import HtmlElement

from monitor import links
from monitor.parse.articles.leaf import one_line, several, string

__all__ = ["best", "objects", "read_json", "resolve"]

_DEEPEST = 8
_MOST_OBJECTS = 2_000
_LONGEST_SCRIPT = 2 * 2**20
_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|Reportage|LiveBlogPosting|Article\w+)\Z")
_PAGE = frozenset({"WebPage", "ItemPage"})
_TEASERS = frozenset(
    {
        "itemListElement",
        "hasPart",
        "citation",
        "relatedLink",
        "isBasedOn",
        "mentions",
        "about",
        "comment",
        "review",
        "liveBlogUpdate",
        "isPartOf",
    }
)
_FROM_PAGE = ("datePublished", "dateModified", "inLanguage", "isAccessibleForFree", "primaryImageOfPage")
_WRAPPING = re.compile(
    r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*\Z"
)
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")

Node = Mapping[str, Any]


class _Seen(NamedTuple):
    node: Node
    teaser: bool  # found where a page lists other stories
    order: int


def read_json(text: str) -> object:
    """Read a script's JSON, forgiving comment wrappers, raw newlines and trailing commas; None for anything else."""
    for candidate in _mended(text[:_LONGEST_SCRIPT].strip()):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _mended(text: str) -> Iterator[str]:
    """Give the text as it stands, then mended step by step: most pages need none, and a search of it all costs time."""
    yield text
    text = _WRAPPING.sub("", text).strip().rstrip(";")
    yield text
    yield _TRAILING_COMMA.sub("", text)


def objects(root: HtmlElement) -> tuple[tuple[_Seen, ...], dict[str, Node]]:
    """Give every JSON-LD object of a page and those that can be referred to by @id."""
    found: list[_Seen] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            for node, teaser in _walk(read_json(script.text), 0, teaser=False):
                found.append(_Seen(node, teaser, len(found)))
                if len(found) >= _MOST_OBJECTS:
                    break
    graph: dict[str, Node] = {}
    for seen in found:
        name = string(seen.node.get("@id"))
        if name and len(seen.node) > len(graph.get(name, ())):
            graph[name] = seen.node
    return tuple(found), graph


def _walk(value: object, depth: int, *, teaser: bool) -> Iterator[tuple[Node, bool]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        yield value, teaser
        for key, inner in value.items():
            if isinstance(inner, (Mapping, list)):
                yield from _walk(inner, depth + 1, teaser=teaser or key in _TEASERS)
    elif isinstance(value, list):
        for one in value[:_MOST_OBJECTS]:
            yield from _walk(one, depth + 1, teaser=teaser)


def best(found: tuple[_Seen, ...], url: str) -> Node:
    """Give the object that describes the article at `url`, completed by what the page's own object says."""
    ranked = sorted(found, key=lambda s: (-_score(s, url), s.order))
    chosen = ranked[0].node if ranked and _score(ranked[0], url) > 0 else {}
    page = next((s.node for s in found if not s.teaser and _kinds(s.node) & _PAGE), {})
    extra = {k: page[k] for k in _FROM_PAGE if page.get(k) and not chosen.get(k)}
    return {**chosen, **extra}


def _kinds(node: Node) -> set[str]:
    return {k.rpartition("/")[2].rpartition(":")[2] for k in several(node.get("@type")) if isinstance(k, str)}


def _score(seen: _Seen, url: str) -> int:
    node, kinds = seen.node, _kinds(seen.node)
    article = any(_ARTICLE.match(k) for k in kinds)
    if not article and not (kinds & (_PAGE | {"VideoObject"}) and node.get("headline")):
        return 0
    score = 4 if article else 1
    score += 3 * bool(node.get("headline")) + 2 * bool(node.get("datePublished")) + bool(node.get("author"))
    score += 2 * _is_about(node, url) + bool(node.get("articleBody"))
    return max(score - 6, 0) if seen.teaser else score


def _is_about(node: Node, url: str) -> bool:
    said = (node.get("url"), node.get("@id"), node.get("mainEntityOfPage"))
    names = (string(s.get("@id") or s.get("url")) if isinstance(s, Mapping) else string(s) for s in said)
    wanted = links.canonical(url)
    return any(n.startswith("http") and links.canonical(n.partition("#")[0]) == wanted for n in names)


def resolve(value: object, graph: Mapping[str, Node]) -> Iterator[object]:
    """Walk one or many values, each reference ({"@id": …} alone) replaced by what it refers to."""
    for one in several(value):
        if isinstance(one, Mapping) and not one_line(one.get("name")) and string(one.get("@id")) in graph:
            yield graph[string(one.get("@id"))]
        else:
            yield one
