"""Redirects and robots.txt, one request at a time."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from monitor.crawl.redirects import RedirectsMiddleware
from monitor.crawl.refusals import InsecureRedirect, TooManyRedirects


@pytest.fixture
def redirects(crawler: Crawler) -> RedirectsMiddleware:
    middleware = RedirectsMiddleware(Settings({"REDIRECT_MAX_TIMES": 2}))
    middleware.crawler = crawler
    return middleware


def redirect(request: Request, location: str, status: int = 302) -> Response:
    return Response(request.url, status=status, headers={"Location": location}, request=request)


def test_there_is_no_way_down_from_https(redirects: RedirectsMiddleware) -> None:
    request = Request("https://outlet.example/feed")
    with pytest.raises(InsecureRedirect, match=r"http://outlet\.example/feed"):
        redirects.process_response(request, redirect(request, "http://outlet.example/feed"))


def test_the_referer_stays_behind(redirects: RedirectsMiddleware) -> None:
    request = Request("https://outlet.example/feed", headers={"Referer": "https://desk.example/secret"})
    followed = redirects.process_response(request, redirect(request, "/other"))
    assert isinstance(followed, Request)
    assert "Referer" not in followed.headers


def test_each_hop_queues_under_its_own_host(redirects: RedirectsMiddleware) -> None:
    request = Request("https://outlet.example/feed", meta={"download_slot": "outlet.example"})
    followed = redirects.process_response(request, redirect(request, "https://cdn.example/feed"))
    assert isinstance(followed, Request)
    assert "download_slot" not in followed.meta


def test_a_loop_ends(redirects: RedirectsMiddleware) -> None:
    request = Request("https://outlet.example/feed", meta={"redirect_times": 2, "redirect_ttl": 0})
    with pytest.raises(TooManyRedirects):
        redirects.process_response(request, redirect(request, "/feed"))


def test_other_schemes_are_handed_back(redirects: RedirectsMiddleware) -> None:
    request = Request("https://outlet.example/feed")
    response = redirect(request, "file:///etc/passwd")
    assert redirects.process_response(request, response) is response
