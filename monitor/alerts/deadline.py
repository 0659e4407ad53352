"""A limit on the whole of an exchange: socket timeouts alone let a receiver drip a byte at a time for ever."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["deadline", "is_loopback"]


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


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by name or address; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
