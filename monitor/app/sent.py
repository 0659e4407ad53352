"""What became of a message. Apart from how it is sent, which most runs have no need to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.app.wire import Wire
from monitor.outbox import Message, State
from monitor.routes import TERMINAL
from monitor.store import meta

if TYPE_CHECKING:
    from monitor.alerts import Rendered
    from monitor.store import AlertRow, Tx

__all__ = ["HOLD", "Sent", "channel_of", "hold_of", "sent_of"]

HOLD = "hold:"  # how the meta keys begin that say until when a channel is left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one message in this pass."""

    message: Message
    subject: str
    stories: int
    state: State
    detail: str
    rules: tuple[str, ...] = ()


def sent_of(message: Message, shown: Rendered, rows: Sequence[AlertRow], state: State, detail: str) -> Sent:
    """Sum up what became of a message."""
    return Sent(
        message=message,
        subject=shown.subject,
        stories=sum(1 for r in rows if r.story is not None),
        state=state,
        detail=detail,
        rules=tuple(dict.fromkeys(rule for r in rows for rule in r.alert.rules)),
    )


def channel_of(wire: Wire, message: Message) -> str | None:
    """Give the address of a message's channel as rules.yaml writes it; None when it names no such channel any more.

    A mail address that has moved to another channel, or whose channel has another name by now, is reached there.
    """
    name, address = message.recipient.channel, message.recipient.address.casefold()
    if name == TERMINAL.name:
        return TERMINAL.url
    channels = wire.newsroom.channels
    if not address:
        return channels[name].url if name in channels else None
    ways = [channel for channel in channels.values() if address in {a.casefold() for a in channel.to}]
    return next((c.url for c in sorted(ways, key=lambda c: c.name != name)), None)


def hold_of(tx: Tx, channel: str) -> datetime | None:
    """Give until when the receiver behind a channel last asked to be left alone, or None."""
    kept = meta.get(tx, f"{HOLD}{channel}")
    return datetime.fromisoformat(kept) if kept else None
