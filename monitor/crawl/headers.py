"""What a server says about time: Retry-After and how long an answer stays fresh. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

__all__ = ["fresh_for", "http_date", "retry_after"]

MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE)
UNCACHED = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b", re.IGNORECASE)
SECONDS = re.compile(r"\d{1,9}")


def http_date(text: str) -> datetime | None:
    """Read an HTTP-date (RFC 9110, 5.6.7). None for anything else: `Expires: 0` and `-1` are common."""
    try:
        instant = parsedate_to_datetime(text[:64])
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds or an HTTP-date. None when missing, unreadable or past."""
    text = value.strip()
    if SECONDS.fullmatch(text):
        wait = timedelta(seconds=int(text))
    elif instant := http_date(text):
        wait = instant - now
    else:
        return None
    return wait if wait > timedelta(0) else None


def fresh_for(cache_control: str, expires: str, date: str, now: datetime) -> timedelta | None:
    """How long the server calls its answer fresh: Cache-Control's max-age, else Expires less Date (RFC 9111, 4.2.1)."""
    if UNCACHED.search(cache_control):
        return None
    if found := MAX_AGE.search(cache_control):
        age = timedelta(seconds=int(found.group(1)))
    elif until := http_date(expires):
        age = until - (http_date(date) or now)
    else:
        return None
    return age if age > timedelta(0) else None
