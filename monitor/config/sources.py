"""The section `sources:` -> outlets with the addresses that are polled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor.config.forms import Form, a_kind, slug
from monitor.config.nodes import Items, Ledger, Node, Spot, Table, Text, meant, shown
from monitor.config.zones import zone_of
from monitor.story import Access, Articles, DateOrder, Outlet, Source, SourceKind

__all__ = ["SOURCE_KEYS", "bad_address", "read_sources"]

_OUTLET_KEYS = (
    *("title", "language", "languages", "zone", "date_order", "access", "articles", "exclude"),
    *("delay", "ours", "hosts", "house_authors"),
)
SOURCE_KEYS = (
    *SourceKind,
    "outlet",
    "section",
    "interval",
    "max_silence",
    "links",
    "verified",
    *_OUTLET_KEYS,
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
_XPATH = re.compile(r"\s*(?:xpath:|\.{0,2}/|\()")
_LEAST = timedelta(minutes=1)


def bad_address(url: str) -> str:
    """Say what keeps a URL from being polled; "" when nothing does."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "is no web address"
    if parts.scheme.lower() not in {"http", "https"} or not host or re.search(r"\s", url):
        return "is no web address; write it in full, such as https://example.org/feed"
    if parts.username or parts.password:
        return "holds a user name or password, which must not stand in this file"
    return ""


@dataclass(slots=True)
class _Draft:
    """One outlet as its entries add up."""

    name: str
    title: str
    base: Outlet | None = None  # the shipped declaration
    plain: Spot | None = None  # where it is named without an address
    sources: list[Source] = field(default_factory=list)
    options: dict[str, tuple[Any, Spot]] = field(default_factory=dict)
    tempo: dict[str, timedelta] = field(
        default_factory=dict
    )  # interval and max_silence of an entry without address


def read_sources(node: Node | None, ledger: Ledger, known: Mapping[str, Outlet] | None) -> tuple[Outlet, ...]:
    """Read what is polled. `known` are the shipped outlets by name; None leaves names unchecked."""
    if node is None:
        return ()
    if not isinstance(node, Items):
        ledger.add(node.spot, f"sources: takes a list with dashes, such as  - bbc, not {a_kind(node)}")
        return ()
    drafts: dict[str, _Draft] = {}
    addresses: dict[str, Spot] = {}
    for item in node.items:
        if isinstance(item, Text):
            _named(item, drafts, ledger, known)
        elif isinstance(item, Table):
            _entry(Form(item, _where(item), ledger), drafts, known, addresses)
        else:
            ledger.add(
                item.spot, "a source is the name of an outlet, or {feed: address}; a list cannot stand here"
            )
    return tuple(_finish(draft) for draft in drafts.values())


def _where(item: Table) -> str:
    for key in ("outlet", *SourceKind):
        if isinstance(value := item.get(key), Text) and value.text:
            return f"source {shown(value.text)}: "
    return "source: "


def _named(item: Text, drafts: dict[str, _Draft], ledger: Ledger, known: Mapping[str, Outlet] | None) -> None:
    if item.empty:
        ledger.add(item.spot, "nothing stands behind this dash; name an outlet or delete the dash")
        return
    if "://" in item.text or item.text.startswith("www."):
        ledger.add(
            item.spot, f'an address needs to be called a feed, sitemap or listing: - {{feed: "{item.text}"}}'
        )
        return
    if known is not None and item.text not in known:
        hint = meant(item.text, known) or '; for any other outlet write {feed: "https://..."}'
        ledger.add(item.spot, f"there is no outlet {shown(item.text)}{hint}")
        return
    draft = _draft(drafts, item.text, item.text, known)
    if draft.plain:
        ledger.add(item.spot, f"{shown(item.text)} is named a second time (first in line {draft.plain.line})")
    draft.plain = item.spot


def _draft(drafts: dict[str, _Draft], name: str, title: str, known: Mapping[str, Outlet] | None) -> _Draft:
    if name not in drafts:
        base = (known or {}).get(name)
        drafts[name] = _Draft(name, base.title if base else title, base)
    return drafts[name]


def _entry(
    form: Form, drafts: dict[str, _Draft], known: Mapping[str, Outlet] | None, addresses: dict[str, Spot]
) -> None:
    form.only(SOURCE_KEYS)
    kinds = [kind for kind in SourceKind if form.has(kind)]
    if len(kinds) > 1:
        form.add(
            form.table.name(kinds[1]).spot,
            f"one entry has one address; write {kinds[1]} in an entry of its own",
        )
    kind = kinds[0] if kinds else None
    url = _address(form, kind, addresses) if kind else ""
    title = form.text("outlet") or (urlsplit(url).hostname or "").removeprefix("www.")
    name = title if title in (known or {}) else slug(title) or slug(urlsplit(url).hostname or "")
    if not kind and not _may_be_plain(form, name, known):
        return
    if not name:
        return
    draft = _draft(drafts, name, title, known)
    _options(form, draft)
    if kind:
        if url:
            draft.sources.append(_source(form, kind, url, name))
        return
    draft.plain = draft.plain or form.table.spot
    draft.tempo |= {key: span for key in ("interval", "max_silence") if (span := _tempo(form, key))}
    for key in ("section", "links", "verified"):
        if form.has(key):
            form.add(form.table.name(key).spot, f"{key} belongs to one address; add feed, sitemap or listing")


def _may_be_plain(form: Form, name: str, known: Mapping[str, Outlet] | None) -> bool:
    """Whether an entry without an address names an outlet that has some."""
    if name and (known is None or name in known):
        return True
    hint = meant(form.text("outlet"), known or ()) if form.has("outlet") else ""
    form.add(form.table.spot, f"an address is missing: add feed, sitemap or listing{hint}")
    return False


def _address(form: Form, kind: SourceKind, addresses: dict[str, Spot]) -> str:
    node = form.scalar(kind, "one web address")
    if node is None:
        return ""
    if problem := bad_address(node.text):
        told = "the address" if "password" in problem else shown(node.text)
        form.add(node.spot, f"{told} {problem}")
        return ""
    if node.text in addresses:
        form.add(
            node.spot, f"this address is listed a second time (first in line {addresses[node.text].line})"
        )
    addresses.setdefault(node.text, node.spot)
    return node.text


def _source(form: Form, kind: SourceKind, url: str, outlet: str) -> Source:
    if form.has("links") and kind is not SourceKind.LISTING:
        form.add(form.table.name("links").spot, f"links chooses the links of a listing; a {kind} needs none")
    plain = Source(url=url)
    return Source(
        url=url,
        outlet=outlet,
        kind=kind,
        section=form.text("section"),
        interval=_tempo(form, "interval") or plain.interval,
        max_silence=_tempo(form, "max_silence"),
        verified=form.text("verified", plain.verified),
        links=_links(form) if form.has("links") else "",
    )


def _tempo(form: Form, key: str) -> timedelta | None:
    span = form.span(key, None)
    if span is not None and span < _LEAST:
        form.add(form.at(key), f"{key} must be at least 1 minute; polling faster would trouble the outlet")
        return None
    return span


def _options(form: Form, draft: _Draft) -> None:
    """Read what holds for the whole outlet; two entries may not say different things."""
    read: dict[str, Any] = {
        "title": form.text("title"),
        "language": _language(form),
        "languages": tuple(text.text for text in form.texts("languages")),
        "zone": zone_of(form, "UTC"),
        "date_order": form.choice("date_order", {o.value: o for o in DateOrder}, DateOrder.DMY),
        "access": form.choice("access", {a.value: a for a in Access}, None),
        "articles": form.choice("articles", {a.value: a for a in Articles}, Articles.NONE),
        "exclude": _patterns(form),
        "delay": form.span("delay", None),
        "ours": form.yes("ours", default=False),
        "hosts": tuple(text.text.casefold() for text in form.texts("hosts")),
        "house_authors": tuple(text.text for text in form.texts("house_authors")),
    }
    for key, value in read.items():
        if not form.has(key):
            continue
        spot = form.table.name(key).spot
        there = draft.options.setdefault(key, (value, spot))
        if there[0] != value:
            text = f"{key} of this outlet is something else in line {there[1].line}; it can have one only"
            form.add(spot, text)


def _language(form: Form) -> str | None:
    node = form.scalar("language")
    if node is not None and not _LANGUAGE.fullmatch(node.text):
        form.add(node.spot, f"language takes a code such as en, de or zh-Hant, not {shown(node.text)}")
    return node.text if node else None


def _links(form: Form) -> str:
    """Read the selector of a listing, as monitor.parse.listing will."""
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import XPath, XPathError

    words = form.text("links")
    try:
        if _XPATH.match(words):
            XPath(words.strip().removeprefix("xpath:").strip())
        elif words:
            CSSSelector(words, translator="html")
    except (XPathError, SelectorError, SyntaxError) as error:
        text = f"links takes CSS or XPath that selects the story links; {shown(words)} is neither: {error}"
        form.add(form.at("links"), text)
    return words


def _patterns(form: Form) -> tuple[str, ...]:
    import re2

    found = form.texts("exclude")
    for text in found:
        try:
            re2.compile(text.text)
        except re2.error as error:
            words = error.args[0] if error.args else ""
            words = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
            form.add(text.spot, f"exclude: {shown(text.text)} is no pattern RE2 can read: {words}")
    return tuple(text.text for text in found)


def _finish(draft: _Draft) -> Outlet:
    options = {key: value for key, (value, _) in draft.options.items() if value is not None}
    shipped = draft.base.sources if draft.base and draft.plain else ()
    sources = (*(_paced(source, draft.tempo) for source in shipped), *draft.sources)
    if draft.base:
        return replace(draft.base, **options, sources=sources)
    hosts = dict.fromkeys((urlsplit(source.url).hostname or "").removeprefix("www.") for source in sources)
    filled = {"title": draft.title, "hosts": tuple(host for host in hosts if host)} | options
    return Outlet(name=draft.name, sources=sources, **filled)


def _paced(source: Source, tempo: Mapping[str, timedelta]) -> Source:
    interval = tempo.get("interval", source.interval)
    return replace(source, interval=interval, max_silence=tempo.get("max_silence", source.max_silence))
