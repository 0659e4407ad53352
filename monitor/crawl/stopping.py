"""Ends a crawl soon after it was asked to: what waits for its turn is let go, what is under way is waited for.

Scrapy's graceful stop waits for every request that was handed to the downloader, at the pace of its hosts: dozens of
sources at one host would take minutes.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

from scrapy.crawler import Crawler
from scrapy.signalmanager import SignalManager
from twisted.python.failure import Failure

from monitor.crawl.refusals import Stopped

if TYPE_CHECKING:
    from scrapy.core.engine import ExecutionEngine

__all__ = ["PromptCrawler", "let_go"]


class HeardSignals(SignalManager):
    """Sends only what somebody listens to: for each request Scrapy sends nine signals, and looks four times for listeners."""

    def __init__(self, sender: Crawler) -> None:
        super().__init__(sender)
        self.heard: set[Hashable] = set()

    def connect(self, receiver: Any, signal: Any, **kwargs: Any) -> None:
        """Connect, and remember that somebody listens."""
        self.heard.add(signal)
        super().connect(receiver, signal, **kwargs)

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Send to those who listen."""
        return super().send_catch_log(signal, **kwargs) if signal in self.heard else []

    async def send_catch_log_async(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Send to those who listen, and wait for them."""
        return await super().send_catch_log_async(signal, **kwargs) if signal in self.heard else []


class PromptCrawler(Crawler):
    """Scrapy's crawler, prompt when it is stopped (SIGINT, SIGTERM)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.signals = HeardSignals(self)

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
