"""The desk's commands as a person calls them: outbox, silence, routes, label, brief, feeds."""

from __future__ import annotations

import json

import lxml.etree
import pytest

from monitor.app.feeds import slug
from monitor.store import outbox
from tests.cli.calling import copytaster as call
from tests.desks import DESK
from tests.newsrooms import newsroom, story

RULES = DESK.replace(
    "  weekly: {title: Weekly Brief, when: Friday 09:00", "  weekly: {title: Weekly Brief, when: daily 23:59"
)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def folder(tmp_path):
    with newsroom(tmp_path, RULES) as room:
        room.baseline()
        room.poll(
            story("Cameras follow Uyghur poet", summary="She <b>waited</b>."), story("Uyghur poet freed")
        )
    return tmp_path


def test_alerts_of_one_version_of_the_rules_are_taken_back(folder):
    nothing = call("outbox", "cancel", "--rulebook", "beef", "--dir", folder)
    assert nothing.code == 2
    assert "Nothing waits under a rulebook beef" in nothing.err
    with newsroom(folder, RULES) as room, room.wire.store.writing() as tx:
        book = room.wire.newsroom.rulebook.hash
        outbox.bind(tx, room.clock.forward(days=1))
    numbers = [m["message"]["id"] for m in call("outbox", "--json", "--dir", folder).json["messages"]]
    shown = [call("outbox", "show", number, "--dir", folder).out for number in numbers]
    assert sum(f"decided under rulebook {book[:12]}" in text for text in shown) == 3
    assert "5 alerts taken back." in call("outbox", "cancel", "--rulebook", book[:12], "--dir", folder).out


def test_a_rule_is_silenced_listed_and_ended(folder):
    done = call(
        "silence", "add", "Uyghurs", "--for", "2d", "--by", "Ann", "--reason", "too many", "--dir", folder
    )
    assert '1  "Uyghurs" until' in done.out
    assert "by Ann: too many" in call("silence", "list", "--dir", folder).out
    assert call("silence", "list", "--json", "--dir", folder).json[0]["silence"]["author"] == "Ann"
    assert call("silence", "expire", "1", "--dir", folder).out == "Silence 1 has ended.\n"
    assert call("silence", "expire", "1", "--dir", folder).code == 2
    assert call("silence", "list", "--dir", folder).out == "Nothing is muted.\n"
    assert "by Ann" in call("silence", "list", "--all", "--dir", folder).out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Mute what?"),
        (("Uyghurs",), "Mute how long?"),
        (("Uyghurs", "--until", "soon", "--by", "A", "--reason", "x"), "is no time"),
        (("Uyghurs", "--for", "2d"), "author and a reason"),
    ],
)
def test_a_silence_says_what_is_missing(folder, arguments, says):
    done = call("silence", "add", *arguments, "--dir", folder)
    assert done.code == 2
    assert says in done.err


def test_routes_are_tried_like_code(folder):
    right = call("routes", "test", "Uyghur baker", "--expect", "desk-mail", "--dir", folder)
    assert right.code == 0
    assert "editor@desk.example over desk-mail" in right.out
    wrong = call("routes", "test", "Cameras and a Uyghur baker", "--expect", "desk-mail", "--dir", folder)
    assert wrong.code == 1
    assert "Expected desk-mail, reaches desk-mail, hook." in wrong.out
    assert call("routes", "test", "Rain", "--expect", "", "--dir", folder).code == 0
    assert call("routes", "test", "1", "--json", "--dir", folder).json["channels"]


def test_coming_times_are_printed(folder):
    done = call("routes", "next", "--dir", folder)
    assert "every rule -> desk-mail: at once" in done.out
    assert "brief weekly -> ops: daily 23:59 UTC" in done.out
    assert "too few runs" in done.out


def test_a_story_is_labelled_by_name(folder):
    done = call("label", "1", "irrelevant", "--by", "Ann", "--rule", "Uyghurs", "--dir", folder)
    assert "not relevant for Uyghurs, says Ann" in done.out
    assert (
        "had said so already"
        in call("label", "1", "irrelevant", "--by", "Ann", "--rule", "Uyghurs", "--dir", folder).out
    )
    assert call("label", "1", "relevant", "--dir", folder).code == 2


def test_a_brief_is_drafted_changed_and_exported(folder, tmp_path):
    done = call("brief", "new", "weekly", "--from", "2026-03-01", "--dir", folder)
    assert "TODO: credit" in done.out
    assert "Weekly Brief" in done.out
    assert (
        call("brief", "edit", "weekly", "1", "--credit", "none", "--lead", "We say.", "--dir", folder).code
        == 0
    )
    shown = call("brief", "show", "weekly", "--json", "--dir", folder).json
    assert {e["credit"] for e in shown["entries"]} == {"none", "TODO"}
    assert call("brief", "pick", "weekly", "2", "--drop", "--dir", folder).code == 0
    assert call("brief", "pick", "weekly", "--dir", folder).code == 2
    target = tmp_path / "out.md"
    assert call("brief", "export", "weekly", "--as", "md", "-o", target, "--dir", folder).code == 0
    assert "Below is an article published by BBC" in target.read_text(encoding="utf8")
    assert "was not checked" in call("brief", "send", "weekly", "--dir", folder).err
    assert "There is no brief" in call("brief", "show", "monthly", "--dir", folder).err


def test_feeds_are_written_one_a_rule(folder, tmp_path):
    target = tmp_path / "feeds"
    assert call("feeds", "export", target, "--dir", folder).out.startswith("4 feeds written")
    atom = lxml.etree.parse(str(target / f"{slug('Uyghurs')}.atom")).getroot()
    assert [e.findtext(f"{ATOM}title") for e in atom.iter(f"{ATOM}entry")] == [
        "Cameras follow Uyghur poet",
        "Uyghur poet freed",
    ]
    assert len({e.findtext(f"{ATOM}id") for e in atom.iter(f"{ATOM}entry")}) == 2
    feed = json.loads((target / f"{slug('Surveillance')}.json").read_text(encoding="utf8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [i["title"] for i in feed["items"]] == ["Cameras follow Uyghur poet"]
    before = (target / f"{slug('Uyghurs')}.atom").read_bytes()
    call("feeds", "export", target, "--dir", folder)
    assert (target / f"{slug('Uyghurs')}.atom").read_bytes() == before


def test_the_addresses_of_served_feeds_are_listed(folder):
    found = call("feeds", "list", "--json", "--dir", folder).json
    assert all(url.startswith("http://127.0.0.1:8137/feeds/") for url in found["Uyghurs"])


def test_status_shows_who_answered(folder):
    call("label", "1", "relevant", "--by", "editor@desk.example", "--dir", folder)
    out = call("status", "--dir", folder).out
    assert "desk-mail: a person last answered" in out
    assert "hook: a person last answered never" in out


def test_answers_need_a_mailbox(tmp_path):
    with newsroom(tmp_path, DESK.replace(', replies: answers@desk.example, mailbox: "env:MAILBOX"', "")):
        pass
    assert "names no mailbox" in call("answers", "--dir", tmp_path).err
