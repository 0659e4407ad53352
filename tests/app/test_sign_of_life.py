"""The weekly sign of life: whoever heard nothing for a week hears that we live, once, and nobody else does."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from monitor import config
from monitor.app.deliver import preview
from monitor.errors import RulesError
from tests.alerts.servers import smtp
from tests.desks import OUTLETS, send
from tests.newsrooms import RULES, newsroom, story

MONDAY = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
DESK = (
    RULES
    + """
operator: {to: [ops]}
channels:
  desk: {url: "env:DESK", to: [editor@desk.example]}
  chief: {url: "env:DESK", to: [chief@desk.example]}
  ops: {url: "env:DESK", to: [ops@desk.example]}
routes:
  - {rules: [Uyghurs], to: [desk], when: at once}
  - {rules: [Surveillance], to: [chief, terminal], when: at once}
sources:
  - {feed: "https://bbc.example/feed", outlet: bbc}
  - {feed: "https://wire.example/feed", outlet: wire}
"""
)


def opened(folder, sink, rules=DESK):
    return newsroom(folder, rules, env={"DESK": f"mailto://127.0.0.1:{sink.port}?from=desk@desk.example"})


def begun(room, sink):
    """The newsroom has polled since Wednesday 4 March, and told what was to be told then."""
    room.baseline("bbc")
    send(room)
    room.clock.now = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    send(room)
    sink.mails.clear()


def recipients(sent):
    return sorted(s.message.recipient.address for s in sent if "All is quiet" in s.subject)


def test_whoever_heard_nothing_for_a_week_is_told_once(tmp_path):
    with smtp() as sink, opened(tmp_path, sink) as room:
        begun(room, sink)
        room.clock.now = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
        assert send(room) == (), "on other days there is no sign"
        room.poll(story("Uyghur poet freed", at=room.clock()), story("Rain in Leeds", at=room.clock()))
        assert [s.message.recipient.address for s in send(room)] == ["editor@desk.example"]
        room.clock.now = MONDAY
        sink.mails.clear()
        sent = send(room)
        assert recipients(sent) == ["chief@desk.example", "ops@desk.example"], "the editor heard on Thursday"
        assert {s.subject for s in sent} == {"Copytaster: All is quiet: nothing for you in the last week"}
        text = message_from_bytes(sink.mails[0]).get_payload()[0].get_payload(decode=True).decode()
        assert "1 of 2 sources were read, and 2 new stories came." in text
        assert "Not read in this time: wire." in text
        assert "This is a sign of life, weekly Monday 09:00 UTC." in text
        assert send(room) == ()
        room.clock.forward(days=1)
        assert send(room) == ()
        room.clock.now = datetime(2026, 3, 23, 9, 30, tzinfo=UTC)
        assert recipients(send(room)) == ["chief@desk.example", "editor@desk.example", "ops@desk.example"]


def test_none_for_a_newsroom_that_did_not_poll_yet_or_does_not_want_any(tmp_path):
    with smtp() as sink, opened(tmp_path / "new", sink) as room:
        room.clock.now = MONDAY
        send(room)
        sink.mails.clear()
        room.baseline("bbc")
        assert recipients(send(room)) == []
    never = DESK + "settings: {sign_of_life: never}\n"
    with smtp() as sink, opened(tmp_path / "never", sink, never) as room:
        begun(room, sink)
        room.clock.now = MONDAY
        assert send(room) == ()


def test_the_time_is_that_of_the_newsroom(tmp_path):
    tokyo = DESK + "timezone: Asia/Tokyo\nsettings: {sign_of_life: Friday 18:00}\n"
    with smtp() as sink, opened(tmp_path, sink, tokyo) as room:
        begun(room, sink)
        room.clock.now = datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
        assert recipients(send(room)) == ["ops@desk.example"], "the others heard late, on Monday"
        room.clock.now = datetime(2026, 3, 20, 8, 59, tzinfo=UTC)  # 17:59 in Tokyo
        assert recipients(send(room)) == []
        room.clock.forward(minutes=1)
        assert len(recipients(send(room))) == 3


def test_a_sign_stands_back_for_a_heartbeat_and_for_news_that_is_due(tmp_path):
    beating = DESK.replace("to: [desk], when: at once", "to: [desk], when: Monday 09:00, heartbeat: yes")
    with smtp() as sink, opened(tmp_path, sink, beating) as room:
        begun(room, sink)
        room.clock.now = MONDAY
        sent = send(room)
        told = [s.subject for s in sent if s.message.recipient.address == "editor@desk.example"]
        assert told == ["Copytaster: 0 of 2 sources checked, nothing new"]


def test_a_dry_run_shows_it_and_a_crash_before_sending_loses_none(tmp_path):
    with smtp() as sink, opened(tmp_path, sink) as room:
        begun(room, sink)
        room.clock.now = MONDAY
        assert len(preview(room.wire, OUTLETS, "test")) == 3
        room.clock.forward(hours=2)
        assert len(send(room)) == 3
        assert send(room) == ()


@pytest.mark.parametrize("words", ["daily 09:00", "at once", "sometimes"])
def test_only_a_day_and_a_time_will_do(tmp_path, words):
    with pytest.raises(RulesError, match=r"Monday 09:00|says no time"):
        config.loads(DESK + f"settings: {{sign_of_life: {words}}}\n", tmp_path / "rules.yaml", outlets={})
