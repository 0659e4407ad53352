"""Fetch one page, politely and behind the guard: to try how it is read, or to record it. Works once in a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import scrapy
from scrapy import Request

from monitor.crawl import polls
from monitor.crawl.bodies import Fetched
from monitor.crawl.connect import guard_in_place
from monitor.crawl.guard import NETWORK, TASK
from monitor.crawl.tasks import Network, Task, user_agent
from monitor.errors import ConfigError
from monitor.schedule import SourceState
from monitor.story import Outcome, Source

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import Settings
    from twisted.python.failure import Failure

__all__ = ["fetch", "lone_settings"]

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(slots=True)
class _Catch:
    pages: list[Fetched] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


class FetchSpider(scrapy.Spider):
    """Asks for one address."""

    name = "fetch"

    def __init__(self, *args: Any, url: str, now: datetime, into: _Catch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url, self.now, self.into = url, now, into

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the address."""
        guard_in_place()
        host = urlsplit(self.url).hostname or self.url
        source = Source(url=self.url, outlet=host)
        task = Task(source=source, state=SourceState(outlet=host, url=self.url), conditional=False)
        headers = {"Accept": ACCEPT}
        yield Request(
            self.url, self.page, errback=self.failed, headers=headers, meta={TASK: task}, dont_filter=True
        )

    async def page(self, response: Response) -> None:
        """Keep a good answer, else the reason why it is none."""
        poll = polls.answered(response, response.meta[TASK], self.now)
        if poll.outcome is not Outcome.UNCHANGED:
            self.into.troubles.append(poll.detail)
            return
        given = [(k, v) for k, values in response.headers.items() for v in values]
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in given)
        self.into.pages.append(
            Fetched(url=response.url, status=response.status, headers=headers, body=response.body)
        )

    async def failed(self, failure: Failure) -> None:
        """Note why the address did not answer."""
        request = cast("Any", failure).request
        limits = (self.settings.getfloat("DOWNLOAD_TIMEOUT"), self.settings.getint("DOWNLOAD_MAXSIZE"))
        self.into.troubles.append(polls.failed(failure, request.meta[TASK], self.now, limits=limits).detail)


def lone_settings(contact: str, network: Network | None) -> Settings:
    """Give the settings of a crawl that hands nothing to a desk."""
    from scrapy.settings import Settings

    from monitor.crawl.addon import Hardening

    ours: Mapping[str, Any] = {
        "ADDONS": {Hardening: 0},
        "BOT_NAME": "copytaster",
        "USER_AGENT": user_agent(contact),
        "LOG_INSTALL_ROOT_HANDLER": False,
        "ITEM_PIPELINES": {},
        NETWORK: network or Network(),
    }
    return Settings(dict(ours))


def fetch(url: str, *, now: datetime, contact: str, network: Network | None = None) -> Fetched:
    """Give a page. Raises ConfigError with the reason when it cannot be had; robots.txt is obeyed."""
    from scrapy.crawler import AsyncCrawlerProcess

    into = _Catch()
    process = AsyncCrawlerProcess(lone_settings(contact, network))
    process.crawl(FetchSpider, url=url, now=now, into=into)
    process.start()
    if not into.pages:
        msg = "\n".join(dict.fromkeys(into.troubles)) or f"{url} was not fetched."
        raise ConfigError(msg)
    return into.pages[0]
