"""What one crawl shares: the desk, the one writer thread, the parsing child, the count of polls."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from monitor.schedule import PageRead
from monitor.story import Outcome, Outlet, Poll, Source, Story

if TYPE_CHECKING:
    from monitor.crawl.bodies import Body, Parsed
    from monitor.crawl.tasks import Desk, Progress, RobotsText, Task
    from monitor.parse.sandbox import Sandbox
    from monitor.schedule import Page

__all__ = ["Session", "open_session"]

P = ParamSpec("P")
T = TypeVar("T")

PARSERS = 2  # children, and so bodies parsed at the same time
READING = "monitor.crawl.reading"  # what the children are asked to do
LOT = 25  # polls without news that go to the writer thread together
_QUIET = frozenset({Outcome.NOT_MODIFIED, Outcome.UNCHANGED})


@dataclass(slots=True, kw_only=True)
class Session:
    """The running state of one crawl. Everything the desk does happens on `writer`, one thing at a time."""

    desk: Desk
    writer: ThreadPoolExecutor
    parsers: ThreadPoolExecutor
    sandbox: Sandbox | None = None
    open: ExitStack = field(default_factory=ExitStack)
    on_progress: Progress | None = None
    expected: int = 0
    reads_pages: bool = False
    done: set[tuple[str, str]] = field(default_factory=set)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    quiet: list[Poll] = field(default_factory=list)  # without news, not handed to the desk yet
    wanted: deque[Page | PageRead | Task] = field(default_factory=deque)  # after what was taken in
    failure: BaseException | None = None  # the desk could not take a poll: the crawl stops

    def now(self) -> datetime:
        """Tell the time by the desk's clock."""
        return self.desk.now()

    async def ask(self, function: Callable[P, T], *args: P.args, **_: P.kwargs) -> T:
        """Run on the writer thread."""
        return await asyncio.get_running_loop().run_in_executor(self.writer, function, *args)

    async def read(self, body: Body, seen: Collection[str] | None) -> Parsed:
        """Read a body in a child. Raises SandboxError when the child had to be killed. `seen`: None asks the desk."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.parsers, self._read, self._child(), body, seen)

    def _read(self, child: Sandbox, body: Body, seen: Collection[str] | None) -> Parsed:
        from monitor.crawl import reading

        return reading.read(child, body, self.desk.seen(body.source) if seen is None else seen)

    async def read_page(
        self, content: bytes, url: str, content_type: str | None, outlet: Outlet | None
    ) -> Story:
        """Read a story's page in a child. Raises NoStory, or SandboxError when the child had to be killed."""
        from monitor.crawl import reading

        loop = asyncio.get_running_loop()
        given = (self._child(), content, url, content_type, outlet)
        return await loop.run_in_executor(self.parsers, reading.page, *given)

    def _child(self) -> Sandbox:
        from monitor.parse.sandbox import PAGES, Sandbox

        if self.sandbox is None:
            preload = (READING, *PAGES) if self.reads_pages else (READING,)
            self.sandbox = self.open.enter_context(Sandbox(workers=PARSERS, preload=preload))
        return self.sandbox

    async def further(self) -> Sequence[Page | PageRead | Task]:
        """Ask the desk what else is to be read now."""
        return await self.ask(self.desk.further)

    def following(self) -> Sequence[Page | PageRead | Task]:
        """Give what the desk wanted to have read after the stories it took in: it was asked in the same go."""
        return [self.wanted.popleft() for _ in range(len(self.wanted))]

    def robots(self, origin: str) -> RobotsText | None:
        """Give the robots.txt kept for an origin."""
        return self.desk.robots.get(origin) if self.desk.robots else None

    async def keep_robots(self, origin: str, text: RobotsText) -> None:
        """Keep a robots.txt."""
        if self.desk.robots:
            await self.ask(self.desk.robots.put, origin, text)

    async def take(self, item: Poll | PageRead) -> bool:
        """Hand a poll or a page to the desk. False: the desk has failed, nothing more is handed on and the crawl ends.

        A poll without news may wait until there are LOT of them, or until something else is handed on: going to
        another thread and back costs more than what is done there. A crash before costs nothing: it is made again.
        """
        if self.failure is not None:
            return False
        if isinstance(item, Poll):
            self._count(item)
            if item.outcome in _QUIET:
                self.quiet.append(item)
                return len(self.quiet) < LOT or await self._hand_on()
        return await self._hand_on(item)

    async def _hand_on(self, item: Poll | PageRead | None = None) -> bool:
        """Hand on what waits, then the item."""
        quiet, self.quiet = self.quiet, []
        taking = asyncio.get_running_loop().run_in_executor(self.writer, self._take, quiet, item)
        await asyncio.wait((taking,))
        self.failure = (
            self.failure or taking.exception()
        )  # raised again by crawl() when the reactor has stopped
        return self.failure is None

    def _take(self, quiet: Sequence[Poll], item: Poll | PageRead | None = None) -> None:
        for poll in quiet:
            self.desk.take(poll)
        if isinstance(item, PageRead):
            self.desk.take_page(item)
        elif item is not None:
            self.desk.take(item)
            if item.stories:
                self.wanted.extend(self.desk.further())

    def _count(self, poll: Poll) -> None:
        self.done.add(key(poll.source))
        self.outcomes[poll.outcome] += 1
        if self.on_progress is not None:
            self.on_progress(len(self.done), self.expected)

    def left(self, tasks: Collection[Task]) -> tuple[Source, ...]:
        """Give the sources that got no poll."""
        return tuple(task.source for task in tasks if key(task.source) not in self.done)

    def close(self) -> None:
        """Hand on what waits, and end the threads and the child."""
        if self.failure is None:
            self.failure = self.writer.submit(self._take, self.quiet).exception()
        self.writer.submit(self.desk.close).result()
        self.writer.shutdown()
        self.parsers.shutdown(cancel_futures=True)
        self.open.close()


def key(source: Source) -> tuple[str, str]:
    """Tell sources apart."""
    return source.outlet, source.url


def open_session(make_desk: Callable[[], Desk], *, on_progress: Progress | None = None) -> Session:
    """Start the writer thread and open the desk on it."""
    writer = ThreadPoolExecutor(1, "writer")
    return Session(
        desk=writer.submit(make_desk).result(),
        writer=writer,
        parsers=ThreadPoolExecutor(PARSERS, "parser"),
        on_progress=on_progress,
    )


def newer_than(poll: Poll, age: timedelta) -> Poll:
    """Leave out stories published longer ago than `age`, as if they were not there: a later crawl may take them."""
    late = frozenset(s.hash for s in poll.stories if s.published < poll.at - age)
    kept = tuple(s for s in poll.stories if s.hash not in late)
    return replace(poll, stories=kept, hashes=tuple(h for h in poll.hashes if h not in late))
