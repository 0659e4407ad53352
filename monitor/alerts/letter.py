"""Build the bytes of an e-mail: the same on every attempt, safe against anything a headline holds.

Written by hand: the email package loses spaces where it folds a long subject in other scripts, folds long ids
into encoded words, which breaks threads, and takes three times as long as all the rest of sending a mail.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from monitor.alerts.mailserver import MailServer, Tls, is_address
from monitor.alerts.plain import clean, clip
from monitor.alerts.values import Envelope, Rendered
from monitor.errors import DeliveryError, Fate

__all__ = ["letter", "mail_file"]

END = b".\r\n"
LONGEST_NAME = 80
LONGEST_LINE = 74  # letters of a header, beside ": ", that need no folding
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


def letter(envelope: Envelope, rendered: Rendered, server: MailServer) -> bytes:
    """Give the message as it goes over the wire after DATA, final dot included. Raises DeliveryError."""
    if not is_address(envelope.recipient):
        shown = clean(envelope.recipient)[:80]
        raise DeliveryError(Fate.DEAD, f"{shown!r} is no mail address; mend it in rules.yaml")
    head = "".join(f"{line}\r\n" for line in _head(envelope, rendered, server)).encode()
    return _LEADING_DOT.sub(b"..", head + _body(envelope, rendered)).rstrip(b"\r\n") + b"\r\n" + END


def mail_file(envelope: Envelope, rendered: Rendered, sender: str) -> bytes:
    """Give a message as a file (EML) that a mail program opens as a draft; the same message, the same bytes."""
    server = MailServer(host="", port=0, tls=Tls.NONE, sender=sender)
    head = "".join(f"{line}\r\n" for line in ["X-Unsent: 1", *_head(envelope, rendered, server)])
    return head.encode() + _body(envelope, rendered)


def _body(envelope: Envelope, rendered: Rendered) -> bytes:
    if not rendered.html:
        return _part("plain", rendered.text)
    key = "".join(c for c in envelope.message_key if c.isascii() and c.isalnum())
    boundary = f"=_{key[:60]}".encode()  # a random one would differ on each attempt
    head = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % boundary
    between = b"--%b\r\n" % boundary
    parts = (_part("plain", rendered.text), _part("html", rendered.html))
    return head + b"".join(between + part for part in parts) + b"--%b--\r\n" % boundary


def _part(subtype: str, text: str) -> bytes:
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    name, encoded = "quoted-printable", b2a_qp(raw, istext=True)
    if not raw.isascii() and len(base64 := encodebytes(raw)) < len(encoded):
        name, encoded = "base64", base64
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode() + encoded.replace(b"\n", b"\r\n") + b"\r\n"


def _head(envelope: Envelope, rendered: Rendered, server: MailServer) -> list[str]:
    letterhead = rendered.letterhead
    list_id = _id(envelope.list_id) or f"alerts.{_id(letterhead.domain)}"
    head = [
        f"Message-ID: <{_id(envelope.message_id)}>",
        f"Date: {format_datetime(envelope.created)}",
        f"From: {_mailbox(server.name or letterhead.newsroom, server.sender)}",
        f"To: {envelope.recipient or server.sender}",
        f"Subject: {_text('Subject', rendered.subject)}",
        f"List-Id: <{list_id}>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
    ]
    if envelope.references:
        ids = [f"<{_id(reference)}>" for reference in envelope.references]
        head += [f"In-Reply-To: {ids[-1]}", "References: " + "\r\n ".join(ids)]
    asked = letterhead.operator_mail
    if is_address(answered := (rendered.tellings and letterhead.replies) or asked):
        head.append(f"Reply-To: {answered}")
    if is_address(asked):
        head.append(f"List-Unsubscribe: <mailto:{asked}?subject=unsubscribe>")
    return head


def _text(name: str, text: str) -> str:
    text = clean(text)
    if text.isascii() and "=?" not in text and len(name) + len(text) < LONGEST_LINE:
        return text  # what Header would make of it, in a tenth of the time
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep="\r\n")


@lru_cache(maxsize=16)
def _mailbox(name: str, address: str) -> str:
    name = clip(clean(name), LONGEST_NAME)
    if name.isascii() and "=?" not in name:
        return formataddr((name, address)) if address.isascii() else f"{_text('From', name)} <{address}>"
    return f"{_text('From', name)} <{address}>"


def _id(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isprintable() and c not in " <>,")
