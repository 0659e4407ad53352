"""The demo's newsroom: well-formed in every format, changing with the simulated hours, answering as servers do."""

import io
import json
import urllib.error
import urllib.request
from datetime import timedelta

import feedparser
import pytest
from lxml import etree, html

from monitor import config
from monitor.demo.outlets import INSTANTS, front, newsroom
from monitor.demo.pages import page
from monitor.demo.rulebook import rules_yaml
from monitor.demo.server import serving

FEEDS = {"rss": "rss20", "rss-full": "rss20", "atom": "atom10", "rdf": "rss10"}


@pytest.fixture(scope="module")
def outlets():
    return newsroom()


@pytest.mark.parametrize("instant", INSTANTS, ids=lambda i: f"{i:%H:%M}")
def test_every_feed_is_well_formed_and_lists_what_is_out(outlets, instant):
    for outlet in outlets.values():
        if outlet.format not in FEEDS:
            continue
        read = feedparser.parse(io.BytesIO(page(outlet, outlet.path, instant).body))
        assert (read.bozo, read.version) == (False, FEEDS[outlet.format]), outlet.key
        shown = front(outlet, instant)
        assert [e.title for e in read.entries] == [p.title for p in shown]
        assert [e.link for e in read.entries] == [p.link for p in shown]


def test_json_feed_sitemap_and_listing_are_well_formed(outlets):
    archive, journal, institute = outlets["archive"], outlets["journal"], outlets["institute"]
    feed = json.loads(page(archive, archive.path, INSTANTS[1]).body)
    assert [i["title"] for i in feed["items"]] == [p.title for p in front(archive, INSTANTS[1])]
    sitemap = etree.fromstring(page(journal, journal.path, INSTANTS[1]).body)
    assert [e.text for e in sitemap.iterfind(".//{*}loc")] == [p.link for p in front(journal, INSTANTS[1])]
    listing = html.fromstring(page(institute, institute.path, INSTANTS[1]).body)
    links = [a.get("href") for a in listing.cssselect("ul.publications a")]
    assert links == [f"/{p.slug}" for p in front(institute, INSTANTS[1])]


def test_nothing_is_listed_before_it_is_published(outlets):
    for outlet in outlets.values():
        for instant in INSTANTS:
            assert all(p.published <= instant for p in front(outlet, instant)), outlet.key


def test_every_listed_story_has_a_page(outlets):
    for outlet in outlets.values():
        for piece in front(outlet, INSTANTS[2]) if outlet.format != "none" else ():
            found = page(outlet, f"/{piece.slug}", INSTANTS[2])
            assert piece.title in html.fromstring(found.body).xpath("string(//h1)")


def test_what_the_issue_asks_for_is_there(outlets):
    wire, courier = outlets["wire"], outlets["courier"]
    copy = next(p for p in front(courier, INSTANTS[2]) if "fourteen months" in p.title)
    original = next(p for p in front(wire, INSTANTS[1]) if p.name == "mw-260311-110")
    assert copy.body == original.body
    again = next(p for p in front(wire, INSTANTS[2]) if p.name == "mw-260311-110")
    assert again.link == original.link
    assert again.guid != original.guid
    assert again.published > original.published
    assert again.body == original.body
    reprint = next(p for p in front(courier, INSTANTS[2]) if p.title.startswith("Guest article"))
    mosques = next(p for p in front(outlets["archive"], INSTANTS[1]) if p.name == "seven-mosques")
    assert reprint.body.endswith(mosques.body)
    assert reprint.body != mosques.body
    for key, title in (("broadcaster", "Morning briefing"), ("archive", "Weekly round-up")):
        assert [p.title for p in front(outlets[key], INSTANTS[1])].count(title) == 2
    frozen = outlets["old-post"]
    assert front(frozen, INSTANTS[0]) == front(frozen, INSTANTS[2])
    assert front(frozen, INSTANTS[0])[0].published < INSTANTS[0] - timedelta(days=365)


def _get(servers, host, path, **headers):
    request = urllib.request.Request(f"http://{servers.address[0]}:{servers.address[1]}{path}")
    request.add_header("Host", host)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_servers_tell_hosts_apart_and_answer_conditional_requests(outlets):
    with serving(outlets, INSTANTS[1]) as servers:
        status, headers, body = _get(servers, "institute.example", "/publications")
        assert status == 200
        assert b"court notices" in body
        etag = headers["ETag"]
        assert _get(servers, "institute.example", "/publications", If_None_Match=etag)[::2] == (304, b"")
        servers.now = INSTANTS[0]
        assert _get(servers, "institute.example", "/publications", If_None_Match=etag)[0] == 200
        assert _get(servers, "gazette.example", "/rss/all.xml")[0] == 404
        assert _get(servers, "unknown.example", "/")[0] == 404
        assert b"Disallow" in _get(servers, "gazette.example", "/robots.txt")[2]
        assert _get(servers, "oldpost.example", "/rss/world.xml")[1]["ETag"] is None
        assert [a.conditional for a in servers.asked if a.path == "/publications"] == [False, True, True]
        assert set(servers.host_map) == {o.host for o in outlets.values()}


def test_the_demo_runs_under_the_shipped_rules(outlets, tmp_path):
    text = rules_yaml(outlets.values())
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    room = config.load(path)
    shipped = config.loads(config.template(), tmp_path / "shipped.yaml", None)
    assert {n: room.rulebook.digest(n) for n in room.rulebook.rules} == {
        n: shipped.rulebook.digest(n) for n in shipped.rulebook.rules
    }
    assert [o.name for o in room.outlets] == list(outlets)
    assert [o.title for o in room.outlets] == [o.title for o in outlets.values()]
