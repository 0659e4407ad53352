"""What the operator must know, as alerts: dead sources and their recovery, rulebooks not in force, dead channels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from monitor.config.newsroom import Newsroom
from monitor.errors import Mistake
from monitor.outbox import Alert, Kind
from monitor.routes import TERMINAL, Channel, Recipient
from monitor.schedule import Incident

__all__ = ["matter", "of_incidents", "of_mistakes", "operator_recipients"]


def operator_recipients(newsroom: Newsroom) -> tuple[Recipient, ...]:
    """Give who hears operator's matters: the channels under `operator: to:`, else the terminal."""
    channels = [newsroom.channels[name] for name in newsroom.operator.to] or [TERMINAL]
    return tuple(dict.fromkeys(r for channel in channels for r in _of(channel)))


def _of(channel: Channel) -> tuple[Recipient, ...]:
    if channel.to:
        return tuple(Recipient(channel=channel.name, address=address) for address in channel.to)
    return (Recipient(channel=channel.name),)


def matter(
    newsroom: Newsroom, topic: str, text: str, now: datetime, *, but_not: str = ""
) -> tuple[Alert, ...]:
    """Make the alerts that tell one matter. The same topic is never told twice; `but_not` skips a dead channel."""
    return tuple(
        Alert(
            recipient=recipient,
            kind=Kind.OPERATOR,
            due=now,
            occasions=(f"operator:{topic}",),
            text=text,  # no rulebook: taking back what one decided spares the operator's matters
        )
        for recipient in operator_recipients(newsroom)
        if recipient.channel != but_not
    )


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
