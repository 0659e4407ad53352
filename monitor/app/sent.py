"""What became of a message. Apart from how it is sent, which most runs have no need to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.app.wire import Wire
from monitor.outbox import Message, State
from monitor.routes import TERMINAL

if TYPE_CHECKING:
    from monitor.alerts import Rendered
    from monitor.store import AlertRow

__all__ = ["Sent", "channel_of", "sent_of"]


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
    """Give the address of a message's channel as rules.yaml writes it; None when it names no such channel any more."""
    name = message.recipient.channel
    channel = TERMINAL if name == TERMINAL.name else wire.newsroom.channels.get(name)
    return None if channel is None else channel.url
