"""How many connections stay open: Twisted's pool keeps one idle for each host it ever met.

After a thousand hosts there is no file descriptor left.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from twisted.web.client import HTTPConnectionPool

__all__ = ["IDLE", "Pool"]

# kept for a next request to the same host; many systems allow a process 1,024 open files
IDLE = 256


class Pool(HTTPConnectionPool):
    """Twisted's pool of connections, with a bound on all idle ones together: the one idle longest is closed."""

    def _putConnection(self, key: Hashable, connection: Any) -> None:  # noqa: N802 - Twisted's name
        super()._putConnection(key, connection)  # type: ignore[no-untyped-call]
        if len(self._timeouts) > IDLE:
            oldest: Any = next(iter(self._timeouts.values()))
            which = oldest.args
            oldest.cancel()
            self._removeConnection(*which)

    def _removeConnection(self, key: Hashable, connection: Any) -> None:  # noqa: N802 - Twisted's name
        super()._removeConnection(key, connection)  # type: ignore[no-untyped-call]
        if not self._connections.get(key):
            self._connections.pop(key, None)
