"""What Scrapy says of each request, only when somebody listens."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response
    from twisted.python.failure import Failure

__all__ = ["Remarks"]


class Remarks(LogFormatter):
    """Scrapy's remarks; those of its debug level are not put together when nobody would see them."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> Any:
        """Say that an answer came."""
        return super().crawled(request, response, spider) if _heard("scrapy.core.engine") else None

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> Any:
        """Say that a poll was made of it."""
        return super().scraped(item, response, spider) if _heard("scrapy.core.scraper") else None


def _heard(name: str) -> bool:
    return logging.getLogger(name).isEnabledFor(logging.DEBUG)
