"""`scrapy list` and `scrapy crawl` in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crawl import native, server
from tests.crawl.server import FEED, RSS, always
from tests.crawl.test_pages import article

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


HOOKED = """
from dataclasses import replace
from datetime import timedelta
from monitor.crawl.spider import NewsroomSpider, OutletSpider
from monitor.story import Outlet, Source

def completed(response, story):
    if response.url.endswith("2"):
        raise KeyError("a layout nobody knows")
    return replace(story, title=f"{story.title} [{response.css('b::text').get()}]")

class TimesSpider(OutletSpider):
    name = "times"
    outlet = Outlet(name="times", title="The Times", delay=timedelta(0),
        sources=(Source(url="http://times.example/feed", section="read"),))
    def page(self, response, story):
        return completed(response, story)

class WireSpider(OutletSpider):
    name = "wire"
    outlet = Outlet(name="wire", title="Wire")
    def page(self, response, story):
        return completed(response, story)

class FeedsSpider(NewsroomSpider):
    name = "feeds"
"""


@pytest.mark.parametrize(("spider", "host"), [("times", "times.example"), ("feeds", "wire.example")])
def test_an_outlets_page_hook_completes_its_stories(tmp_path: Path, spider: str, host: str) -> None:
    """Whether the outlet's own spider runs, or the one of all outlets. A hook that breaks costs a remark."""
    links = FEED.replace(b"https://outlet.example", f"http://{host}".encode())
    page = article("A headline of its own").replace(b"<h1>", b"<b>Reuters</b><h1>")

    def answer(handler: server.Handler) -> None:
        body, kind = (links, RSS) if handler.path == "/feed" else (page, "text/html")
        handler.answer(200, body, Content_Type=kind)

    (tmp_path / "read").touch()
    with server.serve({host: answer}) as web:
        network = f"COPYTASTER_NETWORK = Network.local({web.host_map(host)!r})\n"
        native.project(tmp_path, HOOKED, network)
        ended = native.scrapy(tmp_path, "crawl", spider)
    read = {p["url"][-1]: p for p in map(json.loads, (tmp_path / "pages.jsonl").read_text().splitlines())}
    assert read["1"]["title"] == "A headline of its own [Reuters]", ended.err
    assert read["2"]["title"] == "A headline of its own"
    assert "a layout nobody knows" in read["2"]["warnings"][0]
