"""The Intercept."""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import DateOrder, Outlet, Source

OUTLET = Outlet(
    name="intercept",
    title="The Intercept",
    hosts=("theintercept.com",),
    language="en",
    languages=("en",),
    zone="America/New_York",
    date_order=DateOrder.MDY,
    exclude=(r"theintercept\.com/(?:podcasts|newsletter|donate)/",),
    sources=(
        Source(
            url="https://theintercept.com/feed/?lang=en",
            interval=timedelta(minutes=30),
            max_silence=timedelta(days=4),
        ),
    ),
)


class InterceptSpider(OutletSpider):
    """`scrapy crawl intercept`."""

    name = OUTLET.name
    outlet = OUTLET
