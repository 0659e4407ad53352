"""How a connection is made: to the addresses the guard lets through, one after the other; the first to answer wins.

Twisted's HostnameEndpoint and pool do the same, but the endpoint builds an interface class, a looping call and a dozen
closures for each connection (0.6 ms, a quarter of a quiet poll), and the pool keeps one idle connection for each host
it ever met (a thousand hosts, and there is no file descriptor left).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.address import HostnameAddress, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectingCancelledError, DNSLookupError
from twisted.internet.interfaces import IResolutionReceiver, IStreamClientEndpoint
from twisted.web.client import HTTPConnectionPool, _StandardEndpointFactory
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress, IHostResolution, IProtocol, IProtocolFactory
    from twisted.python.failure import Failure
    from twisted.web.client import URI

__all__ = ["IDLE", "Endpoint", "EndpointFactory", "Pool"]

IDLE = (
    256  # connections kept for a next request to the same host; many systems allow a process 1,024 open files
)
NEXT_TRY = 0.3  # seconds before the next address is tried beside the one before, as in Twisted


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


class EndpointFactory(_StandardEndpointFactory):
    """Makes the endpoints of one agent: plain, or wrapped in TLS by Scrapy's policy."""

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802 - Twisted's name
        """Give the endpoint for an address that the guard has looked at: http or https, its host in ASCII."""
        timeout = self._connectTimeout
        endpoint: Any = Endpoint(
            self._reactor, uri.host.decode("ascii"), uri.port, timeout, self._bindAddress
        )
        if uri.scheme == b"http":
            return cast("IStreamClientEndpoint", endpoint)
        return wrapClientTLS(self._policyForHTTPS.creatorForNetloc(uri.host, uri.port), endpoint)


@implementer(IStreamClientEndpoint)
class Endpoint:
    """A host and port to connect to, by name."""

    __slots__ = ("bind", "host", "port", "reactor", "timeout")

    def __init__(self, reactor: Any, host: str, port: int, timeout: float, bind: Any = None) -> None:
        self.reactor = reactor
        self.host = host
        self.port = port
        self.timeout = timeout
        self.bind = bind

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; fails with DNSLookupError without an address, else with what the last address tried said."""
        attempts = _Attempts(self, factory)
        self.reactor.nameResolver.resolveHostName(attempts, self.host, portNumber=self.port)
        return attempts.winner


@implementer(IResolutionReceiver)
class _Attempts:
    """One connection in the making. A further address is tried when the one before fails or is slow to answer."""

    __slots__ = ("addresses", "endpoint", "factory", "over", "timer", "under_way", "winner")

    def __init__(self, endpoint: Endpoint, factory: IProtocolFactory) -> None:
        self.endpoint = endpoint
        self.factory = factory
        self.addresses: list[IAddress] = []
        self.under_way: list[Deferred[IProtocol]] = []
        self.timer: Any = None
        self.over = False
        self.winner: Deferred[IProtocol] = Deferred(self._cancelled)

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self.over:  # given up while the name was looked up
            return
        if self.addresses:
            self._next()
        else:
            self._end()
            self.winner.errback(DNSLookupError(f"no results for hostname lookup: {self.endpoint.host}"))

    def _next(self) -> None:
        """Try one more address."""
        self._stop_timer()
        address: Any = self.addresses.pop(0)
        if self.addresses:
            self.timer = self.endpoint.reactor.callLater(NEXT_TRY, self._next)
        kind = TCP6ClientEndpoint if isinstance(address, IPv6Address) else TCP4ClientEndpoint
        to = self.endpoint
        attempt = kind(to.reactor, address.host, address.port, to.timeout, to.bind).connect(self.factory)
        self.under_way.append(attempt)
        attempt.addCallbacks(self._connected, self._failed, callbackArgs=(attempt,), errbackArgs=(attempt,))

    def _connected(self, protocol: IProtocol, attempt: Deferred[IProtocol]) -> None:
        self.under_way.remove(attempt)
        self._end()
        self.winner.callback(protocol)

    def _failed(self, failure: Failure, attempt: Deferred[IProtocol]) -> None:
        self.under_way.remove(attempt)
        if self.over:
            return
        if self.addresses:
            self._next()
        elif not self.under_way:
            self._end()
            self.winner.errback(failure)

    def _end(self) -> None:
        """Nothing further is tried; what is under way is broken off."""
        self.over = True
        self._stop_timer()
        for attempt in list(self.under_way):
            attempt.cancel()

    def _stop_timer(self) -> None:
        if self.timer is not None and self.timer.active():
            self.timer.cancel()
        self.timer = None

    def _cancelled(self, winner: Deferred[IProtocol]) -> None:
        self._end()
        to = self.endpoint
        winner.errback(ConnectingCancelledError(HostnameAddress(to.host.encode("ascii"), to.port)))  # type: ignore[no-untyped-call]
