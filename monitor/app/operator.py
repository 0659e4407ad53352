"""What the operator must know, as alerts: dead sources and their recovery, rulebooks not in force, dead channels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from monitor.config.newsroom import Newsroom
from monitor.errors import Mistake
from monitor.outbox import Alert, Kind, Message
from monitor.routes import TERMINAL, Channel, Recipient
from monitor.schedule import Incident

__all__ = ["matter", "of_dead", "of_incidents", "of_mistakes", "of_the_dead", "operator_recipients"]

DEAD = "dead:"  # how the topics begin that tell of a message that was given up


def operator_recipients(newsroom: Newsroom) -> tuple[Recipient, ...]:
    """Give who hears operator's matters: the channels under `operator: to:`, else the terminal."""
    channels = [newsroom.channels[name] for name in newsroom.operator.to] or [TERMINAL]
    return tuple(dict.fromkeys(r for channel in channels for r in _of(channel)))


def _of(channel: Channel) -> tuple[Recipient, ...]:
    if channel.to:
        return tuple(Recipient(channel=channel.name, address=address) for address in channel.to)
    return (Recipient(channel=channel.name),)


def matter(
    newsroom: Newsroom, topic: str, text: str, now: datetime, *, but_not: Recipient | None = None
) -> tuple[Alert, ...]:
    """Make the alerts that tell one matter. The same topic is never told twice.

    `but_not` could not be reached: it goes over other channels; where there are none, to others over the same one;
    and where nobody is left, to whoever next looks at a terminal.
    """
    return tuple(
        Alert(
            recipient=recipient,
            kind=Kind.OPERATOR,
            due=now,
            occasions=(f"operator:{topic}",),
            text=text,  # no rulebook: taking back what one decided spares the operator's matters
        )
        for recipient in _besides(operator_recipients(newsroom), but_not)
    )


def _besides(everyone: tuple[Recipient, ...], but_not: Recipient | None) -> tuple[Recipient, ...]:
    if but_not is None:
        return everyone
    elsewhere = tuple(r for r in everyone if r.channel != but_not.channel)
    others = tuple(r for r in everyone if r.key != but_not.key)
    return elsewhere or others or (Recipient(channel=TERMINAL.name),)


def of_dead(
    newsroom: Newsroom, message: Message, detail: str, now: datetime, *, told: str
) -> tuple[Alert, ...]:
    """Make the alerts that a message could not be delivered (`told`: "could not be delivered", "came back")."""
    to = message.recipient
    text = f"A message to {to.address or to.channel} over {to.channel} {told}: {detail}"
    return matter(newsroom, f"{DEAD}{message.key}", text, now, but_not=to)


def of_the_dead(alerts: Iterable[Alert]) -> bool:
    """Tell whether a message says nothing but that others were dead: that it died too is not told in turn."""
    occasions = [occasion for alert in alerts for occasion in alert.occasions]
    return bool(occasions) and all(o.startswith(f"operator:{DEAD}") for o in occasions)


def of_incidents(incidents: Iterable[Incident], newsroom: Newsroom) -> tuple[Alert, ...]:
    """Make the alerts for incidents of sources that the operator must hear of."""
    return tuple(
        alert
        for i in incidents
        for alert in matter(newsroom, f"{i.kind}:{i.outlet}:{i.url}:{i.at.isoformat()}", i.text, i.at)
    )


def of_mistakes(mistakes: Iterable[Mistake], newsroom: Newsroom, now: datetime) -> tuple[Alert, ...]:
    """Make the alert that a broken rules.yaml is not in force: once for the same set of mistakes."""
    lines = [str(m) for m in mistakes]
    topic = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    text = (
        "rules.yaml has mistakes; the last good version stays in force until they are mended:\n"
        + "\n".join(lines)
    )
    return matter(newsroom, f"rules:{topic}", text, now)
