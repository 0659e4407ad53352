"""Where a story would go: routes tried like code, without telling anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.matching import match
from monitor.routes import Recipient, routes_for, tell_at
from monitor.store import stories
from monitor.story import Outlet, Story

__all__ = ["Destination", "Routed", "route_story"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One recipient, when a message would leave now, and for which rules."""

    recipient: Recipient
    due: datetime
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A story, the rules it meets and where it would go."""

    headline: str
    rules: tuple[str, ...]
    destinations: tuple[Destination, ...]

    @property
    def channels(self) -> frozenset[str]:
        """Names of the channels it goes to."""
        return frozenset(d.recipient.channel for d in self.destinations)


def route_story(
    wire: Wire, which: str, *, outlet: str = "", outlets: Mapping[str, Outlet] | None = None
) -> Routed:
    """Route a stored story (its number), or a headline given as text. Raises ConfigError for an unknown number."""
    now = wire.clock()
    story = _stored(wire, int(which)) if which.isdigit() else _made_up(which, outlet, outlets or {}, now)
    room = wire.newsroom
    found: dict[str, tuple[Recipient, datetime, list[str]]] = {}
    met = tuple(m.rule for m in match(story, room.rulebook, now=now))
    for name in met:
        rule = room.rulebook.rules[name]
        fitting = routes_for(room.routes, rule=name, tags=rule.tags, priority=rule.priority)
        for recipient, due in tell_at(fitting, room.channels, now):
            known = found.setdefault(recipient.key, (recipient, due, []))
            known[2].append(name)
            if due < known[1]:
                found[recipient.key] = (recipient, due, known[2])
    destinations = tuple(
        Destination(recipient=recipient, due=due, rules=tuple(rules))
        for recipient, due, rules in found.values()
    )
    return Routed(headline=story.title or story.url, rules=met, destinations=destinations)


def _stored(wire: Wire, number: int) -> Story:
    with wire.store.reading() as tx:
        row = stories.get(tx, number)
    if row is None:
        msg = f"There is no story {number}. See copytaster stories; or write a headline in quotes."
        raise ConfigError(msg)
    return row.story


def _made_up(title: str, outlet: str, outlets: Mapping[str, Outlet], now: datetime) -> Story:
    if outlet and outlet not in outlets:
        msg = f'There is no outlet "{outlet}". The outlets are: {", ".join(outlets)}.'
        raise ConfigError(msg)
    return Story(outlet or "test", title, "https://example.org/test", now.astimezone(UTC))
