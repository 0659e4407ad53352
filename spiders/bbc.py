"""BBC News."""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Outlet, Source

FEEDS = "https://feeds.bbci.co.uk"

OUTLET = Outlet(
    name="bbc",
    title="BBC News",
    hosts=("bbc.co.uk", "bbc.com", "bbci.co.uk"),
    language="en",
    languages=("en",),
    zone="Europe/London",
    exclude=(r"bbc\.(?:co\.uk|com)/(?:iplayer|sounds)/",),  # programmes; short films under /av/ are stories
    sources=(
        Source(url=f"{FEEDS}/news/world/rss.xml", max_silence=timedelta(hours=12)),
        Source(url=f"{FEEDS}/news/world/asia/china/rss.xml", section="china", max_silence=timedelta(days=3)),
        Source(url=f"{FEEDS}/zhongwen/trad/rss.xml", section="zhongwen", max_silence=timedelta(days=1)),
    ),
)


class BbcSpider(OutletSpider):
    """`scrapy crawl bbc`."""

    name = OUTLET.name
    outlet = OUTLET
