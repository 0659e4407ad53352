"""sources list, add, check, import, export; channels list and test."""

import json
from datetime import UTC, datetime

from tests.alerts.servers import web as hook
from tests.cli.calling import RULES, copytaster, folder_with, over
from tests.cli.serving import RSS, feed, serving

PAGE = b"""<html><head><title>The Example</title>
<link rel="alternate" type="application/rss+xml" title="News" href="/news.xml"></head><body>Hello</body></html>"""
COMMENTED = RULES + "# what we poll\nsources:\n  - bbc   # by name\n\n# the end\n"


def test_add_finds_the_feed_previews_and_keeps_every_comment(tmp_path):
    room = folder_with(tmp_path / "room", COMMENTED)
    (room / "rules.yaml").chmod(0o640)
    with serving() as web:
        web.pages["paper.example", "/"] = ("text/html", PAGE)
        web.pages["paper.example", "/news.xml"] = (RSS, feed("Rain in Leeds", "Uyghur poet freed"))
        done = over({"paper.example": web.port}, "add", room, "http://paper.example/", "--yes")
    assert done.code == 0, done
    assert "The Example: 2 stories, the newest of 24 November 2026" in done.out
    assert "Your rules would have met 1 of them:" in done.out
    assert "Uyghur poet freed  (Uyghurs)" in done.out
    text = (room / "rules.yaml").read_text()
    added = '  - {feed: "http://paper.example/news.xml", outlet: "The Example"}\n'
    assert text == COMMENTED.replace("  - bbc   # by name\n", "  - bbc   # by name\n" + added)
    assert (room / "rules.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in room.iterdir()) == ["rules.yaml"], "no database is needed, none is made"
    again = copytaster("sources", "add", "http://paper.example/news.xml", "--dir", room)
    assert again.code == 2
    assert "polled already, for The Example" in again.err


def test_add_asks_and_a_no_changes_nothing(tmp_path):
    room = folder_with(tmp_path / "room", COMMENTED)
    with serving() as web:
        web.pages["paper.example", "/news.xml"] = (RSS, feed("Rain in Leeds"))
        done = over({"paper.example": web.port}, "add", room, "http://paper.example/news.xml", given="n\n")
    assert done.code == 0, done
    assert "would have met none of them." in done.out
    assert "Nothing was changed." in done.out
    assert (room / "rules.yaml").read_text() == COMMENTED


def test_add_says_why_an_address_will_not_do(tmp_path):
    room = folder_with(tmp_path / "room", COMMENTED)
    with serving() as web:
        web.pages["paper.example", "/"] = ("text/html", b"<html><title>Nothing here</title></html>")
        done = over({"paper.example": web.port}, "add", room, "http://paper.example/", "--yes")
    assert done.code == 2, done
    assert "is no feed and names none" in done.err
    private = over({}, "add", room, "http://127.0.0.1/feed", "--yes")
    assert private.code == 2
    assert "Nothing was changed" in private.err
    assert copytaster("sources", "add", "file:///etc/passwd", "--dir", room).code == 2
    assert (room / "rules.yaml").read_text() == COMMENTED


def test_add_leaves_a_broken_file_alone(tmp_path):
    room = folder_with(tmp_path / "room", "rules:\n  A: {anny: [x]}\n")
    done = copytaster("sources", "add", "https://paper.invalid/feed", "--dir", room)
    assert done.code == 2
    assert "rules.yaml:2:" in done.err


def test_opml_goes_out_and_comes_back(tmp_path):
    room = folder_with(tmp_path / "room", COMMENTED)
    assert copytaster("sources", "export", tmp_path / "feeds.opml", "--dir", room).code == 0
    refused = copytaster("sources", "export", tmp_path / "feeds.opml", "--dir", room)
    assert refused.code == 2, "a file that is there is not overwritten"
    shown = copytaster("sources", "export", "--dir", room).out
    assert shown.strip() == (tmp_path / "feeds.opml").read_text("utf8").strip()
    other = folder_with(tmp_path / "other", RULES)
    first = copytaster("sources", "import", tmp_path / "feeds.opml", "--dir", other)
    assert first.code == 0, first
    count = shown.count("xmlUrl=")
    assert count
    assert first.out == f"{count} feeds added, 0 polled already.\n"
    assert "# The desk's rules." in (other / "rules.yaml").read_text()
    again = copytaster("sources", "import", tmp_path / "feeds.opml", "--dir", other)
    assert again.out == f"0 feeds added, {count} polled already.\n"


def test_import_of_what_is_no_opml(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    (tmp_path / "x.opml").write_text("hello")
    for path in (tmp_path / "x.opml", tmp_path / "none.opml"):
        done = copytaster("sources", "import", path, "--dir", room)
        assert done.code == 2, done
        assert done.err
    assert (room / "rules.yaml").read_text() == RULES


def test_list_shows_what_could_be_polled_too(tmp_path):
    room = folder_with(tmp_path, COMMENTED)
    listed = copytaster("sources", "list", "--dir", room).out
    assert "(bbc)" in listed
    assert "seen live: never" in listed
    assert "economist" not in listed
    more = copytaster("sources", "list", "--available", "--dir", room).out
    assert "(economist, not polled: copytaster sources add economist)" in more


def test_a_channel_is_tried_with_a_marked_message_and_its_secret_stays_hidden(tmp_path):
    rules = RULES + 'channels:\n  desk: {url: "env:DESK"}\noperator: {to: [desk]}\n'
    with hook() as desk:
        room = folder_with(tmp_path, rules, f"DESK=webhook://s3cret-token@127.0.0.1:{desk.port}/in\n")
        done = copytaster("channels", "test", "desk", "--dir", room)
        listed = copytaster("channels", "list", "--dir", room)
    assert done.code == 0, done
    assert done.out.startswith("desk: accepted")
    (post,) = desk.posts
    assert "This is a test message" in json.loads(post.body)["lines"][0]
    assert "desk: webhook://****" in listed.out
    assert "s3cret" not in done.out + done.err + listed.out + listed.err
    with hook(status=403) as closed:
        folder_with(tmp_path, rules, f"DESK=webhook://s3cret-token@127.0.0.1:{closed.port}/in\n")
        refused = copytaster("channels", "test", "desk", "--dir", tmp_path)
    assert refused.code == 1
    assert "NOT accepted" in refused.out
    unknown = copytaster("channels", "test", "dsk", "--dir", tmp_path)
    assert unknown.code == 2
    assert "The channels are: " in unknown.err
    assert not (tmp_path / "stories.db").exists()


TWO = """
sources:
  - {feed: "http://one.example/feed", outlet: One}
  - {feed: "http://two.example/feed", outlet: Two}
  - {feed: "http://three.example/feed", outlet: Three, max_silence: 7d}
"""


def today(*titles):
    """A feed that is fresh on whatever day this runs."""
    return feed(*titles).replace(b"24 Nov 2026", f"{datetime.now(UTC):%d %b %Y}".encode())


def test_check_asks_every_source_once_and_counts_the_healthy(tmp_path):
    room = folder_with(tmp_path / "room", RULES + TWO)
    old = feed("Rain in Leeds").replace(b"24 Nov 2026", b"27 Jan 2025")
    with serving() as web:
        web.pages["one.example", "/feed"] = (RSS, today("Rain in Leeds", "Uyghur poet freed"))
        web.pages["three.example", "/feed"] = (RSS, old)
        hosts = {f"{name}.example": web.port for name in ("one", "two", "three")}
        done = over(hosts, "check", room)
        asked = [a for a in web.asked if a[1] == "/feed"]
        told = over(hosts, "check", room, "--json")
        single = over(hosts, "check", room, "one")
    assert done.code == 3, done
    assert "1 of 3 healthy." in done.out
    assert "two: two.example answered with an error (404 Not Found)." in done.out
    assert "three: answers, but its newest story is of 27 January 2025" in done.out
    assert "one:" not in done.out
    assert sorted(a[0] for a in asked) == ["one.example", "three.example", "two.example"]
    assert told.code == 3
    assert (told.json["sources"], told.json["healthy"]) == (3, 1)
    assert [c["healthy"] for c in told.json["checked"]] == [True, False, False]
    assert single.code == 0
    assert "1 of 1 healthy." in single.out
    assert sorted(p.name for p in room.iterdir()) == ["rules.yaml"], "nothing is recorded"


def test_check_of_an_unknown_name_and_of_nothing(tmp_path):
    room = folder_with(tmp_path / "room", RULES + TWO)
    wrong = copytaster("sources", "check", "fuor", "--dir", room)
    assert wrong.code == 2
    assert "The sources are: one, three, two." in wrong.err
    empty = folder_with(tmp_path / "empty", RULES)
    done = copytaster("sources", "check", "--dir", empty)
    assert done.code == 0
    assert "Nothing is polled yet" in done.out


def test_an_outlet_that_ships_is_added_by_its_name(tmp_path):
    room = folder_with(tmp_path / "room", COMMENTED)
    with serving() as web:
        web.pages["www.cecc.gov", "/rss.xml"] = (RSS, feed("Uyghur poet freed", name="CECC"))
        done = over({"www.cecc.gov": web.port}, "add", room, "cecc", "--yes")
    assert done.code == 2, "its address is https, which this server does not speak"
    assert (
        "None of the addresses of Congressional-Executive Commission on China brings stories now" in done.err
    )
    assert "write `- cecc` under sources:" in done.err
    assert (room / "rules.yaml").read_text() == COMMENTED
    with serving() as web:
        web.pages["www.people.com.cn", "/rss/politics.xml"] = (RSS, today("Uyghur poet freed", "Rain"))
        done = over({"www.people.com.cn": web.port}, "add", room, "people-daily", "--yes")
    assert done.code == 0, done
    assert "People's Daily: 1 of 1 address healthy." in done.out
    assert "Your rules would have met 1 of them:" in done.out
    added = COMMENTED.replace("  - bbc   # by name\n", "  - bbc   # by name\n  - people-daily\n")
    assert (room / "rules.yaml").read_text() == added
    unknown = copytaster("sources", "add", "cec", "--dir", room)
    assert unknown.code == 2
    assert 'There is no outlet "cec"' in unknown.err
    polled = copytaster("sources", "add", "bbc", "--dir", room)
    assert polled.code == 2
    assert "BBC News is polled already" in polled.err
