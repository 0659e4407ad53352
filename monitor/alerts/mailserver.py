"""What a mail URL says: server, port, how it is secured, who sends."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.alerts.deadline import is_loopback
from monitor.alerts.plain import clean
from monitor.errors import ConfigError

__all__ = ["MailServer", "Tls", "is_address", "parse"]

SUBMISSION, SUBMISSION_TLS, RELAY = 587, 465, 25
OPTIONS = frozenset({"from", "name", "smtp", "user", "pass"})
FORM = "write mailto://user:password@smtp.example.org:587?from=alerts@example.org"
_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\w-]+(\.[\w-]+)*")


class Tls(StrEnum):
    """How a connection is secured."""

    AT_ONCE = "from the first byte"
    STARTTLS = "by STARTTLS"
    NONE = "not at all"  # only on this machine, where nobody listens on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    tls: Tls
    sender: str  # the From and envelope address
    name: str = ""  # shown beside it
    user: str = ""
    password: str = field(default="", repr=False)


def parse(url: str) -> MailServer:
    """Read a mail URL. Raises ConfigError, with a sentence that holds no secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        msg = f"this mail URL cannot be read; {FORM} (with %40 for an @ in the user or password)"
        raise ConfigError(msg) from None
    if unknown := sorted(set(options) - OPTIONS):
        msg = f"a mail URL takes no {clean(unknown[0])[:30]!r}: only from, name, smtp, user and pass"
        raise ConfigError(msg)
    host = clean(options.get("smtp", "")) or (parts.hostname or "")
    if not host or " " in host:
        msg = f"this mail URL names no server; {FORM}"
        raise ConfigError(msg)
    user = unquote(parts.username or "") or options.get("user", "")
    password = unquote(parts.password or "") or options.get("pass", "")
    if bool(user) != bool(password):
        msg = "this mail URL has a user without a password, or a password without a user; give both or none"
        raise ConfigError(msg)
    scheme = parts.scheme.lower()
    usual = SUBMISSION_TLS if scheme == "mailtos" else SUBMISSION if user else RELAY
    return MailServer(
        host=host,
        port=port or usual,
        tls=_tls(scheme, host, port or usual),
        sender=_sender(options.get("from", ""), user, parts.hostname or host),
        name=clean(options.get("name", "")),
        user=user,
        password=password,
    )


def _tls(scheme: str, host: str, port: int) -> Tls:
    if scheme == "mailtos" and port not in (SUBMISSION, RELAY):
        return Tls.AT_ONCE
    return Tls.NONE if scheme == "mailto" and is_loopback(host) else Tls.STARTTLS


def _sender(given: str, user: str, domain: str) -> str:
    domain = "localhost" if is_loopback(domain) else domain
    sender = given or (user if "@" in user else f"{user or 'copytaster'}@{domain}")
    if not is_address(sender):
        msg = (
            f"{clean(sender)[:80]!r} is no address to send from; add ?from=alerts@example.org to the mail URL"
        )
        raise ConfigError(msg)
    return sender


def is_address(text: str) -> bool:
    """Whether this is one bare mail address."""
    return bool(_ADDRESS.fullmatch(text)) and text == clean(text)
