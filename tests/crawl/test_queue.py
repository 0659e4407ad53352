"""Which request comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.settings import Settings
from scrapy.squeues import FifoMemoryQueue
from scrapy.utils.httpobj import urlparse_cached

from monitor.crawl.queue import HostsQueue


class Counting(dict[str, Any]):
    """The slots of a downloader; counts how often one was looked for."""

    looks = 0

    def __contains__(self, key: object) -> bool:
        self.looks += 1
        return super().__contains__(key)


@dataclass
class Downloader:
    """Knows how many requests of each host are under way."""

    slots: Counting = field(default_factory=Counting)

    def get_slot_key(self, request: Request) -> str:
        return urlparse_cached(request).hostname or ""

    def busy(self, host: str, count: int = 1) -> None:
        self.slots[host] = SimpleNamespace(active=set(range(count)))


def queue_of(*names: str, downloader: Downloader | None = None) -> HostsQueue:
    crawler: Any = SimpleNamespace(
        settings=Settings(), engine=SimpleNamespace(downloader=downloader or Downloader())
    )
    queue = HostsQueue.from_crawler(crawler, FifoMemoryQueue, "")
    for name in names:
        host, _, path = name.partition("/")
        queue.push(Request(f"http://{host}.example/{path}"))
    return queue


def drained(queue: HostsQueue) -> list[str]:
    found = []
    while (request := queue.pop()) is not None:
        found.append(request.url.removeprefix("http://").replace(".example", ""))
    return found


def test_hosts_come_in_the_order_in_which_they_were_asked_for() -> None:
    assert drained(queue_of("z/1", "a/1", "m/1")) == ["z/1", "a/1", "m/1"]


def test_hosts_take_turns() -> None:
    assert drained(queue_of("z/1", "z/2", "z/3", "a/1", "a/2")) == ["z/1", "a/1", "z/2", "a/2", "z/3"]


def test_a_host_with_something_under_way_waits() -> None:
    downloader = Downloader()
    downloader.busy("z.example")
    assert drained(queue_of("z/1", "a/1", "a/2", downloader=downloader)) == ["a/1", "a/2", "z/1"]


def test_when_all_are_busy_the_least_busy_comes_first() -> None:
    downloader = Downloader()
    downloader.busy("z.example", 3)
    downloader.busy("a.example", 2)
    assert drained(queue_of("z/1", "a/1", downloader=downloader)) == ["a/1", "z/1"]


def test_not_every_waiting_host_is_looked_at() -> None:
    downloader = Downloader()
    for number in range(5):
        downloader.busy(f"h{number}.example")
    queue = queue_of(*(f"h{number}/feed" for number in range(500)), downloader=downloader)
    downloader.slots.looks = 0
    assert queue.pop() is not None
    assert downloader.slots.looks == 6


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=40))
def test_nothing_is_lost_and_nothing_comes_twice(steps: list[tuple[str, bool]]) -> None:
    queue, pushed, popped = queue_of(), [], []
    for number, (host, take) in enumerate(steps):
        pushed.append(f"{host}/{number}")
        queue.push(Request(f"http://{host}.example/{number}"))
        if take and (request := queue.pop()) is not None:
            popped.append(request.url.removeprefix("http://").replace(".example", ""))
        assert len(queue) == len(pushed) - len(popped)
    popped += drained(queue)
    assert sorted(popped) == sorted(pushed)
    for host in "abcde":
        mine = [p for p in popped if p.startswith(host)]
        assert mine == [p for p in pushed if p.startswith(host)]
