"""sources doctor, as people and scripts call it."""

from monitor.story import Outcome
from tests.app.test_doctor import MADE, RSS, opened, take
from tests.cli.calling import copytaster

NAMED = "the-news: http://x.example is a web page, not a feed. It names these feeds: https://news.example/new.xml."


def sick(folder):
    with opened(folder) as room:
        for _ in range(6):
            take(room, count=5, size=45_000)
        for _ in range(3):
            take(room, outcome=Outcome.NOT_A_FEED, detail=NAMED, content_type="text/html", size=900, total=0)


def test_people_see_fetches_changes_and_the_exact_line(tmp_path):
    sick(tmp_path)
    done = copytaster("sources", "doctor", "The News", "--dir", tmp_path, "--fetches", 4)
    assert done.code == 3, done
    lines = done.out.splitlines()
    assert lines[0].startswith("the-news  https://news.example/feed: decayed since 04 Mar 2026 20:00")
    assert "   04 Mar 2026 21:00     200        900        0     0  not-a-feed" in lines
    assert "   04 Mar 2026 18:00     200     45,000       30     5  news" in lines
    assert len([line for line in lines if line.startswith("   04 Mar")]) == 4
    assert f"   content type: {RSS}, now text/html, since 4 March 2026 19:00 UTC" in lines
    assert '      - {feed: "https://news.example/new.xml", outlet: "The News"}' in lines


def test_machines_get_one_document(tmp_path):
    sick(tmp_path)
    done = copytaster("sources", "doctor", "the-news", "--dir", tmp_path, "--json")
    (found,) = done.json["sources"]
    assert (done.code, found["health"], found["fetches"][0]["outcome"]) == (3, "decayed", "not-a-feed")
    assert found["remedies"][0]["line"] == '{feed: "https://news.example/new.xml", outlet: "The News"}'


def test_a_well_source_is_exit_0_and_accepting_it_changes_nothing(tmp_path):
    with opened(tmp_path) as room:
        take(room, count=5)
    done = copytaster("sources", "doctor", "the-news", "--dir", tmp_path, "--accept")
    assert done.code == 0, done
    assert "It was not held to be decayed; nothing was changed." in done.out
    assert "Nothing changed in the polls on record." in done.out


def test_an_unknown_name_and_a_missing_database_are_usage(tmp_path):
    (tmp_path / "rules.yaml").write_text(MADE)
    none = copytaster("sources", "doctor", "the-news", "--dir", tmp_path)
    assert (none.code, none.out) == (2, "")
    with opened(tmp_path) as room:
        take(room)
    unknown = copytaster("sources", "doctor", "cnn", "--dir", tmp_path)
    assert unknown.code == 2
    assert 'There is no source "cnn"' in unknown.err
