"""Two polls that do not overlap: what is read to fill the gap, what counts as filled, and what is put on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app.intake import Intake, history
from monitor.app.journal import begin
from monitor.crawl.gaps import Gaps
from monitor.crawl.tasks import Task
from monitor.schedule import HostHold, IncidentKind, SourceState
from monitor.store import sources
from monitor.story import Articles, DateSource, Outcome, Outlet, Poll, Source, SourceKind
from tests.crawl import server
from tests.crawl.passing import one_run
from tests.crawl.server import RSS, rss
from tests.crawl.test_pages import NOW, RULES
from tests.newsrooms import NOON, newsroom, reasons, story

FEED = Source(url="https://bbc.example/feed", outlet="bbc")
SITEMAP = Source(url="https://bbc.example/news.xml", outlet="bbc", kind=SourceKind.SITEMAP, section="sitemap")
LISTING = Source(url="https://bbc.example/", outlet="bbc", kind=SourceKind.LISTING, section="front")


class Run:
    """One run's gaps over a real intake."""

    def __init__(self, room, outlet: Outlet, robots: dict[str, str] | None = None, *, due=()):
        self.room = room
        with room.wire.store.writing() as tx:
            number = begin(tx, "run", room.clock())
        with room.wire.store.reading() as tx:
            past = history(sources.states(tx).values())
        outlets = {outlet.name: outlet}
        intake = Intake(wire=room.wire, run_id=number, outlets=outlets, past=past)
        self.gaps = Gaps(intake=intake, outlets=outlets, task=self.task, robots=lambda: robots or {})
        self.gaps.asked |= {(s.outlet, s.url) for s in due}
        self.gaps.recall()

    def task(self, source: Source) -> Task:
        return Task(source=source, state=SourceState(outlet=source.outlet, url=source.url))

    def poll(self, source: Source, *stories, **more):
        given = tuple(replace(s, source=source.url) for s in stories)
        answer = Poll(
            source=source,
            at=self.room.clock(),
            outcome=more.pop("outcome", Outcome.NEWS if given else Outcome.UNCHANGED),
            total=len(given),
            stories=given,
            hashes=tuple(s.guid for s in given),
            **more,
        )
        return self.gaps.take(answer)

    def incidents(self):
        with self.room.wire.store.reading() as tx:
            found = sources.incidents(tx)
        return [(i.kind, i.text) for i in found if i.kind in (IncidentKind.FILLED, IncidentKind.UNFILLED)]


def dated(number: int, **more):
    return story(f"Uyghur story number {number}", at=NOON + timedelta(minutes=number), **more)


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path) as room:
        room.poll(dated(1), dated(2))
        room.clock.forward(hours=1)
        yield room


def outlet(*more: Source, **options) -> Outlet:
    return Outlet(name="bbc", title="BBC", hosts=("bbc.example",), sources=(FEED, *more), **options)


def test_the_news_sitemap_is_read_before_the_listing(room):
    run = Run(room, outlet(LISTING, SITEMAP))
    run.poll(FEED, dated(31), dated(32))
    (task,) = run.gaps.further()
    assert task.source == SITEMAP
    assert run.gaps.further() == []
    taken = run.poll(SITEMAP, dated(32), dated(31), dated(20), dated(10), dated(-600))
    assert [t.story.title[-2:] for t in taken if t.triage.decisions] == ["10", "20"]
    assert reasons(t for t in taken if t.triage.decisions) == [("Uyghurs", "alerted")] * 2
    ((kind, text),) = run.incidents()
    assert kind is IncidentKind.FILLED
    assert "bbc: gap filled: 2 stories from the news sitemap https://bbc.example/news.xml" in text
    assert "between 2026-03-04 12:10 UTC and 2026-03-04 12:20 UTC" in text


def test_a_source_that_is_polled_anyway_is_not_asked_twice(room):
    run = Run(room, outlet(SITEMAP), due=(FEED, SITEMAP))
    run.poll(FEED, dated(31), dated(32))
    assert run.gaps.further() == []
    run.poll(SITEMAP, dated(20))
    assert "1 story from the news sitemap" in run.incidents()[0][1]
    room.clock.forward(hours=1)
    again = Run(room, outlet(SITEMAP), due=(FEED, SITEMAP))
    again.poll(SITEMAP, dated(90))
    again.poll(FEED, dated(101), dated(102))
    assert again.gaps.further() == []
    assert "1 story" in again.incidents()[0][1]


def test_robots_txt_may_name_the_sitemap_and_of_that_only_the_gap_is_taken(room):
    robots = {
        "https://www.bbc.example": "Sitemap: https://www.bbc.example/all.xml\nsitemap: https://www.bbc.example/news-index.xml",
        "https://other.example": "Sitemap: https://other.example/news.xml",
    }
    run = Run(room, outlet(), robots)
    run.poll(FEED, dated(31), dated(32))
    (task,) = run.gaps.further()
    assert (task.source.url, task.source.kind) == (
        "https://www.bbc.example/news-index.xml",
        SourceKind.SITEMAP,
    )
    undated = dated(40, date_source=DateSource.FIRST_SEEN)
    taken = run.poll(task.source, dated(20), dated(-6000), undated)
    assert [t.story.title[-2:] for t in taken] == ["20"]
    with room.wire.store.reading() as tx:
        assert {url for _, url in sources.states(tx)} == {FEED.url}, "it is no source of ours"
        assert {p.url for p in sources.polls(tx)} == {FEED.url, task.source.url}, (
            "but that we asked is on record"
        )


def test_a_gap_that_cannot_be_filled_says_why(room):
    run = Run(room, outlet())
    run.poll(FEED, dated(31), dated(32))
    assert run.gaps.further() == []
    assert "neither a news sitemap nor a listing" in run.incidents()[0][1]
    run = Run(room, outlet(SITEMAP))
    run.poll(FEED, dated(41), dated(42))
    run.poll(SITEMAP, outcome=Outcome.TIMEOUT, detail="bbc/sitemap: no answer within 30 seconds.")
    assert "could not be read: bbc/sitemap: no answer" in run.incidents()[0][1]
    run = Run(room, outlet(SITEMAP))
    run.poll(FEED, dated(51), dated(52))
    run.gaps.close()
    assert "the run ended before" in run.incidents()[0][1]
    with room.wire.store.writing() as tx:
        until = room.clock() + timedelta(hours=1)
        sources.hold(tx, HostHold(host="bbc.example", until=until, reason="429"))
    run = Run(room, outlet(SITEMAP))
    run.poll(FEED, dated(58), dated(59))
    assert run.gaps.further() == []
    assert "asked to be left alone" in run.incidents()[0][1]


def test_a_sitemap_that_knows_no_more_says_so(room):
    run = Run(room, outlet(SITEMAP))
    run.poll(FEED, dated(31), dated(32))
    run.poll(SITEMAP, dated(31), dated(32))
    assert "lists no story of that time that is not on record" in run.incidents()[0][1]


def test_polls_that_overlap_ask_for_nothing(room):
    run = Run(room, outlet(SITEMAP))
    run.poll(FEED, dated(31), dated(32), known=1)
    assert run.gaps.further() == []
    assert run.incidents() == []


def test_what_waits_for_its_page_counts_as_found_once(room):
    run = Run(room, outlet(SITEMAP, articles=Articles.ALL))
    run.poll(FEED, dated(31), dated(32))
    run.poll(SITEMAP, dated(31), dated(20))
    assert "1 story" in run.incidents()[0][1]


def test_a_gap_that_a_killed_run_left_open_is_filled_by_the_next(room):
    killed = Run(room, outlet(SITEMAP))
    killed.poll(FEED, dated(31), dated(32))
    room.clock.forward(minutes=10)
    following = Run(room, outlet(SITEMAP))
    (task,) = following.gaps.further()
    assert task.source == SITEMAP
    (taken,) = following.poll(SITEMAP, dated(20), dated(-600))
    assert (taken.story.title[-2:], reasons([taken])) == ("20", [("Uyghurs", "alerted")])
    assert "1 story" in following.incidents()[0][1]
    assert Run(room, outlet(SITEMAP)).gaps.further() == []


def test_a_run_fills_a_gap_from_the_sitemap_that_robots_txt_names(tmp_path):
    listed = [["One", "Two"], ["Uyghur five", "Six"]]
    news = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://robots.paper.example/three</loc>'
        b"<news:news><news:publication_date>2026-03-04T08:20:00Z</news:publication_date>"
        b"<news:title>Uyghur three</news:title></news:news></url></urlset>"
    )

    def outlet(handler: server.Handler) -> None:
        if handler.path == "/robots.txt":
            handler.answer(200, b"Sitemap: http://robots.paper.example/news.xml\n")
        elif handler.path == "/news.xml":
            handler.answer(200, news, Content_Type="application/xml")
        else:
            day = b"04 Mar 2026 08:4" if len(listed) == 1 else b"04 Mar 2026 07:1"
            body = rss(*listed.pop(0)).replace(b"outlet.example", b"robots.paper.example")
            for number in (b"1", b"2"):
                body = body.replace(b"Sat, 01 Nov 2025 0" + number + b":00", b"Wed, " + day + number)
            handler.answer(200, body.replace(b"/1<", b"/a%d<" % len(listed)), Content_Type=RSS)

    rules = (RULES % ("", "")).replace("feeds.paper", "robots.paper").replace("articles: all, ", "")
    (tmp_path / "rules.yaml").write_text(rules)
    with server.serve({"robots.paper.example": outlet}) as web:
        hosts = web.host_map("robots.paper.example")
        one_run(tmp_path, hosts, NOW)
        report = one_run(tmp_path, hosts, NOW + timedelta(hours=1))
        assert len(web.asked("robots.paper.example", "/news.xml")) == 1
    assert report.polled == {"news": 1}
    assert [text.partition(" from ")[0] for text in report.gaps] == ["paper: gap filled: 1 story"]
    assert report.matches == 2
    assert report.exit_code() == 0
