"""The World Uyghur Congress.

Its site runs on WordPress, whose feeds live at /feed/: that address is a guess until someone has seen it, so its
listings are sources too. A story found twice is one story. Much of it is other outlets' work, passed on with "Below is
an article published by The Guardian. Photo: AFP.": that becomes the story's origin and its photo's credit.
"""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Access, Articles, Outlet, Source, SourceKind

SITE = "https://www.uyghurcongress.org/en"

OUTLET = Outlet(
    name="uyghur-congress",
    title="World Uyghur Congress",
    hosts=("uyghurcongress.org",),
    language="en",
    languages=("en",),
    zone="Europe/Berlin",
    access=Access.OPEN,
    articles=Articles.ALL,
    house_authors=("WUC", "World Uyghur Congress", "WUC Admin", "admin"),
    exclude=(
        r"(?i)\bmore\s*[»→]\s*$",
        r"uyghurcongress\.org/\w+/(?:category|tag|author|page|about|contact|donate|events?)(?:/|$)",
    ),
    sources=(
        Source(url=f"{SITE}/feed/", interval=timedelta(hours=1), max_silence=timedelta(days=14)),
        Source(
            url=f"{SITE}/",
            kind=SourceKind.LISTING,
            section="front-page",
            links="article a, h2 a, h3 a, h4 a",
            interval=timedelta(hours=1),
            max_silence=timedelta(days=14),
        ),
        Source(
            url=f"{SITE}/category/news/wuc-related-news/",
            kind=SourceKind.LISTING,
            section="in-the-news",
            links="article a, h2 a, h3 a, h4 a",
            interval=timedelta(hours=2),
            max_silence=timedelta(days=30),
        ),
        Source(
            url=f"{SITE}/category/weekly-brief/",
            kind=SourceKind.LISTING,
            section="weekly-brief",
            links="article a, h2 a, h3 a, h4 a",
            interval=timedelta(hours=6),
            max_silence=timedelta(days=30),
        ),
    ),
)


class UyghurCongressSpider(OutletSpider):
    """`scrapy crawl uyghur-congress`."""

    name = OUTLET.name
    outlet = OUTLET
