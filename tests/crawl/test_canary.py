"""By behaviour: no spelling of loopback, no redirect and no setting of a user brings a request to a loopback server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.crawl.tasks import Network
from monitor.story import Outcome
from tests.crawl import native, server
from tests.crawl.harness import Order, run, task
from tests.crawl.server import FEED, RSS, Web, always

SPELLINGS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "0",
    "0.0.0.0",
    "0x7f000001",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "ⓛocalhost",
    "127。0。0。1",
    "%31%32%37.0.0.1",
]
HOPS = ("hop-301", "hop-302", "hop-307", "hop-relative-scheme", "hop-hex", "hop-v6", "hop-refresh")


@pytest.fixture
def canary() -> Iterator[Web]:
    """A server on loopback that nobody may reach. Whatever asks it is on record."""
    with server.serve({}) as web:
        yield web


@pytest.fixture
def hops(canary: Web) -> Iterator[Web]:
    """A mapped, allowed outlet that redirects to the canary in several ways."""
    there = f"127.0.0.1:{canary.port}/secret"
    refresh = f'<html><meta http-equiv="refresh" content="0;url=http://{there}"></html>'.encode()
    with server.serve(
        {
            "hop-301.example": always(301, Location=f"http://{there}"),
            "hop-302.example": always(302, Location=f"http://{there}"),
            "hop-307.example": always(307, Location=f"http://localhost:{canary.port}/secret"),
            "hop-relative-scheme.example": always(302, Location=f"//{there}"),
            "hop-hex.example": always(302, Location=f"http://0x7f000001:{canary.port}/secret"),
            "hop-v6.example": always(302, Location=f"http://[::ffff:127.0.0.1]:{canary.port}/secret"),
            "hop-refresh.example": always(200, refresh, Content_Type="text/html"),
            "good.example": always(200, FEED, Content_Type=RSS),
        }
    ) as web:
        yield web


def test_through_crawl(canary: Web, hops: Web) -> None:
    spelled = [
        task(f"spelled-{n}", f"http://{host}:{canary.port}/secret") for n, host in enumerate(SPELLINGS)
    ]
    hopping = [task(name) for name in (*HOPS, "good")]
    network = Network.local(hops.host_map(*(f"{name}.example" for name in (*HOPS, "good"))))
    loose = {
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
        "METAREFRESH_ENABLED": True,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_SLOTS": {},
        "DOWNLOAD_TIMEOUT": 5,
    }
    result = run(Order([*spelled, *hopping], {}, network, loose))
    assert canary.requests == []
    assert result.of("good").outcome is Outcome.NEWS
    refused = {Outcome.FORBIDDEN_ADDRESS, Outcome.DNS, Outcome.CONNECTION}
    for order in (*spelled, *hopping[:-1]):
        poll = result.of(order.source.outlet)
        assert poll.outcome in refused, (order.source.url, poll)
    certain = [
        result.of(f"spelled-{n}")
        for n, host in enumerate(SPELLINGS)
        if host in {"127.0.0.1", "localhost", "0x7f000001"}
    ]
    assert {poll.outcome for poll in certain} == {Outcome.FORBIDDEN_ADDRESS}


SPIDERS = """
from datetime import timedelta
from monitor.crawl.spider import OutletSpider
from monitor.story import Outlet, Source

URLS = {urls!r}
OUTLET = Outlet(name="canary", title="Canary", delay=timedelta(0), sources=tuple(
    Source(url=url, section=str(n)) for n, url in enumerate(URLS)))

class CanarySpider(OutletSpider):
    name = "canary"
    outlet = OUTLET
    custom_settings = {loose}
"""
LOOSE = """{
    "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
    "DOWNLOAD_HANDLERS": {"http": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"},
    "DOWNLOADER_MIDDLEWARES": {"monitor.crawl.guard.GuardMiddleware": None},
    "DOWNLOAD_VERIFY_CERTIFICATES": False, "HTTPPROXY_ENABLED": True, "ROBOTSTXT_OBEY": False,
    "METAREFRESH_ENABLED": True, "DOWNLOAD_DELAY": 0,
}"""


def test_through_scrapy_crawl_whatever_the_user_sets(canary: Web, hops: Web, tmp_path: Path) -> None:
    urls = [f"http://{host}:{canary.port}/secret" for host in SPELLINGS]
    urls += [f"http://{name}.example/feed" for name in (*HOPS, "good")]
    mapped = hops.host_map(*(f"{name}.example" for name in (*HOPS, "good")))
    network = f"COPYTASTER_NETWORK = Network.local({mapped!r})\n"
    loosened = "".join(f"{line}\n" for line in (f"for _k, _v in {LOOSE}.items():", "    globals()[_k] = _v"))
    native.project(tmp_path, SPIDERS.format(urls=urls, loose=LOOSE), network + loosened)
    proxy = f"http://127.0.0.1:{canary.port}"
    ended = native.scrapy(
        tmp_path,
        "crawl",
        "canary",
        *("-s", "TWISTED_DNS_RESOLVER=scrapy.resolver.CachingThreadedResolver"),
        *("-s", "TWISTED_REACTOR_ENABLED=0"),
        *("-s", "DOWNLOAD_VERIFY_CERTIFICATES=0"),
        *("-s", "HTTPPROXY_ENABLED=1"),
        *("-s", f"COPYTASTER_ALLOWED=127.0.0.1:{canary.port}"),
        env={"http_proxy": proxy, "https_proxy": proxy, "HTTP_PROXY": proxy, "all_proxy": proxy},
    )
    assert canary.requests == [], ended.err
    assert len(ended.polls) == len(urls), ended.err
    assert ended.of(f"canary/{len(urls) - 1}")["outcome"] == "news"
    assert {poll["outcome"] for poll in ended.polls[:-1]} <= {
        "forbidden-address",
        "dns",
        "connection",
        "news",
        "not-a-feed",
    }


def test_without_the_add_on_nothing_is_fetched(canary: Web, tmp_path: Path) -> None:
    native.project(
        tmp_path, SPIDERS.format(urls=[f"http://127.0.0.1:{canary.port}/"], loose="{}"), "ADDONS = {}\n"
    )
    ended = native.scrapy(tmp_path, "crawl", "canary")
    assert canary.requests == []
    assert "The guard against private addresses is not in place" in ended.err


def test_an_unverified_certificate_is_refused_whatever_the_user_sets(tmp_path: Path) -> None:
    pem = tmp_path / "self-signed.pem"
    server.self_signed(pem, "tls.example")
    with server.serve({"tls.example": always(200, FEED, Content_Type=RSS)}, certificate=pem) as web:
        network = f"COPYTASTER_NETWORK = Network.local({web.host_map('tls.example')!r})\n"
        native.project(tmp_path, SPIDERS.format(urls=["https://tls.example/feed"], loose=LOOSE), network)
        ended = native.scrapy(tmp_path, "crawl", "canary", "-s", "DOWNLOAD_VERIFY_CERTIFICATES=0")
    assert ended.of("canary/0")["outcome"] == "tls"
    assert "could not be trusted" in ended.of("canary/0")["detail"]
    assert web.requests == []
