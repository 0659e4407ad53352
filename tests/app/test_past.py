"""Replays, imports, catch-up, and what a new rulebook means for stories on record."""

import gzip
import io
import json
import tarfile

import pytest

from monitor.app import replay
from monitor.app.archive import import_archive
from monitor.app.catch_up import catch_up
from monitor.app.force import bring_into_force
from monitor.app.wire import open_wire
from monitor.errors import ConfigError, RulesError
from monitor.outbox import Kind
from monitor.store import outbox, rulebooks, stories
from monitor.story import Outlet
from tests.newsrooms import NOON, RULES, newsroom, reasons, story

BBC = Outlet(name="bbc", title="BBC")


def feed(*titles, day=5):
    entries = "".join(
        f"<item><title>{t}</title><link>https://www.bbc.example/{t.replace(' ', '-')}?at_medium=RSS</link>"
        f'<guid isPermaLink="false">{t}#{day}</guid><pubDate>Thu, 0{day} Mar 2026 0{day}:00:00 GMT</pubDate></item>'
        for t in titles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>BBC</title>{entries}</channel></rss>'.encode()


BODIES = {
    "2026-03-05T060000Z.xml": feed("Uyghur story there already", "Rain"),
    "2026-03-05T090000Z.xml": feed("Uyghur poet freed", "Uyghur story there already", "Rain"),
    "2026-03-05T120000Z.xml": feed("Uyghur poet freed", "Rain", day=6),  # re-issued: new GUIDs and dates
    "2026-03-05T150000Z.xml": b"<html><body>Please accept our cookies</body></html>",
    "notes.txt": b"no instant in this name",
}


def record(folder, packed):
    if not packed:
        folder.mkdir()
        for name, body in BODIES.items():
            (folder / name).write_bytes(body)
        return folder
    path = folder.with_suffix(".tar.xz")
    with tarfile.open(path, "w:xz") as archive:
        for name, body in BODIES.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["directory", "tar"])
def test_a_replay_alerts_once_and_names_what_it_left_out(tmp_path, packed):
    path = record(tmp_path / "polls", packed)
    with newsroom(tmp_path / "room") as room:
        counted = replay.Replayed()
        replay.replay(room.wire, BBC, replay.recordings(path, counted.skipped), counted)
        assert counted.polls == 4
        assert counted.skipped == ["notes.txt"]
        assert [f.split(":")[0] for f in counted.failed] == ["2026-03-05T150000Z.xml"]
        (alert,) = counted.alerts
        assert alert.title == "Uyghur poet freed"
        assert alert.matched == ("Uyghur",)
        assert alert.instant.hour == 9
        assert counted.reissues == 2
        assert counted.baseline == 1
        assert replay.withdraw(room.wire) > 0
        with room.wire.store.writing() as tx:
            assert outbox.bind(tx, room.clock.forward(days=30)) == ()


def test_a_recording_that_cannot_be_read_is_said_so(tmp_path):
    (tmp_path / "broken.tar").write_bytes(b"not a tar archive at all")
    with pytest.raises(ConfigError, match="cannot be read as a directory or tar archive"):
        list(replay.recordings(tmp_path / "broken.tar", []))


ROWS = [
    {
        "feed": "http://feeds.bbci.co.uk/news/rss.xml",
        "title": "Uyghur poet freed",
        "description": "<p>She &amp; he</p>",
        "link": "https://www.bbc.co.uk/news/1",
        "published": "2021-01-13 10:00:00+00:00",
        "language": "en",
    },
    {
        "feed": "http://feeds.bbci.co.uk/news/rss.xml",
        "title": "Uyghur poet freed",
        "description": "<p>She &amp; he</p>",
        "link": "https://www.bbc.com/news/1?at_medium=RSS",
        "published": "2021-01-13 12:00:00+00:00",
        "language": "en",
    },
    {"feed": "x", "title": "", "link": "javascript:alert(1)"},
    {"feed": "x", "title": "Odd date", "link": "https://odd.example/1", "published": "the day before"},
]


def test_an_import_counts_and_names_bad_rows_and_never_alerts(tmp_path):
    path = tmp_path / "archive.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf8") as file:
        file.writelines(json.dumps(r) + "\n" for r in ROWS)
        file.write("{not json\n")
    outlets = {"bbc": Outlet(name="bbc", title="BBC", hosts=("bbc.co.uk", "bbci.co.uk"))}
    with newsroom(tmp_path / "room") as room:
        counted = import_archive(room.wire, path, outlets)
        assert (counted.rows, counted.stories, counted.known) == (5, 1, 1)
        assert [b.line for b in counted.bad] == [3, 4, 5]
        with room.wire.store.writing() as tx:
            (row,) = stories.search(tx, matched=True)
            assert row.story.outlet == "bbc"
            assert row.story.summary == "She & he"
            assert row.imported
            assert [str(m.reason) for m in row.matches] == ["imported"]
            assert row.first_seen.year == 2021
            assert all(
                r.alert.kind is Kind.OPERATOR
                for m in outbox.bind(tx, room.clock())
                for r in outbox.alerts_of(tx, m.id)
            )


TEXT = (
    "A court in Kashgar has sentenced the Uyghur folklorist Rahile Dawut to life in prison, the Dui Hua Foundation said, "
    "ending years of silence about the scholar who vanished on her way to Beijing in 2017."
)


def test_a_reprint_of_an_imported_story_is_of_its_event_and_is_told_because_nobody_was(tmp_path):
    path = tmp_path / "archive.jsonl"
    row = {
        "feed": "https://www.rfa.example/feed",
        "title": "Uyghur scholar jailed for life",
        "description": TEXT,
        "link": "https://www.rfa.example/1",
        "published": "2026-03-03 12:00:00+00:00",
    }
    path.write_text(json.dumps(row) + "\n", encoding="utf8")
    with newsroom(tmp_path / "room") as room:
        room.baseline("bbc", "dw")
        import_archive(room.wire, path, {})
        preface = f"Below is an article published by RFA.\n{TEXT}"
        (first,) = room.poll(story("Scholar gets life", summary=preface, at=room.clock()))
        assert first.triage.merge is not None
        assert [str(d.reason) for d in first.triage.decisions] == ["alerted"]
        (second,) = room.poll(
            story("Life for a Uyghur scholar", outlet="dw", summary=f"(Reuters) - {TEXT}", at=room.clock()),
            outlet="dw",
        )
        assert [str(d.reason) for d in second.triage.decisions] == ["duplicate"]
        with room.wire.store.reading() as tx:
            assert len({stories.get(tx, t.story_id).event for t in (first, second)}) == 1


def test_a_new_rulebook_says_what_it_would_have_met(tmp_path):
    with newsroom(tmp_path) as room:
        room.baseline()
        room.poll(story("Camp opened to visitors"), story("Rain"))
    with newsroom(tmp_path, RULES + "  Camps: [camp*]\n") as room:
        pass
    with newsroom(tmp_path, RULES + "  Camps: [camp*]\n  Rain: [rain]\n") as room:
        again = bring_into_force(room.wire, room.clock())
        assert not again.new
    (tmp_path / "rules.yaml").write_text(RULES + "  Visitors: [visitor*]\n", encoding="utf8")
    wire = open_wire(tmp_path, {}, clock=lambda: NOON, process={}, terminal=False)
    told = bring_into_force(wire, NOON)
    wire.store.close()
    assert told.new
    assert told.matching == {"Visitors": 1}
    assert "catch-up" in str(told)


def test_catch_up_tells_once(tmp_path):
    with newsroom(tmp_path) as room:
        room.baseline()
        room.poll(story("Camp opened to visitors"), story("Uyghur poet freed"))
    with newsroom(tmp_path, RULES + "  Camps: [camp*]\n") as room:
        since = NOON
        found = catch_up(room.wire, None, since)
        assert (found.matched, found.alerts) == (2, 1)  # the poet was told before
        assert catch_up(room.wire, None, since).alerts == 0
        with pytest.raises(ConfigError, match='no rule "Campz"'):
            catch_up(room.wire, "Campz", since)
        assert reasons(room.poll(story("Camp opened to visitors", summary="More."))) == [("Camps", "told")]


def test_a_broken_rulebook_leaves_the_last_good_one_in_force(tmp_path):
    with newsroom(tmp_path) as room:
        good = room.wire.newsroom.rulebook.hash
    (tmp_path / "rules.yaml").write_text(RULES.replace("rules:", "rulez:"), encoding="utf8")
    wire = open_wire(tmp_path, {}, clock=lambda: NOON, process={}, terminal=False)
    try:
        assert wire.mistakes
        assert wire.newsroom.rulebook.hash == good
        assert bring_into_force(wire, NOON).broken
        assert not bring_into_force(wire, NOON).broken  # said once
        with wire.store.reading() as tx:
            assert rulebooks.in_force(tx).hash == good
    finally:
        wire.store.close()


def test_a_broken_rulebook_without_a_last_good_one_cannot_start(tmp_path):
    (tmp_path / "rules.yaml").write_text("rulez: {}\n", encoding="utf8")
    with pytest.raises(RulesError):
        open_wire(tmp_path, {}, process={}, terminal=False)
    assert [p.name for p in tmp_path.iterdir()] == ["rules.yaml"]


def test_without_rules_nothing_is_created(tmp_path):
    with pytest.raises(ConfigError, match="copytaster init"):
        open_wire(tmp_path / "nowhere", {}, process={}, terminal=False)
    assert list(tmp_path.iterdir()) == []


def test_rows_of_odd_shape_are_bad_rows(tmp_path):
    path = tmp_path / "odd.jsonl"
    number = json.dumps({"feed": "x", "title": "A", "link": "https://a.example/1", "published": 1610532000})
    path.write_text("[" * 100_000 + "\n" + number + "\n", encoding="utf8")
    with newsroom(tmp_path / "room") as room:
        counted = import_archive(room.wire, path, {})
    assert [(b.line, b.reason) for b in counted.bad] == [
        (1, "nested too deeply"),
        (2, "published is no text: '1610532000'"),
    ]


def test_a_replay_goes_on_where_an_earlier_one_stopped(tmp_path):
    path = record(tmp_path / "polls", packed=False)
    with newsroom(tmp_path / "room") as room:
        first = replay.Replayed()
        replay.replay(room.wire, BBC, replay.recordings(path, first.skipped), first)
        again = replay.Replayed()
        replay.replay(room.wire, BBC, replay.recordings(path, again.skipped), again)
    assert (again.polls, again.revisions, again.alerts) == (0, 0, [])
    assert sum("on record already" in name for name in again.skipped) == 4


def test_a_long_archive_is_taken_as_a_short_one_to_the_place_where_it_breaks_off(tmp_path):
    rows = [
        {"feed": "x", "title": f"Story {n}", "link": f"https://x.example/{n}", "published": "2021-01-13"}
        for n in range(1800)
    ]
    lines = [json.dumps(row) for row in rows]
    lines[1234] = "{not json"
    packed = gzip.compress("\n".join([*lines, ""]).encode())
    path = tmp_path / "long.jsonl.gz"
    path.write_bytes(packed[:-9])
    with newsroom(tmp_path / "room") as room:
        counted = import_archive(room.wire, path, {})
        assert [b.line for b in counted.bad] == [1235]
        assert counted.broken_off
        assert counted.rows == counted.stories + 1
        with room.wire.store.reading() as tx:
            titles = [s.story.title for s in stories.search(tx, limit=2000)]
        assert sorted(titles, key=lambda t: int(t.split()[1])) == [
            f"Story {n}" for n in range(counted.rows) if n != 1234
        ]
