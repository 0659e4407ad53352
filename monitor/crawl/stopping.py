"""Ends a crawl soon after it was asked to: what waits for its turn is let go, what is under way is waited for.

Scrapy's graceful stop waits for every request that was handed to the downloader, at the pace of its hosts: dozens of
sources at one host would take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from monitor.crawl.refusals import Stopped

if TYPE_CHECKING:
    from scrapy.core.engine import ExecutionEngine

__all__ = ["PromptCrawler", "let_go"]


class PromptCrawler(Crawler):
    """Scrapy's crawler, prompt when it is stopped (SIGINT, SIGTERM)."""

    async def stop_async(self) -> None:
        """Let go of what waits, then stop as Scrapy does."""
        let_go(self)
        await super().stop_async()


def let_go(crawler: Crawler) -> None:
    """Fail what waits in the download slots with Stopped, now and from now on; sources let go get no poll."""
    spider = crawler.spider
    if spider is not None and hasattr(spider, "stopping"):
        spider.stopping = True  # the download handler looks at it: what comes later is let go too
    engine = cast("ExecutionEngine | None", crawler.engine)
    if engine is None:  # not started yet
        return
    for slot in list(engine.downloader.slots.values()):
        slot.close()  # only the timer of the next request
        slot.delay = 0
        while slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(Failure(Stopped("the crawl was stopped")))  # type: ignore[no-untyped-call]
