"""Sound files: what they mean."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Newsroom, load, load_rulebook, loads
from monitor.errors import ConfigError, RulesError
from monitor.matching import match
from monitor.routes import TERMINAL, Pace, Priority, Route
from monitor.story import Articles, Outlet, Source, SourceKind, Story

BBC = Outlet(
    name="bbc",
    title="BBC",
    sources=(Source(url="https://bbc.example/rss"), Source(url="https://bbc.example/asia", section="asia")),
    zone="Europe/London",
)


def newsroom(text: str) -> Newsroom:
    return loads(text, Path("rules.yaml"), {"bbc": BBC})


def hits(text: str, title: str, body: str = "", outlet: str = "x") -> tuple[str, ...]:
    story = Story(outlet, title, "https://x.example/1", datetime(2021, 2, 3, tzinfo=UTC), body)
    return tuple(found.rule for found in match(story, newsroom(text).rulebook))


def test_rules_alone_are_a_whole_file() -> None:
    room = newsroom("rules:\n  Huawei: [Huawei]\n")
    assert room.routes == (Route(to=("terminal",)),)
    assert room.channels == {"terminal": TERMINAL}
    assert room.outlets == ()
    assert room.zone == "UTC"
    assert len(room.hash) == 64


FULL = """\
version: 1
timezone: Europe/Berlin
operator: {name: The desk, mail: ops@example.org, to: [ops-mail]}
terms:
  region: [Uyghur*, Xinjiang]
rules:
  Everything: [$region]
  Technology:
    all:
      - [Huawei, Hikvision]
      - $region
    none: [advert]
    priority: high
    tags: [tech]
    formerly: [Tech]
    follow_ups: no
routes:
  - {rules: {priority: high}, to: [desk-chat], when: at once}
  - {to: [desk-mail], when: daily 07:00}
channels:
  desk-chat: {url: "env:DESK_CHAT"}
  desk-mail: {url: "env:DESK_MAIL", to: [editor@example.org]}
  ops-mail: {url: "file:/run/secrets/mail", to: [ops@example.org]}
sources:
  - bbc
  - {feed: "https://news.example/china/rss", outlet: The News}
  - {outlet: our-site, feed: "https://example.org/feed", ours: true}
settings: {contact: "https://example.org/us", database: stories.db, keep_bodies: 2 years, max_age: 10 days, burst: 5}
briefs:
  weekly: {title: Weekly Brief, when: "Friday 09:00", sections: [News, Statements], to: [desk-mail]}
"""


def test_every_section_is_read() -> None:
    room = newsroom(FULL)
    assert room.warnings == ()
    assert room.operator.to == ("ops-mail",)
    assert room.routes[0].priority is Priority.HIGH
    assert (room.routes[1].when.pace, room.routes[1].when.at) == (Pace.DAILY, time(7))
    assert room.routes[1].when.zone == "Europe/Berlin"
    assert room.channels["desk-mail"].to == ("editor@example.org",)
    assert room.settings.keep_bodies == timedelta(days=730)
    assert (room.settings.max_age, room.settings.burst) == (timedelta(days=10), 5)
    assert room.briefs["weekly"].sections == ("News", "Statements")
    rule = room.rulebook.rules["Technology"]
    assert (rule.priority, rule.tags, rule.formerly, rule.follow_ups) == (
        Priority.HIGH,
        ("tech",),
        ("Tech",),
        0,
    )


def test_outlets_add_up() -> None:
    bbc, news, ours = newsroom(FULL).outlets
    assert bbc.sources == BBC.sources
    assert (news.name, news.title, news.hosts) == ("the-news", "The News", ("news.example",))
    assert ours.ours
    text = """\
rules: {A: [x]}
sources:
  - {outlet: bbc, interval: 5m}
  - {outlet: bbc, listing: "https://bbc.example/list", links: "a.story", articles: all}
  - {sitemap: "https://www.paper.example/news.xml", max_silence: 3d}
"""
    bbc, paper = newsroom(text).outlets
    assert [source.interval for source in bbc.sources] == [timedelta(minutes=5)] * 2 + [timedelta(minutes=15)]
    assert (bbc.sources[2].kind, bbc.sources[2].links) == (SourceKind.LISTING, "a.story")
    assert (bbc.articles, bbc.zone) == (Articles.ALL, "Europe/London")
    assert (paper.name, paper.sources[0].max_silence) == ("paper-example", timedelta(days=3))


def test_an_address_without_the_plain_name_replaces_the_shipped_ones() -> None:
    (bbc,) = newsroom('rules: {A: [x]}\nsources: [{outlet: bbc, feed: "https://bbc.example/one"}]\n').outlets
    assert [source.url for source in bbc.sources] == ["https://bbc.example/one"]
    assert bbc.zone == "Europe/London"


def test_a_list_inside_all_means_one_of_these() -> None:
    text = "rules:\n  A:\n    all: [one, [two, three]]\n    none: [four]\n"
    assert hits(text, "one two") == ("A",)
    assert hits(text, "one three") == ("A",)
    assert hits(text, "two three") == ()
    assert hits(text, "one two four") == ()


def test_other_forms_and_their_conjunction() -> None:
    assert hits("rules:\n  A:\n    at_least: 2\n    of: [one, two, three]\n", "three one") == ("A",)
    assert hits(
        "rules:\n  A:\n    score: {one: 3, two words: 1.5}\n    threshold: 4\n", "one, two words"
    ) == ("A",)
    assert hits("rules:\n  A:\n    query: 'one AND NOT two'\n", "one two") == ()
    both = "rules:\n  A:\n    any: [one]\n    at_least: 2\n    of: [two, three, four]\n"
    assert hits(both, "one two four") == ("A",)
    assert hits(both, "two four") == ()


def test_terms_that_yaml_would_convert_are_words() -> None:
    assert hits("rules:\n  A: [2022, NO]\n", "Olympics 2022") == ("A",)
    assert hits("rules:\n  A: [NO]\n", "no comment") == ("A",)


def test_scopes() -> None:
    text = "rules:\n  A:\n    any: [x]\n    outlets: [The News]\n    active: {from: 2022-01-01, until: 2022-03-31}\n"
    scope = newsroom("timezone: Europe/Berlin\n" + text).rulebook.rules["A"].scope
    berlin = ZoneInfo("Europe/Berlin")
    assert scope.outlets_include == ("the-news",)
    assert scope.active_from == datetime(2022, 1, 1, tzinfo=berlin)
    assert scope.active_until == datetime(2022, 4, 1, tzinfo=berlin)


def test_load_reads_files_and_says_why_not(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    with pytest.raises(ConfigError, match="copytaster init"):
        load(path)
    path.write_bytes("rules:\n  A: [caf\u00e9]\n".encode("latin-1"))
    with pytest.raises(RulesError, match=r"rules.yaml:2:10: this is not UTF-8"):
        load(path)
    path.write_text("rules:\n  A: [x]\nsources: [anything]\n", "utf-8")
    assert set(load_rulebook(path).rules) == {"A"}
    with pytest.raises(RulesError, match="there is no outlet"):
        load(path)


def test_warnings_do_not_keep_a_file_out_of_force() -> None:
    room = newsroom('rules: {A: [x]}\nchannels: {desk: {url: "env:DESK"}}\n')
    assert [str(warning) for warning in room.warnings] == [
        'rules.yaml:2:12: warning: channel "desk": no route, brief or operator uses it; nothing will be sent there'
    ]


@pytest.mark.parametrize("keep", ["[bbc, The Own, nobody]", "[BBC, the-own]", "longest", "[The BBC, theown]"])
def test_a_preferred_outlet_that_nothing_polls_is_warned_of(keep: str) -> None:
    own = 'sources: [bbc, {feed: "https://own.example/feed", outlet: The Own}]\n'
    text = f"rules: {{A: [x]}}\n{own}routes:\n  - to: [terminal]\n    duplicates: {{keep: {keep}}}\n"
    nothing = "warning: route 1: duplicates: keep: nothing under sources: is called"
    said = {
        "[bbc, The Own, nobody]": [f'5:39: {nothing} "nobody"'],
        "[The BBC, theown]": [
            f'5:25: {nothing} "the-bbc" (did you mean "bbc"?)',
            f'5:34: {nothing} "theown" (did you mean "the-own"?)',
        ],
    }
    assert [str(w) for w in newsroom(text).warnings] == [f"rules.yaml:{one}" for one in said.get(keep, [])]
    assert newsroom(text.replace(own, "")).warnings == ()  # rules alone: what is polled is not known
    assert loads(text, Path("rules.yaml"), None).warnings == ()


def test_an_outlet_called_by_its_title_is_named() -> None:
    times = Outlet(name="nyt", title="The New York Times")
    text = "sources: [bbc]\nrules:\n  A: {any: [x], outlets: [The New York Times]}\n"
    text += "routes: [{to: [terminal], duplicates: {keep: [The New York Times]}}]\n"
    found = loads(text, Path("rules.yaml"), {"bbc": BBC, "nyt": times}).warnings
    assert len(found) == 2
    assert all('(did you mean "nyt"?)' in str(one) for one in found)


def test_rules_limited_to_an_outlet_that_nothing_polls_are_warned_of() -> None:
    text = "sources: [bbc]\nrules:\n  A: {any: [x], outlets: [bcc]}\n"
    assert [str(w) for w in newsroom(text).warnings] == [
        'rules.yaml:3:3: warning: rule "A": outlets: nothing under sources: is called "bcc" (did you mean "bbc"?)'
    ]


def test_a_secret_is_never_repeated() -> None:
    for url in ("slack://tokena/tokenb", "https://hooks.example/T0KEN", "T0KEN"):
        with pytest.raises(RulesError) as caught:
            newsroom(f'rules: {{A: [x]}}\nchannels: {{desk: {{url: "{url}"}}}}\n')
        assert "tok" not in str(caught.value).casefold().replace("t0ken", "tok")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_date_at_the_edge_of_the_calendar_is_a_mistake(day: str) -> None:
    with pytest.raises(RulesError, match="takes a date such as 2022-03-31"):
        loads(f"rules: {{A: {{any: [xx], active: {{until: {day}}}}}}}\n", Path("rules.yaml"), None)
