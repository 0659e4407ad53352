"""What an alert on record says: which set a spelling belongs to, and nothing of our own outlets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest

from monitor.app import feeds
from monitor.app.catch_up import catch_up
from monitor.config import load_rulebook
from monitor.errors import RulesError
from monitor.rules import parse_term, set_holding
from tests.alerts.servers import smtp
from tests.desks import DESK, OUTLETS, env, send
from tests.newsrooms import newsroom, story

SETS = DESK.replace(
    "  uyghur: [Uyghur*, Uighur*]",
    "  uyghur: [Uyghur*, Uighur*, 维吾尔, ئۇيغۇر*]\n  region: [$uyghur, Kashgar, 新疆]",
).replace("  Uyghurs: [$uyghur]", "  Uyghurs: [$region, 和田]")
OURS = (
    DESK
    + """\
sources:
  - {feed: "https://bbc.example/feed", outlet: bbc}
  - {feed: "https://ours.example/feed", outlet: ours, ours: true}
"""
)


def text_of(raw):
    part = message_from_bytes(raw).get_payload()[0]
    return " ".join(part.get_payload(decode=True).decode().split())


@pytest.mark.parametrize(
    ("title", "language", "says"),
    [
        ("维吾尔诗人在利兹", "zh", "Uyghurs, in the headline ($uyghur as 维吾尔) In Chinese."),
        ("新疆的诗人", "zh", "Uyghurs, in the headline ($region as 新疆) In Chinese."),
        ("ئۇيغۇرلار شائىر", "ug", "Uyghurs, in the headline ($uyghur as ئۇيغۇرلار) In Uyghur."),
        ("和田的诗人", "zh", "Uyghurs, in the headline: 和田 In Chinese."),
        ("Uyghur poet in Leeds", "en", "Uyghurs, in the headline: Uyghur https://"),
    ],
)
def test_letters_a_reader_may_not_know_are_said_as_the_set_they_belong_to(tmp_path, title, language, says):
    with smtp() as sink, newsroom(tmp_path, SETS, env=env(sink.port)) as room:
        room.baseline("bbc")
        room.poll(story(title, url="https://www.bbc.example/1", language=language))
        send(room)
        (mail,) = [m for m in sink.mails if b"To: editor@" in m]
        assert says in text_of(mail)


def test_the_smallest_set_that_lists_a_term_holds_it(tmp_path):
    with newsroom(tmp_path, SETS) as room:
        book = room.wire.newsroom.rulebook
        clause = book.rules["Uyghurs"].clause
        assert set_holding("Kashgar", clause, book.term_sets) == "region"
        assert set_holding("Uyghur*", clause, book.term_sets) == "uyghur"
        assert set_holding("和田", clause, book.term_sets) is None
        assert parse_term("和田").text == "和田"


def test_our_own_outlet_is_told_by_no_catch_up_and_no_feed(tmp_path):
    with smtp() as sink, newsroom(tmp_path, OURS, env=env(sink.port)) as room:
        room.poll(story("Uyghur poet in Leeds"))
        room.poll(story("Uyghur brief of the week", outlet="ours"), outlet="ours")
        send(room)
        sink.mails.clear()
        done = catch_up(room.wire, None, room.clock() - timedelta(days=1))
        send(room)
        assert done.looked_at == 1
        assert not [m for m in sink.mails if b"brief of the week" in m]
        known = {o.name: o for o in room.wire.newsroom.outlets} | {"wire": OUTLETS["wire"]}
        rule = room.wire.newsroom.rulebook.rules["Uyghurs"]
        for form in feeds.FORMS:
            content = feeds.made(room.wire, rule, form, known).content
            assert b"Uyghur poet in Leeds" in content
            assert b"brief of the week" not in content


def test_each_reader_is_told_dates_in_the_zone_of_their_channel(tmp_path):
    rules = "timezone: Europe/Berlin\n" + DESK.replace(
        "deputy@desk.example]}",
        'deputy@desk.example]}\n  west: {url: "env:DESK", to: [w@desk.example], zone: America/New_York}',
    ).replace("to: [desk-mail], when: at once", "to: [desk-mail, west], when: at once")
    with smtp() as sink, newsroom(tmp_path, rules, env=env(sink.port)) as room:
        room.baseline("bbc")
        room.poll(story("Uyghur poet in Leeds"))
        send(room)
        shown = {message_from_bytes(m)["To"]: text_of(m) for m in sink.mails}
        assert "4 March 2026, 13:00 CET" in shown["editor@desk.example"]
        assert "4 March 2026, 07:00 EST" in shown["w@desk.example"]
        assert "Times are in America/New York." in shown["w@desk.example"]


def test_a_zone_that_there_is_not_is_a_mistake(tmp_path):
    (tmp_path / "rules.yaml").write_text(
        DESK.replace("deputy@desk.example]}", "deputy@desk.example], zone: Europe/Berln}"), encoding="utf8"
    )
    with pytest.raises(RulesError, match=r"there is no time zone .*Europe/Berln.*Europe/Berlin"):
        load_rulebook(tmp_path / "rules.yaml")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": "Uyghur poet in Leeds leaves town"}, "Now: Uyghur poet in Leeds leaves town"),
        (
            {"summary": "The Uyghur poet Ann Lee and 12 others read on Monday."},
            "The story said: The Uyghur poet… Now: The Uyghur poet…",
        ),
    ],
)
def test_an_update_quotes_no_more_than_is_set_of_anything_but_headlines(tmp_path, change, says):
    rules = DESK.replace("replies: answers", "quotation: 20, replies: answers")
    with smtp() as sink, newsroom(tmp_path, rules, env=env(sink.port)) as room:
        room.baseline("bbc")
        first = story("Uyghur poet in Leeds", summary="The Uyghur poet Ann Lee and 11 others read on Monday.")
        room.poll(first)
        send(room)
        sink.mails.clear()
        room.clock.forward(minutes=10)
        room.poll(replace(first, **change))
        room.clock.forward(minutes=31)
        send(room)
        (mail,) = [m for m in sink.mails if b"To: editor@" in m]
        assert says in text_of(mail)
