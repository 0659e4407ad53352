"""robots.txt, obeyed and remembered for up to 24 hours, so that a poll costs one request and not two."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached

from monitor.crawl.guard import TASK
from monitor.crawl.refusals import HostHeld, InsecureRedirect, RobotsForbid, Stopped
from monitor.crawl.tasks import RobotsText

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

    from monitor.crawl.session import Session

__all__ = ["KEEP", "RobotsMiddleware"]

KEEP = timedelta(hours=24)  # RFC 9309, 2.4
READ = 512 * 1024  # bytes; RFC 9309, 2.5 asks for at least 500 KiB
OK, TOO_MANY, SERVER_ERROR = 200, 429, 500
FIRST = 1000  # priority, as Scrapy's own middleware has it


class RobotsMiddleware:
    """Asks for robots.txt once per origin and day.

    A server that cannot be reached for it is not asked for more: the source's poll fails with the same reason
    (RFC 9309, 2.3.1.4). An error answer (4xx, 5xx) allows everything, as in Scrapy.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self.known: dict[str, RobotParser] = {}
        self.asked: dict[str, asyncio.Future[RobotParser]] = {}
        self.everything = self._parser(b"")  # is allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Build for one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise RobotsForbid, or raise what kept robots.txt from us."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        parser = self.known.get(origin) or self._kept(origin) or await self._learn(origin, request)
        if parser is not self.everything and not parser.allowed(request.url, self.agent):
            raise RobotsForbid(origin)

    def _kept(self, origin: str) -> RobotParser | None:
        """Give the rules that are on record and not too old."""
        session = self._session()
        kept = session.robots(origin) if session else None
        if session is None or kept is None or session.now() - kept.fetched >= KEEP:
            return None
        return self._know(origin, kept.body)

    async def _learn(self, origin: str, request: Request) -> RobotParser:
        """Ask for the rules, once for all requests that wait for them."""
        if origin not in self.asked:
            self.asked[origin] = asyncio.ensure_future(self._ask(origin, request))
        return await asyncio.shield(self.asked[origin])

    async def _ask(self, origin: str, request: Request) -> RobotParser:
        body = await self._fetch(origin, request)
        session = self._session()
        if session is not None and body is not None:
            await session.keep_robots(origin, RobotsText(body, session.now()))
        return self._know(origin, body or b"")

    def _session(self) -> Session | None:
        return getattr(self.crawler.spider, "session", None)

    def _know(self, origin: str, body: bytes) -> RobotParser:
        self.known[origin] = self._parser(body) if body else self.everything
        return self.known[origin]

    def _parser(self, body: bytes) -> RobotParser:
        return ProtegoRobotParser.from_crawler(self.crawler, body)

    async def _fetch(self, origin: str, request: Request) -> bytes | None:
        """Give the rules; empty when there are none; None when the server could not say."""
        # a slot of its own: the wait between two requests to a host starts with the first real one, and the source
        # waits for this one anyway
        meta = {
            "dont_obey_robotstxt": True,
            TASK: request.meta.get(TASK),
            "download_slot": f"robots {origin}",
        }
        robots = Request(
            f"{origin}/robots.txt", priority=FIRST, meta=meta, callback=NO_CALLBACK, dont_filter=True
        )
        if agent := request.headers.get("User-Agent"):
            robots.headers["User-Agent"] = agent
        try:
            response = await self.crawler.engine.download_async(robots)
        except (HostHeld, InsecureRedirect, Stopped):
            raise
        except (DownloadCancelledError, IgnoreRequest):
            return b""  # too large, too many redirects: as good as none
        if response.status == TOO_MANY or response.status >= SERVER_ERROR:
            return None
        return response.body[:READ] if response.status == OK else b""
