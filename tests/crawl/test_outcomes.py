"""One crawl over a web of misbehaving outlets: each ends in one Poll, with its outcome and its sentence."""

from __future__ import annotations

import gzip
import itertools
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest

from monitor.crawl.tasks import Network, Task
from monitor.schedule import SourceState
from monitor.story import Outcome, Source, SourceKind
from tests.crawl import server
from tests.crawl.harness import NOW, Order, Result, run, task
from tests.crawl.server import FEED, RSS, Web, always

BEHAVIOURS = {
    "etag": server.etag,
    "known": server.etag,
    "dated": server.dated,
    "insistent": server.etag,
    "same": always(200, FEED, Content_Type=RSS, ETag='"new"'),
    "chain": server.chain,
    "moved": always(200, FEED, Content_Type=RSS),
    "mixed": server.mixed,
    "packed": always(200, gzip.compress(FEED), Content_Type=RSS, Content_Encoding="gzip"),
    "gone": always(410),
    "limited": always(429, Retry_After="120"),
    "busy": always(503, Retry_After="Sat, 01 Nov 2025 13:00:00 GMT"),
    "down": always(503),
    "missing": always(404),
    "challenge": always(403, b"<html>Just a moment", cf_mitigated="challenge", Content_Type="text/html"),
    "html": always(200, b"<!doctype html><html><body>Please log in</body></html>", Content_Type="text/html"),
    "empty": always(200, b" \n"),
    "robots": server.robots,
    "robots-down": server.robots_down,
    "slow": server.slow,
    "headers": server.endless_headers,
    "endless": server.endless_body,
    "cut": server.cut,
    "bomb": always(200, server.bomb(64 * 1024 * 1024), Content_Type=RSS, Content_Encoding="gzip"),
    "big": always(200, bytes(20 * 1024 * 1024), Content_Type=RSS),
    "badgzip": always(200, b"\x1f\x8b not gzip", Content_Encoding="gzip"),
    "badbr": always(200, b"\xff\xfe not brotli", Content_Encoding="br"),
    "badzstd": always(200, b"\xff\xfe not zstd", Content_Encoding="zstd"),
    "baddeflate": always(200, b"\xff\xfe not deflate", Content_Encoding="deflate"),
    "loop": always(302, Location="/feed"),
    "tofile": always(302, Location="file:///etc/passwd"),
    "toport": always(302, Location="http://moved.example:8080/feed"),
    "private": always(302, Location="http://10.0.0.7/secret"),
    "listing": always(200, server.LISTING, Content_Type="text/html"),
    "badlinks": always(200, server.LISTING, Content_Type="text/html"),
    "index": server.index,
    "many": lambda handler: handler.answer(200, FEED, Content_Type=RSS),
}
LIMIT = 3.0  # seconds


class Crawled(NamedTuple):
    """The crawl and the web it saw."""

    result: Result
    web: Web
    elapsed: float


@pytest.fixture(scope="module")
def crawled() -> Iterator[Crawled]:
    """Crawl them all at once."""
    with server.serve({f"{name}.example": what for name, what in BEHAVIOURS.items()}) as web:
        tasks = [
            task(name)
            for name in BEHAVIOURS
            if name not in {"known", "dated", "insistent", "same", "index", "listing", "badlinks"}
        ]
        tasks += [
            task(
                "known",
                state=remembered("known", etag='W/"v1"', last_modified="ignored when there is an ETag"),
            ),
            task("dated", state=remembered("dated", last_modified="Sat, 01 Nov 2025 10:00:00 GMT")),
            task("insistent", state=remembered("insistent", etag='W/"v1"'), conditional=False),
            task("same", state=remembered("same", etag='"old"', body_hash=server.blake(FEED))),
            task(
                "index",
                source=Source(url="http://index.example/feed", outlet="index", kind=SourceKind.SITEMAP),
            ),
            listing("listing", "h2 a"),
            listing("badlinks", "h2["),
            task("limited-too", "http://limited.example/other"),
            task("refused"),
            task("nodns", "http://no-such-host.invalid/feed"),
            task("loopback", "http://127.0.0.1/feed"),
            task("strange", "gopher://strange.example/feed"),
        ]
        tasks += [task(f"many-{n}", f"http://many.example/{n}") for n in range(3)]
        network = Network.local(
            web.host_map(*(f"{name}.example" for name in BEHAVIOURS)) | {"refused.example": ("127.0.0.1", 9)}
        )
        started = time.monotonic()
        settings = {
            "DOWNLOAD_TIMEOUT": LIMIT,
            "DOWNLOAD_SLOTS": {
                "many.example": {"concurrency": 1, "delay": 0.5},
                "limited.example": {"concurrency": 1, "delay": 1.0},
            },
        }
        result = run(Order(tasks, {}, network, settings | {"DOWNLOAD_DELAY": 0}))
        yield Crawled(result, web, time.monotonic() - started)


def listing(name: str, links: str) -> Task:
    """Make the task of a listing page."""
    url = f"http://{name}.example/news/"
    return task(name, source=Source(url=url, outlet=name, kind=SourceKind.LISTING, links=links))


def remembered(name: str, **state: str) -> SourceState:
    """Make a state with validators."""
    return SourceState(outlet=name, url=f"http://{name}.example/feed", **state)  # type: ignore[arg-type]


OUTCOMES = [
    ("etag", Outcome.NEWS, 200, ""),
    ("packed", Outcome.NEWS, 200, ""),
    ("known", Outcome.NOT_MODIFIED, 304, ""),
    ("dated", Outcome.NOT_MODIFIED, 304, ""),
    ("insistent", Outcome.NEWS, 200, ""),
    ("same", Outcome.UNCHANGED, 200, ""),
    ("chain", Outcome.NEWS, 200, ""),
    ("gone", Outcome.GONE, 410, "gone for good"),
    ("limited", Outcome.RATE_LIMITED, 429, "wait 2 minutes"),
    (
        "limited-too",
        Outcome.RATE_LIMITED,
        None,
        "not asked, because limited.example told us to wait until 12:02 UTC",
    ),
    ("busy", Outcome.RATE_LIMITED, 503, "wait 60 minutes"),
    ("down", Outcome.HTTP_ERROR, 503, "503 Service Unavailable"),
    ("missing", Outcome.HTTP_ERROR, 404, "404 Not Found"),
    ("challenge", Outcome.BLOCKED, 403, "turns our crawler away"),
    ("html", Outcome.NOT_A_FEED, 200, "html: "),
    ("empty", Outcome.EMPTY, 200, "without a body"),
    ("robots", Outcome.ROBOTS, None, "robots.txt of robots.example asks crawlers to stay away"),
    ("robots-down", Outcome.NEWS, 200, ""),
    ("refused", Outcome.CONNECTION, None, "refused.example refused the connection"),
    ("slow", Outcome.TIMEOUT, None, "slow.example did not answer within 3 seconds"),
    ("headers", Outcome.TOO_BIG, None, "headers without end"),
    ("endless", Outcome.TOO_BIG, None, "more than 8 MiB"),
    ("big", Outcome.TOO_BIG, None, "more than 8 MiB"),
    ("bomb", Outcome.TOO_BIG, None, "more than 8 MiB once unpacked"),
    ("badgzip", Outcome.MALFORMED, None, "could not be unpacked"),
    ("badbr", Outcome.MALFORMED, None, "could not be unpacked"),
    ("badzstd", Outcome.MALFORMED, None, "could not be unpacked"),
    ("baddeflate", Outcome.MALFORMED, None, "could not be unpacked"),
    ("cut", Outcome.CONNECTION, None, "broke off in the middle"),
    ("loop", Outcome.HTTP_ERROR, None, "redirects again and again"),
    ("tofile", Outcome.FORBIDDEN_ADDRESS, 302, "neither http nor https"),
    ("toport", Outcome.FORBIDDEN_ADDRESS, None, "port 8080"),
    ("private", Outcome.FORBIDDEN_ADDRESS, None, "leads to 10.0.0.7"),
    ("loopback", Outcome.FORBIDDEN_ADDRESS, None, "leads to 127.0.0.1"),
    ("strange", Outcome.FORBIDDEN_ADDRESS, None, "neither http nor https"),
    ("nodns", Outcome.DNS, None, "no address was found for no-such-host.invalid"),
    ("index", Outcome.NEWS, 200, ""),
    ("listing", Outcome.NEWS, 200, ""),
    ("badlinks", Outcome.MALFORMED, 200, "h2["),
]


@pytest.mark.parametrize(("name", "outcome", "status", "words"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
def test_each_source_ends_in_one_poll_that_says_what_happened(
    crawled: Crawled, name: str, outcome: Outcome, status: int | None, words: str
) -> None:
    poll = crawled.result.of(name)
    assert (poll.outcome, poll.status) == (outcome, status), poll.detail
    assert words in poll.detail
    assert bool(poll.detail) == poll.failed
    assert not poll.detail or (poll.detail.startswith(f"{name}: ") and poll.detail.endswith("."))
    assert poll.at == NOW


def test_the_report_counts_them_and_names_the_hosts_to_leave_alone(crawled: Crawled) -> None:
    report = crawled.result.report
    assert report is not None
    assert report.polls == len(crawled.result.polls) == len(BEHAVIOURS) + 5 + 3
    assert report.unpolled == ()
    assert not report.stopped
    assert {hold.host for hold in report.holds} == {"limited.example", "busy.example"}
    assert crawled.result.progress[-1] == (report.polls, report.polls)


def test_polls_arrive_on_one_writer_thread(crawled: Crawled) -> None:
    assert len(crawled.result.threads) == 1
    assert crawled.result.threads != {"MainThread"}


def test_a_hostile_source_does_not_hold_up_the_others(crawled: Crawled) -> None:
    assert crawled.elapsed < LIMIT * 8


def test_the_stories_of_a_feed_are_understood(crawled: Crawled) -> None:
    poll = crawled.result.of("etag")
    assert [story.title for story in poll.stories] == ["Cotton from Xinjiang", "Rain in Leeds"]
    assert (poll.total, poll.known, len(poll.hashes)) == (2, 0, 2)
    assert all(story.outlet == "etag" for story in poll.stories)
    assert poll.size == len(FEED)


def test_validators_are_kept_verbatim_and_sent_back(crawled: Crawled) -> None:
    first = crawled.result.of("etag")
    assert (first.etag, first.last_modified) == ('W/"v1"', "Sat, 01 Nov 2025 10:00:00 GMT")
    (known,) = crawled.web.asked("known.example")
    assert known.headers["If-None-Match"] == 'W/"v1"'
    assert "If-Modified-Since" not in known.headers
    (dated,) = crawled.web.asked("dated.example")
    assert dated.headers["If-Modified-Since"] == "Sat, 01 Nov 2025 10:00:00 GMT"
    (insistent,) = crawled.web.asked("insistent.example")
    assert "If-None-Match" not in insistent.headers


def test_a_304_keeps_what_was_remembered_and_renews_what_it_repeats(crawled: Crawled) -> None:
    poll = crawled.result.of("known")
    assert poll.etag == 'W/"v1"'
    assert poll.max_age == timedelta(minutes=10)
    assert crawled.result.of("dated").last_modified == "Sat, 01 Nov 2025 10:00:00 GMT"


def test_a_body_of_the_same_bytes_is_not_read_again(crawled: Crawled) -> None:
    poll = crawled.result.of("same")
    assert poll.etag == '"new"'
    assert (poll.total, poll.hashes, poll.stories) == (0, (), ())


def test_an_unreadable_body_is_asked_for_in_full_next_time(crawled: Crawled) -> None:
    poll = crawled.result.of("html")
    assert (poll.etag, poll.last_modified, poll.body_hash) == ("", "", "")


def test_max_age_is_the_longest_wait_anyone_asks_for(crawled: Crawled) -> None:
    assert crawled.result.of("etag").max_age == timedelta(minutes=30)  # Cache-Control over the feed's ttl
    assert crawled.result.of("packed").max_age == timedelta(minutes=15)  # the feed's ttl


def test_retry_after_is_read_as_seconds_and_as_a_date(crawled: Crawled) -> None:
    assert crawled.result.of("limited").retry_after == timedelta(minutes=2)
    assert crawled.result.of("busy").retry_after == timedelta(hours=1)


def test_a_host_that_limits_us_is_not_asked_again_in_this_crawl(crawled: Crawled) -> None:
    assert len(crawled.web.asked("limited.example")) == 1


def test_only_permanent_redirects_move_a_source(crawled: Crawled) -> None:
    assert crawled.result.of("chain").moved_to == "http://moved.example/new"
    assert crawled.result.of("mixed").moved_to == "http://mixed.example/permanent"
    assert crawled.result.of("etag").moved_to == ""


def test_an_index_gives_one_poll_of_its_sitemaps_and_names_the_missing_one(crawled: Crawled) -> None:
    poll = crawled.result.of("index")
    assert {story.title for story in poll.stories} == {"Story number 1", "Story number 2"}
    assert any("404" in warning for warning in poll.warnings)
    assert (poll.etag, poll.last_modified, poll.body_hash) == ("", "", "")


def test_a_listing_gives_the_stories_its_links_lead_to(crawled: Crawled) -> None:
    assert [story.url for story in crawled.result.of("listing").stories] == [
        "http://listing.example/news/2025/11/a-statement-on-forced-labour",
        "http://listing.example/news/2025/10/a-hearing-in-brussels",
    ]


def test_robots_txt_is_asked_for_once_a_host(crawled: Crawled) -> None:
    assert len(crawled.web.asked("many.example", "/robots.txt")) == 1
    assert crawled.web.asked("robots.example") == []
    assert b"Disallow" in crawled.result.robots["http://robots.example"].body
    assert "http://robots-down.example" not in crawled.result.robots
    assert crawled.result.robots["http://many.example"].body == b""


def test_requests_to_one_host_keep_their_distance(crawled: Crawled) -> None:
    times = [seen.at for seen in crawled.web.asked("many.example")]
    assert all(later - earlier > 0.4 for earlier, later in itertools.pairwise(times))


def test_requests_say_who_asks_and_carry_nothing_else(crawled: Crawled) -> None:
    (seen,) = crawled.web.asked("etag.example")
    assert seen.headers["User-Agent"].startswith("copytaster/")
    assert "(+https://desk.example/about)" in seen.headers["User-Agent"]
    assert not {"Cookie", "Referer", "Authorization"} & set(seen.headers)
    assert seen.headers["Host"] == "etag.example"
