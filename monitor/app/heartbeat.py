"""Messages that say nothing was to be told, so that silence never means that nobody is watching.

A heartbeat, where a route asks for it: "41 of 42 sources checked, nothing new". A sign of life, once a week, for
whoever got no message at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.app.operator import operator_recipients
from monitor.app.wire import Wire
from monitor.config.newsroom import Newsroom
from monitor.outbox import Alert, Kind
from monitor.routes import TERMINAL, Recipient, Route, last_time, recipients, say_when
from monitor.store import Tx, desk, outbox, sources, stories

__all__ = ["add_heartbeats", "add_signs_of_life"]

_WEEK = timedelta(days=7)
_QUIET = timedelta(
    days=6
)  # not 7: last week's sign, sent by the run after its time, must not stand for this week's


def add_heartbeats(tx: Tx, wire: Wire, now: datetime) -> None:
    """Put a heartbeat into the outbox for each recipient of such a route whose time has come with nothing to tell.

    Once for each time of the route; none for times before the newsroom first polled.
    """
    routes = [route for route in wire.newsroom.routes if route.heartbeat]
    if routes:
        first = desk.first_run(tx)
        outbox.add(tx, [a for route in routes for a in _of_route(tx, wire, route, first, now)], now)


def add_signs_of_life(tx: Tx, wire: Wire, now: datetime) -> None:
    """Put a sign of life into the outbox for each recipient who got nothing in the six days before its last time.

    Once a week and recipient; none for times before the newsroom first polled, none where printing is all there is.
    """
    when = wire.newsroom.settings.sign_of_life
    tick = last_time(when, now) if when else None
    if when is None or tick is None:
        return
    first = desk.first_run(tx)
    if first is None or first > tick:
        return
    quiet = [r for r in _everybody(wire.newsroom) if not desk.busy(tx, r.key, tick - _QUIET, now)]
    if quiet:
        text = _quiet(tx, wire, max(first, tick - _WEEK), say_when(when))
        outbox.add(tx, [_beat(r, f"sign-of-life:{tick.isoformat()}", text, now, wire) for r in quiet], now)


def _everybody(newsroom: Newsroom) -> tuple[Recipient, ...]:
    """Give whoever can be told something by a route or as the operator, but by printing."""
    told = [r for route in newsroom.routes for r in recipients(route, newsroom.channels)]
    told += operator_recipients(newsroom)
    urls = {TERMINAL.name: TERMINAL.url} | {name: c.url for name, c in newsroom.channels.items()}
    return tuple(dict.fromkeys(r for r in told if not urls.get(r.channel, "").startswith("terminal:")))


def _quiet(tx: Tx, wire: Wire, since: datetime, when: str) -> str:
    good, missing = _read_since(tx, wire, since)
    count = stories.count_since(tx, since)
    came = f"{good} of {good + len(missing)} sources were read, and {count:,} new stories came."
    left = f"\nNot read in this time: {', '.join(missing)}." if missing else ""
    return f"All is quiet: nothing for you in the last week.\n{came}{left}\nThis is a sign of life, {when}."


def _of_route(tx: Tx, wire: Wire, route: Route, first: datetime | None, now: datetime) -> Iterator[Alert]:
    tick = last_time(route.when, now)
    if tick is None or first is None or first > tick:
        return
    before = last_time(route.when, tick - timedelta(seconds=1)) or tick
    for recipient in recipients(route, wire.newsroom.channels):
        if not desk.busy(tx, recipient.key, tick, now):
            yield _beat(recipient, f"heartbeat:{tick.isoformat()}", _said(tx, wire, before, route), now, wire)


def _beat(recipient: Recipient, occasion: str, text: str, now: datetime, wire: Wire) -> Alert:
    return Alert(
        recipient=recipient,
        kind=Kind.HEARTBEAT,
        due=now,
        occasions=(occasion,),
        text=text,
        rulebook=wire.newsroom.rulebook.hash,
    )


def _said(tx: Tx, wire: Wire, since: datetime, route: Route) -> str:
    good, missing = _read_since(tx, wire, since)
    head = f"{good} of {good + len(missing)} sources checked, nothing new."
    left = f"\nNot read since the time before: {', '.join(missing)}." if missing else ""
    return f"{head}{left}\nThis is a sign of life of the route {say_when(route.when)}."


def _read_since(tx: Tx, wire: Wire, since: datetime) -> tuple[int, list[str]]:
    """Count the sources that could be read since an instant, and name the others."""
    states = sources.states(tx)
    named = [(outlet.name, source) for outlet in wire.newsroom.outlets for source in outlet.sources]
    missing = []
    for outlet, source in named:
        state = states.get((outlet, source.url))
        if state is None or state.last_good is None or state.last_good < since:
            missing.append(source.name)
    return len(named) - len(missing), missing
