"""A process of its own for apprise: one that hangs is killed, and nothing of it is left in ours.

It is asked over its standard input and answers on its standard output, one JSON document a line; addresses with
their tokens are never on a command line. The parent's half is `ChatWorker`.

Each channel has one of its own while it has something to send: in one for all, a service that hangs would hold up the
others or take their messages with it when it is killed, and the log in which apprise says an answer's status is one for
the whole process.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError, Fate

if TYPE_CHECKING:
    from apprise import NotifyBase
    from apprise.logger import NotifyLogEntry

__all__ = ["START_LIMIT", "TIME_LIMIT", "ChatWorker", "Said"]

TIME_LIMIT = 30.0  # seconds for one part
START_LIMIT = 60.0  # seconds until apprise is loaded
_READY = b"ready\n"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Said:
    """What apprise made of one message: its result, and what it logged."""

    status: str  # success, failure, timeout ...
    words: tuple[str, ...]


class ChatWorker:
    """Starts the process when first asked, and again after it had to be killed. For one thread."""

    def __init__(self, *, time_limit: float = TIME_LIMIT) -> None:
        self._limit = time_limit
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ChatWorker:
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._end()

    def notify(self, url: str, title: str, body: str, body_format: str) -> Said:
        """Send one part. Raises DeliveryError: UNKNOWN when it had to be killed, RETRY when it never started."""
        asked = json.dumps({"url": url, "title": title, "body": body, "format": body_format}).encode() + b"\n"
        child = self._started()
        assert child.stdin is not None
        try:
            child.stdin.write(asked)
            child.stdin.flush()
        except OSError:
            self._end()
            raise DeliveryError(Fate.RETRY, "the process that sends to chat services had ended") from None
        line = self._line(child, self._limit)
        if line is None:
            self._end()
            detail = f"no answer within {self._limit:g} seconds; the message may have arrived"
            raise DeliveryError(Fate.UNKNOWN, detail)
        answer = json.loads(line)
        return Said(str(answer["status"]), tuple(map(str, answer["said"])))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        child = subprocess.Popen(
            [sys.executable, "-m", "monitor.alerts.chatworker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # apprise prints addresses with their tokens
            env={**os.environ, "PYTHONPATH": path},
        )
        self._child = child
        if self._line(child, START_LIMIT) != _READY:
            self._end()
            raise DeliveryError(Fate.RETRY, "the process that sends to chat services did not start")
        return child

    def _line(self, child: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """Give the next line it says; None when it says none in time, or has ended."""
        assert child.stdout is not None
        until, line = time.monotonic() + seconds, b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))
            got = os.read(child.stdout.fileno(), 65536) if ready else b""
            if not got:
                return None
            line += got
        return line

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def _serve() -> None:
    """Answer until there is nothing more to read."""
    from apprise import Apprise

    from monitor.alerts.chat import service_of

    out = os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # whatever a plugin prints is no answer of ours
    out.write(_READY)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        said: list[str] = []

        def hear(entry: NotifyLogEntry, _service: NotifyBase | None, heard: list[str] = said) -> None:
            heard.append(str(entry.message))

        service = service_of(asked["url"])
        caller = Apprise(asset=service.asset)
        caller.add(service)
        result = caller.notify(
            body=asked["body"],
            title=asked["title"],
            body_format=asked["format"],
            log_callback=hear,
            log_level=logging.DEBUG,
        )
        answer = {"status": result.status.name.lower(), "said": said}
        out.write(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    _serve()
