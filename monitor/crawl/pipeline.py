"""The one meeting of Scrapy and the newsroom: polls and pages go to the desk on the crawl's one writer thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from monitor.crawl.stopping import let_go
from monitor.schedule import PageRead
from monitor.story import Poll

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from monitor.crawl.spider import OutletSpider

__all__ = ["DeskPipeline"]


class DeskPipeline:
    """Hands polls and pages on, and asks for what follows; when the desk cannot take one, nothing more is fetched."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.stopping: asyncio.Future[Any] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DeskPipeline:
        """Build for one crawl."""
        return cls(crawler)

    async def process_item(self, item: object) -> object:
        """Hand a poll or a page on, wait until it is on record, and go on with the pages that follow from it."""
        spider = cast("OutletSpider", self.crawler.spider)
        if not isinstance(item, Poll | PageRead):
            return item
        if await spider.session.take(item):
            if isinstance(item, Poll):
                spider.tell(item)
            for request in await spider.further(item):
                self.crawler.engine.crawl(request)
        elif self.stopping is None:
            let_go(self.crawler)
            self.stopping = asyncio.ensure_future(
                self.crawler.engine.close_spider_async(reason="desk-failed")
            )
        return item
