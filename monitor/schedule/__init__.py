"""When a source is due, and what its polls say about its health. Pure: the clock is handed in.

Policy (interval, overlap guard, Retry-After, back-off, redirects, staleness) and its origins:
docs/explanation/polling.md; how decay is noticed: docs/explanation/decay.md.
"""

from monitor.schedule import decay, filling
from monitor.schedule.decay import Change, Fall, Window
from monitor.schedule.filling import Sample, Trait
from monitor.schedule.health import in_shell, resume
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
    "Change",
    "Fall",
    "Health",
    "HostHold",
    "Incident",
    "IncidentKind",
    "Next",
    "Page",
    "PageRead",
    "Sample",
    "SourceState",
    "Trait",
    "Want",
    "Window",
    "address",
    "after",
    "after_page",
    "conditional",
    "decay",
    "due",
    "filling",
    "gone_for_good",
    "held",
    "hold",
    "host_of",
    "in_shell",
    "order",
    "resume",
    "watch",
]
