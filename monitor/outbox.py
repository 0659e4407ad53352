"""What we tell and what became of it: alerts, messages, deliveries; their states and keys. Pure.

An alert is one thing to tell one recipient. Its occasions say why, and are unique per recipient and
event, so that nothing is told twice:

- `first:RULE`      the recipient hears of this event under this rule for the first time
- `copy:STORY:RULE` a copy, for a recipient who wants every copy
- `also:N`          another outlet reports it too, the N-th
- `update:STORY:REVISION` what the recipient was told has changed
- `possible:RULE`   its page could not be read, and its headline almost meets the rule
- `brief:ISSUE`     part of a brief
- `catchup:RULE`    asked for by catch-up
- `operator:TOPIC`  something the operator must know
- `heartbeat:TIME`  there was nothing to tell at this time of a route
- `sign-of-life:TIME` there was nothing to tell for a week
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.routes import Recipient

__all__ = ["SELF", "Alert", "Delivery", "Kind", "Message", "State", "back_off", "message_key", "rule_of"]


class Kind(StrEnum):
    """How an alert is shown."""

    ALERT = "alert"
    BASELINE = "baseline"  # already there when an outlet was first polled
    OLDER = "older"  # first seen long after publication
    CATCH_UP = "catch-up"
    FOLLOW_UP = "follow-up"  # another outlet reports what was told
    UPDATE = "update"  # what was told has changed
    POSSIBLE = "possible"  # judged by its headline only, and almost matching
    OPERATOR = "operator"
    HEARTBEAT = "heartbeat"  # nothing new, and how many sources were checked
    BRIEF = "brief"  # an issue of a brief; `text` says which


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # due, or not yet
    SENDING = "sending"  # claimed; an expired claim means unknown
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to tell one recipient. `event` 0 belongs to no event (operator's matters)."""

    recipient: Recipient
    kind: Kind
    due: datetime
    event: int = 0
    story_id: int | None = None
    revision: int | None = None
    rules: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    text: str = ""  # operator's matters: what to say
    rulebook: str = ""  # hash of the rulebook that decided

    @property
    def first_rules(self) -> tuple[str, ...]:
        """The rules under which this story itself is told as news: not as a follow-up, not as a change."""
        return tuple(r for o in self.occasions if (r := rule_of(o)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Alerts bound together for one recipient, fixed before the first attempt to send."""

    id: int
    key: str
    recipient: Recipient
    alerts: tuple[int, ...]
    created: datetime
    attempts: int = 0
    state: State = State.WAITING
    possible_repeat: bool = False
    parts_done: int = 0  # parts of a long chat message that were accepted already


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What happened to one attempt to send one message."""

    message_id: int
    attempt: int
    started: datetime
    outcome: str  # sent, retry, dead, unknown
    detail: str = ""  # the receiver's answer, without secrets


SELF = "*"  # stands for the story's number in the occasions of alerts that `decide` makes


def rule_of(occasion: str) -> str:
    """Name the rule an occasion is about ("" for one that is about no rule)."""
    what, _, rest = occasion.partition(":")
    if what == "copy":
        return rest.partition(":")[2]
    return rest if what in ("first", "catchup") else ""


def message_key(recipient: Recipient, alerts: Iterable[int]) -> str:
    """Name the same alerts to the same recipient alike, within one database.

    The store salts it with what tells databases and re-bound alerts apart; the key it commits with the message
    becomes the Message-ID of an e-mail and the Idempotency-Key of a webhook.
    """
    text = "\n".join([recipient.key, *(str(a) for a in sorted(alerts))])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def back_off(attempts: int, jitter: float) -> timedelta:
    """How long to wait after a failed attempt: one minute doubling to an hour, `jitter` in [0, 1) spreads it."""
    minutes = 2.0 ** max(0, min(attempts, 10) - 1) * (1 + 0.2 * jitter)
    return timedelta(minutes=min(60.0, minutes))
