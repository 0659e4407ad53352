"""Visit links again before a brief is sent, to see whether each still leads to its story, under which headline.

Through the same guard as every other request of ours. Works once in a process, as `crawl` does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import scrapy
from scrapy import Request

from monitor.app.brief_check import Visit
from monitor.crawl import polls
from monitor.crawl.connect import guard_in_place
from monitor.crawl.guard import NETWORK, TASK
from monitor.crawl.tasks import Network, Task, user_agent
from monitor.errors import NoStory, SandboxError
from monitor.schedule import SourceState
from monitor.story import FAILURES, Source

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from monitor.parse.sandbox import Sandbox

__all__ = ["revisit"]


class RevisitSpider(scrapy.Spider):
    """Asks for each address once."""

    name = "revisit"

    def __init__(
        self,
        *args: Any,
        urls: Iterable[str],
        now: datetime,
        sandbox: Sandbox,
        into: dict[str, Visit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.urls, self.now, self.sandbox, self.into = tuple(urls), now, sandbox, into

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every address."""
        guard_in_place()
        for url in self.urls:
            task = Task(
                source=Source(url=url, outlet=url), state=SourceState(outlet=url, url=url), conditional=False
            )
            yield Request(
                url,
                callback=self.page,
                errback=self.failed,
                meta={TASK: task, "asked": url},
                dont_filter=True,
            )

    async def page(self, response: Response) -> None:
        """Note under which headlines a page tells its story."""
        asked = str(response.meta["asked"])
        poll = polls.answered(response, response.meta[TASK], self.now)
        if poll.outcome in FAILURES:
            self.into[asked] = Visit(url=asked, trouble=poll.detail)
            return
        from monitor.parse import article

        kind = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        try:
            story = self.sandbox.call(article.described, response.body, response.url, content_type=kind)
        except (SandboxError, NoStory) as error:
            self.into[asked] = Visit(url=asked, trouble=str(error))
            return
        self.into[asked] = Visit(url=asked, titles=story.titles)

    async def failed(self, failure: Failure) -> None:
        """Note why an address did not answer."""
        request = cast("Any", failure).request
        limits = (self.settings.getfloat("DOWNLOAD_TIMEOUT"), self.settings.getint("DOWNLOAD_MAXSIZE"))
        poll = polls.failed(failure, request.meta[TASK], self.now, limits=limits)
        asked = str(request.meta["asked"])
        self.into[asked] = Visit(url=asked, trouble=poll.detail)


def revisit(
    urls: Iterable[str], *, now: datetime, contact: str, network: Network | None = None
) -> Mapping[str, Visit]:
    """Visit addresses, politely and behind the guard; give what each gave."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from monitor.crawl.addon import Hardening
    from monitor.parse.sandbox import Sandbox

    into: dict[str, Visit] = {}
    ours = {
        "ADDONS": {Hardening: 0},
        "BOT_NAME": "copytaster",
        "USER_AGENT": user_agent(contact),
        "LOG_INSTALL_ROOT_HANDLER": False,
        "ITEM_PIPELINES": {},
        NETWORK: network or Network(),
    }
    with Sandbox() as sandbox:
        process = AsyncCrawlerProcess(Settings(ours))
        process.crawl(RevisitSpider, urls=tuple(dict.fromkeys(urls)), now=now, sandbox=sandbox, into=into)
        process.start()
    return into
