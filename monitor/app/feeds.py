"""Matches as feeds, one a rule: Atom and JSON Feed, so that any reader can subscribe."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.alerts.feeds import FeedEntry, atom, json_feed
from monitor.app.signing import sign
from monitor.app.tellings import why
from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.links import safe_url
from monitor.matching import Match
from monitor.rules import Rule
from monitor.store import StoryRow, Tx, meta, stories
from monitor.story import Outlet

__all__ = ["FORMS", "MOST", "Made", "export", "feed_path", "feed_token", "made", "rule_of", "slug"]

MOST = 100  # entries of a feed
FORMS = {"atom": "application/atom+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One feed: the name of its file, its media type and its bytes."""

    name: str
    media: str
    content: bytes


def slug(rule: str) -> str:
    """Give a rule's name as it stands in a file name: letters, digits and hyphens, and a mark that keeps names apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", rule.casefold()).strip("-")[:48]
    mark = hashlib.sha256(rule.encode()).hexdigest()[:8]
    return f"{plain}-{mark}" if plain else mark


def rule_of(wire: Wire, name: str) -> Rule | None:
    """Give the rule of a slug."""
    return next((r for r in wire.newsroom.rulebook.rules.values() if slug(r.name) == name), None)


def feed_token(key: bytes, rule: str) -> str:
    """Sign the address of a rule's feed: who does not know it cannot read what a newsroom watches."""
    return sign(key, "feed", rule)


def feed_path(key: bytes, rule: str, form: str) -> str:
    """Give the path under which `serve` gives a rule's feed."""
    return f"/feeds/{feed_token(key, rule)}/{slug(rule)}.{form}"


def made(
    wire: Wire, rule: Rule, form: str, outlets: Mapping[str, Outlet], *, address: str = "", limit: int = MOST
) -> Made:
    """Make one feed of the latest stories that a rule met, under its earlier names too."""
    with wire.store.reading() as tx:
        names = (rule.name, *rule.formerly)
        found = {
            row.id: row
            for name in names
            for row in stories.search(tx, rule=name, limit=limit)
            if not (row.story.outlet in outlets and outlets[row.story.outlet].ours)
        }
        rows = sorted(found.values(), key=lambda row: (row.first_seen, row.id), reverse=True)[:limit]
        identity = _identity(tx, rule)
    entries = [_entry(row, rule, outlets, wire.newsroom.settings.quotation, identity) for row in rows]
    title = f"{rule.name} (Copytaster)"
    write = atom if form == "atom" else json_feed
    updated = max(
        (row.first_seen for row in rows), default=datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    )
    content = write(title=title, identity=identity, updated=updated, entries=entries, address=address)
    return Made(name=f"{slug(rule.name)}.{form}", media=FORMS[form], content=content)


def _identity(tx: Tx, rule: Rule) -> str:
    database = meta.get(tx, "database") or ""
    return f"urn:copytaster:{hashlib.sha256(f'{database}:{rule.name}'.encode()).hexdigest()[:32]}"


def _entry(
    row: StoryRow, rule: Rule, outlets: Mapping[str, Outlet], quotation: int, identity: str
) -> FeedEntry:
    story, outlet = row.story, outlets.get(row.story.outlet)
    names = {rule.name, *rule.formerly}
    found = next((m for m in row.matches if m.rule in names), None)
    shown = why(story, Match(rule=rule.name, evidence=found.evidence, score=found.score)) if found else None
    return FeedEntry(
        identity=f"{identity}:{row.id}",
        title=story.title or story.url,
        url=safe_url(story.url) or "",
        outlet=outlet.title if outlet else story.outlet,
        published=story.published,
        updated=row.first_seen,
        summary=(shown.sentence if shown else "")[:quotation],
        language=story.language or "",
    )


def export(wire: Wire, folder: Path, outlets: Mapping[str, Outlet]) -> tuple[str, ...]:
    """Write the feeds of all rules into a folder, each whole or not at all; give their names. Raises ConfigError."""
    names = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for rule in wire.newsroom.rulebook.rules.values():
            for form in FORMS:
                one = made(wire, rule, form, outlets)
                aside = folder / f".{one.name}.new"
                aside.write_bytes(one.content)
                aside.replace(folder / one.name)
                names.append(one.name)
    except OSError as error:
        msg = f"{error.filename or folder} cannot be written: {error.strerror}. Name a folder of your own."
        raise ConfigError(msg) from error
    return tuple(names)
