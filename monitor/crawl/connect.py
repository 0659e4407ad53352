"""The download handler: the last point before a connection. Guard in place, host not held, headers of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import CannotResolveHostError
from scrapy.utils.httpobj import urlparse_cached
from twisted.web._newclient import HEADER, STATUS

from monitor.crawl.guard import TASK, GuardedResolver
from monitor.crawl.pool import Pool
from monitor.crawl.refusals import HostHeld, Stopped
from monitor.errors import ForbiddenAddress

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.interfaces import IAddress

__all__ = ["HEADER_LIMIT", "GuardedDownloadHandler", "guard_in_place"]

LIMITS = frozenset({429, 503})
HEADER_LIMIT = 64 * 1024  # bytes of status line and headers; Scrapy and Twisted set none


def guard_in_place() -> GuardedResolver:
    """Give the resolver of the running reactor; raise ForbiddenAddress when it is not ours."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    if isinstance(resolver, GuardedResolver):
        return resolver
    msg = (
        "The guard against private addresses is not in place, so nothing was fetched. Keep "
        "monitor.crawl.addon.Hardening in ADDONS, and run with Scrapy's asyncio reactor."
    )
    raise ForbiddenAddress(msg)


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler behind our three checks."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool = Pool(self._pool._reactor)  # type: ignore[no-untyped-call]
        self._pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._pool._factory = _CappedClientFactory

    async def download_request(self, request: Request) -> Response:
        """Connect and download, unless the guard is missing, the crawl ends, the host is held or the address refused."""
        guard = guard_in_place()
        host = urlparse_cached(request).hostname or ""
        if getattr(self._crawler.spider, "stopping", False):
            raise Stopped(host)
        self._refuse_held(host)
        if request.meta.get("proxy"):
            msg = f"The request for {request.url} names a proxy, behind which the guard is blind; it was not fetched."
            raise ForbiddenAddress(msg)
        try:
            response = await super().download_request(request)
        except CannotResolveHostError as error:
            address = guard.refused.pop(host, None)
            if address is None:
                raise
            msg = (
                f"It leads to {host} ({address}), an address that outlets on the public internet do not have; "
                "it was not fetched."
            )
            raise ForbiddenAddress(msg) from error
        self._note_limits(request, response)
        return response

    def _note_limits(self, request: Request, response: Response) -> None:
        """Hold the host before its slot lets the next request out; a callback would come too late."""
        task = request.meta.get(TASK)
        limited = getattr(self._crawler.spider, "limited", None)
        if response.status in LIMITS and task and limited and not request.meta.get("dont_obey_robotstxt"):
            limited(request, response)

    def _refuse_held(self, host: str) -> None:
        hold = getattr(self._crawler.spider, "holds", {}).get(host)
        if hold is not None:
            raise HostHeld(hold)


class _CappedClientProtocol(_LenientHTTP11ClientProtocol):
    """Gives up on a server that sends headers without end."""

    head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        parser = self._parser
        if parser is None or parser.state not in {STATUS, HEADER}:
            self.head = 0
            return
        self.head += len(data)
        if self.head > HEADER_LIMIT:
            cast("Any", self.transport).abortConnection()  # the request fails with ConnectionAborted


class _CappedClientFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _CappedClientProtocol:  # noqa: ARG002, N802
        return _CappedClientProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
