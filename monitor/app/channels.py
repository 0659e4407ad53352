"""Look at channels and try one: a message, marked as a test, to each recipient. Nothing is written to the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor import config
from monitor.alerts import Envelope, Rendered, check_url, envelope_id, render, sender_for
from monitor.alerts.redact import masked
from monitor.app.tellings import letterhead
from monitor.config import Newsroom
from monitor.errors import ConfigError, DeliveryError
from monitor.outbox import message_key
from monitor.routes import Channel, Recipient

__all__ = ["ChannelInfo", "Tried", "describe", "try_channel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """A channel as it may be shown: `shown` is its address without secrets, `trouble` why it cannot work, or ""."""

    name: str
    reference: str
    shown: str
    to: tuple[str, ...]
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Whether one recipient's channel accepted the test, and what it answered."""

    recipient: str
    accepted: bool
    detail: str


def describe(newsroom: Newsroom, environment: Mapping[str, str]) -> tuple[ChannelInfo, ...]:
    """Describe every channel of rules.yaml; connects to nothing."""
    return tuple(_describe(channel, environment) for channel in newsroom.channels.values())


def _describe(channel: Channel, environment: Mapping[str, str]) -> ChannelInfo:
    shown, trouble = channel.url, ""
    try:
        url = config.secret(channel.url, environment)
        shown = masked(url)
        check_url(url)
    except ConfigError as error:
        trouble = str(error)
    return ChannelInfo(
        name=channel.name, reference=channel.url, shown=shown, to=tuple(channel.to), trouble=trouble
    )


def try_channel(
    newsroom: Newsroom, environment: Mapping[str, str], name: str, *, version: str, now: datetime
) -> tuple[Tried, ...]:
    """Send the test message over a channel that rules.yaml has."""
    channel = newsroom.channels[name]
    text = (
        "This is a test message: somebody ran copytaster channels test. "
        "If you can read it, this channel works; nothing needs to be done."
    )
    rendered = render.operator(text, letterhead=letterhead(newsroom, version, name), subject="Test message")
    to = [Recipient(channel=name, address=address) for address in channel.to or ("",)]
    return tuple(_one(environment, channel, recipient, rendered, now) for recipient in to)


def _one(
    environment: Mapping[str, str], channel: Channel, recipient: Recipient, rendered: Rendered, now: datetime
) -> Tried:
    key = message_key(recipient, [int(now.timestamp())])
    envelope = Envelope(
        message_key=key,
        message_id=envelope_id(key, rendered.letterhead.domain),
        created=now,
        recipient=recipient.address,
    )
    shown = recipient.address or recipient.channel
    try:
        url = config.secret(channel.url, environment)
        receipt = sender_for(url)(url, envelope, rendered)
    except (ConfigError, DeliveryError) as error:
        return Tried(recipient=shown, accepted=False, detail=str(error))
    return Tried(recipient=shown, accepted=True, detail=receipt.detail)
