"""Take in what comes back by mail: answers become labels, bounces settle messages as failed, machines mean nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from monitor import config
from monitor.alerts import inbox
from monitor.alerts.plain import clean
from monitor.app import operator
from monitor.app.labels import Opinion, of_alert, person_of, put, token_holds
from monitor.app.signing import signing_key
from monitor.app.wire import Wire
from monitor.errors import ConfigError, DeliveryError
from monitor.parse import mail as mails
from monitor.parse.mail import Mail, Verdict
from monitor.store import MessageRow, Tx, desk, outbox

__all__ = ["Answered", "read_mailbox", "take", "take_answers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a mailbox held."""

    labels: int = 0
    bounces: int = 0
    passed_over: int = 0


def read_mailbox(wire: Wire) -> Answered:
    """Read every unread mail of the mailbox that rules.yaml names. Raises ConfigError, DeliveryError.

    Each mail is taken in before it is marked as seen: a crash between the two reads it again, which changes nothing.
    """
    settings = wire.newsroom.settings
    if not settings.mailbox:
        return Answered()
    url = config.secret(settings.mailbox, wire.environment)
    labels = bounces = passed_over = 0
    for raw in inbox.unread(url):
        done = take(wire, raw)
        labels += done.labels
        bounces += done.bounces
        passed_over += done.passed_over
    return Answered(labels=labels, bounces=bounces, passed_over=passed_over)


def take_answers(wire: Wire) -> None:
    """Read the mailbox as a run does: the operator hears, once a day, of one that cannot be read."""
    try:
        read_mailbox(wire)
    except (ConfigError, DeliveryError) as error:
        now = wire.clock()
        with wire.store.writing() as tx:
            text = f"Answers and bounces are not read: {error}"
            outbox.add(tx, operator.matter(wire.newsroom, f"mailbox:{now:%Y-%m-%d}", text, now), now)


def take(wire: Wire, raw: bytes) -> Answered:
    """Take in one mail."""
    mail = mails.read(raw)
    now = wire.clock()
    if mail.kind is mails.Kind.MACHINE:
        return Answered(passed_over=1)
    with wire.store.writing() as tx:
        if mail.kind is mails.Kind.BOUNCE:
            settled = sum(_bounce(tx, wire, key, mail, now) for key in mail.keys[:1])
            return Answered(bounces=settled, passed_over=0 if settled else 1)
        verdicts = _verdicts(tx, wire, mail)
        if not verdicts:
            _hand_on(tx, wire, mail, now)
        put_down = sum(_label(tx, alert, verdict, now) for alert, verdict in verdicts)
        return Answered(labels=put_down, passed_over=0 if put_down else 1)


def _bounce(tx: Tx, wire: Wire, key: str, mail: Mail, now: datetime) -> bool:
    row = desk.bounced(tx, key, now, f"came back: {mail.detail}")
    if row is None:
        return False
    if not operator.of_the_dead(r.alert for r in outbox.alerts_of(tx, row.message.id)):
        told = operator.of_dead(wire.newsroom, row.message, mail.detail, now, told="came back")
        outbox.add(tx, told, now)
    return True


def _verdicts(tx: Tx, wire: Wire, mail: Mail) -> list[tuple[int, Verdict]]:
    """Read the codes of our mail links; else plain words, where the answered message told one story."""
    key = signing_key(wire.folder)
    valid = [(a, v) for a, v, token in mail.codes if token_holds(key, a, v.value, token)]
    if valid or mail.said is None or mail.codes:
        return valid
    row = _answered(tx, mail)
    return [(row.message.alerts[0], mail.said)] if row is not None and len(row.message.alerts) == 1 else []


def _hand_on(tx: Tx, wire: Wire, mail: Mail, now: datetime) -> None:
    """Tell the operator what a reader of ours wrote that is no verdict on one story: somebody should answer."""
    row = _answered(tx, mail)
    if row is None or not mail.words:
        return
    number = row.message.id
    text = (
        f"{mail.sender} answered message {number} with words that are no verdict on one story: "
        f"{clean(mail.words)}\nWhat it told: copytaster outbox show {number}"
    )
    topic = hashlib.sha256(f"{number}:{mail.words}".encode("utf-8", "replace")).hexdigest()[:16]
    outbox.add(tx, operator.matter(wire.newsroom, f"answer:{topic}", text, now), now)


def _answered(tx: Tx, mail: Mail) -> MessageRow | None:
    """Give the message a mail answers, if it was sent to this very sender."""
    for key in reversed(mail.keys):
        row = desk.by_key(tx, key)
        if row is not None and row.message.recipient.address.casefold() == mail.sender:
            return row
    return None


def _label(tx: Tx, alert: int, verdict: Verdict, now: datetime) -> int:
    row = of_alert(tx, alert)
    if row is None:
        return 0
    opinion = Opinion.RELEVANT if verdict is Verdict.RELEVANT else Opinion.IRRELEVANT
    return len(put(tx, row, opinion, person=person_of(row.alert.recipient), at=now).rules)
