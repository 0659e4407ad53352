"""Webhook: one signed JSON POST a message, in the form of standardwebhooks.com.

    webhooks://SECRET@hooks.example.org/copytaster      (https; webhook:// is http, on this machine only)

Reference, with the fields and how to verify: docs/reference/channels.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from monitor.alerts.deadline import deadline, is_loopback
from monitor.alerts.plain import clean, plural
from monitor.alerts.redact import redact, secrets_of
from monitor.alerts.shown import show
from monitor.alerts.statuses import fate_of
from monitor.alerts.values import Envelope, Letterhead, Printed, Receipt, Rendered, Telling
from monitor.errors import ConfigError, DeliveryError, Fate

__all__ = ["Hook", "check", "parse", "payload", "send_webhook", "signature"]

PER_STEP = 15.0  # seconds of silence allowed
IN_ALL = 30.0  # seconds for one exchange
LONGEST_REPLY = 2048  # bytes read of the answer
LONGEST_WAIT = 86_400.0  # seconds of Retry-After believed
FORM = "write webhooks://SECRET@hooks.example.org/path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where a webhook is posted, and the key it is signed with."""

    host: str
    port: int | None
    path: str
    tls: bool
    key: bytes = field(repr=False)


def check(url: str) -> None:
    """Raise ConfigError when this webhook URL cannot work. Connects to nothing."""
    parse(url)


def parse(url: str) -> Hook:
    """Read a webhook URL: the secret is its user, or `?secret=`. Raises ConfigError without the secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        msg = f"this webhook URL cannot be read; {FORM}"
        raise ConfigError(msg) from None
    query = parse_qsl(parts.query, keep_blank_values=True)
    secret = unquote(parts.username or "") or dict(query).get("secret", "")
    tls = parts.scheme.lower() == "webhooks"
    if not host or clean(host) != host or not host.isascii() or not url.isprintable() or " " in url:
        msg = f"this webhook URL names no host, or holds characters that do not belong there; {FORM}"
        raise ConfigError(msg)
    if not secret:
        msg = f"this webhook URL has no secret to sign with; {FORM}"
        raise ConfigError(msg)
    if not tls and not is_loopback(host):
        msg = (
            f"webhook:// to {host} would send in clear; use webhooks:// (plain http is for this machine only)"
        )
        raise ConfigError(msg)
    rest = urlencode([(name, value) for name, value in query if name != "secret"])
    path = (parts.path or "/") + (f"?{rest}" if rest else "")
    return Hook(host=host, port=port, path=path, tls=tls, key=_key(secret))


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            msg = "the webhook's secret starts with whsec_ but what follows is no base64"
            raise ConfigError(msg) from None
    return secret.encode()


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign as standardwebhooks.com says: base64 of HMAC-SHA256 over "id.timestamp.body"."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


def payload(envelope: Envelope, rendered: Rendered) -> bytes:
    """Give the JSON of a message: the same bytes on every attempt."""
    letterhead = rendered.letterhead
    content = {
        "type": _type(rendered),
        "version": 1,
        "id": envelope.message_key,
        "created": envelope.created.astimezone(UTC).isoformat(),
        "newsroom": letterhead.newsroom,
        "subject": rendered.subject,
        "stories": [_story(telling, letterhead) for telling in rendered.tellings],
        "lines": list(rendered.lines),
        **({"entries": [_entry(one) for one in rendered.entries]} if rendered.entries else {}),
        "remarks": list(rendered.remarks),
        "run_by": {"name": letterhead.operator, "mail": letterhead.operator_mail},
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _type(rendered: Rendered) -> str:
    if rendered.entries:
        return "copytaster.brief"
    return "copytaster.operator" if rendered.lines else "copytaster.alert"


def _entry(one: Printed) -> dict[str, str]:
    return {
        "section": one.section,
        "headline": one.headline,
        "outlet": one.outlet,
        "day": one.day,
        "photo_credit": one.photo,
        "lead": one.lead,
        "url": one.url,
        "host": one.host,
        "language": one.language,
    }


def _story(telling: Telling, letterhead: Letterhead) -> dict[str, object]:
    shown = show(telling, letterhead)
    return {
        "id": telling.story_id,
        "headline": shown.title,
        "outlet": shown.outlet,
        "url": shown.url,
        "host": shown.host,
        "published": telling.published.astimezone(UTC).isoformat(),
        "date_source": telling.date_source.value,
        "kind": telling.kind.value,
        "priority": telling.priority.name.lower(),
        "why": [
            {
                "rules": reason.rules,
                "where": reason.where,
                "sentence": "".join(piece.text for piece in reason.quote),
                "matched": [piece.text for piece in reason.quote if piece.marked] or list(reason.found),
            }
            for reason in shown.reasons
        ],
        "also_reported_by": [clean(name) for name in telling.also_reported_by],
        "access": telling.access.value if telling.access else None,
        "photo_credit": clean(telling.photo_credit),
        "language": shown.language or None,
        "note": shown.note,
        "change": list(shown.change),
        "warning": shown.warning,
        "relevant": shown.relevant,
        "irrelevant": shown.irrelevant,
    }


def send_webhook(url: str, envelope: Envelope, rendered: Rendered) -> Receipt:
    """Post one message. Raises DeliveryError; a redirect is never followed."""
    try:
        hook = parse(url)
    except ConfigError as error:
        raise DeliveryError(Fate.DEAD, str(error)) from None
    secrets = secrets_of(url)
    at = envelope.attempted or envelope.created
    body = payload(envelope, rendered)
    try:
        return Receipt(
            redact(_exchange(hook, _headers(hook, envelope, rendered, body, at), body, at), secrets)
        )
    except DeliveryError as error:
        detail = redact(error.detail, secrets)
        raise DeliveryError(error.fate, detail, retry_after=error.retry_after) from None


def _headers(hook: Hook, envelope: Envelope, rendered: Rendered, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Copytaster/{rendered.letterhead.version or '0'}",
        "Idempotency-Key": envelope.message_key,
        "webhook-id": envelope.message_key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(hook.key, envelope.message_key, timestamp, body),
    }
    return headers | ({"X-Possible-Repeat": "true"} if rendered.possible_repeat else {})


def _exchange(hook: Hook, headers: dict[str, str], body: bytes, at: datetime) -> str:
    where = hook.host + (f":{hook.port}" if hook.port else "")
    connection = _connection(hook)
    try:
        with deadline(IN_ALL, lambda: connection.sock):
            try:
                connection.connect()
            except OSError as error:
                raise DeliveryError(Fate.RETRY, f"{where} could not be reached: {_words(error)}") from None
            connection.request("POST", hook.path, body, headers)
            reply = connection.getresponse()
            said = reply.read(LONGEST_REPLY)
    except (OSError, http.client.HTTPException) as error:
        detail = f"{where} gave no answer to the message, which may have arrived: {_words(error)}"
        raise DeliveryError(Fate.UNKNOWN, detail) from None
    finally:
        connection.close()
    return _judge(reply, said, where, at)


def _connection(hook: Hook) -> http.client.HTTPConnection:
    if hook.tls:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(hook.host, hook.port, timeout=PER_STEP, context=context)
    return http.client.HTTPConnection(hook.host, hook.port, timeout=PER_STEP)


def _judge(reply: http.client.HTTPResponse, said: bytes, where: str, at: datetime) -> str:
    words = clean(said.decode("utf-8", "replace"))[:200]
    answer = f"HTTP {reply.status}" + (f": {words}" if words else "")
    if 200 <= reply.status < 300:  # the class of "accepted" in RFC 9110
        return answer
    if 300 <= reply.status < 400:
        detail = f"{where} answered HTTP {reply.status}, a redirect, which is not followed; put its target in the URL"
        raise DeliveryError(Fate.DEAD, detail)
    fate = fate_of(reply.status)
    wait = _retry_after(reply.getheader("Retry-After"), at) if fate is Fate.RETRY else None
    asked = f" and asks to wait {plural(round(wait), 'second')}" if wait else ""
    raise DeliveryError(fate, f"{where} answered {answer}{asked}", retry_after=wait)


def _retry_after(value: str | None, at: datetime) -> float | None:
    if not value:
        return None
    if value.strip().isdecimal():
        return min(float(value), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (aware - at).total_seconds()), LONGEST_WAIT)


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
