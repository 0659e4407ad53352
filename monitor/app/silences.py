"""Silences: mute a rule, or every rule, until an instant, with author and reason. What they hold back is counted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.routes import Recipient, Silence, recipients, routes_for
from monitor.store import SilenceRow, Tx, desk, silences

__all__ = ["add", "expire", "held_back", "listed"]

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def add(wire: Wire, rule: str | None, *, until: datetime, author: str, reason: str) -> SilenceRow:
    """Mute a rule (None: every rule) from now on. Raises ConfigError."""
    now = wire.clock()
    known = wire.newsroom.rulebook.rules
    if rule is not None and rule not in known:
        msg = f'There is no rule "{rule}". The rules are: {", ".join(known)}.'
        raise ConfigError(msg)
    if until <= now:
        msg = f"{until:%d %B %Y %H:%M} UTC is past. A silence ends later than now."
        raise ConfigError(msg)
    who, why = " ".join(author.split()), " ".join(reason.split())
    if not who or not why:
        msg = "A silence has an author and a reason: say --by NAME and --reason TEXT."
        raise ConfigError(msg)
    silence = Silence(rule=rule, until=until, author=who, reason=why, since=now)
    with wire.store.writing() as tx:
        return SilenceRow(id=silences.add(tx, silence), silence=silence)


def listed(wire: Wire, *, everything: bool = False) -> tuple[SilenceRow, ...]:
    """Give the silences in force, or with `everything` the latest of all, the latest first."""
    now = wire.clock()
    with wire.store.reading() as tx:
        rows = silences.recent(tx, 1000)
    return rows if everything else tuple(r for r in rows if r.silence.until > now)


def expire(wire: Wire, number: int) -> bool:
    """End a silence now; False when none of this number is in force."""
    with wire.store.writing() as tx:
        return silences.expire(tx, number, wire.clock())


def held_back(tx: Tx, wire: Wire, recipient: Recipient, message_id: int, made: datetime) -> str:
    """Say how many matches a recipient was not told of since the message before, because of silences; "" for none."""
    if not silences.any_ever(tx):  # the usual case: most newsrooms have none
        return ""
    before = desk.message_before(tx, recipient.key, message_id) or _EVER
    found = desk.silenced(tx, tuple(wire.newsroom.rulebook.rules), before, made)
    if not found:  # then which rules reach a recipient need not be worked out
        return ""
    reaching = _rules_of(wire, recipient)
    counts = Counter({rule: count for rule, count in found.items() if rule in reaching})
    total = counts.total()
    if not total:
        return ""
    matches = "1 match was" if total == 1 else f"{total} matches were"
    named = ", ".join(f"{rule}: {count}" for rule, count in sorted(counts.items()))
    return f"{matches} held back by silences since the last message ({named})."


def _rules_of(wire: Wire, recipient: Recipient) -> frozenset[str]:
    """Name the rules whose routes reach a recipient."""
    room = wire.newsroom
    return frozenset(
        rule.name
        for rule in room.rulebook.rules.values()
        for route in routes_for(room.routes, rule=rule.name, tags=rule.tags, priority=rule.priority)
        if recipient.key in {r.key for r in recipients(route, room.channels)}
    )
