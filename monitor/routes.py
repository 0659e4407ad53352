"""Who is told, over which channel, and when: channels, recipients, routes, silences. Pure.

`when` is one of, in a person's words and with an optional zone (the newsroom's zone otherwise):
"at once", "hourly", "daily 07:00", "weekly Friday 09:00" (or "Friday 09:00"),
"at once 07-20 Europe/Berlin, else 07:00".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum, StrEnum

__all__ = [
    "AT_ONCE",
    "TERMINAL",
    "Channel",
    "Pace",
    "Priority",
    "Recipient",
    "Route",
    "Silence",
    "When",
    "WhenError",
    "next_time",
    "parse_when",
    "recipients",
    "routes_for",
]


class Priority(IntEnum):
    """How much a rule's matches matter; a route that names one takes it and all above."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Pace(StrEnum):
    """The rhythm of a route."""

    AT_ONCE = "at once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A rhythm with its clock times. `window` limits "at once" to local hours, `at` is the time otherwise."""

    pace: Pace
    at: time | None = None
    weekday: int | None = None  # Monday is 0
    window: tuple[time, time] | None = None
    zone: str = "UTC"


AT_ONCE = When(pace=Pace.AT_ONCE)


class WhenError(ValueError):
    """The words of a `when` that say no time; the message shows what can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A named destination. `url` is a reference (env:NAME, file:/path), never the secret itself."""

    name: str
    url: str
    to: tuple[str, ...] = ()  # mail addresses; () for chat, webhook and terminal


TERMINAL = Channel(name="terminal", url="terminal:")  # where a rulebook without routes tells its alerts


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Recipient:
    """One who is told: a mail address, or a chat room by its channel."""

    channel: str
    address: str = ""

    @property
    def key(self) -> str:
        """What makes two recipients the same person: the address, else the channel."""
        return f"mail:{self.address.casefold()}" if self.address else f"channel:{self.channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which matches go to which channels, when. Empty selectors take everything."""

    to: tuple[str, ...]  # channel names
    when: When = AT_ONCE
    names: tuple[str, ...] = ()  # rule names
    tags: tuple[str, ...] = ()
    priority: Priority | None = None  # this one and above


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time-bounded mute of a rule (None: of every rule), with its author and reason."""

    rule: str | None
    until: datetime
    author: str
    reason: str
    since: datetime | None = None
