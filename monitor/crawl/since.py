"""Spans of time as people type them: 90m, 12h, 2d, 3w."""

from __future__ import annotations

import re
from datetime import timedelta

from monitor.errors import ConfigError

__all__ = ["span"]

SPAN = re.compile(r"(\d{1,5})\s*([smhdw])", re.IGNORECASE)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: str) -> timedelta:
    """Read a span; raise ConfigError for anything else."""
    found = SPAN.fullmatch(text.strip())
    if found is None:
        msg = f"since={text!r} is not a span of time. Write 90m, 12h, 2d or 3w."
        raise ConfigError(msg)
    return timedelta(**{UNITS[found.group(2).lower()]: int(found.group(1))})
