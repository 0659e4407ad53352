"""Alerts: what an editor receives, and how it is handed over.

`render.message(tellings, letterhead)` makes a `Rendered`; `sender_for(url)` gives the `Sender` of a channel,
`sending()` one that keeps mail connections open for a burst; `check_url(url)` says what cannot work.
"""

from __future__ import annotations

from monitor.alerts.senders import check_url, envelope_id, sender_for, sending
from monitor.alerts.values import (
    Envelope,
    Letterhead,
    PartlyDelivered,
    Receipt,
    Rendered,
    Sender,
    Telling,
    Why,
)

__all__ = [
    "Envelope",
    "Letterhead",
    "PartlyDelivered",
    "Receipt",
    "Rendered",
    "Sender",
    "Telling",
    "Why",
    "check_url",
    "envelope_id",
    "sender_for",
    "sending",
]
