"""Failures that a local server cannot easily make."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import DownloadFailedError, IgnoreRequest
from scrapy.http import Response
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseNeverReceived

from monitor.crawl import polls
from monitor.crawl.bodies import Parsed
from monitor.crawl.refusals import InsecureRedirect
from monitor.errors import SandboxError
from monitor.story import Outcome, SourceKind
from tests.crawl.harness import NOW, task

LIMITS = (30.0, 8 * 1024 * 1024)


def wrapped(*reasons: Exception) -> DownloadFailedError:
    """Wrap reasons as Twisted and then Scrapy do."""
    error = DownloadFailedError("wrapped")
    error.__cause__ = ResponseNeverReceived([Failure(reason) for reason in reasons])
    return error


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (wrapped(VerificationError(errors=[])), Outcome.TLS, "made out for another name"),
        (
            wrapped(SSL.Error([("SSL routines", "", "certificate verify failed")])),
            Outcome.TLS,
            "certificate verify failed",
        ),
        (wrapped(SSL.Error()), Outcome.TLS, "could not be trusted"),
        (wrapped(ConnectionLost()), Outcome.CONNECTION, "Connection to the other side was lost"),
        (ConnectError(), Outcome.CONNECTION, "paper.example failed"),
        (ConnectionResetError("reset by peer"), Outcome.CONNECTION, "reset by peer"),
        (
            InsecureRedirect("http://paper.example/"),
            Outcome.TLS,
            "from https to plain http (http://paper.example/)",
        ),
        (IgnoreRequest("a middleware of theirs"), Outcome.CONNECTION, "was dropped: a middleware of theirs"),
        (RuntimeError(), Outcome.CONNECTION, "RuntimeError"),
    ],
)
def test_a_failure_has_its_outcome_and_its_words(error: Exception, outcome: Outcome, words: str) -> None:
    poll = polls.failed(Failure(error), task("paper"), NOW, limits=LIMITS)
    assert poll.outcome is outcome
    assert words in poll.detail
    assert poll.detail.startswith("paper: ")
    assert poll.detail.endswith(".")


def test_a_killed_parser_is_said_so_and_the_body_is_asked_for_again() -> None:
    answer = Response(
        "http://paper.example/feed", headers={"ETag": '"x"'}, body=b"<rss/>" * 1000, request=request()
    )
    poll = polls.answered(answer, task("paper"), NOW)
    dead = polls.killed(
        poll, SandboxError("cpu", "Parsing took more than 5 seconds of CPU and was ended."), task("paper")
    )
    assert dead.outcome is Outcome.HOSTILE
    assert dead.detail.startswith(
        "paper: reading its answer of 6,000 bytes had to be stopped: Parsing took more"
    )
    assert (dead.etag, dead.body_hash) == ("", "")


def test_an_unknown_status_is_an_error_with_its_number() -> None:
    answer = Response("http://paper.example/feed", status=299, request=request(), body=b"x")
    assert polls.answered(answer, task("paper"), NOW).outcome is Outcome.UNCHANGED
    odd = Response("http://paper.example/feed", status=599, request=request())
    assert (
        polls.answered(odd, task("paper"), NOW).detail == "paper: paper.example answered with an error (599)."
    )


def test_a_503_without_retry_after_is_an_error_and_no_limit() -> None:
    answer = Response("http://paper.example/feed", status=503, request=request())
    assert polls.answered(answer, task("paper"), NOW).outcome is Outcome.HTTP_ERROR
    asked = Response("http://paper.example/feed", status=503, request=request(), headers={"Retry-After": "9"})
    poll = polls.answered(asked, task("paper"), NOW)
    assert (poll.outcome, poll.retry_after) == (Outcome.RATE_LIMITED, timedelta(seconds=9))


def request() -> Request:
    """Make the request these answers are for."""
    return Request("http://paper.example/feed")


@pytest.mark.parametrize(
    ("kind", "known", "outcome"),
    [
        (SourceKind.FEED, True, Outcome.EMPTY),
        (SourceKind.FEED, False, Outcome.UNCHANGED),  # a new section may have nothing yet
        (SourceKind.SITEMAP, True, Outcome.UNCHANGED),  # lists the last two days only
    ],
)
def test_a_feed_that_held_entries_and_holds_none_is_empty(
    kind: SourceKind, known: bool, outcome: Outcome
) -> None:
    asked = task("paper")
    asked = replace(
        asked,
        source=replace(asked.source, kind=kind),
        state=replace(asked.state, last_new=NOW - timedelta(days=1) if known else None),
    )
    answer = Response("http://paper.example/feed", request=request(), body=b"<rss/>", headers={"ETag": '"x"'})
    found = polls.parsed(polls.answered(answer, asked, NOW), Parsed(), asked)
    assert found.outcome is outcome
    assert (found.etag == "") == (outcome is Outcome.EMPTY)


def test_where_redirects_led_and_what_the_answer_is_called_are_noted() -> None:
    there = Request("https://consent.example/", meta={"redirect_urls": ["http://paper.example/feed"]})
    answer = Response(there.url, request=there, body=b"x", headers={"Content-Type": "Text/HTML; charset=x"})
    found = polls.answered(answer, task("paper"), NOW)
    assert (found.landed, found.content_type) == ("https://consent.example/", "text/html")
    plain = polls.answered(Response("http://paper.example/feed", request=request()), task("paper"), NOW)
    assert (plain.landed, plain.content_type) == ("", "")
