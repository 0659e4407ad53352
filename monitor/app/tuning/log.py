"""Which rulebooks were in force, from when to when, and what changed from each to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor import config
from monitor.app.tuning.diff import RuleChange, RuleChangeKind, changed_rules
from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.rules import Rulebook, Term, walk
from monitor.store import RulebookRow, rulebooks

__all__ = ["InForce", "SetChange", "rulebook_log", "sets_of"]

_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChange:
    """A term set whose terms differ, and the rules it reaches, through other sets too."""

    term_set: str
    added: tuple[str, ...]  # terms as written
    removed: tuple[str, ...]
    reached: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A rulebook that was in force. `until` None: it still is. The changes are from the one before it.

    `unreadable` says why the changes are not known: this version cannot read one of the two.
    """

    hash: str
    since: datetime
    until: datetime | None
    path: str
    rules: int = 0
    changes: tuple[RuleChange, ...] = ()
    sets: tuple[SetChange, ...] = ()
    unreadable: str = ""


def rulebook_log(wire: Wire) -> tuple[InForce, ...]:
    """Give every rulebook that was in force, the first first."""
    with wire.store.reading() as tx:
        rows = rulebooks.log(tx, limit=_ALL)[::-1]
    read: dict[str, Rulebook | str] = {}
    found = []
    before: Rulebook | str | None = None
    for number, row in enumerate(rows):
        if row.hash not in read:
            read[row.hash] = _read(row)
        now = read[row.hash]
        until = rows[number + 1].since if number + 1 < len(rows) else None
        found.append(_in_force(row, until, before, now))
        before = now
    return tuple(found)


def _read(row: RulebookRow) -> Rulebook | str:
    try:
        return config.loads(row.text, Path(row.path), None).rulebook
    except ConfigError as error:
        return str(error)


def _in_force(
    row: RulebookRow, until: datetime | None, before: Rulebook | str | None, now: Rulebook | str
) -> InForce:
    known = not isinstance(now, str) and not isinstance(before, str)
    changes: tuple[RuleChange, ...] = ()
    sets: tuple[SetChange, ...] = ()
    if not isinstance(now, str) and not isinstance(before, str):
        changes = (
            tuple(RuleChange(rule=name, kind=RuleChangeKind.ADDED) for name in now.rules)
            if before is None
            else changed_rules(before, now)
        )
        sets = () if before is None else tuple(_sets(before, now, changes))
    problem = now if isinstance(now, str) else before if isinstance(before, str) else ""
    return InForce(
        hash=row.hash,
        since=row.since,
        until=until,
        path=row.path,
        rules=0 if isinstance(now, str) else len(now.rules),
        changes=changes,
        sets=sets,
        unreadable="" if known else problem,
    )


def _sets(before: Rulebook, now: Rulebook, changes: tuple[RuleChange, ...]) -> Iterator[SetChange]:
    changed = {change.rule: change.was for change in changes if change.kind is RuleChangeKind.CHANGED}
    for name in dict.fromkeys((*now.term_sets, *before.term_sets)):
        old, new = (_terms(book.term_sets, name) for book in (before, now))
        if set(old) == set(new):
            continue
        yield SetChange(
            term_set=name,
            added=tuple(t for t in new if t not in old),
            removed=tuple(t for t in old if t not in new),
            reached=tuple(
                rule
                for rule, was in changed.items()
                if name in sets_of(now, rule) or name in sets_of(before, was)
            ),
        )


def _terms(sets: Mapping[str, tuple[Term, ...]], name: str) -> tuple[str, ...]:
    return tuple(term.text for term in sets.get(name, ()))


def sets_of(rulebook: Rulebook, rule: str) -> frozenset[str]:
    """Give the term sets a rule looks for, those within sets too."""
    terms = (leaf.term for leaf in walk.leaves(rulebook.rules[rule].clause))
    return walk.sets_of(terms, rulebook.term_sets)
