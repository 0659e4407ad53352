"""Redirects: Scrapy's, less the Referer, with each hop in its own host's queue and no way down from https to http."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from monitor.crawl.refusals import InsecureRedirect, TooManyRedirects

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

__all__ = ["RedirectsMiddleware"]


class RedirectsMiddleware(RedirectMiddleware):
    """Scrapy's redirect middleware with our three differences."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build without asking for a Referer middleware: we send none."""
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002 - Scrapy's signature
        """Send no Referer."""
        request.headers.pop("Referer", None)

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's signature
    ) -> Request | Response:
        """Follow a redirect, or say why not."""
        try:
            result = super().process_response(request, response)
        except IgnoreRequest as error:
            raise TooManyRedirects(str(error)) from error
        if isinstance(result, Request):
            # the slot is copied with the rest of meta, and would queue this hop under the first host
            result.meta.pop("download_slot", None)
            if urlparse_cached(request).scheme == "https" and urlparse_cached(result).scheme != "https":
                raise InsecureRedirect(result.url)
        return result
