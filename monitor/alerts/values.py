"""What alerts are made of: tellings in, a rendered message out, an envelope around it, a receipt back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import DeliveryError, Fate
from monitor.outbox import Kind
from monitor.routes import Priority
from monitor.story import Access, DateSource

__all__ = [
    "Envelope",
    "Letterhead",
    "PartlyDelivered",
    "Printed",
    "Receipt",
    "Rendered",
    "Sender",
    "Telling",
    "Why",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One rule that the story met, shown in the sentence where it met it."""

    rule: str
    field: str = "title"  # title, summary, body...
    sentence: str = ""  # plain text as published; "" when the headline itself is the evidence
    marks: tuple[tuple[int, int], ...] = ()  # spans of the matched words in `sentence`
    terms: tuple[str, ...] = ()  # the terms as the rulebook writes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One story as it is told to one recipient. All text is plain text as scraped: render escapes it."""

    headline: str
    outlet_title: str
    url: str  # "" when the story has no link that is safe to click
    published: datetime  # aware; shown in the reader's zone
    host: str = ""  # shown beside the link; "" : taken from the URL
    date_source: DateSource = DateSource.PUBLISHED
    why: tuple[Why, ...] = ()
    also_reported_by: tuple[str, ...] = ()
    access: Access | None = None  # None: nothing is claimed
    photo_credit: str = ""
    language: str | None = None  # BCP 47
    kind: Kind = Kind.ALERT
    note: str = ""  # our own words: "already there when this outlet was first polled", "headline changed"
    change: tuple[str, ...] = ()  # of an update: two lines, what it said and what it says
    off_site: bool = False  # the link leads to a host that is not the outlet's
    look_alike: bool = False  # the host imitates another in letters of other scripts
    story_id: int | None = None
    priority: Priority = Priority.NORMAL
    relevant: str = ""  # address by which this recipient says that the story was worth telling; "" : none
    irrelevant: str = ""  # or that it was not


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What every message of an installation carries: who runs it, whom to ask, in which zone it speaks."""

    newsroom: str = "Copytaster"
    operator: str = "The operator"
    operator_mail: str = ""  # whom to ask; also the List-Unsubscribe address
    replies: str = ""  # where answers to stories go, when they are read; else to the operator
    zone: str = "UTC"  # the reader's zone
    version: str = ""
    domain: str = "copytaster.invalid"  # right-hand side of Message-IDs
    quotation: int = 300  # characters of an outlet's sentence shown at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An entry of a brief as clean words: not escaped yet."""

    headline: str
    outlet: str
    day: str
    dateline: str
    credit: str
    photo: str  # whose photo, or "" for an entry that names none
    lead: str
    url: str  # safe to click, or ""
    host: str
    also: str
    language: str
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One message, rendered. Senders that have their own form (chat, webhook) use `tellings`, `lines` and `entries`."""

    subject: str
    text: str
    html: str = ""
    short: str = ""  # one or two lines, for a phone or a log
    tellings: tuple[Telling, ...] = ()
    lines: tuple[str, ...] = ()  # an operator's message: its paragraphs; a brief: its heading
    entries: tuple[Printed, ...] = ()  # of a brief
    remarks: tuple[str, ...] = ()  # our own words below the stories
    letterhead: Letterhead = field(default_factory=Letterhead)
    possible_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What surrounds a message: its identity (the same on every attempt), its one recipient, its thread."""

    message_key: str  # outbox.Message.key: the webhook's Idempotency-Key
    message_id: str  # "<key@domain>": see `envelope_id`
    created: datetime  # aware; the Date of the message, the same on every attempt
    references: tuple[str, ...] = ()  # message_ids of what this follows up, oldest first
    recipient: str = ""  # the mail address; "" for chat, webhook and terminal
    list_id: str = ""  # "alerts.example.org"; "" : made from the letterhead's domain
    attempted: datetime | None = None  # aware instant of this attempt; None: created
    parts_done: int = 0  # parts that an earlier attempt is known to have handed over (PartlyDelivered)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receiver's answer, fit to be stored and shown: no secrets."""

    detail: str


Sender = Callable[[str, Envelope, Rendered], Receipt]
"""Hand one message to one recipient: (resolved url, envelope, rendered) -> Receipt; raises DeliveryError."""


class PartlyDelivered(DeliveryError):  # named like the rest of the tree
    """A long chat message of several parts stopped after `parts_done` of them were accepted.

    Send again with `Envelope.parts_done` set, and only the rest is sent.
    """

    def __init__(self, fate: Fate, detail: str, *, parts_done: int, retry_after: float | None = None) -> None:
        self.parts_done = parts_done
        super().__init__(fate, detail, retry_after=retry_after)
