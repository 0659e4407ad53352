"""stories, catch-up, replay and import."""

import csv
import gzip
import html
import io
import json
import os
import re
import signal
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from monitor.links import canonical
from tests.alerts.servers import web as hook
from tests.cli.calling import ROOT, RULES, command, copytaster, folder_with, rows
from tests.cli.serving import feed
from tests.newsrooms import newsroom, story
from tests.shared_data import WHY, shared_data

EVIL = "=HYPERLINK(1) Uyghur\x1b[31m poet"


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    with newsroom(folder, RULES) as open_room:
        open_room.baseline()
        open_room.poll(
            story(EVIL, url="https://bbc.example/1"), story("Rain in Leeds", url="https://bbc.example/2")
        )
    return folder


def test_stories_are_found_with_what_matched(room):
    (found,) = copytaster("stories", "--match", "--json", "--dir", room).json
    assert found["url"] == "https://bbc.example/1"
    assert found["matches"][0]["rule"] == "Uyghurs"
    assert found["matches"][0]["reason"] == "alerted"
    assert found["matches"][0]["evidence"][0]["text"] == "Uyghur"
    (other,) = copytaster("stories", "--no-match", "--json", "--dir", room).json
    assert other["title"] == "Rain in Leeds"
    for words in (
        ["leeds"],
        ["--outlet", "bbc", "--until", "2026-03-05", "leeds"],
        ["--since", "2026-03-04", "LEEDS"],
    ):
        assert [s["title"] for s in copytaster("stories", *words, "--json", "--dir", room).json] == [
            "Rain in Leeds"
        ]
    assert copytaster("stories", "--since", "2026-03-05", "--json", "--dir", room).json == []
    assert len(copytaster("stories", "--limit", "1", "--json", "--dir", room).json) == 1


def test_words_that_mean_something_to_a_search_engine_are_only_words(room):
    for words in ('a"b (', "leeds OR rain", "*", "^x:y", "NEAR(rain leeds)", "-rain", "'", ""):
        done = copytaster("stories", "--json", "--dir", room, "--", words)
        assert done.code == 0, (words, done)


def test_names_nobody_bears_are_pointed_out(room):
    assert 'There is no rule "Uigurs"' in copytaster("stories", "--rule", "Uigurs", "--dir", room).out
    assert (
        'No outlet in rules.yaml is named "bcb"'
        in copytaster("stories", "--outlet", "bcb", "--dir", room).out
    )
    done = copytaster("stories", "--since", "yesterday-ish", "--dir", room)
    assert done.code == 2
    assert "neither a span (7d) nor a date" in done.err


def test_csv_runs_nothing_in_a_spreadsheet(room):
    done = copytaster("stories", "--csv", "--dir", room)
    table = list(csv.reader(io.StringIO(done.out)))
    assert table[0][:3] == ["id", "published", "first_seen"]
    assert len(table) == 3
    cells = [cell for line in table[1:] for cell in line]
    assert not [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@", "\t"))]
    assert any(c.startswith("'=HYPERLINK") for c in cells)


def test_what_outlets_write_cannot_steer_the_terminal(room):
    shown = copytaster("stories", "--dir", room).out
    assert "\x1b" not in shown
    assert "Uyghur" in shown


def test_catch_up_sends_what_nobody_was_told_of_once(tmp_path):
    routed = 'channels:\n  desk: {url: "env:DESK"}\nroutes:\n  - {to: [desk]}\noperator: {to: [desk]}\n'
    with hook() as desk:
        folder = tmp_path / "room"
        env = {"DESK": f"webhook://s3cret@127.0.0.1:{desk.port}/in"}
        with newsroom(folder, RULES + routed, env=env) as open_room:
            open_room.baseline()
            open_room.poll(story("Rain in Leeds"), story("Cotton from afar"))
        rules = RULES.replace("rules:\n", "rules:\n  Weather: [Rain]\n")
        folder_with(folder, rules + routed, f"DESK={env['DESK']}\n")
        first = copytaster("catch-up", "Weather", "--since", "2026-03-01", "--dir", folder, "--json")
        second = copytaster("catch-up", "--since", "2026-03-01", "--dir", folder)
    assert first.code == 0, first
    assert (first.json["matched"], first.json["alerts"]) == (1, 1)
    told = [s["headline"] for p in desk.posts for s in json.loads(p.body)["stories"]]
    assert told == ["Rain in Leeds"]
    assert "1 match, 0 alerts put into the outbox." in second.out
    unknown = copytaster("catch-up", "Wether", "--dir", folder)
    assert unknown.code == 2
    assert "The rules are: Weather, Uyghurs." in unknown.err


def recording(folder):
    folder.mkdir()
    names = ("2020-04-21T000000Z.xml", "2020-04-21T010000Z.xml", "2020-04-21T020000Z.xml", "notes.txt")
    bodies = (
        feed("Rain in Leeds"),
        feed("Rain in Leeds", "Uyghur poet freed"),
        feed("Uyghur poet freed", "Rain in Leeds"),
        b"x",
    )
    for name, body in zip(names, bodies, strict=True):
        (folder / name).write_bytes(body)
    return folder


def test_replay_counts_and_lists_and_keeps_nothing(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    polls = recording(tmp_path / "polls")
    done = copytaster("replay", polls, "--outlet", "example", "--dir", room, "--json")
    assert done.code == 0, done
    told = done.json
    assert (told["polls"], told["stories"], told["skipped"]) == (3, 2, ["notes.txt"])
    (alert,) = told["alerts"]
    assert (alert["title"], alert["rule"], alert["matched"]) == ("Uyghur poet freed", "Uyghurs", ["Uyghur"])
    assert alert["instant"].startswith("2020-04-21T01:00")
    assert [p.name for p in room.iterdir()] == ["rules.yaml"]
    with tarfile.open(tmp_path / "polls.tar.xz", "w:xz") as tar:
        tar.add(polls, arcname="polls")
    again = copytaster("replay", tmp_path / "polls.tar.xz", "--outlet", "example", "--dir", room)
    assert "3 polls" in again.out
    assert "1 alert" in again.out
    assert "Uyghur poet freed" in again.out


COPY = """<item><title>Uyghur poet is freed</title><link>https://www.example.org/video/{0}</link><guid>{0}</guid>
<pubDate>Tue, 21 Apr 2020 02:00:00 GMT</pubDate><description>{1}</description></item>"""
TEXT = (
    "The Uyghur poet Abduqadir Jalalidin was freed on Tuesday after two years in a camp outside Urumqi, his daughter said in "
    "Oslo, where she had asked ministers for help; officials of the region said nothing of the case, and neither did the court."
)


def test_replay_lists_what_was_held_as_a_copy_with_the_story_it_repeats(tmp_path):
    folder = tmp_path / "polls"
    folder.mkdir()
    first, second = COPY.format("a", TEXT), COPY.format("b", TEXT)
    for name, entries in (("000000", ""), ("010000", first), ("020000", second + first)):
        body = feed("Rain in Leeds").replace(b"</channel>", entries.encode() + b"</channel>")
        (folder / f"2020-04-21T{name}Z.xml").write_bytes(body)
    room = folder_with(tmp_path / "room", RULES)
    told = copytaster("replay", folder, "--outlet", "example", "--dir", room, "--json").json
    assert [a["url"] for a in told["alerts"]] == ["https://www.example.org/video/a"]
    (held,) = told["held"]
    assert (held["url"], held["of"]) == ("https://www.example.org/video/b", "https://www.example.org/video/a")
    assert (told["duplicates"], held["rules"]) == (1, ["Uyghurs"])
    shown = copytaster("replay", folder, "--outlet", "example", "--dir", room).out
    assert "held: Uyghur poet is freed" in shown
    assert "the text of https://www.example.org/video/a again" in shown


@pytest.mark.parametrize("outlet", ["bbc", "wsj"])
def test_every_address_of_a_recorded_history_that_matches_is_told_or_held_once(tmp_path, outlet):
    """Counted again from the raw XML, by other code: addresses whose headline or summary says police, baseline aside."""
    data = shared_data()
    if data is None:
        pytest.skip(WHY)
    rules = folder_with(tmp_path / "rules", "rules:\n  Police: [police*]\n") / "rules.yaml"
    path = data / "polls" / f"{outlet}.tar.xz"
    told = copytaster("replay", path, "--outlet", outlet, "--rules", rules, "--dir", tmp_path, "--json").json
    ours = [canonical(one["url"]) for one in (*told["alerts"], *told["held"])]
    assert len(ours) == len(set(ours))
    assert set(ours) == police(path)


def police(path):
    word, found, baseline = re.compile(r"\bpolice", re.IGNORECASE), set(), set()
    with tarfile.open(path) as archive:
        bodies = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)
        for number, member in enumerate(bodies):
            tree = etree.fromstring(archive.extractfile(member).read(), etree.XMLParser(recover=True))
            for item in tree.iter("item") if tree is not None else ():
                link = canonical(item.findtext("link") or "")
                said = f"{item.findtext('title') or ''} {item.findtext('description') or ''}"
                if number == 0:
                    baseline.add(link)
                if word.search(re.sub(r"<[^>]*>", " ", html.unescape(said))):
                    found.add(link)
    return found - baseline


def test_replay_takes_other_rules_and_another_database(tmp_path):
    polls = recording(tmp_path / "polls")
    other = folder_with(tmp_path / "other", "rules:\n  Weather: [Rain]\n")
    kept = tmp_path / "kept.db"
    words = [
        "--outlet",
        "example",
        "--rules",
        other / "rules.yaml",
        "--db",
        kept,
        "--json",
        "--dir",
        tmp_path,
    ]
    done = copytaster("replay", polls, *words)
    assert done.code == 0, done
    assert done.json["baseline"] == 1
    assert len(rows(tmp_path, "kept.db")["story"]) == 2
    missing = copytaster("replay", polls, "--outlet", "example", "--rules", tmp_path / "no.yaml")
    assert missing.code == 2
    assert "cannot be read" in missing.err


def test_replay_refuses_a_newsrooms_own_database(room, tmp_path):
    polls = recording(tmp_path / "polls")
    before = rows(room)
    done = copytaster("replay", polls, "--outlet", "example", "--dir", room, "--db", room / "stories.db")
    assert done.code == 2
    assert "database of a newsroom that polls" in done.err
    assert rows(room) == before


def test_replay_of_nothing(tmp_path):
    (tmp_path / "polls").mkdir()
    for path in (tmp_path / "polls", tmp_path / "none.tar"):
        done = copytaster("replay", path, "--outlet", "x", "--dir", folder_with(tmp_path / "room"))
        assert done.code == 2
        assert done.err


def test_replay_delivers_only_when_told_to_with_the_secrets_of_its_rules(tmp_path):
    polls = recording(tmp_path / "polls")
    routed = 'channels:\n  desk: {url: "env:DESK"}\nroutes:\n  - {to: [desk]}\noperator: {to: [desk]}\n'
    with hook() as desk:
        room = folder_with(
            tmp_path / "room", RULES + routed, f"DESK=webhook://s3cret@127.0.0.1:{desk.port}/in\n"
        )
        assert copytaster("replay", polls, "--outlet", "example", "--dir", room).code == 0
        assert desk.posts == []
        done = copytaster("replay", polls, "--outlet", "example", "--dir", room, "--deliver", "--json")
    assert done.code == 0, done
    told = [s["headline"] for p in desk.posts for s in json.loads(p.body)["stories"]]
    assert told == ["Uyghur poet freed"]


def test_import_names_bad_rows_and_alerts_nobody(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    archive = tmp_path / "2021.jsonl.gz"
    good = {"feed": "https://bbc.example/feed", "title": "Uyghur poet freed", "link": "https://bbc.example/1"}
    lines = [
        json.dumps({**good, "published": "2021-01-13T10:00:00Z"}),
        "{broken",
        '{"title": ""}',
        '["list"]',
    ]
    archive.write_bytes(gzip.compress("\n".join(lines).encode()))
    done = copytaster("import", archive, "--dir", room)
    assert done.code == 0, done
    assert "4 rows: 1 new story, 0 known, 0 revisions, 1 match, 3 bad rows." in done.out
    assert "  line 2: " in done.out
    assert copytaster("import", archive, "--dir", room, "--json").json["known"] == 1
    (found,) = copytaster("stories", "--match", "--json", "--dir", room).json
    assert found["matches"][0]["reason"] == "imported"
    assert not [m for m in rows(room)["alert"] if "Uyghur" in str(m)]
    assert copytaster("import", tmp_path / "none.jsonl", "--dir", room).code == 2
    (tmp_path / "cut.jsonl.gz").write_bytes(archive.read_bytes()[:40])
    cut = copytaster("import", tmp_path / "cut.jsonl.gz", "--dir", room)
    assert cut.code == 1, cut
    assert "The file breaks off" in cut.out


def test_an_import_without_one_good_row_fails(tmp_path):
    folder = folder_with(tmp_path, RULES)
    (tmp_path / "bad.jsonl").write_text('{"a": 1}\nnot json\n')
    done = copytaster("import", tmp_path / "bad.jsonl", "--dir", folder)
    assert done.code == 1
    assert "line 2:" in done.out
    assert "No row could be used" in done.out


def test_an_import_that_breaks_off_keeps_what_stands_before(tmp_path):
    folder = folder_with(tmp_path, RULES)
    lines = "".join(
        json.dumps({"title": f"Title {n} of an archive {n * n * 7919}", "link": f"https://a.example/{n}"})
        + "\n"
        for n in range(2000)
    )
    packed = gzip.compress(lines.encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 3 // 4])
    done = copytaster("import", tmp_path / "cut.jsonl.gz", "--json", "--dir", folder)
    assert done.code == 1
    assert done.json["broken_off"]
    kept = done.json["stories"]
    assert 0 < kept == done.json["rows"] - len(done.json["bad"])
    (tmp_path / "whole.jsonl").write_text(lines)
    again = copytaster("import", tmp_path / "whole.jsonl", "--json", "--dir", folder)
    assert (again.code, again.json["stories"], again.json["known"]) == (0, 2000 - kept, kept)


def test_import_says_what_is_wrong_with_a_row_in_its_own_words(tmp_path):
    room, archive = folder_with(tmp_path / "room", RULES), tmp_path / "odd.jsonl"
    good = {"feed": "https://[x", "title": "Uyghur poet freed", "link": "https://a.example/1"}
    lines = [
        json.dumps(good).encode(),
        b'{"title": "cut',
        b'{"title": "\xff"}',
        json.dumps({**good, "published": "0001-01-01T00:00:00Z"}).encode(),
        b'{"title": "' + b"x" * (9 * 2**20) + b'"}',
        json.dumps({**good, "link": "https://a.example/2"}).encode(),
    ]
    archive.write_bytes(b"\n".join(lines) + b"\n")
    done = copytaster("import", archive, "--dir", room, "--json")
    assert (done.json["rows"], done.json["stories"]) == (6, 2)
    assert [(b["line"], b["reason"]) for b in done.json["bad"]] == [
        (2, "not JSON: unterminated string starting at character 11"),
        (3, "not UTF-8: byte 12 is 0xff"),
        (4, "published is no date that can be used: '0001-01-01T00:00:00Z'"),
        (5, "longer than 8 MiB"),
    ]


def test_import_of_a_folder_or_of_nothing_says_so(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    assert "is a folder" in copytaster("import", tmp_path, "--dir", room).err
    assert "There is no file" in copytaster("import", tmp_path / "none.jsonl", "--dir", room).err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that have names")
def test_import_reads_a_pipe(tmp_path):
    room, pipe = folder_with(tmp_path / "room", RULES), tmp_path / "pipe"
    os.mkfifo(pipe)
    row = gzip.compress(b'{"title": "Uyghur poet freed", "link": "https://a.example/1"}\n')
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(pipe.write_bytes, row)
        assert "1 row: 1 new story" in copytaster("import", pipe, "--dir", room).out
        written.result()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that have names")
def test_an_import_that_is_stopped_says_that_what_was_taken_stands(tmp_path):
    room, pipe = folder_with(tmp_path / "room", RULES), tmp_path / "pipe"
    os.mkfifo(pipe)
    call = command("import", pipe, "--dir", room)
    with subprocess.Popen(call, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        writing = os.open(pipe, os.O_WRONLY)  # waits for the reader
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        os.close(writing)
    assert running.returncode == 130
    assert "The rows taken so far stand" in said
    assert "Traceback" not in said
