"""The digest that says nothing was to be told: "41 of 42 sources checked, nothing new", where a route asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.app.wire import Wire
from monitor.outbox import Alert, Kind
from monitor.routes import Recipient, Route, last_time, recipients, say_when
from monitor.store import Tx, desk, outbox, sources

__all__ = ["add_heartbeats"]


def add_heartbeats(tx: Tx, wire: Wire, now: datetime) -> None:
    """Put a heartbeat into the outbox for each recipient of such a route whose time has come with nothing to tell.

    Once for each time of the route; none for times before the newsroom first polled.
    """
    routes = [route for route in wire.newsroom.routes if route.heartbeat]
    if routes:
        first = desk.first_run(tx)
        outbox.add(tx, [a for route in routes for a in _of_route(tx, wire, route, first, now)], now)


def _of_route(tx: Tx, wire: Wire, route: Route, first: datetime | None, now: datetime) -> Iterator[Alert]:
    tick = last_time(route.when, now)
    if tick is None or first is None or first > tick:
        return
    before = last_time(route.when, tick - timedelta(seconds=1)) or tick
    for recipient in recipients(route, wire.newsroom.channels):
        if not desk.busy(tx, recipient.key, tick, now):
            yield _beat(recipient, tick, _said(tx, wire, before, route), now, wire.newsroom.rulebook.hash)


def _beat(recipient: Recipient, tick: datetime, text: str, now: datetime, rulebook: str) -> Alert:
    return Alert(
        recipient=recipient,
        kind=Kind.HEARTBEAT,
        due=now,
        occasions=(f"heartbeat:{tick.isoformat()}",),
        text=text,
        rulebook=rulebook,
    )


def _said(tx: Tx, wire: Wire, since: datetime, route: Route) -> str:
    states = sources.states(tx)
    named = [(outlet.name, source) for outlet in wire.newsroom.outlets for source in outlet.sources]
    good = 0
    missing = []
    for outlet, source in named:
        state = states.get((outlet, source.url))
        if state is not None and state.last_good is not None and state.last_good >= since:
            good += 1
        else:
            missing.append(source.name)
    head = f"{good} of {len(named)} sources checked, nothing new."
    left = f"\nNot read since the time before: {', '.join(missing)}." if missing else ""
    return f"{head}{left}\nThis is a sign of life of the route {say_when(route.when)}."
