"""One run at a time for one database: an advisory file lock that names its holder and dies with it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from monitor.errors import AlreadyRunning

__all__ = ["run_lock"]


def _holder(text: str) -> str:
    try:
        told = json.loads(text)
        return f"process {told['pid']} on {told['host']}, since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "an unknown process"


@contextmanager
def run_lock(path: Path, now: datetime) -> Iterator[None]:
    """Hold the lock at `path`, or raise AlreadyRunning naming the holder. The kernel frees it on any death."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_holder(os.pread(descriptor, 4096, 0).decode(errors="replace"))) from None
        told = {"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(timespec="seconds")}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(told).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
