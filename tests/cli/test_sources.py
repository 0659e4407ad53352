"""sources list, add, import, export; channels list and test."""

import json

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
    assert "(economist, not polled: add a line `- economist` to sources)" in more


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
