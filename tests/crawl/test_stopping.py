"""A crawl that is stopped ends soon: what waits at a slow host is let go, without a request and without a poll."""

from __future__ import annotations

import asyncio
import logging

from scrapy import signals
from scrapy.settings import Settings

from monitor.crawl.run import _level
from monitor.crawl.spider import NewsroomSpider
from monitor.crawl.stopping import PromptCrawler
from monitor.crawl.tasks import Network
from monitor.story import Outcome
from tests.crawl import server
from tests.crawl.harness import Order, run, task
from tests.crawl.server import FEED, RSS, always

GOOD = always(200, FEED, Content_Type=RSS)
QUICK = {"DOWNLOAD_DELAY": 0, "DOWNLOAD_TIMEOUT": 5}


def test_one_sigterm_is_enough_when_many_sources_wait_for_one_slow_host() -> None:
    with server.serve({"slow.example": GOOD}) as web:
        tasks = [task(f"slow-{n}", f"http://slow.example/{n}") for n in range(20)]
        slowly = QUICK | {"DOWNLOAD_SLOTS": {"slow.example": {"concurrency": 1, "delay": 120}}}
        order = Order(tasks, {}, Network.local(web.host_map("slow.example")), slowly)
        result = run(order, 20, terminate_when=lambda: len(web.asked("slow.example")) > 0)
    report = result.report
    assert report is not None
    assert report.stopped
    assert {p.outcome for p in result.polls} <= {Outcome.NEWS}, "what was let go is no failure of its source"
    assert len(report.unpolled) == len(tasks) - len(result.polls) >= 19


def test_a_desk_that_fails_waits_for_nobody() -> None:
    with server.serve({"slow.example": GOOD, "one.example": GOOD}) as web:
        tasks = [task(f"slow-{n}", f"http://slow.example/{n}") for n in range(9)]
        slowly = QUICK | {"DOWNLOAD_SLOTS": {"slow.example": {"concurrency": 1, "delay": 120}}}
        network = Network.local(web.host_map("slow.example", "one.example"))
        result = run(Order([*tasks, task("one")], {}, network, slowly, fail_after=1), 20)
    assert result.error == "OSError: the disk is full"


def test_scrapy_says_as_much_as_was_asked_for() -> None:
    root, scrapy = logging.getLogger(), logging.getLogger("scrapy")
    before, scrapys = root.level, scrapy.level
    scrapy.setLevel(logging.NOTSET)  # Scrapy sets it where it logs by itself
    try:
        root.setLevel(logging.WARNING)
        quiet = _level()
        root.setLevel(logging.DEBUG)
        loud = _level()
    finally:
        root.setLevel(before)
        scrapy.setLevel(scrapys)
    assert (quiet, loud) == (logging.ERROR, logging.DEBUG)


def test_who_listens_hears_and_nothing_else_is_sent() -> None:
    made = PromptCrawler(NewsroomSpider, Settings())
    heard: list[int] = []

    def listen(request: int) -> None:
        heard.append(request)

    made.signals.connect(listen, signals.request_scheduled)
    assert made.signals.send_catch_log(signals.request_scheduled, request=1) == [(listen, None)]
    assert made.signals.send_catch_log(signals.response_received, request=2) == []
    assert asyncio.run(made.signals.send_catch_log_async(signals.item_scraped, item=3)) == []
    assert heard == [1]
