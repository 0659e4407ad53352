"""What an HTTP status says of a message that was not accepted."""

from __future__ import annotations

from monitor.errors import Fate

__all__ = ["fate_of"]

TRY_LATER = frozenset({408, 409, 423, 425, 429})  # of the 4xx: timeout, conflict, locked, too early, too many


def fate_of(status: int) -> Fate:
    """Say whether it can be tried again. A redirect is never followed, so 3xx is as final as most of 4xx."""
    return Fate.DEAD if 300 <= status < 500 and status not in TRY_LATER else Fate.RETRY
