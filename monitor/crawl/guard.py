"""The guard: no request of ours ever reaches an address that outlets on the public internet do not have.

Two lines. `GuardMiddleware` looks at every URL before it is requested, redirect hops and robots.txt included: scheme,
port, userinfo, spelled-out addresses. `GuardedResolver` looks at every address a name (or an oddly written number)
resolves to; what it lets through is what is connected to, so a name that changes its address between check and
connection gains nothing. Both are set by the add-on at a priority no user setting reaches.
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlsplit

from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from monitor.crawl.tasks import TASK, Network, Task
from monitor.errors import ForbiddenAddress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.interfaces import IAddress, IHostResolution

__all__ = ["NETWORK", "TASK", "GuardMiddleware", "GuardedResolver", "check_url", "public"]

NETWORK = "COPYTASTER_NETWORK"  # setting; only a Network object counts, which no command line can write

WEB_PORTS = frozenset({80, 443})
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # as Scrapy writes it: other scripts are in punycode by then
UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")

# IANA's special-purpose registry, plus multicast, Azure's host (168.63.129.16) and the old 6to4 relays. Listed here
# because `is_global` differs between Python versions and calls several of these global.
REFUSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
)
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is in use as public unicast
REFUSED_V6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
MAPPED_V4 = ipaddress.IPv6Network("::ffff:0:0/96")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


def public(address: str) -> bool:
    """Tell whether this IP address is one a public web server can have. Text that is no address is not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _public_v4(ip) if isinstance(ip, ipaddress.IPv4Address) else _public_v6(ip)


def _public_v4(ip: ipaddress.IPv4Address) -> bool:
    return ip.is_global and not any(ip in network for network in REFUSED_V4)


def _public_v6(ip: ipaddress.IPv6Address) -> bool:
    if ip.scope_id is not None:
        return False
    if ip in MAPPED_V4 or ip in NAT64:
        return _public_v4(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip in SIX_TO_FOUR:
        return _public_v4(ipaddress.IPv4Address((int(ip) >> 80) & 0xFFFFFFFF))
    return ip in GLOBAL_V6 and not any(ip in network for network in REFUSED_V6)


def allowed(network: Network, address: str, port: int) -> bool:
    """Tell whether a connection to this address may be made."""
    name = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return name in network.allowed_addresses or public(address)


def check_url(url: str, *, source_url: str = "", network: Network | None = None) -> None:
    """Raise ForbiddenAddress for a URL that must not be requested; names are left to the resolver.

    `source_url` is the declared address of the source: its own port is as good as 80 and 443 on its own host.
    """
    if UNSAFE.search(url):
        msg = f"The address {url!r} holds spaces, control characters or backslashes; it was not fetched."
        raise ForbiddenAddress(msg)
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        msg = f"The address {url!r} is not a URL ({error}); it was not fetched."
        raise ForbiddenAddress(msg) from error
    _check(parts, port, source_url, network or Network())


def _check(parts: SplitResult, port: int, source_url: str, network: Network) -> None:
    host = (parts.hostname or "").rstrip(".")
    url = parts.geturl()
    if parts.scheme not in {"http", "https"}:
        msg = f"The address {url} is neither http nor https; it was not fetched."
        raise ForbiddenAddress(msg)
    if not HOST.fullmatch(host) or "@" in parts.netloc:
        msg = f"The address {url} has no proper host name, or a user name in it; it was not fetched."
        raise ForbiddenAddress(msg)
    if port not in WEB_PORTS and port != _declared_port(host, source_url):
        msg = f"The address {url} leads to port {port}, which is neither 80, 443 nor the source's own; it was not fetched."
        raise ForbiddenAddress(msg)
    with suppress(ValueError):
        ipaddress.ip_address(host)
        if not allowed(network, host, port):
            raise _forbidden(host, host)


def _declared_port(host: str, source_url: str) -> int | None:
    parts = urlsplit(source_url)
    return parts.port if (parts.hostname or "").rstrip(".") == host else None


def _forbidden(host: str, address: str) -> ForbiddenAddress:
    leads = host if host == address else f"{host} ({address})"
    return ForbiddenAddress(
        f"It leads to {leads}, an address that outlets on the public internet do not have; it was not fetched."
    )


class GuardMiddleware:
    """Looks at every request on its way out. Set below the redirect middleware, so that it sees every hop."""

    def __init__(self, network: Network) -> None:
        self.network = network

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Take the injected network, if there is one."""
        return cls(network_of(crawler.settings.get(NETWORK)))

    def process_request(self, request: Request) -> None:
        """Refuse what must not be requested."""
        task = request.meta.get(TASK)
        source_url = task.source.url if isinstance(task, Task) else ""
        check_url(request.url, source_url=source_url, network=self.network)


def network_of(value: Any) -> Network:
    """Give the injected network; anything else, such as text from a command line, counts for nothing."""
    return value if isinstance(value, Network) else Network()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's IPv4 and IPv6 resolver, giving only addresses that may be connected to.

    `refused` remembers host -> address for the sentence told to the operator.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, network: Network) -> None:
        super().__init__(reactor, cache_size)
        self.network = network
        self.refused: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """Build from the settings of the process: Scrapy hands the process in, not a crawler."""
        size = crawler.settings.getint("DNSCACHE_SIZE") if crawler.settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, network_of(crawler.settings.get(NETWORK)))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve, then pass on only what the guard allows."""
        receiver: Any = _GuardedReceiver(self, resolutionReceiver, hostName, portNumber)
        mapped = self.network.host_map.get(hostName.lower().rstrip("."))
        if mapped is None:
            return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        resolution: Any = HostResolution(hostName)
        receiver.resolutionBegan(resolution)
        receiver.addressResolved(_address(*mapped))
        receiver.resolutionComplete()
        return cast("IHostResolution", resolution)


def _address(ip: str, port: int) -> IPv4Address | IPv6Address:
    return IPv6Address("TCP", ip, port) if ":" in ip else IPv4Address("TCP", ip, port)


@implementer(IResolutionReceiver)
class _GuardedReceiver:
    def __init__(self, guard: GuardedResolver, receiver: IResolutionReceiver, host: str, port: int) -> None:
        self.guard = guard
        self.receiver: Any = receiver
        self.host = host
        self.port = port

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IPv4Address | IPv6Address) -> None:  # noqa: N802
        if allowed(self.guard.network, address.host, address.port or self.port):
            self.receiver.addressResolved(address)
        else:
            self.guard.refused[self.host] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802
        self.receiver.resolutionComplete()
