"""BBC News. The sitemap is its own list of everything since the day before yesterday: feeds are short and move on fast."""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Access, Articles, Outlet, Source, SourceKind

FEEDS = "https://feeds.bbci.co.uk"

OUTLET = Outlet(
    name="bbc",
    title="BBC News",
    hosts=("bbc.co.uk", "bbc.com", "bbci.co.uk"),
    language="en",
    languages=("en",),
    zone="Europe/London",
    access=Access.OPEN,
    articles=Articles.ALL,
    house_authors=("BBC", "BBC News", "BBC World Service", "BBC Monitoring"),
    exclude=(
        r"bbc\.(?:co\.uk|com)/(?:iplayer|sounds)/",  # programmes; short films under /av/ are stories
        r"bbc\.(?:co\.uk|com)/(?:news|sport)/live/",  # tickers: what matters in them becomes a story
    ),
    sources=(
        Source(url=f"{FEEDS}/news/world/rss.xml", max_silence=timedelta(hours=12)),
        Source(url=f"{FEEDS}/news/world/asia/china/rss.xml", section="china", max_silence=timedelta(days=3)),
        Source(url=f"{FEEDS}/zhongwen/trad/rss.xml", section="zhongwen", max_silence=timedelta(days=1)),
        Source(
            url="https://www.bbc.co.uk/sitemaps/https-index-uk-news.xml",
            kind=SourceKind.SITEMAP,
            section="news",
            interval=timedelta(hours=1),
            max_silence=timedelta(hours=12),
        ),
    ),
)


class BbcSpider(OutletSpider):
    """`scrapy crawl bbc`."""

    name = OUTLET.name
    outlet = OUTLET
