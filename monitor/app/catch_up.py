"""Tell, as one digest and on request, what stored stories a rule meets that nobody was told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.matching import Match, match
from monitor.outbox import Alert, Kind
from monitor.routes import Recipient, recipients, routes_for
from monitor.store import StoryRow, Tx, decisions, outbox, stories
from monitor.triage import Decision, Reason

__all__ = ["CaughtUp", "catch_up", "news"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """How many stored stories were looked at, matched, and newly put into the outbox."""

    looked_at: int
    matched: int
    alerts: int


def catch_up(wire: Wire, rule: str | None, since: datetime) -> CaughtUp:
    """Put every stored story since an instant that matches, and that its recipients have not heard of, in the outbox.

    The alerts are due now and are bound into one message per recipient. Our own outlets' are never told. Raises ConfigError for an unknown rule.
    """
    rulebook = wire.newsroom.rulebook
    if rule is not None and rule not in rulebook.rules:
        msg = f'There is no rule "{rule}". The rules are: {", ".join(rulebook.rules)}.'
        raise ConfigError(msg)
    now = wire.clock()
    looked_at = matched = alerts = 0
    with wire.store.reading() as tx:
        rows = list(stories.iterate(tx, since=since))
    with wire.store.writing() as tx:
        for row in rows:
            if _is_ours(wire, row):
                continue
            looked_at += 1
            found = [m for m in match(row.story, rulebook, now=now) if rule in (None, m.rule)]
            matched += bool(found)
            alerts += (
                len(outbox.add(tx, news(wire, row, found, outbox.told(tx, row.event), now), now))
                if found
                else 0
            )
            _record(tx, wire, row, found, now)
    return CaughtUp(looked_at=looked_at, matched=matched, alerts=alerts)


def _is_ours(wire: Wire, row: StoryRow) -> bool:
    return any(outlet.ours for outlet in wire.newsroom.outlets if outlet.name == row.story.outlet)


def _record(tx: Tx, wire: Wire, row: StoryRow, found: Iterable[Match], now: datetime) -> None:
    known = {m.rule for m in row.matches}
    fresh = [
        Decision(rule=m.rule, reason=Reason.ALERTED, match=m, detail="by catch-up")
        for m in found
        if m.rule not in known
    ]
    if fresh:
        decisions.record(tx, row.id, row.revision, fresh, rulebook=wire.newsroom.rulebook.hash, decided=now)


def news(
    wire: Wire, row: StoryRow, found: Iterable[Match], told: frozenset[tuple[str, str]], now: datetime
) -> Iterable[Alert]:
    """Make the alerts for what recipients have not heard of, due now."""
    if _is_ours(wire, row):
        return
    rulebook, newsroom = wire.newsroom.rulebook, wire.newsroom
    news: dict[Recipient, list[str]] = {}
    for m in found:
        rule = rulebook.rules[m.rule]
        for route in routes_for(newsroom.routes, rule=rule.name, tags=rule.tags, priority=rule.priority):
            for recipient in recipients(route, newsroom.channels):
                if not any((recipient.key, f"first:{name}") in told for name in (rule.name, *rule.formerly)):
                    names = news.setdefault(recipient, [])
                    names += [rule.name] if rule.name not in names else []
    for recipient, names in news.items():
        yield Alert(
            recipient=recipient,
            kind=Kind.CATCH_UP,
            due=now,
            event=row.event,
            story_id=row.id,
            revision=row.revision,
            rules=tuple(names),
            occasions=tuple(f"first:{name}" for name in names),
            rulebook=rulebook.hash,
        )
