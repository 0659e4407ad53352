"""`scrapy list` and `scrapy crawl` in a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.crawl import native, server
from tests.crawl.server import FEED, RSS, always

SPIDERS = """
from datetime import timedelta
from monitor.crawl.spider import NewsroomSpider, OutletSpider
from monitor.story import Outlet, Source

OUTLET = Outlet(name="times", title="The Times", delay=timedelta(0), sources=(Source(url="http://times.example/feed"),
    Source(url="http://times.example/gone", section="gone")))

class TimesSpider(OutletSpider):
    name = "times"
    outlet = OUTLET

class FeedsSpider(NewsroomSpider):
    name = "feeds"
"""


def test_scrapy_list_names_the_outlets() -> None:
    ended = native.scrapy(native.ROOT, "list", env={"SCRAPY_SETTINGS_MODULE": "monitor.crawl.settings"})
    assert ended.out.split() == [
        "bbc",
        "economist",
        "end-uyghur-forced-labour",
        "feeds",
        "intercept",
        "uyghur-congress",
        "wsj",
    ]
    assert ended.code == 0, ended.err


def test_scrapy_crawl_hands_its_polls_to_the_desk(tmp_path: Path) -> None:
    outlets = {
        "times.example": lambda h: (
            h.answer(200, FEED, Content_Type=RSS) if h.path == "/feed" else h.answer(410)
        ),
        "wire.example": always(200, FEED, Content_Type=RSS),
    }
    with server.serve(outlets) as web:
        network = f"COPYTASTER_NETWORK = Network.local({web.host_map(*outlets)!r})\n"
        native.project(tmp_path, SPIDERS, network)
        recent = native.scrapy(tmp_path, "crawl", "times", "-a", "since=605m")
        assert recent.of("times")["titles"] == ["Rain in Leeds"], recent.err
        assert recent.of("times")["hashes"] == 1
        assert recent.of("times/gone")["outcome"] == "gone"
        assert recent.closed
        (warned,) = recent.err.splitlines()
        assert "WARNING: times/gone: " in warned, "a failed source is not passed over in silence"
        every = native.scrapy(tmp_path, "crawl", "feeds", "-L", "INFO")
        assert "INFO: http://wire.example/feed: 2 new of 2 entries" in every.err
    assert every.of("wire")["titles"] == ["Cotton from Xinjiang", "Rain in Leeds"]
    agents = {seen.headers["User-Agent"] for seen in web.requests}
    assert len(agents) == 1
    assert agents.pop().endswith("(+https://desk.example/about)")


def test_a_bad_span_is_said_so(tmp_path: Path) -> None:
    native.project(tmp_path, SPIDERS)
    ended = native.scrapy(tmp_path, "crawl", "times", "-a", "since=yesterday")
    assert "since='yesterday' is not a span of time. Write 90m, 12h, 2d or 3w." in ended.err
    assert ended.polls == []
