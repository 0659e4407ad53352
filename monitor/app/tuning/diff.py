"""What a change of rules changes: stories newly matched, no longer matched, matched for another reason, and by which term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.app.tuning.past import Archive, Met, met, narrow, probes
from monitor.app.wire import Wire
from monitor.matching import Match, explain, match
from monitor.rules import Rulebook
from monitor.store import Tx, lookup
from monitor.store.index import searching
from monitor.store.lookup import Text
from monitor.story import Story

__all__ = ["Change", "ChangeKind", "Diff", "RuleChange", "RuleChangeKind", "changed_rules", "diff"]


class RuleChangeKind(StrEnum):
    """What happened to a rule between two rulebooks."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # it means something else now
    RENAMED = "renamed"  # another name, the same meaning


class ChangeKind(StrEnum):
    """What happened to a story for one rule."""

    NEW = "newly matched"
    LOST = "no longer matched"
    OTHER = "matched for another reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule that differs. `was` is its name in the old rulebook, "" when it is new."""

    rule: str
    kind: RuleChangeKind
    was: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One story for which a rule now says something else. `terms` are responsible: terms, or what is missing."""

    kind: ChangeKind
    rule: str
    story_id: int
    revision: int
    outlet: str
    seen: datetime
    title: str
    url: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What differs between two rulebooks over the revisions seen since an instant.

    `texts_gone`: revisions of which nobody can tell any more, since their full text was dropped (keep_bodies).
    """

    old: str
    new: str
    since: datetime | None
    rules: tuple[RuleChange, ...]
    changes: tuple[Change, ...]
    looked_at: int
    texts_gone: int


def changed_rules(old: Rulebook, new: Rulebook) -> tuple[RuleChange, ...]:
    """Give the rules that differ, in the order of the new rulebook; removed ones last."""
    found = []
    kept = set()
    for name, rule in new.rules.items():
        was = next((n for n in (name, *rule.formerly) if n in old.rules), "")
        kept.add(was)
        if not was:
            found.append(RuleChange(rule=name, kind=RuleChangeKind.ADDED))
        elif old.digest(was) != new.digest(name):
            found.append(RuleChange(rule=name, kind=RuleChangeKind.CHANGED, was=was))
        elif was != name:
            found.append(RuleChange(rule=name, kind=RuleChangeKind.RENAMED, was=was))
    gone = (name for name in old.rules if name not in kept)
    return (*found, *(RuleChange(rule=name, kind=RuleChangeKind.REMOVED, was=name) for name in gone))


def diff(wire: Wire, old: Rulebook, new: Rulebook, since: datetime | None = None) -> Diff:
    """Compare two rulebooks over the revisions seen since an instant. The same values in, the same out."""
    rules = changed_rules(old, new)
    said = [change for change in rules if change.kind is not RuleChangeKind.RENAMED]
    before = [c.was for c in said if c.was]
    after = [c.rule for c in said if c.kind is not RuleChangeKind.REMOVED]
    with searching(wire.store) as tx:
        archive = Archive(tx)
        was = met(archive, old, before, since=since)
        now = met(archive, new, after, since=since)
        looked_at, _ = lookup.count_texts(tx, since=since)
        gone = {row.id for found in (*was.values(), *now.values()) for row in found.gone}
        sides = _Sides(narrow(old, before), narrow(new, after))
        changes = tuple(c for change in said for c in _changes(tx, change, was, now, sides))
    return Diff(
        old=old.hash,
        new=new.hash,
        since=since,
        rules=rules,
        changes=changes,
        looked_at=looked_at,
        texts_gone=len(gone),
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two rulebooks, only their rules that differ."""

    old: Rulebook
    new: Rulebook


def _firsts(found: Met | None) -> dict[int, Text]:
    """Give each story with its first revision that met the rule."""
    firsts: dict[int, Text] = {}
    for row in found.texts if found else ():
        firsts.setdefault(row.story_id, row)
    return firsts


def _changes(
    tx: Tx, change: RuleChange, was: Mapping[str, Met], now: Mapping[str, Met], sides: _Sides
) -> Iterator[Change]:
    old = _firsts(was.get(change.was))
    new = _firsts(None if change.kind is RuleChangeKind.REMOVED else now.get(change.rule))
    rows = sorted(((new.get(key) or old[key]) for key in old.keys() | new.keys()), key=lambda row: row.id)
    where = {row.id: row for row in rows}
    found: dict[ChangeKind, list[Change]] = {kind: [] for kind in ChangeKind}
    for key, story in lookup.stories_at(tx, [row.id for row in rows]):
        row = where[key]
        if row.story_id not in old:
            kind, terms = ChangeKind.NEW, _gained(story, row, change, sides)
        elif row.story_id not in new:
            kind, terms = ChangeKind.LOST, _lost(story, row, change, sides)
        else:
            kind, terms = ChangeKind.OTHER, _moved(story, row, change, sides)
        if terms:
            found[kind].append(_change(kind, change.rule, row, story, terms))
    for kind in ChangeKind:
        yield from found[kind]


def _change(kind: ChangeKind, rule: str, row: Text, story: Story, terms: tuple[str, ...]) -> Change:
    return Change(
        kind=kind,
        rule=rule,
        story_id=row.story_id,
        revision=row.revision,
        outlet=row.outlet,
        seen=row.seen,
        title=story.title,
        url=story.url,
        terms=terms,
    )


def _evidence(story: Story, row: Text, book: Rulebook, rule: str) -> tuple[str, ...]:
    """Give the terms that were found, in the order of the text."""
    if rule not in book.rules:
        return ()
    found: Match | None = next((m for m in match(story, book, now=row.seen) if m.rule == rule), None)
    return tuple(dict.fromkeys(e.term for e in found.evidence)) if found else ()


def _known(book: Rulebook, rule: str) -> frozenset[str]:
    return frozenset(p.term for p in probes(book.tree(rule))) if rule in book.rules else frozenset()


def _gained(story: Story, row: Text, change: RuleChange, sides: _Sides) -> tuple[str, ...]:
    terms = _evidence(story, row, sides.new, change.rule)
    fresh = tuple(t for t in terms if t not in _known(sides.old, change.was))
    return fresh or _lacked(story, row, sides.old, change.was) or terms or (change.rule,)


def _lost(story: Story, row: Text, change: RuleChange, sides: _Sides) -> tuple[str, ...]:
    terms = _evidence(story, row, sides.old, change.was)
    rule = "" if change.kind is RuleChangeKind.REMOVED else change.rule
    dropped = tuple(t for t in terms if t not in _known(sides.new, rule))
    return dropped or _lacked(story, row, sides.new, rule) or terms or (change.rule,)


def _moved(story: Story, row: Text, change: RuleChange, sides: _Sides) -> tuple[str, ...]:
    """Give "- term" for those that no longer speak and "+ term" for those that newly do; nothing when none moved."""
    old = _evidence(story, row, sides.old, change.was)
    new = _evidence(story, row, sides.new, change.rule)
    if not old or not new:  # another revision met the other rulebook
        return ()
    return (*(f"- {t}" for t in old if t not in new), *(f"+ {t}" for t in new if t not in old))


def _lacked(story: Story, row: Text, book: Rulebook, rule: str) -> tuple[str, ...]:
    """Say what keeps the other rulebook's rule from matching."""
    if rule not in book.rules:
        return ()
    why = explain(story, book, rule, now=row.seen)
    if why.outside:
        return (why.outside,)
    return tuple(f"{m.text} ({m.nearest})" if m.nearest else m.text for m in why.missing)
