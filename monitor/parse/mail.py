"""A mail that came back: somebody's answer, a bounce, or a machine's reply that means nothing. No network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from enum import StrEnum

__all__ = ["Kind", "Mail", "Verdict", "read"]

LONGEST_WORDS = 300
LONGEST = 256 * 1024  # bytes of a mail that are looked at
_CODE = re.compile(r"\[copytaster (\d{1,18}) (relevant|irrelevant) ([A-Za-z0-9_-]{22})\]")
_ID = re.compile(r"<([^<>\s@]{8,200})@[^<>\s]{1,200}>")
_FAILED = re.compile(r"^(?:action:\s*failed|status:\s*5\.\d+\.\d+)\s*$", re.IGNORECASE | re.MULTILINE)
_DELAYED = re.compile(r"^action:\s*(?:delayed|delivered|relayed|expanded)\s*$", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(r"^diagnostic-code:\s*(.+(?:\n[ \t].+)*)", re.IGNORECASE | re.MULTILINE)
_MAILER = re.compile(r"^(mailer-daemon|postmaster)@", re.IGNORECASE)
_PERMANENT = re.compile(r"\b5\d\d\b[ -]|\b5\.\d{1,3}\.\d{1,3}\b")
_AUTO_SUBJECT = re.compile(
    r"^\s*(auto(matic)?[ -]?(reply|response|antwort)|automatische antwort|out of (the )?office|abwesenheit"
    r"|r[ée]ponse automatique|respuesta autom[áa]tica|vacation|absence)",
    re.IGNORECASE,
)
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "Feedback-Type")
_WORDS = re.compile(r"^\W*(not relevant|irrelevant|relevant)\W*$", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,500}>")


class Kind(StrEnum):
    """What a mail is."""

    ANSWER = "answer"
    BOUNCE = "bounce"
    MACHINE = "machine"  # auto-replies, delays, lists


class Verdict(StrEnum):
    """What an answer says."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail, understood.

    `keys` name messages of ours (left of the @ of their Message-IDs): those answered, or the one that bounced.
    `codes` are (alert, verdict, signature) as our mail links write them; `said` is a verdict in plain words.
    """

    kind: Kind
    sender: str
    keys: tuple[str, ...] = ()
    codes: tuple[tuple[int, Verdict, str], ...] = ()
    said: Verdict | None = None
    words: str = ""  # how an answer begins
    detail: str = ""


def read(raw: bytes) -> Mail:
    """Understand a mail. Never raises: what cannot be read is a machine's."""
    mail = message_from_bytes(raw[:LONGEST])
    sender = parseaddr(str(mail.get("From", "")))[1].casefold()
    if _is_bounce(mail, sender):
        return _bounce(mail, sender)
    if _is_machine(mail):
        return Mail(kind=Kind.MACHINE, sender=sender)
    own = list(_own_lines(_text(mail)))
    subject = _header(mail, "Subject")
    codes = tuple((int(a), Verdict(v), s) for a, v, s in _CODE.findall("\n".join([subject, *own])))
    said = next((m[1].lower() for line in own[:3] if (m := _WORDS.match(line))), None)
    verdict = None if said is None else Verdict.RELEVANT if said == "relevant" else Verdict.IRRELEVANT
    words = " ".join(" ".join(own).split())[:LONGEST_WORDS]
    ids = " ".join(str(mail.get(name, "")) for name in ("In-Reply-To", "References"))
    return Mail(kind=Kind.ANSWER, sender=sender, keys=_keys(ids), codes=codes, said=verdict, words=words)


def _header(mail: Message, name: str) -> str:
    try:
        return " ".join(str(make_header(decode_header(" ".join(str(mail.get(name, "")).split())))).split())
    except (UnicodeError, LookupError, ValueError):
        return ""


def _keys(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ID.findall(text)))


def _is_bounce(mail: Message, sender: str) -> bool:
    report = mail.get_content_type() == "multipart/report"
    if report and str(mail.get_param("report-type", "")).lower() == "delivery-status":
        return True
    nobody = str(mail.get("Return-Path", "")).strip() == "<>"
    return bool(_MAILER.match(sender)) or (
        nobody and "failed-recipients" in {k.lower().removeprefix("x-") for k in mail}
    )


def _is_machine(mail: Message) -> bool:
    auto = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    bulk = str(mail.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply")
    nobody = str(mail.get("Return-Path", "")).strip() == "<>"
    marked = any(name in mail for name in (*_AUTO_HEADERS, "List-Id"))
    report = mail.get_content_type() == "multipart/report"
    return (
        auto != "no"
        or bulk
        or nobody
        or marked
        or report
        or bool(_AUTO_SUBJECT.match(_header(mail, "Subject")))
    )


def _bounce(mail: Message, sender: str) -> Mail:
    status = "\n".join(_status(mail))
    text = _text(mail)
    failed = bool(_FAILED.search(status)) if status else bool(_PERMANENT.search(text))
    if not failed or (status and _DELAYED.search(status) and not _FAILED.search(status)):
        return Mail(kind=Kind.MACHINE, sender=sender)
    reason = _REASON.search(status)
    words = reason[1] if reason else next(iter(text.strip().splitlines()), "it came back")
    keys = _keys("\n".join(_returned(mail))) or _keys(text)
    return Mail(kind=Kind.BOUNCE, sender=sender, keys=keys, detail=" ".join(words.split())[:300])


def _status(mail: Message) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload() if part.is_multipart() else [part]:
                yield str(block)


def _returned(mail: Message) -> Iterator[str]:
    """Give the Message-ID of the mail that came back, and what the bounce says it answers."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            yield str(inner.get("Message-ID", "")) if isinstance(inner, Message) else ""
        elif part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            found = message_from_bytes(_payload(part))
            yield str(found.get("Message-ID", ""))
    yield " ".join(str(mail.get(name, "")) for name in ("In-Reply-To", "References"))


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(mail: Message) -> str:
    parts = [p for p in mail.walk() if p.get_content_maintype() == "text" and not p.is_multipart()]
    plain = next((p for p in parts if p.get_content_type() == "text/plain"), None)
    part = plain if plain is not None else next(iter(parts), None)
    if part is None:
        return ""
    try:
        text = _payload(part).decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = _payload(part).decode("utf-8", "replace")
    return text if plain is not None else _TAG.sub(" ", text.replace("<br", "\n<br"))


def _own_lines(text: str) -> Iterator[str]:
    """Give what the sender wrote: everything above the quoted message."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith(">") or re.match(
            r"(-- ?$|-{3,}|_{5,}|On .{5,200}wrote:|Am .{5,200}schrieb)", stripped
        ):
            return
        if stripped:
            yield stripped[:500]
