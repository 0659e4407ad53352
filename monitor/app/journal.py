"""Who does what when: a row for each run, with process and machine."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.store import runs

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["begin"]


def begin(tx: Tx, kind: str, at: datetime) -> int:
    """Put the beginning of a run on record; give its id."""
    return runs.begin(tx, kind, at, pid=os.getpid(), host=socket.gethostname())
