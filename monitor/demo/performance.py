"""Everything one demo did, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.demo.keeping import Kept
from monitor.demo.outlets import Outlet
from monitor.demo.passing import Passed
from monitor.demo.server import Asked
from monitor.demo.sink import Hook, Mail

__all__ = ["Performance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Everything one demo did: passes, requests as the outlets saw them, mail and calls as they arrived."""

    home: Path
    outlets: Mapping[str, Outlet]
    passes: tuple[Passed, ...]
    asked: tuple[Asked, ...]
    mails: tuple[Mail, ...]
    hooks: tuple[Hook, ...]
    kept: Kept

    @property
    def complete(self) -> bool:
        """Whether every message arrived where it was sent."""
        arrived = {m.key for m in self.mails} | {h.key for h in self.hooks}
        sent = {t.sent.message.key for p in self.passes for t in p.told}
        return bool(sent) and sent <= arrived
