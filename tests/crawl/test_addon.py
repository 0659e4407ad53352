"""Every hardened setting, and what a user can and cannot change."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from monitor.crawl.addon import HANDLERS, MIDDLEWARES, SEALED, SLIM, Hardening
from monitor.crawl.connect import GuardedDownloadHandler
from monitor.crawl.guard import GuardedResolver, GuardMiddleware
from monitor.crawl.pipeline import DeskPipeline
from monitor.crawl.queue import HostsQueue

HARDENED = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 5.0,
    "CONCURRENT_ITEMS": 1,
    "SCHEDULER_PRIORITY_QUEUE": HostsQueue,
    "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    "DOWNLOAD_TIMEOUT": 30,
    "REDIRECT_MAX_TIMES": 5,
    "RETRY_ENABLED": False,
    "COOKIES_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "REFERER_ENABLED": False,
    "REFERRER_POLICY": "no-referrer",
    "HTTPCACHE_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "MEMUSAGE_LIMIT_MB": 1024,
    "LOG_LEVEL": "INFO",
}
SEAL = {
    "TWISTED_DNS_RESOLVER": GuardedResolver,
    "TWISTED_REACTOR_ENABLED": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
    "HTTPPROXY_ENABLED": False,
}
USERS = ("project", "spider", "cmdline")


def settled(changes: dict[str, Any] | None = None, priority: str = "project") -> Settings:
    """Give the settings of a crawl after our add-on had its two turns."""
    settings = Settings({"ADDONS": {Hardening: 0}})
    settings.update(changes or {}, priority)
    Hardening.update_pre_crawler_settings(settings)
    crawler = Crawler(Spider, settings)
    crawler.addons.load_settings(crawler.settings)
    return crawler.settings


@pytest.mark.parametrize(("name", "value"), (HARDENED | SEAL).items())
def test_each_hardened_setting(name: str, value: object) -> None:
    assert settled()[name] == value


@pytest.mark.parametrize("scheme", ["file", "data", "ftp", "s3"])
def test_only_the_web_is_fetched(scheme: str) -> None:
    assert settled().getwithbase("DOWNLOAD_HANDLERS")[scheme] is None


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_web_is_fetched_by_our_handler(scheme: str) -> None:
    assert settled().getwithbase("DOWNLOAD_HANDLERS")[scheme] is GuardedDownloadHandler


@pytest.mark.parametrize("priority", USERS)
@pytest.mark.parametrize("name", HARDENED)
def test_a_user_may_change_what_is_hardened(name: str, priority: str) -> None:
    assert settled({name: "theirs"}, priority)[name] == "theirs"


@pytest.mark.parametrize("priority", USERS)
@pytest.mark.parametrize("name", SEALED)
def test_nobody_may_change_what_is_sealed(name: str, priority: str) -> None:
    assert settled({name: "theirs"}, priority)[name] == SEALED[name]


@pytest.mark.parametrize("priority", USERS)
def test_the_guard_stays_among_the_middlewares_and_theirs_with_it(priority: str) -> None:
    theirs = {
        "monitor.crawl.guard.GuardMiddleware": None,
        GuardMiddleware: None,
        "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    }
    found = settled({"DOWNLOADER_MIDDLEWARES": theirs}, priority).getdict("DOWNLOADER_MIDDLEWARES")
    assert found == {"scrapy.downloadermiddlewares.stats.DownloaderStats": None} | MIDDLEWARES


@pytest.mark.parametrize("priority", USERS)
def test_the_handlers_stay(priority: str) -> None:
    theirs = {"http": "their.Handler", "https": None, "file": "their.Handler", "gemini": "their.Gemini"}
    found = settled({"DOWNLOAD_HANDLERS": theirs}, priority).getdict("DOWNLOAD_HANDLERS")
    assert found == {"gemini": "their.Gemini"} | HANDLERS


def test_their_pipelines_run_beside_ours() -> None:
    assert settled().getdict("ITEM_PIPELINES") == {DeskPipeline: 900}
    both = settled({"ITEM_PIPELINES": {"scrapy.pipelines.images.ImagesPipeline": 1}}).getdict(
        "ITEM_PIPELINES"
    )
    assert both == {"scrapy.pipelines.images.ImagesPipeline": 1, DeskPipeline: 900}


def test_the_user_agent_names_us() -> None:
    assert settled()["USER_AGENT"].startswith("copytaster/")


@pytest.mark.parametrize("name", [name for name in SLIM if name.endswith("_BASE")])
def test_what_a_run_keeps_of_scrapy_is_where_scrapy_has_it(name: str) -> None:
    assert SLIM[name].items() <= Settings()[name].items()


def test_a_run_leaves_out_nothing_that_scrapy_crawl_may_want() -> None:
    assert not {key for key in SLIM if settled()[key] == SLIM[key]}
