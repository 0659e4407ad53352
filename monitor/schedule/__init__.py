"""When a source is due, and what its polls say about its health. Pure: the clock is handed in.

Policy (interval, overlap guard, Retry-After, back-off, redirects, staleness) and its origins:
docs/explanation/polling.md.
"""

from monitor.schedule.health import resume
from monitor.schedule.timing import (
    LONGEST,
    SHORTEST,
    conditional,
    due,
    held,
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
    "SourceState",
    "address",
    "after",
    "conditional",
    "due",
    "held",
    "host_of",
    "order",
    "resume",
]
