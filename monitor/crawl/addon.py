"""Hardened settings, in one Scrapy add-on.

`HARDENED` has add-on priority: settings of the project, a spider or the command line win over it. `SEALED` has a
priority above them all: the guard, certificate checks, and no proxy (behind one the guard would be blind). Both are
set before the crawler exists, because the process itself reads the resolver and the log settings. Origins of the
values: docs/explanation/polling.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.utils.misc import load_object

from monitor.crawl.connect import GuardedDownloadHandler
from monitor.crawl.guard import GuardedResolver, GuardMiddleware
from monitor.crawl.pipeline import DeskPipeline
from monitor.crawl.queue import HostsQueue
from monitor.crawl.redirects import RedirectsMiddleware
from monitor.crawl.robots import RobotsMiddleware
from monitor.crawl.tasks import user_agent

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = ["HARDENED", "SEAL", "SEALED", "SLIM", "Hardening"]

SEAL = 1000  # a command line has 40

HARDENED: dict[str, Any] = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 5.0,
    "DOWNLOAD_DELAY_JITTER": 0.0,  # the delay is a floor
    "SCHEDULER_PRIORITY_QUEUE": HostsQueue,
    "CONCURRENT_ITEMS": 1,  # Scrapy starts as many tasks for each response, which brings one poll
    "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_TIMEOUT": 30,
    "REDIRECT_MAX_TIMES": 5,
    "RETRY_ENABLED": False,  # the schedule retries; Scrapy's would ignore Retry-After
    "HTTPERROR_ALLOW_ALL": True,  # a refusal is an outcome
    "COOKIES_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "REFERER_ENABLED": False,
    "REFERRER_POLICY": "no-referrer",
    "HTTPCACHE_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,  # runs code sent to a local port
    "MEMUSAGE_LIMIT_MB": 1024,
    "REACTOR_THREADPOOL_MAXSIZE": 20,  # name lookups
    "LOG_LEVEL": "INFO",
    "LOG_VERSIONS": [],
    "LOGSTATS_INTERVAL": 0,
    "STATS_DUMP": False,
    "COPYTASTER_DESK": "monitor.crawl.desk.open_desk",
}

SEALED: dict[str, Any] = {
    "TWISTED_DNS_RESOLVER": GuardedResolver,
    "TWISTED_REACTOR_ENABLED": True,  # without it another handler, which knows no resolver, takes over
    "DOWNLOADER": "scrapy.core.downloader.Downloader",
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
    "DOWNLOADER_CLIENTCONTEXTFACTORY": "SENTINEL",
    "DOWNLOADER_CLIENT_TLS_METHOD": "TLS",
    "HTTPPROXY_ENABLED": False,
}

# For `copytaster run` alone: the parts of Scrapy that it uses, with their places. What is not named here is imported
# even when it is switched off (aiohttp comes with one part, requests with another), and half of it is called for each
# request. Who runs `scrapy crawl` may want its statistics and exports, and keeps them.
SLIM: dict[str, Any] = {
    "EXTENSIONS_BASE": {"scrapy.extensions.memusage.MemoryUsage": 0},
    "SPIDER_MIDDLEWARES_BASE": {"scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25},
    "DOWNLOADER_MIDDLEWARES_BASE": {
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": 580,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    },
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "LOG_FORMATTER": "monitor.crawl.remarks.Remarks",
}

HANDLERS = {
    "http": GuardedDownloadHandler,
    "https": GuardedDownloadHandler,
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
MIDDLEWARES = {
    RobotsTxtMiddleware: None,
    RobotsMiddleware: 100,
    RedirectMiddleware: None,
    RedirectsMiddleware: 600,
    GuardMiddleware: 990,  # the last to see a request
}


class Hardening:
    """Name it in ADDONS: `ADDONS = {"monitor.crawl.addon.Hardening": 0}`."""

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Set what the process reads, and all the rest with it."""
        settings.update(HARDENED | {"USER_AGENT": user_agent("")}, priority="addon")
        seal(settings)

    def update_settings(self, settings: BaseSettings) -> None:
        """Seal again: spiders may have changed settings since."""
        seal(settings)


def seal(settings: BaseSettings) -> None:
    """Put the guard into its places, whatever else stands there."""
    settings.update(SEALED, priority=SEAL)
    settings.set("DOWNLOAD_HANDLERS", settings.getdict("DOWNLOAD_HANDLERS") | HANDLERS, SEAL)
    given = settings.getdict("DOWNLOADER_MIDDLEWARES")
    others = {key: place for key, place in given.items() if load_object(key) not in MIDDLEWARES}
    settings.set("DOWNLOADER_MIDDLEWARES", others | MIDDLEWARES, SEAL)
    settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", DeskPipeline, 900)
