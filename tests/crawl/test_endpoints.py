"""How a connection is made, with Twisted's own reactor for tests; no socket is opened."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import (
    ConnectingCancelledError,
    ConnectionRefusedError,  # noqa: A004 - Twisted's
    DNSLookupError,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from monitor.crawl.endpoints import IDLE, NEXT_TRY, Endpoint, Pool

FOUR = [IPv4Address("TCP", f"203.0.113.{n}", 80) for n in (1, 2, 3)]
SIX = IPv6Address("TCP", "2001:db8::1", 80)


class Names:
    """Knows the addresses of one host; `late` answers when told to."""

    def __init__(self, *addresses: IPv4Address | IPv6Address, late: bool = False) -> None:
        self.addresses = addresses
        self.late = late
        self.receiver: Any = None

    def resolveHostName(self, receiver: Any, host: str, portNumber: int) -> None:  # noqa: N802, N803
        self.receiver = receiver
        if not self.late:
            self.tell()

    def tell(self) -> None:
        self.receiver.resolutionBegan(self)
        for address in self.addresses:
            self.receiver.addressResolved(address)
        self.receiver.resolutionComplete()


class Room:
    """A reactor in memory, one endpoint, and what came of connecting."""

    def __init__(self, *addresses: IPv4Address | IPv6Address, late: bool = False) -> None:
        self.reactor: Any = MemoryReactorClock()
        self.names = Names(*addresses, late=late)
        self.reactor.nameResolver = self.names
        self.got: list[object] = []
        endpoint = Endpoint(self.reactor, "outlet.example", 80, 30)
        self.answer: Deferred[Any] = endpoint.connect(Factory.forProtocol(Protocol))  # type: ignore[arg-type]
        self.answer.addBoth(self.got.append)

    @property
    def tried(self) -> list[str]:
        return [call[0] for call in self.reactor.tcpClients]

    def accept(self, number: int) -> None:
        protocol = self.reactor.tcpClients[number][2].buildProtocol(None)
        protocol.makeConnection(SimpleNamespace(loseConnection=lambda: None))

    def refuse(self, number: int) -> None:
        factory = self.reactor.tcpClients[number][2]
        factory.clientConnectionFailed(None, Failure(ConnectionRefusedError(f"attempt {number}")))

    @property
    def error(self) -> BaseException | None:
        (found,) = self.got
        assert isinstance(found, Failure)
        return found.value


def test_one_address_is_connected_to_and_nothing_waits() -> None:
    room = Room(FOUR[0])
    room.accept(0)
    assert isinstance(room.got[0], Protocol)
    assert room.tried == ["203.0.113.1"]
    assert room.reactor.getDelayedCalls() == []


@pytest.mark.parametrize("addresses", [(SIX, FOUR[0]), (FOUR[0], SIX)])
def test_both_kinds_of_address(addresses: tuple[IPv4Address | IPv6Address, ...]) -> None:
    room = Room(*addresses)
    room.reactor.advance(NEXT_TRY)
    assert room.tried == [a.host for a in addresses]


def test_a_slow_address_does_not_keep_the_next_from_being_tried() -> None:
    room = Room(*FOUR)
    assert room.tried == ["203.0.113.1"]
    room.reactor.advance(NEXT_TRY)
    assert room.tried == ["203.0.113.1", "203.0.113.2"]
    room.accept(1)
    assert isinstance(room.got[0], Protocol)
    room.reactor.advance(10)
    assert room.tried == ["203.0.113.1", "203.0.113.2"]
    assert room.reactor.connectors[0].stoppedConnecting


def test_a_refusal_leads_to_the_next_address_at_once() -> None:
    room = Room(*FOUR)
    room.refuse(0)
    assert room.tried == ["203.0.113.1", "203.0.113.2"]
    room.accept(1)
    assert isinstance(room.got[0], Protocol)


def test_when_all_refuse_the_last_says_why() -> None:
    room = Room(*FOUR[:2])
    room.refuse(0)
    assert room.got == []
    room.refuse(1)
    assert "attempt 1" in str(room.error)
    assert room.reactor.getDelayedCalls() == []


def test_a_slow_address_may_still_win_after_the_last_refusal() -> None:
    room = Room(*FOUR[:2])
    room.reactor.advance(NEXT_TRY)
    room.refuse(1)
    assert room.got == []
    room.accept(0)
    assert isinstance(room.got[0], Protocol)


def test_no_address_is_a_failed_lookup() -> None:
    assert isinstance(Room().error, DNSLookupError)


def test_giving_up_breaks_off_what_is_under_way() -> None:
    room = Room(*FOUR)
    room.reactor.advance(NEXT_TRY)
    room.answer.cancel()
    assert isinstance(room.error, ConnectingCancelledError)
    assert [c.stoppedConnecting for c in room.reactor.connectors] == [True, True]
    assert room.reactor.getDelayedCalls() == []


def test_giving_up_while_the_name_is_looked_up() -> None:
    room = Room(*FOUR, late=True)
    room.answer.cancel()
    assert isinstance(room.error, ConnectingCancelledError)
    room.names.tell()
    assert room.tried == []


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
