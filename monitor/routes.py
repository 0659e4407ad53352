"""Who is told, over which channel, and when: channels, recipients, routes, silences. Pure.

`when` is one of, in a person's words and with an optional zone (the newsroom's zone otherwise):
"at once", "hourly", "daily 07:00", "weekly Friday 09:00" (or "Friday 09:00"),
"at once 07-20 Europe/Berlin, else 07:00".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo, available_timezones

__all__ = [
    "AT_ONCE",
    "TERMINAL",
    "Among",
    "Channel",
    "Copies",
    "Keep",
    "Pace",
    "Priority",
    "Recipient",
    "Route",
    "Silence",
    "When",
    "WhenError",
    "last_time",
    "next_time",
    "parse_when",
    "recipients",
    "routes_for",
    "say_when",
    "tell_at",
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
    zone: str = ""  # in which its readers are told instants; "": the newsroom's


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


class Among(StrEnum):
    """Between which outlets a route holds copies back."""

    BOTH = "both"
    ACROSS = "across"  # of different outlets
    WITHIN = "within"  # of one outlet
    OFF = "off"  # every copy is told


class Keep(StrEnum):
    """Which of several copies is told, while none has been."""

    FIRST = "first"
    LONGEST = "longest"
    PREFERRED = "preferred"  # the outlet that stands first in a list


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What a route does with copies of a story. `preferred`: outlets, the best first."""

    among: Among = Among.BOTH
    keep: Keep = Keep.FIRST
    preferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which matches go to which channels, when. Empty selectors take everything."""

    to: tuple[str, ...]  # channel names
    when: When = AT_ONCE
    copies: Copies = Copies()
    names: tuple[str, ...] = ()  # rule names
    tags: tuple[str, ...] = ()
    priority: Priority | None = None  # this one and above
    heartbeat: bool = False  # say so when there was nothing to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time-bounded mute of a rule (None: of every rule), with its author and reason."""

    rule: str | None
    until: datetime
    author: str
    reason: str
    since: datetime | None = None


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_CAN_BE_SAID = (
    'write "at once", "hourly", "daily 07:00", "weekly Friday 09:00" or '
    '"at once 07-20 Europe/Berlin, else 07:00"'
)
_CLOCK = r"\d{1,2}(?::\d{2})?"
_WINDOW = re.compile(
    rf"at once (?P<start>{_CLOCK}) ?[-\u2013] ?(?P<end>{_CLOCK})(?: (?P<zone>[A-Za-z][^\s,]*))?"
    rf" ?, ?else(?: daily)? (?P<at>{_CLOCK})(?: (?P<zone2>[A-Za-z]\S*))?",
    re.IGNORECASE,
)
_HALF_A_WINDOW = re.compile(rf"at once {_CLOCK} ?[-\u2013] ?{_CLOCK}(?: [A-Za-z][^\s,]*)?", re.IGNORECASE)
_RHYTHM = re.compile(
    rf"(?:(?P<word>at once|hourly)|daily (?P<daily>{_CLOCK})"
    rf"|(?:weekly )?(?P<day>[a-z]{{3,9}}) (?P<weekly>{_CLOCK}))(?: (?P<zone>[A-Za-z]\S*))?",
    re.IGNORECASE,
)
_MIDNIGHT_AS_END = 24


def parse_when(text: str, zone: str = "UTC") -> When:
    """Read a `when`; `zone` is the newsroom's, for words that name none. Raises WhenError."""
    words = " ".join(text.split())
    if found := _WINDOW.fullmatch(words):
        start, end = _clock(found["start"], text), _clock(found["end"], text, end=True)
        if start == end:
            msg = f"{text!r}: the hours {found['start']}-{found['end']} are empty; {_CAN_BE_SAID}"
            raise WhenError(msg)
        named = found["zone"] or found["zone2"] or zone
        at = _clock(found["at"], text)
        return When(pace=Pace.AT_ONCE, window=(start, end), at=at, zone=_zone(named, text))
    if found := _RHYTHM.fullmatch(words):
        return _rhythm(found, text, _zone(found["zone"] or zone, text))
    if _HALF_A_WINDOW.fullmatch(words):  # in {braces}, YAML ends the words at the comma
        msg = f'{text!r} does not say what becomes of the rest; write, in quotes: when: "{words}, else 07:00"'
        raise WhenError(msg)
    msg = f"{text!r} says no time; {_CAN_BE_SAID}"
    raise WhenError(msg)


def _rhythm(found: re.Match[str], text: str, zone: str) -> When:
    if word := found["word"]:
        return When(pace=Pace(word.lower()), zone=zone)
    if daily := found["daily"]:
        return When(pace=Pace.DAILY, at=_clock(daily, text), zone=zone)
    at = _clock(found["weekly"], text)
    return When(pace=Pace.WEEKLY, weekday=_weekday(found["day"], text), at=at, zone=zone)


def _clock(words: str, text: str, *, end: bool = False) -> time:
    hour, _, minute = words.partition(":")
    if end and int(hour) == _MIDNIGHT_AS_END and not int(minute or 0):
        return time(0)
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        msg = f"{text!r}: {words} is no time of day; write it as 07:00"
        raise WhenError(msg) from None


def _weekday(word: str, text: str) -> int:
    for number, name in enumerate(WEEKDAYS):
        if word.lower() in (name.lower(), name[:3].lower()):
            return number
    near = difflib.get_close_matches(word.capitalize(), WEEKDAYS, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; {_CAN_BE_SAID}"
    msg = f"{text!r}: {word!r} is no day of the week{hint}"
    raise WhenError(msg)


def _zone(name: str, text: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # what zoneinfo raises for unknown, unsafe and folder names
        near = difflib.get_close_matches(name, sorted(available_timezones()), 1)
        hint = f"did you mean {near[0]}?" if near else "write it as Europe/Berlin"
        msg = f"{text!r}: there is no time zone {name!r}; {hint}"
        raise WhenError(msg) from None
    return name


def say_when(when: When) -> str:
    """Say a rhythm in the words that `parse_when` reads."""
    at = f"{when.at:%H:%M}" if when.at else ""
    if when.window:
        start, end = when.window
        return f"at once {start:%H:%M}-{end:%H:%M} {when.zone}, else {at}"
    if when.pace is Pace.WEEKLY:
        return f"weekly {WEEKDAYS[when.weekday or 0]} {at} {when.zone}"
    return f"daily {at} {when.zone}" if when.pace is Pace.DAILY else when.pace.value


def next_time(when: When, now: datetime) -> datetime:
    """Give the first instant at or after `now` at which this rhythm lets a message leave, in UTC.

    Local wall time counts: a clock time that a spring night leaves out comes as much later as the clock
    jumps; one that an autumn night brings twice is taken the first time only. So every day has exactly one.
    """
    if now.tzinfo is None:
        msg = f"naive datetime {now.isoformat()}: every instant needs a zone"
        raise ValueError(msg)
    now = now.astimezone(UTC)
    zone = ZoneInfo(when.zone)
    if when.pace is Pace.HOURLY:
        return _full_hour(now, zone)
    if when.pace is Pace.AT_ONCE and (
        when.window is None or _within(now.astimezone(zone).time(), when.window)
    ):
        return now
    return next(instant for instant in _instants(when, now, zone) if instant >= now)


def last_time(when: When, now: datetime) -> datetime | None:
    """Give the last clock time at or before `now` of a daily or weekly rhythm, in UTC; None for the others."""
    if when.pace not in (Pace.DAILY, Pace.WEEKLY):
        return None
    before = now.astimezone(UTC) - timedelta(days=8)
    past = [instant for instant in _instants(when, before, ZoneInfo(when.zone)) if instant <= now]
    return past[-1] if past else None


def _within(local: time, window: tuple[time, time]) -> bool:
    start, end = window
    return start <= local < end if start < end else local >= start or local < end


def _full_hour(now: datetime, zone: ZoneInfo) -> datetime:
    while past := _past_the_hour(now.astimezone(zone)):
        now += timedelta(hours=1) - past  # again where the clock itself jumps by half an hour
    return now


def _past_the_hour(local: datetime) -> timedelta:
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _instants(when: When, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    today = now.astimezone(zone).date()
    for ahead in range(-1, 10):
        day: date = today + timedelta(days=ahead)
        if when.pace is Pace.WEEKLY and day.weekday() != when.weekday:
            continue
        yield datetime.combine(day, when.at or time(0), tzinfo=zone).astimezone(UTC)


def routes_for(
    routes: Iterable[Route], *, rule: str, tags: Collection[str] = (), priority: Priority = Priority.NORMAL
) -> tuple[Route, ...]:
    """Give every route that takes a match of this rule: by its name, one of its tags, its priority."""
    return tuple(
        route
        for route in routes
        if (not route.names or rule in route.names)
        and (not route.tags or any(tag in route.tags for tag in tags))
        and (route.priority is None or priority >= route.priority)
    )


def recipients(route: Route, channels: Mapping[str, Channel]) -> tuple[Recipient, ...]:
    """Give everyone a route tells, each once: the addresses of its mail channels, its rooms."""
    found: dict[str, Recipient] = {}
    for name in route.to:
        for address in channels[name].to or ("",):
            recipient = Recipient(channel=name, address=address)
            found.setdefault(recipient.key, recipient)
    return tuple(found.values())


def tell_at(
    routes: Iterable[Route], channels: Mapping[str, Channel], now: datetime
) -> tuple[tuple[Recipient, datetime], ...]:
    """Give each recipient of these routes once, with the earliest instant any of them allows."""
    earliest: dict[str, tuple[Recipient, datetime]] = {}
    for route in routes:
        due = next_time(route.when, now)
        for recipient in recipients(route, channels):
            known = earliest.get(recipient.key)
            if known is None or due < known[1]:
                earliest[recipient.key] = (recipient, due)
    return tuple(earliest.values())
