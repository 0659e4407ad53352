"""The World Uyghur Congress.

Its site runs on WordPress, whose feeds live at /feed/: that address is a guess until someone has seen it, so the
listing of its front page is a second source. A story found by both is one story.
"""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Outlet, Source, SourceKind

SITE = "https://www.uyghurcongress.org/en"

OUTLET = Outlet(
    name="uyghur-congress",
    title="World Uyghur Congress",
    hosts=("uyghurcongress.org",),
    language="en",
    languages=("en",),
    zone="Europe/Berlin",
    exclude=(
        r"More\s*»\s*$",
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
    ),
)


class UyghurCongressSpider(OutletSpider):
    """`scrapy crawl uyghur-congress`."""

    name = OUTLET.name
    outlet = OUTLET
