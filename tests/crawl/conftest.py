"""Shared by the crawl tests."""

from __future__ import annotations

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler


class Idle(Spider):
    """Does nothing."""

    name = "idle"


@pytest.fixture
def crawler() -> Crawler:
    """A crawler that never starts."""
    crawler = Crawler(Idle)
    crawler.spider = Idle()
    return crawler
