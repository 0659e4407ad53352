"""Idle connections are bounded; Twisted's own reactor for tests, no socket is opened."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from twisted.internet.testing import MemoryReactorClock

from monitor.crawl.pool import IDLE, Pool


class Quiet:
    """A connection with nothing to do."""

    state = "QUIESCENT"

    def __init__(self) -> None:
        self.closed = False
        self.transport = SimpleNamespace(loseConnection=self.close)

    def close(self) -> None:
        self.closed = True


def test_the_pool_closes_the_connection_idle_longest_when_there_are_many() -> None:
    pool: Any = Pool(MemoryReactorClock())  # type: ignore[no-untyped-call]
    idle = [Quiet() for _ in range(IDLE + 3)]
    for number, connection in enumerate(idle):
        pool._putConnection(("http", f"outlet-{number}.example", 80), connection)
    assert [c.closed for c in idle] == [True] * 3 + [False] * IDLE
    assert len(pool._connections) == len(pool._timeouts) == IDLE


def test_a_host_asked_again_keeps_its_connection() -> None:
    pool: Any = Pool(MemoryReactorClock())  # type: ignore[no-untyped-call]
    one = Quiet()
    for number in range(IDLE):
        pool._putConnection(f"outlet-{number}", one if number == 0 else Quiet())
    got: list[Any] = []
    pool.getConnection("outlet-0", None).addCallback(got.append)
    pool._putConnection("outlet-0", one)
    pool._putConnection("another", Quiet())
    assert len(got) == 1
    assert not one.closed
