"""Keep secrets out of logs, receipts and errors: known values, and whatever in a URL looks like one."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

__all__ = ["RedactingFilter", "cap_loggers", "masked", "redact", "secrets_of"]

MASK = "****"
SHORTEST_SECRET = 4  # a shorter value would blot out ordinary words
SHORTEST_TOKEN = 12
TALKATIVE = ("urllib3", "requests")

_URL = re.compile(r"\b([a-z][a-z0-9+.-]{1,20})://([^\s'\"<>]+)", re.IGNORECASE)
_PLAIN_SCHEMES = ("http", "https")
_WITH_SECRETS = re.compile(
    r"((?:authorization|x-api-key|api[_-]?key|token|secret|passw(?:or)?d|pass)[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic)\s+)?)"
    r"[^\s\"',;&]+",
    re.IGNORECASE,
)


def secrets_of(url: str) -> tuple[str, ...]:
    """Give every part of a resolved channel URL that may be secret, in each form it can be written in.

    That is the user and password, the query's values and every path part; for chat services the host too,
    since many of their URLs keep a token in its place.
    """
    scheme = url.partition(":")[0].lower()
    try:
        parts = urlsplit(url)
        user, password, host = parts.username or "", parts.password or "", parts.hostname or ""
    except ValueError:
        return (url,)
    found = [password, *(part for part in parts.path.split("/") if len(part) >= SHORTEST_TOKEN)]
    found += [value for _, value in parse_qsl(parts.query) if not _harmless(value)]
    if scheme in ("mailto", "mailtos"):
        found += [user] if "@" not in user and len(user) >= SHORTEST_TOKEN else []
        found += [_basic(f"\0{unquote(user)}\0{unquote(password)}"), _basic(unquote(password))]
    else:
        found += [user, *(part for part in parts.path.split("/"))]
        if scheme not in ("webhook", "webhooks", *_PLAIN_SCHEMES) and len(host) >= SHORTEST_TOKEN:
            found += [part for part in _netloc_words(parts.netloc) if "." not in part]
        if user or password:
            found.append(_basic(f"{unquote(user)}:{unquote(password)}"))
    return _forms(found)


def _netloc_words(netloc: str) -> list[str]:
    return re.split(r"[@:]", netloc)


def _harmless(value: str) -> bool:
    return (
        "@" in value or value.isdigit() or value.lower() in ("yes", "no", "true", "false", "starttls", "ssl")
    )


def _basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _forms(values: Iterable[str]) -> tuple[str, ...]:
    forms: set[str] = set()
    for value in values:
        plain = unquote(value)
        forms |= {value, plain, quote(plain, safe=""), quote(plain), quote_plus(plain), repr(plain)[1:-1]}
        forms |= {value.lower()} if len(value) >= SHORTEST_TOKEN else set()
    return tuple(sorted((f for f in forms if len(f) >= SHORTEST_SECRET), key=len, reverse=True))


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Blot out known secret values, what follows words such as "token=", and the telling parts of URLs."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return _WITH_SECRETS.sub(rf"\g<1>{MASK}", _URL.sub(_blot, text))


def _blot(found: re.Match[str]) -> str:
    scheme, rest = found[1], found[2]
    if scheme.lower() not in _PLAIN_SCHEMES:
        return f"{scheme}://{MASK}"
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return f"{scheme}://{MASK}"
    path = "/".join(MASK if _tokenish(part) else part for part in parts.path.split("/"))
    return f"{scheme}://{host}{path}" + (f"?{MASK}" if parts.query else "")


def _tokenish(part: str) -> bool:
    """A path part that mixes digits into a long run without word breaks is taken for a token."""
    longest = max((len(word) for word in re.split(r"[-.]", part)), default=0)
    mixed = any(c.isdigit() for c in part) and any(c.isalpha() for c in part)
    return longest >= SHORTEST_TOKEN and (mixed or (part != part.lower() and part != part.upper()))


def masked(url: str) -> str:
    """Give a channel URL as `check` and `status` may print it: `slack://****`."""
    scheme, colon, rest = url.partition(":")
    return f"{scheme}:{rest and '//' + MASK}" if colon else MASK


class RedactingFilter(logging.Filter):
    """Blot secrets out of every record, its traceback included. Add it to handlers, not to loggers."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; none is dropped."""
        record.msg, record.args = redact(record.getMessage(), self._secrets), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
        return True


def cap_loggers() -> None:
    """Let the libraries that print URLs with tokens say warnings at most."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
