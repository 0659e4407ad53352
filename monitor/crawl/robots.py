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
        self.known: dict[str, asyncio.Future[RobotParser]] = {}

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
        future = self.known.get(origin)
        if future is None:
            future = self.known[origin] = asyncio.ensure_future(self._learn(origin, request))
        parser = future.result() if future.done() else await asyncio.shield(future)
        if not parser.allowed(request.url, self.agent):
            raise RobotsForbid(origin)

    async def _learn(self, origin: str, request: Request) -> RobotParser:
        session: Session | None = getattr(self.crawler.spider, "session", None)
        kept = await session.robots(origin) if session else None
        if session and kept and session.now() - kept.fetched < KEEP:
            return self._parser(kept.body)
        body = await self._fetch(origin, request)
        if session and body is not None:
            await session.keep_robots(origin, RobotsText(body, session.now()))
        return self._parser(body or b"")

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
