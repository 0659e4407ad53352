"""Bring a rulebook into force: remember it by its hash, and say what it means for stories already on record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.app import operator
from monitor.app.wire import Wire
from monitor.matching import match
from monitor.store import outbox, rulebooks, stories

__all__ = ["InForce", "bring_into_force"]

LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Whether this run is the first under its rulebook, and how many stored stories of 30 days each new rule meets."""

    new: bool = False
    broken: bool = False  # rules.yaml has mistakes that no earlier run reported
    looked_at: int = 0
    matching: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it as the first run under a new rulebook does."""
        if not self.looked_at:
            return "A new rulebook is in force."
        if not self.matching:
            return f"A new rulebook is in force. None of the {self.looked_at} stored stories of 30 days match its new rules."
        told = ", ".join(f"{rule}: {count}" for rule, count in self.matching.items())
        return (
            f"A new rulebook is in force. Of {self.looked_at} stored stories of 30 days match: {told}. "
            "They do not alert by themselves; copytaster catch-up --since 30d sends them as one digest."
        )


def bring_into_force(wire: Wire, now: datetime) -> InForce:
    """Put this run's rulebook on record. Under a broken rules.yaml the last good one stays, and the operator is told."""
    newsroom = wire.newsroom
    rulebook = newsroom.rulebook
    if wire.mistakes:
        with wire.store.writing() as tx:
            told = outbox.add(tx, operator.of_mistakes(wire.mistakes, newsroom, now), now)
        return InForce(broken=bool(told))
    with wire.store.writing() as tx:
        before = rulebooks.since(tx)
        new = rulebooks.remember(
            tx,
            hash=newsroom.hash,
            text=newsroom.text,
            path=str(newsroom.path),
            digests={name: rulebook.digest(name) for name in rulebook.rules},
            formerly={name: rule.formerly for name, rule in rulebook.rules.items()},
            at=now,
        )
        after = rulebooks.since(tx)
        if wire.store.created:
            text = (
                "A new database was made: every outlet starts from its baseline. If this newsroom had a database before, "
                f"restore it beside {newsroom.path}, or editors may be told again what they know."
            )
            outbox.add(tx, operator.matter(newsroom, "new-database", text, now), now)
    if not new:
        return InForce()
    changed = {name for name in rulebook.rules if before.get(name) != after.get(name)}
    return _look_back(wire, changed, now)


def _look_back(wire: Wire, changed: set[str], now: datetime) -> InForce:
    found: Counter[str] = Counter()
    looked_at = 0
    with wire.store.reading() as tx:
        for row in stories.iterate(tx, since=now - LOOK_BACK):
            looked_at += 1
            found.update(
                m.rule for m in match(row.story, wire.newsroom.rulebook, now=now) if m.rule in changed
            )
    return InForce(new=True, looked_at=looked_at, matching=dict(found.most_common()))
