"""The doctor says what changed and what would mend it, with lines that rules.yaml takes and commands that exist."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor import config
from monitor.app.doctor import diagnose, take_as_usual
from monitor.app.intake import Intake, history
from monitor.app.journal import begin
from monitor.crawl.catalogue import declared_outlets
from monitor.errors import ConfigError
from monitor.schedule import Health
from monitor.store import sources
from monitor.story import Outcome, Poll
from tests.newsrooms import RULES, newsroom, story

URL = "https://news.example/feed"
MADE = RULES + f'sources:\n  - {{feed: "{URL}", outlet: The News}}\n  - bbc\n'
LISTED = RULES + 'sources:\n  - {listing: "https://ngo.example/news", outlet: NGO, links: "h3 a"}\n'
RSS = "application/rss+xml"


def opened(folder, rules=MADE):
    return newsroom(folder, rules, outlets=declared_outlets().values())


def take(room, *, hours=1.0, name="the-news", count=0, total=30, summary="S", **more):
    """Take in one poll of the first source of an outlet."""
    room.clock.forward(hours=hours)
    outlet = next(o for o in room.wire.newsroom.outlets if o.name == name)
    given = tuple(
        story(f"{room.clock():%d %H} {n}", outlet=name, at=room.clock(), summary=summary)
        for n in range(count)
    )
    more = {
        "outcome": Outcome.NEWS if count else Outcome.UNCHANGED,
        "status": 200,
        "content_type": RSS,
        **more,
    }
    poll = Poll(source=outlet.sources[0], at=room.clock(), total=total, stories=given, **more)
    with room.wire.store.writing() as tx:
        run = begin(tx, "run", room.clock())
        past = history(sources.states(tx).values())
    Intake(wire=room.wire, run_id=run, outlets={name: outlet}, past=past).take(poll)


def usual(room, **more):
    for _ in range(6):
        take(room, count=5, size=45_000, **more)


def look(room, name="the-news"):
    (found,) = diagnose(room.wire, name, shown=10, shipped=frozenset(declared_outlets()))
    return found


def lines(found):
    return [r.line for r in found.remedies if r.line]


def commands(found):
    return [r.command for r in found.remedies if r.command]


def loads(line, rules=RULES):
    return config.loads(f"{rules}sources:\n  - {line}\n", Path("rules.yaml"), outlets=declared_outlets())


def test_a_healthy_source_needs_nothing(tmp_path):
    with opened(tmp_path) as room:
        usual(room)
        found = look(room)
    assert (found.name, found.url, found.health) == ("the-news", URL, Health.OK)
    assert (found.changes, found.remedies) == ((), ())
    assert [(p.status, p.size, p.total, p.new) for p in found.fetches] == [(200, 45_000, 30, 5)] * 6


def test_a_source_that_was_never_polled(tmp_path):
    with opened(tmp_path) as room:
        found = look(room)
    assert (found.health, found.fetches, found.changes) == (Health.OK, (), ())


def test_a_consent_page_instead_of_the_feed(tmp_path):
    consent = {
        "outcome": Outcome.NOT_A_FEED,
        "detail": "the-news: https://consent.example/ answers with a consent, login or challenge page",
        "content_type": "text/html",
        "landed": "https://consent.example/collect?to=1",
        "size": 1200,
        "total": 0,
    }
    with opened(tmp_path) as room:
        usual(room)
        for _ in range(4):
            take(room, **consent)
        found = look(room)
    assert found.health is Health.DECAYED
    assert found.changes == (
        "failed 4 times in a row since 4 March 2026 19:00 UTC (not-a-feed); last read 4 March 2026 18:00 UTC",
        "content type: application/rss+xml, now text/html, since 4 March 2026 19:00 UTC",
        "redirected to https://consent.example/collect?to=1, since 4 March 2026 19:00 UTC",
        "45,000 bytes long in the median, now 1,200, since 4 March 2026 19:00 UTC",
    )
    assert "It redirects to consent.example" in found.remedies[0].text
    assert commands(found) == ["copytaster sources add https://news.example/"]


def test_a_page_that_names_a_feed(tmp_path):
    detail = f"the-news: {URL} is a web page, not a feed. It names these feeds: https://news.example/new.xml, https://x.example/."
    with opened(tmp_path) as room:
        usual(room)
        take(room, outcome=Outcome.NOT_A_FEED, detail=detail, total=0)
        found = look(room)
    assert lines(found) == ['{feed: "https://news.example/new.xml", outlet: "The News"}']
    assert "in place of the one for this address in rules.yaml" in found.remedies[0].text
    (outlet,) = loads(lines(found)[0]).outlets
    assert (outlet.name, outlet.sources[0].url) == ("the-news", "https://news.example/new.xml")


def test_a_sitemap_where_a_feed_was(tmp_path):
    with opened(tmp_path) as room:
        take(room, outcome=Outcome.NOT_A_FEED, detail=f"{URL} is a sitemap, not a feed: declare it", total=0)
        assert lines(look(room)) == [f'{{sitemap: "{URL}", outlet: "The News"}}']


def test_a_dead_selector(tmp_path):
    with opened(tmp_path, LISTED) as room:
        usual(room, name="ngo")
        for _ in range(2):
            take(room, name="ngo", outcome=Outcome.NOT_A_FEED, detail="'h3 a' finds no story link", total=0)
        found = look(room, "NGO")
    assert found.health is Health.DECAYED
    assert "(now: h3 a)" in found.remedies[0].text
    (outlet,) = loads(lines(found)[0]).outlets
    assert outlet.sources[0].links == "article h2 a"


def test_fewer_entries_than_usual(tmp_path):
    with opened(tmp_path) as room:
        usual(room)
        for _ in range(3):
            take(room, count=1, total=2, size=44_000)
        assert look(room).changes == ("30 entries in it in the median, now 2, since 4 March 2026 19:00 UTC",)


@pytest.mark.parametrize(
    ("outcome", "more", "words", "command"),
    [
        (
            Outcome.HTTP_ERROR,
            {"status": 404},
            "The address is gone.",
            "copytaster sources add https://news.example/",
        ),
        (
            Outcome.GONE,
            {"status": 410},
            "The address is gone.",
            "copytaster sources add https://news.example/",
        ),
        (Outcome.EMPTY, {}, "cannot be used", "copytaster sources add https://news.example/"),
        (Outcome.MALFORMED, {}, "cannot be used", "copytaster run --source the-news"),
        (Outcome.BLOCKED, {"status": 403}, "Say who you are", "copytaster sources add https://news.example/"),
        (
            Outcome.ROBOTS,
            {"status": None},
            "robots.txt forbids",
            "copytaster sources add https://news.example/",
        ),
        (Outcome.DNS, {"status": None}, "No address is known", "copytaster run --source the-news"),
        (Outcome.TLS, {"status": None}, "certificate of news.example", "copytaster run --source the-news"),
        (Outcome.TIMEOUT, {"status": None}, "Nothing to change", "copytaster run --source the-news"),
        (
            Outcome.FORBIDDEN_ADDRESS,
            {"status": None},
            "private or refused",
            "copytaster run --source the-news",
        ),
        (Outcome.TOO_BIG, {}, "cannot be used", "copytaster sources add https://news.example/"),
        (Outcome.HOSTILE, {}, "cannot be used", "copytaster sources add https://news.example/"),
        (Outcome.HTTP_ERROR, {"status": 500}, "Nothing to change", "copytaster run --source the-news"),
    ],
)
def test_every_failure_has_its_remedy(tmp_path, outcome, more, words, command):
    with opened(tmp_path) as room:
        usual(room)
        take(room, outcome=outcome, total=0, content_type="", **more)
        found = look(room)
    assert words in found.remedies[0].text
    assert command in commands(found)
    assert found.changes[0].startswith("failed once in a row since")


def test_a_limit_gives_a_slower_pace(tmp_path):
    with opened(tmp_path) as room:
        take(room, outcome=Outcome.RATE_LIMITED, status=429, total=0)
        line = lines(look(room))[0]
    assert loads(line).outlets[0].sources[0].interval == timedelta(hours=1)


def test_silence_of_a_shipped_outlet_is_mended_without_its_address(tmp_path):
    with opened(tmp_path) as room:
        take(room, name="bbc", count=5)
        take(room, name="bbc", hours=24 * 40)
        found = next(
            d for d in diagnose(room.wire, "BBC", shown=3, shipped=frozenset(declared_outlets())) if d.fetches
        )
    assert found.health is Health.SILENT
    assert lines(found) == ['{outlet: "bbc", max_silence: "60d"}']
    (outlet,) = loads(lines(found)[0]).outlets
    assert {s.max_silence for s in outlet.sources} == {timedelta(days=60)}
    assert "in place of  - bbc  in rules.yaml" in found.remedies[1].text


def test_a_feed_that_gives_less_text_and_a_person_who_takes_it_for_usual(tmp_path):
    with opened(tmp_path) as room:
        for _ in range(8):
            take(room, count=5, hours=6)
        for _ in range(6):
            take(room, count=5, hours=6, summary="")
        found = look(room)
        assert found.health is Health.DECAYED
        assert found.changes[-1].startswith("summary: 100% of stories had one, now 0 of the last")
        (outlet,) = loads(lines(found)[0]).outlets
        assert outlet.articles == "all"
        assert commands(found)[-1] == "copytaster sources doctor the-news --accept"
        assert take_as_usual(room.wire, "The News") == ("the-news",)
        assert look(room).health is Health.OK
        assert take_as_usual(room.wire, "The News") == ()


def test_a_moved_source_is_given_its_new_line(tmp_path):
    with opened(tmp_path) as room:
        for _ in range(4):
            take(room, hours=24, moved_to="https://new.example/feed")
        found = look(room)
    assert any(c.startswith("moved for good to https://new.example/feed") for c in found.changes)
    assert lines(found) == ['{feed: "https://new.example/feed", outlet: "The News"}']


def test_an_unknown_name_says_which_are_known(tmp_path):
    with opened(tmp_path) as room, pytest.raises(ConfigError, match=r'no source "cnn".*bbc.*the-news'):
        look(room, "cnn")
