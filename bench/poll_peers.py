"""One pass of one peer over the local server: python poll_peers.py PEER CASE PORT SOURCES FOLDER (for bench/poll.py)."""

from __future__ import annotations

import sys
from pathlib import Path


def addresses(port: int, sources: int) -> list[str]:
    """The feeds of the local server."""
    return [f"http://127.0.0.1:{port}/feed/{n}" for n in range(sources)]


def bare_scrapy(port: int, sources: int, *, parse: bool) -> None:
    """Fetch everything once with a plain spider; parse with feedparser as it comes, or not at all."""
    import io

    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    class Plain(scrapy.Spider):
        name = "plain"
        handle_httpstatus_list = [304]

        async def start(self):
            for url in addresses(port, sources):
                yield scrapy.Request(url, headers={"If-None-Match": '"a"'}, dont_filter=True)

        def parse(self, response):
            if parse and response.body:
                import feedparser

                feedparser.parse(io.BytesIO(response.body))

    settings = {
        "LOG_LEVEL": "WARNING",
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "RETRY_ENABLED": False,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(Plain)
    process.start()


def copytaster(case: str, port: int, sources: int, folder: Path) -> None:
    """A whole pass, as `copytaster run` makes it: rules, duplicates, store, outbox; hosts mapped to the server."""
    from datetime import UTC, datetime, timedelta

    from monitor.app.wire import open_wire
    from monitor.crawl.passes import PassOptions, one_pass
    from monitor.crawl.tasks import Network

    rules = folder / "rules.yaml"
    if not rules.exists():
        lines = "".join(
            f'  - {{feed: "http://s{n}.example/feed/{n}", outlet: "Outlet {n}", delay: 1s}}\n'
            for n in range(sources)
        )
        rules.write_text(
            "version: 1\nrules:\n  Police: [police*]\n  Councils: [council*, matter*]\nsources:\n" + lines
        )
    hours = {"first": 0, "same": 5, "304": 10, "new": 15, "304b": 20, "304c": 25}[case]
    now = datetime(2026, 11, 24, 8, tzinfo=UTC) + timedelta(hours=hours)
    network = Network.local({f"s{n}.example": ("127.0.0.1", port) for n in range(sources)})
    wire = open_wire(folder, {}, clock=lambda: now, process={}, terminal=False)
    report = one_pass(wire, PassOptions(version="bench", network=network))
    assert report.due == sources, f"{report.due} of {sources} sources were due"
    wanted = {
        "first": "news",
        "same": "unchanged",
        "304": "not-modified",
        "new": "news",
        "304b": "not-modified",
        "304c": "not-modified",
    }[case]
    if report.polled[wanted] < 0.95 * sources:
        print(report.polled, report.failures[:3], file=sys.stderr)
        raise SystemExit(1)
    wire.store.close()


def reader(case: str, port: int, sources: int, folder: Path) -> None:
    """lemon24's reader: add the feeds once, then update them; its clock is moved on so that all are due."""
    from datetime import UTC, datetime, timedelta

    from reader import make_reader

    shelf = make_reader(str(folder / "reader.db"))
    hours = {"first": 0, "same": 5, "304": 10, "new": 15}[case]
    shelf._now = lambda: datetime.now(UTC) + timedelta(hours=hours)  # as its own tests do
    for url in addresses(port, sources):
        shelf.add_feed(url, exist_ok=True)
    updated = list(shelf.update_feeds_iter(workers=10))
    if len(updated) < 0.95 * sources:
        raise SystemExit(f"reader updated {len(updated)} of {sources} feeds")


def main() -> None:
    """Run one peer."""
    peer, case, port, sources, folder = sys.argv[1:]
    if peer == "copytaster":
        copytaster(case, int(port), int(sources), Path(folder))
    elif peer == "reader":
        reader(case, int(port), int(sources), Path(folder))
    else:
        bare_scrapy(int(port), int(sources), parse=peer == "scrapy+feedparser")


if __name__ == "__main__":
    main()
