"""Where an answer goes, and what becomes of one that is no verdict."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from monitor.app.answers import take
from tests.alerts.servers import smtp
from tests.app.test_labels import answer, desk, on_record
from tests.desks import DESK, env, send
from tests.newsrooms import newsroom, story

__all__ = ["desk"]


def to_ops(sink):
    found = [message_from_bytes(m) for m in sink.mails]
    return [
        " ".join(m.get_payload()[0].get_payload(decode=True).decode().split())
        for m in found
        if m["To"] == "ops@desk.example"
    ]


def test_a_reply_to_a_story_goes_where_answers_are_read(desk):
    _, mails, sink = desk
    assert {m["Reply-To"] for m in mails.values()} == {"answers@desk.example"}
    assert mails["editor@desk.example"]["List-Unsubscribe"] == "<mailto:ops@desk.example?subject=unsubscribe>"
    others = [message_from_bytes(m)["Reply-To"] for m in sink.mails if b"To: ops@desk" in m]
    assert set(others) <= {"ops@desk.example"}


def test_where_no_mailbox_is_read_a_reply_goes_to_the_operator(tmp_path):
    deaf = DESK.replace(', replies: answers@desk.example, mailbox: "env:MAILBOX"', "")
    with smtp() as sink, newsroom(tmp_path, deaf, env=env(sink.port)) as room:
        room.baseline()
        room.poll(story("Uyghur poet in Leeds"))
        send(room)
        assert {message_from_bytes(m)["Reply-To"] for m in sink.mails} == {"ops@desk.example"}


@pytest.mark.parametrize(
    ("text", "handed_on"),
    [
        ("Could you look\ninto this?\n\n> Cameras follow", True),
        ("relevant\n", False),
        ("\n> nothing of mine", False),
    ],
)
def test_an_answer_that_is_no_verdict_is_handed_on_to_the_operator_once(desk, text, handed_on):
    room, mails, sink = desk
    sink.mails.clear()
    for _ in range(2):
        take(room.wire, answer(text=text, to=mails["editor@desk.example"]))
    send(room)
    told = [t for t in to_ops(sink) if "no verdict on one story" in t]
    assert len(told) == handed_on
    assert all("editor@desk.example answered message" in t and "Could you look into this?" in t for t in told)


def test_what_a_stranger_or_a_machine_writes_is_handed_on_to_nobody(desk):
    room, mails, sink = desk
    sink.mails.clear()
    to = mails["editor@desk.example"]
    take(room.wire, answer(text="Buy this", sender="stranger@x.example", to=to))
    take(room.wire, answer(text="I am away", to=to, Auto_Submitted="auto-replied"))
    send(room)
    assert on_record(room) == []
    assert not [t for t in to_ops(sink) if "no verdict" in t]
