"""A limit on the whole of an exchange: socket timeouts alone let a receiver drip a byte at a time for ever."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["Watch", "deadline", "is_loopback"]


@contextmanager
def deadline(seconds: float, sock: Callable[[], socket.socket | None]) -> Iterator[threading.Event]:
    """Shut the socket down after `seconds`; the event given says whether that happened."""
    over = threading.Event()

    def stop() -> None:
        over.set()
        if (open_now := sock()) is not None:
            with suppress(OSError):
                open_now.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()


class Watch:
    """The same limit for many exchanges, one after the other, with one thread for all: a timer for each is slow.

    The thread looks up once in `seconds`, and when an exchange that it saw then is due.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._watched: tuple[float, Callable[[], socket.socket | None]] | None = None  # until when, and what
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, sock: Callable[[], socket.socket | None]) -> Iterator[None]:
        """Shut the socket down when what happens inside takes longer than the limit."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="deadline", daemon=True)
            self._thread.start()
        with self._lock:
            self._watched = (time.monotonic() + self._seconds, sock)
        try:
            yield
        finally:
            with self._lock:
                self._watched = None

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        wait = self._seconds
        while not self._ended.wait(wait):
            wait = self._look()

    def _look(self) -> float:
        """Shut down what is over time; give the seconds until there can be something again."""
        with self._lock:
            if self._watched is None:
                return self._seconds
            until, sock = self._watched
            left = until - time.monotonic()
            if left > 0:
                return left
            self._watched = None
            if (open_now := sock()) is not None:
                with suppress(OSError):
                    open_now.shutdown(socket.SHUT_RDWR)
        return self._seconds


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by name or address; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
