"""What a second attempt says, and what is no longer said when its time has come."""

from __future__ import annotations

import pytest

from monitor.app.labels import Opinion, put_by_name
from tests.alerts.servers import smtp, web
from tests.desks import DESK, env, send
from tests.newsrooms import newsroom, story

FLOOD = (
    "Forty shelves of Uyghur books and a camera were under water by midnight in the old library of Leeds "
    "when the river rose on Tuesday. "
) * 3
OTHER_WORDS = (
    "The old library of Leeds lost forty shelves of Uyghur books when the river rose on Tuesday, its keeper says; "
    "nobody was hurt."
)
RARELY = DESK.replace("  Uyghurs: [$uyghur]", "  Uyghurs: {any: [$uyghur], follow_ups: every 3}")


def test_a_second_attempt_says_the_same_byte_for_byte(tmp_path):
    with (
        smtp() as sink,
        web(503) as hook,
        newsroom(tmp_path, DESK, env=env(sink.port, hook=hook.port)) as room,
    ):
        room.baseline("bbc", "wire")
        room.poll(story("Flood ruins Uyghur camera library in Leeds", summary=FLOOD))
        send(room)
        room.clock.forward(minutes=10)
        room.poll(
            story("Uyghur camera library in Leeds ruined by flood", outlet="wire", summary=FLOOD),
            outlet="wire",
        )
        send(room)
        first, second = hook.posts
        assert first.body == second.body


@pytest.mark.parametrize("opinion", [*Opinion, None])
def test_not_relevant_stops_the_follow_ups_that_wait_already_for_that_person_only(tmp_path, opinion):
    with smtp() as sink, newsroom(tmp_path, RARELY, env=env(sink.port)) as room:
        room.baseline("bbc", "wire")
        room.poll(story("Flood ruins Uyghur library in Leeds", summary=FLOOD))
        send(room)
        room.clock.forward(minutes=10)
        room.poll(
            story("Uyghur library in Leeds ruined by flood", outlet="wire", summary=OTHER_WORDS),
            outlet="wire",
        )
        if opinion is not None:
            put_by_name(room.wire, 1, opinion, person="editor@desk.example")
        sink.mails.clear()
        room.clock.forward(days=1)
        send(room)
        to = {name for m in sink.mails for name in ("editor", "deputy") if f"To: {name}@".encode() in m}
        assert to == ({"deputy"} if opinion is Opinion.IRRELEVANT else {"editor", "deputy"})
