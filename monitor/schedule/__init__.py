"""When a source is due, and what its polls say about its health. Pure: the clock is handed in.

Policy (interval, overlap guard, Retry-After, back-off, redirects, staleness) and its origins:
docs/explanation/polling.md.
"""

from monitor.schedule.health import resume
from monitor.schedule.pages import Page, PageRead, Want, after_page, gone_for_good, watch
from monitor.schedule.timing import (
    LONGEST,
    SHORTEST,
    conditional,
    due,
    held,
    hold,
    host_of,
    order,
)
from monitor.schedule.transition import address, after
from monitor.schedule.values import Health, HostHold, Incident, IncidentKind, Next, SourceState

__all__ = [
    "LONGEST",
    "SHORTEST",
    "Health",
    "HostHold",
    "Incident",
    "IncidentKind",
    "Next",
    "Page",
    "PageRead",
    "SourceState",
    "Want",
    "address",
    "after",
    "after_page",
    "conditional",
    "due",
    "gone_for_good",
    "held",
    "hold",
    "host_of",
    "order",
    "resume",
    "watch",
]
