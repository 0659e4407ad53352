"""The Economist. Its summaries are one line; its pages are paid for, so headline and summary are all that is read.

A feed holds its last 300 stories: no listing is needed to close a gap.
"""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Access, Articles, Outlet, Source

SITE = "https://www.economist.com"
HOURLY = timedelta(hours=1)
WEEKLY = timedelta(days=9)

OUTLET = Outlet(
    name="economist",
    title="The Economist",
    hosts=("economist.com",),
    language="en",
    languages=("en",),
    zone="Europe/London",
    access=Access.PAID,
    articles=Articles.NONE,
    house_authors=("The Economist",),
    exclude=(
        r"economist\.com/(?:podcasts|films|interactive|graphic-detail|audio|newsletters|economic-and-financial-indicators)/",
    ),
    sources=(
        Source(url=f"{SITE}/china/rss.xml", section="china", interval=HOURLY, max_silence=WEEKLY),
        Source(url=f"{SITE}/asia/rss.xml", section="asia", interval=HOURLY, max_silence=WEEKLY),
        Source(
            url=f"{SITE}/international/rss.xml", section="international", interval=HOURLY, max_silence=WEEKLY
        ),
        Source(url=f"{SITE}/leaders/rss.xml", section="leaders", interval=HOURLY, max_silence=WEEKLY),
        Source(
            url=f"{SITE}/the-world-this-week/rss.xml",
            section="this-week",
            interval=HOURLY,
            max_silence=WEEKLY,
        ),
    ),
)


class EconomistSpider(OutletSpider):
    """`scrapy crawl economist`."""

    name = OUTLET.name
    outlet = OUTLET
