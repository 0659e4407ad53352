"""Run one crawl in a fresh process, as `run --every` does: the reactor cannot be started twice."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from monitor.crawl.run import crawl
from monitor.crawl.tasks import CrawlReport, Network, RobotsText, Task
from monitor.schedule import SourceState
from monitor.story import Outlet, Poll, Source

NOW = datetime(2025, 11, 1, 12, 0, tzinfo=UTC)


def clock() -> datetime:
    """Always the same noon."""
    return NOW


@dataclass
class Memory:
    """robots.txt kept in a dict."""

    kept: dict[str, RobotsText] = field(default_factory=dict)

    def get(self, origin: str) -> RobotsText | None:
        """Give what was kept."""
        return self.kept.get(origin)

    def put(self, origin: str, text: RobotsText) -> None:
        """Keep."""
        self.kept[origin] = text


@dataclass
class Result:
    """What a crawl came to."""

    report: CrawlReport | None
    polls: list[Poll]
    threads: set[str]
    robots: dict[str, RobotsText]
    progress: list[tuple[int, int]]
    error: str = ""

    def of(self, outlet: str) -> Poll:
        """Give the one poll of an outlet."""
        (poll,) = [p for p in self.polls if p.source.outlet == outlet]
        return poll


@dataclass(frozen=True)
class Order:
    """What to crawl."""

    tasks: Sequence[Task]
    outlets: Mapping[str, Outlet]
    network: Network
    settings: Mapping[str, Any] = field(default_factory=dict)
    robots: Mapping[str, RobotsText] = field(default_factory=dict)
    fail_after: int | None = None  # the desk breaks at this poll
    twice: bool = False
    before: Callable[[], None] | None = None


def task(name: str, url: str = "", **changes: Any) -> Task:
    """Make a task for http://NAME.example/feed."""
    source = changes.pop("source", None) or Source(url=url or f"http://{name}.example/feed", outlet=name)
    state = changes.pop("state", None) or SourceState(outlet=source.outlet, url=source.url)
    return Task(source=source, state=state, **changes)


def run(order: Order, timeout: float = 60, *, terminate_when: Callable[[], bool] | None = None) -> Result:
    """Crawl in a spawned process and give what came of it; send it SIGTERM when the time has come."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, order))
    process.start()
    theirs.close()
    try:
        while terminate_when and not terminate_when():
            assert not ours.poll(0.05), "the crawl ended before it could be interrupted"
        if terminate_when:
            process.terminate()
        assert ours.poll(timeout), f"the crawl did not end within {timeout} s"
        result = ours.recv()
    finally:
        process.join(5)
        process.kill()
    assert isinstance(result, Result)
    return result


def _work(pipe: Connection, order: Order) -> None:
    import threading

    if order.before:
        order.before()
    polls: list[Poll] = []
    threads: set[str] = set()
    progress: list[tuple[int, int]] = []
    memory = Memory(dict(order.robots))

    def on_poll(poll: Poll) -> None:
        threads.add(threading.current_thread().name)
        if order.fail_after is not None and len(polls) >= order.fail_after:
            msg = "the disk is full"
            raise OSError(msg)
        polls.append(poll)

    def once() -> CrawlReport:
        return crawl(
            order.tasks,
            on_poll=on_poll,
            outlets=order.outlets,
            network=order.network,
            clock=clock,
            contact="https://desk.example/about",
            on_progress=lambda done, whole: progress.append((done, whole)),
            robots=memory,
            settings=order.settings,
        )

    report, error = None, ""
    try:
        report = once()
        if order.twice:
            once()
    except (OSError, RuntimeError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    pipe.send(Result(report, polls, threads, memory.kept, progress, error))
    pipe.close()
