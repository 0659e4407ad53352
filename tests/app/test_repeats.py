"""What a second attempt says, and what is no longer said when its time has come."""

from __future__ import annotations

import pytest

from monitor.app.labels import Opinion, put_by_name
from monitor.app.lane import CLAIM
from monitor.app.wire import open_wire
from monitor.outbox import State
from monitor.store import outbox
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


def rewrite(room, rules):
    """Change rules.yaml as an operator would, and open the newsroom anew."""
    (room.wire.folder / "rules.yaml").write_text(rules, encoding="utf8")
    room.wire.store.close()
    room.wire = open_wire(
        room.wire.folder, {}, clock=room.clock, process=dict(room.wire.environment), terminal=False
    )


def test_a_receiver_that_asks_to_be_left_alone_is_for_all_its_messages(tmp_path):
    with (
        smtp() as sink,
        web(429, headers={"Retry-After": "3600"}) as busy,
        newsroom(tmp_path, DESK, env=env(sink.port, hook=busy.port)) as room,
    ):
        room.baseline("bbc")
        send(room)
        room.poll(story("Cameras follow Uyghur poet"))
        send(room)
        room.poll(story("Cameras of another Uyghur town"))
        send(room)
        room.clock.forward(minutes=50)
        send(room)
        assert len(busy.posts) == 1
        busy.status = 200
        room.clock.forward(minutes=11)
        send(room)
        assert [p.headers["Idempotency-Key"] for p in busy.posts[1:]] != []
        assert len({p.headers["Idempotency-Key"] for p in busy.posts}) == 2
        assert len(busy.posts) == 3


def test_a_claim_that_ran_out_is_on_record_as_unknown(tmp_path):
    with smtp() as sink, newsroom(tmp_path, DESK, env=env(sink.port)) as room:
        room.baseline("bbc")
        room.poll(story("Uyghur poet in Leeds"))
        now = room.clock()
        with room.wire.store.writing() as tx:
            outbox.bind(tx, now)
            (first, *_) = outbox.claimable(tx, now)
            outbox.claim(tx, first.id, now, now + CLAIM)
        room.clock.forward(minutes=11)
        send(room)
        with room.wire.store.reading() as tx:
            outcomes = [(d.attempt, d.outcome) for d in outbox.deliveries(tx, first.id)]
            assert outcomes == [(1, "unknown"), (2, "sent")]
            assert outbox.message(tx, first.id).message.possible_repeat


def test_what_waits_for_an_address_follows_it_to_another_channel(tmp_path):
    with smtp() as sink, newsroom(tmp_path, DESK, env=env(sink.port)) as room:
        room.baseline("bbc")
        room.poll(story("Uyghur poet in Leeds"))
        rewrite(room, DESK.replace("desk-mail", "post").replace(", deputy@desk.example", ""))
        states = {s.message.recipient.address: (s.state, s.detail) for s in send(room)}
        assert states["editor@desk.example"][0] is State.SENT
        assert states["deputy@desk.example"] == (
            State.DEAD,
            "rules.yaml no longer has any channel with the address deputy@desk.example",
        )
        assert not [m for m in sink.mails if b"To: deputy@" in m]


def test_after_seven_days_a_message_is_given_up_and_told_on_another_channel(tmp_path):
    with (
        smtp() as sink,
        web(503) as down,
        newsroom(tmp_path, DESK, env=env(sink.port, hook=down.port)) as room,
    ):
        room.baseline("bbc")
        room.poll(story("Cameras follow Uyghur poet"))
        states = []
        for days in (0, 6, 0.9, 0.2):
            room.clock.forward(days=days)
            states += [s.state for s in send(room) if s.message.recipient.channel == "hook"]
        assert states == [State.WAITING, State.WAITING, State.WAITING, State.DEAD]
        send(room)
        told = [m for m in sink.mails if b"To: ops@desk.example" in m and b"could not be delivered" in m]
        assert len(told) == 1
        room.clock.forward(days=1)
        assert len(down.posts) == 4
        assert not [s for s in send(room) if s.message.recipient.channel == "hook"]
