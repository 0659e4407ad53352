"""Look at an address somebody wants to add: is it a feed, or a homepage that names some? One crawl, the same guard.

Works once in a process, as `crawl` does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import scrapy
from scrapy import Request

from monitor.crawl import polls
from monitor.crawl.bodies import Body, Parsed
from monitor.crawl.connect import guard_in_place
from monitor.crawl.fetch import lone_settings
from monitor.crawl.guard import TASK
from monitor.crawl.reading import read
from monitor.crawl.tasks import Network, Task
from monitor.errors import SandboxError
from monitor.schedule import SourceState
from monitor.story import Outcome, Outlet, Poll, Source, SourceKind, Story

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from monitor.parse.sandbox import Sandbox

__all__ = ["Found", "Probed", "probe"]

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A readable source: its address, title and present stories."""

    url: str
    title: str
    stories: tuple[Story, ...]
    warnings: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Probed:
    """What an address turned out to be. `troubles` are sentences about what could not be read."""

    found: list[Found] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


class ProbeSpider(scrapy.Spider):
    """Asks for one address; when it is a page, for the feeds the page names."""

    name = "probe"

    def __init__(
        self, *args: Any, url: str, now: datetime, sandbox: Sandbox, into: Probed, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.url, self.now, self.sandbox, self.into = url, now, sandbox, into

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the address."""
        guard_in_place()
        yield self._request(self.url, self.page)

    def _request(self, url: str, callback: Any) -> Request:
        source = Source(url=url, outlet=url)
        task = Task(source=source, state=SourceState(outlet=url, url=url), conditional=False)
        return Request(url, callback=callback, errback=self.failed, meta={TASK: task}, dont_filter=True)

    def _parsed(self, response: Response) -> Parsed | None:
        """Read an answer as a feed; None, with the trouble noted, when it is none that can be read."""
        poll = polls.answered(response, response.meta[TASK], self.now)
        if poll.outcome is not Outcome.UNCHANGED:
            self.into.troubles.append(poll.detail)
            return None
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        source = Source(url=response.url, outlet="new", kind=SourceKind.FEED)
        body = Body(
            content=response.body,
            url=response.url,
            content_type=content_type,
            source=source,
            outlet=Outlet(name="new", title="new"),
            now=self.now,
        )
        try:
            return read(self.sandbox, body, frozenset())
        except SandboxError as error:
            self.into.troubles.append(f"{response.url}: {error}")
            return None

    async def page(self, response: Response) -> AsyncIterator[Any]:
        """Take the address for a feed; else look for feeds in the page."""
        parsed = self._parsed(response)
        if parsed is None:
            return
        if parsed.refusal is None:
            self._keep(response, parsed)
            return
        from monitor.parse import feed

        try:
            candidates = self.sandbox.call(feed.discover, response.body, response.url)
        except SandboxError as error:
            self.into.troubles.append(f"{response.url}: {error}")
            return
        if not candidates:
            self.into.troubles.append(f"{response.url} is no feed and names none.")
        for url in candidates[:MOST_CANDIDATES]:
            yield self._request(url, self.candidate)

    async def candidate(self, response: Response) -> None:
        """Take a named feed."""
        parsed = self._parsed(response)
        if parsed is not None and parsed.refusal is None:
            self._keep(response, parsed)
        elif parsed is not None:
            self.into.troubles.append(f"{response.url}: {parsed.detail}")

    def _keep(self, response: Response, parsed: Parsed) -> None:
        self.into.found.append(
            Found(url=response.url, title=parsed.title, stories=parsed.stories, warnings=parsed.warnings)
        )

    async def failed(self, failure: Failure) -> None:
        """Note why an address did not answer."""
        request = cast("Any", failure).request
        limits = (self.settings.getfloat("DOWNLOAD_TIMEOUT"), self.settings.getint("DOWNLOAD_MAXSIZE"))
        poll: Poll = polls.failed(failure, request.meta[TASK], self.now, limits=limits)
        self.into.troubles.append(poll.detail)


def probe(url: str, *, now: datetime, contact: str, network: Network | None = None) -> Probed:
    """Look at an address and at the feeds it names, politely and behind the guard."""
    from scrapy.crawler import AsyncCrawlerProcess

    from monitor.parse.sandbox import Sandbox

    into = Probed()
    with Sandbox() as sandbox:
        process = AsyncCrawlerProcess(lone_settings(contact, network))
        process.crawl(ProbeSpider, url=url, now=now, sandbox=sandbox, into=into)
        process.start()
    return into
