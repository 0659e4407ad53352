"""crawl() itself: robots.txt kept, a desk that fails, one crawl a process."""

from __future__ import annotations

import resource
from datetime import timedelta
from importlib.util import find_spec

from monitor.crawl.pool import IDLE
from monitor.crawl.run import LOOP, _settings
from monitor.crawl.session import LOT
from monitor.crawl.tasks import Network, RobotsText, Task
from monitor.schedule import SourceState
from monitor.story import Outcome, Outlet, Source
from tests.crawl import server
from tests.crawl.harness import NOW, Order, run, task
from tests.crawl.server import FEED, RSS, always, etag

QUICK = {"DOWNLOAD_DELAY": 0, "DOWNLOAD_SLOTS": {}, "DOWNLOAD_TIMEOUT": 5}
GOOD = always(200, FEED, Content_Type=RSS)


def test_robots_txt_is_remembered_for_a_day_and_a_second_crawl_is_refused() -> None:
    with server.serve({"kept.example": GOOD, "old.example": GOOD}) as web:
        network = Network.local(web.host_map("kept.example", "old.example"))
        robots = {
            "http://kept.example": RobotsText(
                b"User-agent: *\nDisallow: /other\n", NOW - timedelta(hours=23)
            ),
            "http://old.example": RobotsText(b"User-agent: *\nDisallow: /\n", NOW - timedelta(hours=25)),
        }
        tasks = [task("kept"), task("kept-other", "http://kept.example/other"), task("old")]
        result = run(Order(tasks, {}, network, QUICK, robots, twice=True))
    assert result.of("kept").outcome is Outcome.NEWS
    assert result.of("kept-other").outcome is Outcome.ROBOTS
    assert result.of("old").outcome is Outcome.NEWS
    assert web.asked("kept.example", "/robots.txt") == []
    assert len(web.asked("old.example", "/robots.txt")) == 1
    assert result.robots["http://old.example"].fetched == NOW
    assert "works once in a process" in result.error


def test_when_the_desk_fails_the_crawl_stops_and_says_why() -> None:
    paper = {"paper.example": GOOD}
    with server.serve(paper) as web:
        tasks = [task(f"paper-{n}", f"http://paper.example/{n}") for n in range(40)]
        slots = {"paper.example": {"concurrency": 1, "delay": 0.3}}
        slowly = QUICK | {"CONCURRENT_REQUESTS": 2, "DOWNLOAD_SLOTS": slots}
        result = run(Order(tasks, {}, Network.local(web.host_map("paper.example")), slowly, fail_after=3))
    assert result.error == "OSError: the disk is full"
    assert len(result.polls) == 3
    assert len(web.asked("paper.example")) < len(tasks)


def test_an_outlet_sets_its_own_pace() -> None:
    sources = tuple(Source(url=f"http://brisk.example/{n}", section=str(n)) for n in range(5))
    brisk = Outlet(name="brisk", title="Brisk", sources=sources, delay=timedelta(0))
    with server.serve({"brisk.example": GOOD}) as web:
        tasks = [task("brisk", source=source) for source in brisk.sources]
        result = run(Order(tasks, {"brisk": brisk}, Network.local(web.host_map("brisk.example"))), timeout=20)
    assert [poll.outcome for poll in result.polls] == [Outcome.NEWS] * 5


def test_nothing_due_is_no_crawl() -> None:
    result = run(Order([], {}, Network(), twice=True))
    assert result.error == ""
    assert result.report is not None
    assert result.report.polls == 0


def test_an_interrupted_crawl_ends_in_order_and_names_what_is_left() -> None:
    with server.serve({"paper.example": GOOD}) as web:
        tasks = [task(f"paper-{n}", f"http://paper.example/{n}") for n in range(200)]
        slots = {"paper.example": {"concurrency": 1, "delay": 0.2}}
        slowly = QUICK | {"CONCURRENT_REQUESTS": 2, "DOWNLOAD_SLOTS": slots}
        order = Order(tasks, {}, Network.local(web.host_map("paper.example")), slowly)
        result = run(order, terminate_when=lambda: len(web.asked("paper.example")) > 2)
    report = result.report
    assert report is not None
    assert report.stopped
    assert report.polls == len(result.polls) > 0
    assert len(report.unpolled) == len(tasks) - report.polls


def _quiet(count: int) -> list[Task]:
    hosts = [f"quiet-{n}" for n in range(count)]
    states = {
        h: SourceState(outlet=h, url=f"http://{h}.example/feed", etag='W/"v1"', last_full=NOW) for h in hosts
    }
    return [task(h, state=states[h]) for h in hosts]


def test_polls_without_news_are_handed_on_together_and_none_is_lost() -> None:
    tasks = _quiet(2 * LOT + 7)
    with server.serve({f"{t.source.outlet}.example": etag for t in tasks}) as web:
        network = Network.local(web.host_map(*(f"{t.source.outlet}.example" for t in tasks)))
        result = run(Order(tasks, {}, network, QUICK))
    assert [p.outcome for p in result.polls] == [Outcome.NOT_MODIFIED] * len(tasks)
    assert {p.source.outlet for p in result.polls} == {t.source.outlet for t in tasks}
    assert result.threads == {"writer_0"}
    assert result.progress[-1] == (len(tasks), len(tasks))
    assert result.report is not None
    assert not result.report.stopped


def test_a_desk_that_fails_at_the_last_polls_without_news_is_heard_of() -> None:
    tasks = _quiet(5)
    with server.serve({f"{t.source.outlet}.example": etag for t in tasks}) as web:
        network = Network.local(web.host_map(*(f"{t.source.outlet}.example" for t in tasks)))
        result = run(Order(tasks, {}, network, QUICK, fail_after=3))
    assert result.error == "OSError: the disk is full"
    assert len(result.polls) == 3


def test_more_hosts_than_open_files_are_allowed() -> None:
    tasks = _quiet(IDLE + 150)
    with server.serve({f"{t.source.outlet}.example": etag for t in tasks}) as web:
        network = Network.local(web.host_map(*(f"{t.source.outlet}.example" for t in tasks)))
        order = Order(tasks, {}, network, QUICK | {"CONCURRENT_REQUESTS": 16}, before=_few_files)
        result = run(order)
    assert [p.detail for p in result.polls if p.failed] == []
    assert len(result.polls) == len(tasks)


def _few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 100, IDLE + 100))


def test_the_quicker_event_loop_is_used_where_it_is_and_the_users_wins() -> None:
    ours = _settings([], {}, Network(), "", {})
    assert ours["ASYNCIO_EVENT_LOOP"] == (LOOP if find_spec("uvloop") else None)
    assert _settings([], {}, Network(), "", {"ASYNCIO_EVENT_LOOP": None})["ASYNCIO_EVENT_LOOP"] is None
