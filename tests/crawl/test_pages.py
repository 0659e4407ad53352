"""Pages in real passes over a local web: which are fetched, when, how politely, and what a bad one costs."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.crawl.pages import TROUBLES, Rounds
from monitor.schedule import Page, PageRead
from monitor.store import Store, open_store, pages, sources, stories
from monitor.story import Outcome, Story
from tests.crawl import server
from tests.crawl.passing import one_run
from tests.crawl.server import RSS, Web
from tests.parse.pages import LONG

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = """\
version: 1
rules:
  Uyghurs: [Uyghur*]
  Cameras: {all: [camera*, Xinjiang]}
settings: {database: stories.db%s}
sources:
  - {feed: "http://feeds.paper.example/rss", outlet: paper, hosts: [paper.example], articles: all, delay: 1s%s}
"""
HTML = "text/html; charset=utf-8"


def feed(*names: str) -> bytes:
    """Give a feed of headlines without texts; each is published an hour after the one before."""
    entries = "".join(
        f"<item><title>{name}</title><link>http://www.paper.example/{slug(name)}?at_medium=RSS</link>"
        f"<guid>{slug(name)}</guid><pubDate>Wed, 04 Mar 2026 0{n % 8}:00:00 GMT</pubDate></item>"
        for n, name in enumerate(names, 1)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>P</title>{entries}</channel></rss>'.encode()
    )


def slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def article(name: str, *texts: str, credit: str = "Reuters") -> bytes:
    """Give the page of a story."""
    body = "".join(f"<p>{text}</p>" for text in (*texts, *LONG))
    return (
        f'<!doctype html><html lang="en"><head><title>{name} - Paper</title><meta property="og:title" content="{name}">'
        f'<link rel="canonical" href="http://www.paper.example/{slug(name)}">'
        '<meta property="article:published_time" content="2026-03-04T07:30:00Z"><meta name="author" content="Ann Writer">'
        f'</head><body><article><h1>{name}</h1><figure><img src="/p.jpg"><figcaption>A port. Photo: {credit}</figcaption>'
        f"</figure>{body}</article></body></html>"
    ).encode()


class Paper:
    """An outlet: its feed, and its pages by path: a body, or a status."""

    def __init__(self) -> None:
        self.names: list[str] = ["Rain in Leeds", "Snow in York"]
        self.pages: dict[str, bytes | int] = {}
        self.kind = HTML

    def publish(self, name: str, *texts: str) -> None:
        """List a story and put up its page."""
        self.names.append(name)
        self.pages[f"/{slug(name)}"] = article(name, *texts)

    def __call__(self, handler: server.Handler) -> None:
        if handler.path == "/rss":
            handler.answer(200, feed(*self.names), Content_Type=RSS)
            return
        found = self.pages.get(handler.path.partition("?")[0], 404)
        if isinstance(found, int):
            handler.answer(found, b"", **({"Retry_After": "7200"} if found == 429 else {}))
        else:
            handler.answer(200, found, Content_Type=self.kind)


@contextmanager
def paper(folder: Path, *, settings: str = "", options: str = ""):
    """Serve the outlet to a newsroom that has polled it once."""
    (folder / "rules.yaml").write_text(RULES % (settings, options))
    outlet = Paper()
    with server.serve({"feeds.paper.example": outlet, "www.paper.example": outlet}) as web:
        newsroom = Newsroom(folder, web, outlet)
        newsroom.run()
        yield newsroom


class Newsroom:
    """Runs, an hour apart."""

    def __init__(self, folder: Path, web: Web, outlet: Paper) -> None:
        self.folder, self.web, self.outlet, self.now = folder, web, outlet, NOW
        self.hosts = web.host_map("feeds.paper.example", "www.paper.example")

    def run(self, **options):
        report = one_run(self.folder, self.hosts, self.now, **options)
        self.now += HOUR
        return report

    def store(self) -> Store:
        return open_store(f"sqlite:///{self.folder / 'stories.db'}", create=False)

    def titles(self) -> dict[str, Story]:
        store = self.store()
        with store.reading() as tx:
            found = {row.story.title: row.story for row in stories.iterate(tx)}
        store.close()
        return found

    def asked(self) -> list[str]:
        return [r.path for r in self.web.asked("www.paper.example")]


def test_a_new_story_is_completed_from_its_page_in_the_run_that_finds_it(tmp_path):
    with paper(tmp_path) as room:
        assert room.asked() == [], "what was there before is not fetched"
        assert set(room.titles()) == {"Rain in Leeds", "Snow in York"}
        room.outlet.publish("Cameras at the harbour", "They came from Xinjiang.")
        report = room.run()
        assert room.asked() == ["/cameras-at-the-harbour?at_medium=RSS"]
        assert (report.pages, report.matches, report.unread) == ({"read": 1}, 1, 0)
        story = room.titles()["Cameras at the harbour"]
        assert "They came from Xinjiang." in story.body
        assert (story.authors, story.photo.credit, story.access) == (("Ann Writer",), "Reuters", None)
        assert story.url == "http://www.paper.example/cameras-at-the-harbour?at_medium=RSS"
        assert story.published == datetime(2026, 3, 4, 3, 0, tzinfo=UTC), "the feed's, for newness"
        (request,) = room.web.asked("www.paper.example")
        assert request.headers["Accept"].startswith("text/html")
        assert request.headers["User-Agent"].startswith("copytaster/")
        assert len(room.web.asked("www.paper.example", "/robots.txt")) == 1


def test_a_dry_run_reads_pages_and_writes_nothing(tmp_path):
    with paper(tmp_path) as room:
        room.outlet.publish("Cameras at the harbour", "They came from Xinjiang.")
        dry = room.run(dry=True)
        assert (dry.pages, dry.matches) == ({"read": 1}, 1)
        assert "Cameras at the harbour" not in room.titles()
        assert room.run().matches == 1


def test_a_page_that_is_late_is_read_by_a_later_run(tmp_path):
    with paper(tmp_path) as room:
        room.outlet.publish("Cameras at the harbour", "They came from Xinjiang.")
        page = room.outlet.pages.pop("/cameras-at-the-harbour")
        report = room.run()
        assert (report.pages, report.matches, report.possible) == ({"failed": 1}, 0, 1)
        assert (
            "there is no page at http://www.paper.example/cameras-at-the-harbour" in report.page_failures[0]
        )
        room.outlet.pages["/cameras-at-the-harbour"] = page
        later = room.run()
        assert (later.pages, later.matches, later.stories) == ({"read": 1}, 1, {"revised": 1})
        assert len(room.asked()) == 2
        assert room.run().pages["failed"] == 0


def test_what_is_over_the_bound_waits_for_the_next_run(tmp_path):
    with paper(tmp_path, settings=", pages: 2") as room:
        for number in range(5):
            room.outlet.publish(f"Uyghur story number {number}")
        first = room.run()
        assert (first.pages, first.unread, first.matches) == ({"read": 2}, 3, 2)
        assert (second := room.run()).unread == 1
        assert second.matches == 2
        assert room.run().matches == 1
        assert len(set(room.asked())) == 5


def test_a_host_that_asks_to_be_left_alone_is_and_its_stories_are_decided(tmp_path):
    with paper(tmp_path) as room:
        for number in range(4):
            room.outlet.publish(f"Uyghur story number {number}")
            room.outlet.pages[f"/uyghur-story-number-{number}"] = 429
        report = room.run()
        assert len(room.asked()) == 1
        assert (report.pages, report.matches, report.unread) == ({"failed": 4}, 4, 0)
        room.outlet.publish("Uyghur story number 9")
        assert room.run().matches == 1
        assert len(room.asked()) == 1, "two hours were asked for"
        store = room.store()
        with store.reading() as tx:
            assert "www.paper.example" in sources.holds(tx, NOW + 2 * HOUR)
        store.close()


def test_a_site_that_turns_us_away_is_not_asked_for_page_after_page(tmp_path):
    with paper(tmp_path) as room:
        for number in range(7):
            room.outlet.publish(f"Uyghur story number {number}")
            room.outlet.pages[f"/uyghur-story-number-{number}"] = 403
        report = room.run()
        assert len(room.asked()) == TROUBLES
        assert (report.pages, report.matches) == ({"failed": 7}, 7)


def test_robots_txt_is_obeyed_for_pages(tmp_path):
    def forbids(handler: server.Handler) -> None:
        handler.answer(200, b"User-agent: *\nDisallow: /\n")

    def listed(handler: server.Handler) -> None:
        links = feed("Rain in Leeds", "Snow in York", "Uyghur story").replace(b"www.paper", b"robots.paper")
        handler.answer(200, links, Content_Type=RSS)

    with paper(tmp_path) as room:
        name = "robots.paper.example"
        with server.serve({name: forbids, "feeds.paper.example": listed}) as web:
            room.hosts = web.host_map("feeds.paper.example", name)
            report = room.run()
            assert len(web.asked(name, "/robots.txt")) == 1
            assert web.asked(name) == []
    assert "robots.txt" in report.page_failures[0]
    assert report.matches == 1


def test_no_link_of_a_feed_leads_to_an_address_inside(tmp_path):
    with paper(tmp_path) as room, server.serve({}) as inside:
        links = [
            f"http://127.0.0.1:{inside.port}/secret",
            "http://127.0.0.1/secret",
            "http://169.254.169.254/latest",
            "http://[::1]/secret",
            "http://www.paper.example/away",
        ]
        names = [f"Uyghur story {n}" for n in range(len(links))]

        def answer(handler: server.Handler) -> None:
            if handler.path == "/away":
                handler.answer(302, Location=f"http://127.0.0.1:{inside.port}/secret")
                return
            body = feed("Rain in Leeds", *names)
            for name, link in zip(names, links, strict=True):
                body = body.replace(
                    f"http://www.paper.example/{slug(name)}?at_medium=RSS".encode(), link.encode()
                )
            handler.answer(200, body, Content_Type=RSS)

        with server.serve({"feeds.paper.example": answer, "www.paper.example": answer}) as web:
            room.hosts = web.host_map("feeds.paper.example", "www.paper.example")
            report = room.run()
            assert len(web.asked("www.paper.example", "/away")) == 1
        assert inside.requests == []
    assert report.pages == {"failed": len(links)}
    assert report.matches == len(links), "the stories are decided by their headlines"


def test_a_page_bomb_costs_one_page_once(tmp_path):
    bomb = b"<html><body><h1>x</h1><p " + b" ".join(b"a%d=1" % n for n in range(600_000)) + b">y</p>"
    with paper(tmp_path) as room:
        room.outlet.publish("Uyghur bomb")
        room.outlet.publish("Uyghur story", "All is well.")
        room.outlet.pages["/uyghur-bomb"] = bomb
        report = room.run()
        assert "had to be stopped" in report.page_failures[0]
        assert report.matches == 2
        assert report.polled == {"news": 1}
        assert "All is well." in room.titles()["Uyghur story"].body
        room.run()
        assert room.asked().count("/uyghur-bomb?at_medium=RSS") == 1


def test_rounds_have_one_page_a_host_and_give_up_on_a_host_in_trouble():
    def page(number: int, host: str) -> Page:
        url = f"https://{host}/{number}"
        return Page(key=url, url=url, outlet="o", source="s", since=NOW, due=NOW)

    rounds = Rounds()
    rounds.add([page(n, "a.example") for n in range(6)] + [page(9, "b.example")])
    assert {p.url for p in rounds.ready()} == {"https://a.example/0", "https://b.example/9"}
    assert rounds.ready() == []
    for number in range(TROUBLES):
        assert rounds.unasked(NOW) == []
        rounds.done(PageRead(page=page(number, "a.example"), at=NOW, outcome=Outcome.TIMEOUT))
        rounds.ready()
    given_up = rounds.unasked(NOW)
    assert [r.page.url[-1] for r in given_up] == ["4", "5"]
    assert {r.outcome for r in given_up} == {Outcome.TIMEOUT}


def test_pages_of_an_outlet_that_is_not_read_any_more_are_settled(tmp_path):
    with paper(tmp_path, settings=", pages: 1") as room:
        room.outlet.publish("Uyghur story number 1")
        room.outlet.publish("Uyghur story number 2")
        assert room.run().unread == 1
        rules = (tmp_path / "rules.yaml").read_text().replace("articles: all", "articles: none")
        (tmp_path / "rules.yaml").write_text(rules)
        report = room.run()
        assert (report.unread, report.matches) == (0, 1)
        assert len(room.asked()) == 1
        store = room.store()
        with store.reading() as tx:
            assert pages.due(tx, NOW + 100 * HOUR) == ()
        store.close()
