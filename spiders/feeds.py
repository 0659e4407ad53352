"""Everything under `sources:` in rules.yaml, in one crawl."""

from monitor.crawl.spider import NewsroomSpider


class FeedsSpider(NewsroomSpider):
    """`scrapy crawl feeds`."""

    name = "feeds"
