"""The spider: one request for each source that is due, one Poll for each answer or failure.

`OutletSpider` is what the files in `spiders/` subclass: a name, a declared outlet, and a page hook where the outlet's
pages need one. `NewsroomSpider` is the one spider of `copytaster run`, which serves all due sources at once.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.misc import load_object

from monitor.crawl import polls
from monitor.crawl.bodies import Body
from monitor.crawl.gathering import Gathered
from monitor.crawl.pages import Rounds
from monitor.crawl.pagespider import PageSpider
from monitor.crawl.refusals import Stopped
from monitor.crawl.session import Session, newer_than, open_session
from monitor.crawl.settings import SPIDER_MODULES
from monitor.crawl.since import span
from monitor.crawl.tasks import TASK, Task, pace, user_agent
from monitor.errors import CopytasterError, SandboxError
from monitor.schedule import HostHold
from monitor.story import FAILURES, Articles, Outcome, Outlet, Poll, Source

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from monitor.crawl.bodies import Parsed
    from monitor.crawl.tasks import Desk

__all__ = ["DESK", "NewsroomSpider", "OutletSpider"]

DESK = "COPYTASTER_DESK"  # setting: path of the callable that opens the desk of a `scrapy crawl`
DIRECTORY = "COPYTASTER_DIR"  # setting, or environment: the folder of rules.yaml; the current one by default
HOLD = timedelta(minutes=15)  # when the server names no time
CHILDREN = 3  # sitemaps read of an index: the youngest
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)


class OutletSpider(PageSpider):
    """One outlet. `scrapy crawl bbc -a since=2d` polls its sources now, whatever is due."""

    outlet: ClassVar[Outlet]

    def __init__(self, *args: Any, since: str = "", session: Session | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.since = span(since) if since else None
        self.holds: dict[str, HostHold] = {}
        self.tasks: Sequence[Task] = ()
        self.rounds = Rounds()
        self.stopping = False  # set by monitor.crawl.stopping
        self._given = session
        self._opened: Session | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Ask for this outlet's pace at its hosts; what the user set for a host stays."""
        super().update_settings(settings)
        if hasattr(cls, "outlet"):
            slots = pace(cls.outlet.sources, {cls.outlet.name: cls.outlet}) | settings.getdict(
                "DOWNLOAD_SLOTS"
            )
            settings.set("DOWNLOAD_SLOTS", slots, "spider")

    @property
    def session(self) -> Session:
        """What this crawl shares with its pipeline and middlewares."""
        if self._given is not None:
            return self._given
        if self._opened is None:
            make = load_object(self.settings[DESK])
            directory = Path(self.settings.get(DIRECTORY) or os.environ.get(DIRECTORY) or ".")
            self._opened = open_session(lambda: cast("Desk", make(directory)))
        return self._opened

    def tell(self, poll: Poll) -> None:
        """Say in the log of a `scrapy crawl` how a poll ended; `copytaster run` has a report for that."""
        if self._opened is None:
            return
        if poll.outcome not in FAILURES:
            words = f"{len(poll.stories)} new of {poll.total} entries" if poll.total else str(poll.outcome)
            self.logger.info("%s: %s", poll.source.url, words)
        else:
            self.logger.warning("%s", poll.detail or f"{poll.source.url}: {poll.outcome}")

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """End what this spider opened itself."""
        if self._opened is None:
            return
        if self._opened.failure is not None:
            self.logger.error("Stopped, because a poll could not be recorded: %s", self._opened.failure)
        self._opened.close()

    def outlet_of(self, source: Source) -> Outlet:
        """Give the outlet a source belongs to."""
        known = source.outlet == self.outlet.name
        return self.outlet if known else Outlet(name=source.outlet, title=source.outlet)

    def served(self) -> Iterable[Outlet]:
        """Give the outlets of this crawl."""
        return (self.outlet,)

    def sources(self) -> Sequence[Source]:
        """Give the sources to poll."""
        return self.outlet.sources

    async def start(self) -> AsyncIterator[Any]:
        """Request each source, once it is sure that the guard is in place."""
        from monitor.crawl.connect import guard_in_place  # who only reads declarations needs none of it

        try:
            guard_in_place()
            await self.prepare()
        except CopytasterError as error:
            self.logger.error("%s", error)
            raise CloseSpider("cannot-start") from error
        self.session.expected = len(self.tasks)
        for task in self.tasks:
            yield self.request(task)
        for page in await self.further():
            yield page

    async def prepare(self) -> None:
        """Ask the desk what is remembered of each source."""
        if not self.tasks:
            desk = self.session.desk
            self.tasks = await self.session.ask(lambda: [desk.task(source) for source in self.sources()])
        self.session.reads_pages = any(o.articles is Articles.ALL for o in self.served())

    def request(self, task: Task, **changes: Any) -> Request:
        """Ask for a source: conditionally when we hold validators."""
        given: dict[str, Any] = {
            "url": task.source.url,
            "callback": self.answered,
            "errback": self.failed,
        } | changes
        return Request(headers=self.headers(task), meta={TASK: task}, dont_filter=True, **given)

    def headers(self, task: Task) -> dict[str, str]:
        """Give the headers of a poll. Validators go back exactly as they came (RFC 9110, 13.1)."""
        found = {"Accept": ACCEPT}
        if self.names_itself():
            found["User-Agent"] = user_agent(self.session.desk.contact)
        if task.conditional and task.state.etag:
            found["If-None-Match"] = task.state.etag
        elif task.conditional and task.state.last_modified:
            found["If-Modified-Since"] = task.state.last_modified
        return found

    def names_itself(self) -> bool:
        """Whether nobody set a User-Agent of their own."""
        return (self.settings.getpriority("USER_AGENT") or 0) <= SETTINGS_PRIORITIES["addon"]

    async def answered(self, response: Response) -> AsyncIterator[Any]:
        """Turn an answer into a poll; its body is read only when it is not the one of last time."""
        task: Task = response.meta[TASK]
        poll = polls.answered(response, task, self.session.now())
        if not polls.to_read(poll, task):
            yield poll
            return
        found = await self.read(response, task)
        if isinstance(found, SandboxError):
            yield polls.killed(poll, found, task)
        elif found.children:
            yield self.request_child(task, Gathered(poll, found, found.children[:CHILDREN]))
        else:
            yield self.recent(polls.parsed(poll, found, task))

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Turn a failure into a poll; what was let go when the crawl was stopped gets none."""
        if isinstance(failure.value, Stopped):
            return
        request = cast("Any", failure).request
        yield polls.failed(failure, request.meta[TASK], self.session.now(), limits=self.limits())

    async def child_answered(self, response: Response, gathered: Gathered) -> AsyncIterator[Any]:
        """Add one sitemap of an index to what was gathered."""
        task: Task = response.meta[TASK]
        poll = polls.answered(response, task, self.session.now())
        if poll.outcome is Outcome.UNCHANGED:
            found = await self.read(response, task)
            gathered = (
                gathered.killed(found, task) if isinstance(found, SandboxError) else gathered.add(found, task)
            )
        else:
            gathered = gathered.missed(poll)
        yield self.next_child(task, gathered)

    async def child_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Go on with the next sitemap of an index."""
        if isinstance(failure.value, Stopped):
            return
        request = cast("Any", failure).request
        task: Task = request.meta[TASK]
        poll = polls.failed(failure, task, self.session.now(), limits=self.limits())
        yield self.next_child(task, request.cb_kwargs["gathered"].missed(poll))

    def request_child(self, task: Task, gathered: Gathered) -> Request:
        """Ask for the next sitemap of an index."""
        return self.request(
            replace(task, conditional=False),
            url=gathered.rest[0],
            callback=self.child_answered,
            errback=self.child_failed,
            cb_kwargs={"gathered": replace(gathered, rest=gathered.rest[1:])},
        )

    def next_child(self, task: Task, gathered: Gathered) -> Request | Poll:
        """Go on, or hand over the whole."""
        if gathered.rest:
            return self.request_child(task, gathered)
        return self.recent(gathered.whole(task))

    async def read(self, response: Response, task: Task) -> Parsed | SandboxError:
        """Read a body in the child; give the reason when the child had to be killed."""
        content_type = response.headers.get("Content-Type")
        body = Body(
            content=response.body,
            url=response.url,
            content_type=content_type.decode("latin-1") if content_type else None,
            source=task.source,
            outlet=self.outlet_of(task.source),
            now=self.session.now(),
        )
        try:
            return await self.session.read(body, task.seen)
        except SandboxError as error:
            return error

    def recent(self, poll: Poll) -> Poll:
        """Keep to `since`, where it was given."""
        return newer_than(poll, self.since) if self.since else poll

    def limits(self) -> tuple[float, int]:
        """Give the time limit in seconds and the size limit in bytes."""
        return self.settings.getfloat("DOWNLOAD_TIMEOUT"), self.settings.getint("DOWNLOAD_MAXSIZE")

    def limited(self, request: Request, response: Response) -> None:
        """Leave a host alone that asks for it: what is queued for it in this crawl fails at once, without a request."""
        answer = response.replace(url=request.url)
        answer.request = request  # the engine sets it, but later
        poll = polls.answered(answer, request.meta[TASK], self.session.now())
        if poll.outcome is not Outcome.RATE_LIMITED:
            return
        host = urlsplit(request.url).hostname or ""
        until = poll.at + (poll.retry_after or HOLD)
        self.holds[host] = HostHold(host=host, until=until, reason=poll.detail)
        slot = self.crawler.engine.downloader.slots.get(host)
        if slot is not None:
            slot.delay = 0


class NewsroomSpider(OutletSpider):
    """All sources that are due, of any outlets. What `copytaster run` runs; `spiders/feeds.py` gives it a name."""

    name = "newsroom"
    outlet = Outlet(name="newsroom", title="All sources")

    def __init__(
        self,
        *args: Any,
        tasks: Sequence[Task] = (),
        outlets: Mapping[str, Outlet] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tasks = tasks
        self.outlets = outlets
        self._hooks: Mapping[str, PageSpider] | None = None

    def outlet_of(self, source: Source) -> Outlet:
        """Give the outlet a source belongs to; one that nobody declared has the defaults."""
        found = (self.outlets or {}).get(source.outlet)
        return found or Outlet(name=source.outlet, title=source.outlet)

    def served(self) -> Iterable[Outlet]:
        """Give all outlets."""
        return (self.outlets or {}).values()

    def hook_of(self, outlet: str) -> PageSpider:
        """Give the outlet's own spider, where its file in spiders/ completes stories from pages."""
        if self._hooks is None:
            from monitor.crawl.catalogue import page_hooks

            modules = self.settings.getlist("SPIDER_MODULES") or SPIDER_MODULES
            self._hooks = {name: spider(session=self.session) for name, spider in page_hooks(modules).items()}
        return self._hooks.get(outlet, self)

    async def prepare(self) -> None:
        """Ask the desk for the sources of rules.yaml when no tasks were handed in."""
        if self.outlets is None:
            self.outlets = await self.session.ask(self.session.desk.outlets)
        await super().prepare()

    def sources(self) -> Sequence[Source]:
        """Give all sources of all outlets."""
        return [source for outlet in (self.outlets or {}).values() for source in outlet.sources]
