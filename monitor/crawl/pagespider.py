"""What a spider does about pages: asks for those the desk wants, has them read in the child, hands on what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import scrapy
from scrapy import Request

from monitor import schedule
from monitor.crawl import pages
from monitor.crawl.refusals import Stopped
from monitor.crawl.tasks import TASK, Task, user_agent
from monitor.errors import NoStory, SandboxError
from monitor.schedule import Page, PageRead
from monitor.story import Poll, Source, Story

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from monitor.crawl.session import Session
    from monitor.story import Outlet

__all__ = ["PageSpider"]

# what a hook that met a page it does not know may raise
HOOK_ERRORS = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


class PageSpider(scrapy.Spider):
    """The part of an outlet's spider that reads pages."""

    rounds: pages.Rounds
    stopping: bool

    @property
    def session(self) -> Session:
        """What this crawl shares with its pipeline and middlewares."""
        raise NotImplementedError

    def names_itself(self) -> bool:
        """Whether nobody set a User-Agent of their own."""
        raise NotImplementedError

    def outlet_of(self, source: Source) -> Outlet:
        """Give the outlet a source belongs to."""
        raise NotImplementedError

    def limits(self) -> tuple[float, int]:
        """Give the time limit in seconds and the size limit in bytes."""
        raise NotImplementedError

    def request(self, task: Task, **changes: Any) -> Request:
        """Ask for a source."""
        raise NotImplementedError

    def page(self, response: Response, story: Story) -> Story:  # noqa: ARG002 - for subclasses
        """Complete a story from its page: the hook for outlets whose pages hold what nobody else's do."""
        return story

    def hook_of(self, outlet: str) -> PageSpider:  # noqa: ARG002 - for spiders of several outlets
        """Give the spider whose `page` completes the stories of an outlet."""
        return self

    async def further(self, item: Poll | PageRead | None = None) -> Sequence[Request]:
        """Give the requests that follow from what was taken in; None: from what was left by earlier crawls."""
        sources: list[Task] = []
        if isinstance(item, PageRead):
            self.rounds.done(item)
        elif item is None:
            sources = self.rounds.add(await self.session.further())
        else:
            sources = self.rounds.add(self.session.following())
        for read in self.rounds.unasked(self.session.now()):
            if not await self.session.take(read):
                return ()
        if self.stopping:
            return ()
        return [
            *(self.request(task) for task in sources),
            *(self.page_request(page) for page in self.rounds.ready()),
        ]

    def page_request(self, page: Page) -> Request:
        """Ask for a page, at the pace of its outlet."""
        headers = {"Accept": pages.ACCEPT}
        if self.names_itself():
            headers["User-Agent"] = user_agent(self.session.desk.contact)
        task = pages.task_of(page)
        self._keep_pace(page, self.outlet_of(task.source))
        return Request(
            page.url,
            callback=self.page_answered,
            errback=self.page_failed,
            headers=headers,
            meta={TASK: task, pages.PAGE: page},
            dont_filter=True,
        )

    def _keep_pace(self, page: Page, outlet: Outlet) -> None:
        """Let the host of a page have a queue of its own at its outlet's pace, unless one was set."""
        engine = cast("Any", self.crawler.engine)
        slot = {"concurrency": 1, "delay": outlet.delay.total_seconds(), "jitter": 0.0}
        engine.downloader.per_slot_settings.setdefault(schedule.host_of(page.url), slot)

    async def page_answered(self, response: Response) -> AsyncIterator[Any]:
        """Turn an answer into what came of the page."""
        page: Page = response.meta[pages.PAGE]
        now = self.session.now()
        read = pages.answered(response, page, now)
        yield read or await self._read_page(response, page)

    async def _read_page(self, response: Response, page: Page) -> PageRead:
        now = self.session.now()
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        outlet = self.outlet_of(pages.task_of(page).source)
        try:
            story = await self.session.read_page(response.body, response.url, kind, outlet)
        except (SandboxError, NoStory) as error:
            return pages.unreadable(page, error, now)
        story, warnings = self._completed(response, page, story)
        return pages.told(page, story, response.status, now, warnings)

    def _completed(self, response: Response, page: Page, story: Story) -> tuple[Story, tuple[str, ...]]:
        """Let the outlet's hook complete a story; a hook that breaks costs its fields, not the story."""
        hook = self.hook_of(page.outlet)
        try:
            return hook.page(response, story), ()
        except HOOK_ERRORS as error:
            warning = f"{page.outlet}: its page hook failed on {page.url} ({type(error).__name__}: {error})."
            self.logger.warning("%s", warning)
            noted = replace(story, provenance={**story.provenance, "warning": warning})
            return noted, (warning,)

    async def page_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Turn a failure into what came of the page; one let go when the crawl was stopped stays to be read."""
        if isinstance(failure.value, Stopped):
            return
        page: Page = cast("Any", failure).request.meta[pages.PAGE]
        yield pages.failed(failure, page, self.session.now(), limits=self.limits())
