"""The Intercept. Its feed is short; the dated links of the front page close a gap. Its sitemaps hold no headlines."""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Access, Articles, DateOrder, Outlet, Source, SourceKind

OUTLET = Outlet(
    name="intercept",
    title="The Intercept",
    hosts=("theintercept.com",),
    language="en",
    languages=("en",),
    zone="America/New_York",
    date_order=DateOrder.MDY,
    access=Access.OPEN,
    articles=Articles.ALL,
    house_authors=("The Intercept", "Intercept Staff"),
    exclude=(r"theintercept\.com/(?:podcasts|newsletters?|donate|staff|about|collections)(?:/|$)",),
    sources=(
        Source(
            url="https://theintercept.com/feed/?lang=en",
            interval=timedelta(minutes=30),
            max_silence=timedelta(days=4),
        ),
        Source(
            url="https://theintercept.com/",
            kind=SourceKind.LISTING,
            section="front-page",
            links="//a[contains(@href, 'theintercept.com/20') or starts-with(@href, '/20')]",
            interval=timedelta(hours=2),
            max_silence=timedelta(days=4),
        ),
    ),
)


class InterceptSpider(OutletSpider):
    """`scrapy crawl intercept`."""

    name = OUTLET.name
    outlet = OUTLET
