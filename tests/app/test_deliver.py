"""Delivery against real servers: one recipient each, back-off, dead letters told elsewhere, restored copies silent."""

import contextlib
from datetime import timedelta
from email import message_from_bytes

from monitor.alerts import chat, chatworker, email, webhook
from monitor.app import backup
from monitor.app.deliver import PAUSED, deliver, preview
from monitor.app.lane import CLAIM, hand_over
from monitor.outbox import State
from monitor.store import meta, outbox
from monitor.story import Outlet
from tests.alerts.servers import smtp, web
from tests.desks import ROUTED
from tests.newsrooms import newsroom, story

OUTLETS = {"bbc": Outlet(name="bbc", title="BBC", hosts=("bbc.example",))}


def desk(port, *, ops=None, hook=1):
    return {
        "DESK": f"mailto://127.0.0.1:{port}?from=desk@desk.example",
        "OPS": f"mailto://127.0.0.1:{ops or port}?from=desk@desk.example",
        "HOOK": f"webhook://s3cret@127.0.0.1:{hook}/in",
    }


def send(room):
    return deliver(room.wire, OUTLETS, "test")


def quiet(room):
    """Get the operator's greeting out of the way."""
    room.baseline()
    send(room)


def test_each_recipient_gets_one_message_with_all_stories_of_the_pass(tmp_path):
    with smtp() as sink, newsroom(tmp_path, ROUTED, env=desk(sink.port)) as room:
        quiet(room)
        sink.mails.clear()
        room.poll(story("Uyghur poet freed"), story("Uyghur baker opens shop"))
        sent = send(room)
        assert [s.state for s in sent] == [State.SENT, State.SENT]
        mails = [message_from_bytes(m) for m in sink.mails]
    assert sorted(m["To"] for m in mails) == ["deputy@desk.example", "editor@desk.example"]
    assert all(str(m["Subject"]).startswith("2 stories:") for m in mails)
    assert len({m["Message-ID"] for m in mails}) == 2


def test_a_second_pass_sends_nothing(tmp_path):
    with smtp() as sink, newsroom(tmp_path, ROUTED, env=desk(sink.port)) as room:
        quiet(room)
        room.poll(story("Uyghur poet freed"))
        send(room)
        before = len(sink.mails)
        room.clock.forward(hours=3)
        assert send(room) == ()
        assert len(sink.mails) == before


def test_a_refused_recipient_is_dead_at_once_and_the_operator_hears_of_it(tmp_path):
    script = {"rcpt": "550 no such user"}
    with (
        smtp(script) as sink,
        smtp() as ops,
        newsroom(tmp_path, ROUTED, env=desk(sink.port, ops=ops.port)) as room,
    ):
        quiet(room)
        ops.mails.clear()
        room.poll(story("Uyghur poet freed"))
        assert [s.state for s in send(room)] == [State.DEAD, State.DEAD]
        send(room)
        told = message_from_bytes(ops.mails[-1]).as_string()
        assert "could not be delivered" in told
        with room.wire.store.reading() as tx:
            assert outbox.counts(tx).dead == 2


ALL_ONE = ROUTED.replace('  ops: {url: "env:OPS", to: [ops@desk.example]}\n', "").replace(
    "to: [ops]}", "to: [desk-mail]}"
)


def told_of_dead(sink):
    return [message_from_bytes(m)["To"] for m in sink.mails if b"could not be delivered" in m]


def test_over_the_only_channel_others_hear_of_a_dead_recipient(tmp_path):
    """The editor's address is dead; the deputy, an operator over the same channel, is told."""
    with smtp() as sink, newsroom(tmp_path, ALL_ONE, env=desk(sink.port)) as room:
        quiet(room)
    script = {"rcpt": ["550 no such user", "250 ok"]}
    with smtp(script) as sink, newsroom(tmp_path, ALL_ONE, env=desk(sink.port)) as room:
        room.clock.forward(hours=2)
        room.poll(story("Uyghur poet freed"))
        dead = next(s for s in send(room) if s.state is State.DEAD)
        send(room)
        (told,) = told_of_dead(sink)
        assert told != dead.message.recipient.address


def test_when_nobody_else_is_left_a_dead_message_is_told_at_the_next_terminal(tmp_path):
    rules = ALL_ONE.replace(", deputy@desk.example", "")
    with smtp({"rcpt": "550 no such user"}) as sink, newsroom(tmp_path, rules, env=desk(sink.port)) as room:
        quiet(room)
        room.poll(story("Uyghur poet freed"))
        send(room)
        with room.wire.store.writing() as tx:
            outbox.bind(tx, room.clock())
            waiting = [m.message for m in outbox.messages(tx, state=State.WAITING)]
            texts = [r.alert.text for m in waiting for r in outbox.alerts_of(tx, m.id)]
        assert {m.recipient.channel for m in waiting} == {"terminal"}
        assert all("could not be delivered: 127.0.0.1" in text for text in texts)


def test_dead_letters_about_dead_letters_do_not_go_round_in_circles(tmp_path):
    rules = ROUTED.replace("to: [ops]}", "to: [ops, desk-mail]}")
    with smtp({"rcpt": "550 no such user"}) as sink, newsroom(tmp_path, rules, env=desk(sink.port)) as room:
        quiet(room)
        room.poll(story("Uyghur poet freed"))
        for _ in range(8):
            send(room)
            room.clock.forward(hours=2)
        assert send(room) == ()
        with room.wire.store.reading() as tx:
            assert outbox.counts(tx).waiting == 0


def test_a_channel_that_hangs_is_left_after_its_patience_and_goes_on_in_the_next_pass(tmp_path):
    with (
        smtp({"content": ["451 later", "250 ok"]}) as sink,
        newsroom(tmp_path, ROUTED, env=desk(sink.port)) as room,
    ):
        room.baseline()
        room.poll(story("Uyghur poet freed"))
        with room.wire.store.writing() as tx:
            outbox.bind(tx, room.clock())
            lane = [m for m in outbox.claimable(tx, room.clock()) if m.recipient.channel == "desk-mail"]
        assert len(lane) == 2
        (tried,) = hand_over(room.wire, lane, OUTLETS, "test", patience=1e-9)
        assert tried.state is State.WAITING
        with room.wire.store.reading() as tx:
            (left,) = outbox.claimable(tx, room.clock())[-1:]
            assert (left.attempts, left.state) == (0, State.WAITING)
        assert [s.state for s in hand_over(room.wire, lane, OUTLETS, "test")] == [State.SENT]
        room.clock.forward(minutes=5)
        assert [s.state for s in hand_over(room.wire, lane, OUTLETS, "test")] == [State.SENT]


def test_no_sender_may_take_as_long_as_a_claim_lasts():
    """Else another process would take the message for lost and send it while it is being sent."""
    by_mail = (
        3 * email.PER_MESSAGE
    )  # over a connection that turns out to have ended, connecting, over the new one
    by_chat = chatworker.START_LIMIT + chat.MOST_PARTS * chatworker.TIME_LIMIT
    assert timedelta(seconds=max(by_mail, by_chat, webhook.IN_ALL)) < CLAIM - timedelta(minutes=2)


def test_one_failing_channel_never_stops_another_and_comes_back(tmp_path):
    with smtp() as sink, web(503) as down:
        env = desk(sink.port, hook=down.port)
        with newsroom(tmp_path, ROUTED, env=env) as room:
            quiet(room)
            sink.mails.clear()
            room.poll(story("Cameras follow Uyghur poet"))
            states = sorted((s.message.recipient.channel, s.state) for s in send(room))
            assert states == [("desk-mail", State.SENT), ("desk-mail", State.SENT), ("hook", State.WAITING)]
            assert send(room) == ()  # not before its time
            room.clock.forward(minutes=3)
            (again,) = send(room)
            assert again.state is State.WAITING
            assert down.posts[0].headers["Idempotency-Key"] == down.posts[1].headers["Idempotency-Key"]
            assert len(sink.mails) == 2


def test_retry_after_is_kept(tmp_path):
    with contextlib.ExitStack() as opened:
        sink = opened.enter_context(smtp())
        busy = opened.enter_context(web(429, headers={"Retry-After": "3600"}))
        room = opened.enter_context(newsroom(tmp_path, ROUTED, env=desk(sink.port, hook=busy.port)))
        quiet(room)
        room.poll(story("Cameras follow Uyghur poet"))
        send(room)
        room.clock.forward(minutes=50)
        assert send(room) == ()
        room.clock.forward(minutes=20)
        assert len(send(room)) == 1


def test_a_channel_without_its_secret_waits(tmp_path):
    with newsroom(tmp_path, ROUTED, env={}) as room:
        room.baseline()
        room.poll(story("Uyghur poet freed"))
        sent = send(room)
        assert {s.state for s in sent} == {State.WAITING}
        assert any("DESK" in s.detail for s in sent)


def test_without_a_terminal_printing_is_no_delivery(tmp_path):
    with newsroom(tmp_path) as room:
        room.baseline()
        room.poll(story("Uyghur poet freed"))
        assert all(s.state is State.WAITING and "add a channel" in s.detail for s in send(room))


def test_a_restored_copy_sends_nothing_until_it_takes_over(tmp_path):
    with smtp() as sink, newsroom(tmp_path / "old", ROUTED, env=desk(sink.port)) as room:
        quiet(room)
        room.poll(story("Uyghur poet freed"))
        names = backup.backup(room.wire, tmp_path / "copy.tar.gz")
        assert set(names) == {"stories.db", "rules.yaml"}
        done = backup.restore(tmp_path / "copy.tar.gz", tmp_path / "new", room.clock())
        assert set(done.files) == {"stories.db", "rules.yaml"}
        sink.mails.clear()
        with newsroom(tmp_path / "new", ROUTED, env=desk(sink.port)) as copy:
            assert deliver(copy.wire, OUTLETS, "test") == ()
            assert sink.mails == []
            assert backup.take_over(copy.wire)
            assert not backup.take_over(copy.wire)
            copy.clock.forward(hours=2)
            assert [s.state for s in deliver(copy.wire, OUTLETS, "test")] == [State.SENT, State.SENT]
        with room.wire.store.reading() as tx:
            assert meta.get(tx, PAUSED) is None


def test_a_preview_connects_to_nothing(tmp_path):
    with newsroom(tmp_path, ROUTED, env=desk(1)) as room:
        room.baseline()
        room.poll(story("Uyghur poet freed"))
        shown = preview(room.wire, OUTLETS, "test")
        assert {s.detail for s in shown} == {"dry run"}
        assert any("Uyghur poet freed" in s.subject for s in shown)


def test_the_alert_shows_the_words_in_their_sentence(tmp_path):
    with smtp() as sink, newsroom(tmp_path, ROUTED, env=desk(sink.port)) as room:
        quiet(room)
        sink.mails.clear()
        room.poll(
            story("Poet freed", summary="She had waited. An Uyghur poet walked home on Monday. It rained.")
        )
        send(room)
        mail = message_from_bytes(sink.mails[0])
        html = (
            next(p for p in mail.walk() if p.get_content_type() == "text/html")
            .get_payload(decode=True)
            .decode()
        )
    assert ">Uyghur</mark>" in html
    assert "walked home on Monday." in html
    assert "It rained" not in html
    assert "Uyghurs" in html  # the rule's name
