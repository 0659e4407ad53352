"""What Scrapy says of each request."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from scrapy import Request, Spider
from scrapy.http import Response

from monitor.crawl.remarks import Remarks

REQUEST = Request("http://outlet.example/feed")
RESPONSE = Response(REQUEST.url, status=304)


class Any(Spider):
    """Does nothing."""

    name = "any"


@pytest.fixture
def scrapy_log() -> Iterator[logging.Logger]:
    """Scrapy's logger, put back afterwards."""
    logger = logging.getLogger("scrapy")
    before = logger.level
    yield logger
    logger.setLevel(before)


def test_nothing_is_put_together_that_nobody_hears(scrapy_log: logging.Logger) -> None:
    scrapy_log.setLevel(logging.WARNING)
    assert Remarks().crawled(REQUEST, RESPONSE, Any()) is None
    assert Remarks().scraped({}, RESPONSE, Any()) is None


def test_who_asks_for_it_hears_it(scrapy_log: logging.Logger) -> None:
    scrapy_log.setLevel(logging.DEBUG)
    assert Remarks().crawled(REQUEST, RESPONSE, Any())["args"]["status"] == 304
    assert Remarks().scraped({"a": 1}, RESPONSE, Any())["args"]["item"] == {"a": 1}
