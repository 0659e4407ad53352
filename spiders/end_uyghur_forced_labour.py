"""The Coalition to End Forced Labour in the Uyghur Region.

No feed of it is known: /feed/ is a guess, and so is the news listing. Its statements stand on a page of their own, with
headline, date and first paragraph.
"""

from datetime import timedelta

from monitor.crawl.spider import OutletSpider
from monitor.story import Access, Articles, Outlet, Source, SourceKind

SITE = "https://enduyghurforcedlabour.org"

OUTLET = Outlet(
    name="end-uyghur-forced-labour",
    title="End Uyghur Forced Labour",
    hosts=("enduyghurforcedlabour.org",),
    language="en",
    languages=("en",),
    zone="Europe/London",
    access=Access.OPEN,
    articles=Articles.ALL,
    house_authors=(
        "The Coalition",
        "Coalition to End Forced Labour in the Uyghur Region",
        "The Coalition to End Forced Labour in the Uyghur Region",
        "admin",
    ),
    exclude=(
        r"(?i)\bmore\s*[»→]\s*$",
        r"enduyghurforcedlabour\.org/(?:category|tag|author|page|about|contact|call-to-action|donate)(?:/|$)",
    ),
    sources=(
        Source(url=f"{SITE}/feed/", interval=timedelta(hours=2), max_silence=timedelta(days=45)),
        Source(
            url=f"{SITE}/coalition-statements-releases/",
            kind=SourceKind.LISTING,
            section="statements",
            links="main h2 a, main h3 a, main h4 a, article a",
            interval=timedelta(hours=2),
            max_silence=timedelta(days=90),
        ),
        Source(
            url=f"{SITE}/news/",
            kind=SourceKind.LISTING,
            section="news",
            links="article a, h2 a, h3 a, h4 a",
            interval=timedelta(hours=2),
            max_silence=timedelta(days=45),
        ),
    ),
)


class EndUyghurForcedLabourSpider(OutletSpider):
    """`scrapy crawl end-uyghur-forced-labour`."""

    name = OUTLET.name
    outlet = OUTLET
