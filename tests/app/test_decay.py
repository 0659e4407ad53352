"""Decay is noticed in a newsroom: told once, to the operator only, with the poll or not at all, and shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app.decay import accept, notice_pages
from monitor.app.health import check, status
from monitor.outbox import Kind
from monitor.schedule import Health, IncidentKind
from monitor.store import filling, outbox, sources
from monitor.story import Articles, Outlet
from tests.newsrooms import RULES, newsroom, story

FEED = "https://bbc.example/feed"
ENV = {"MAIL": "mailto://127.0.0.1:9?from=a@desk.example"}
SOURCED = (
    RULES
    + """
operator: {to: [ops]}
channels:
  desk: {url: "env:MAIL", to: [editor@desk.example]}
  ops: {url: "env:MAIL", to: [ops@desk.example]}
routes: [{to: [desk], when: at once}]
sources:
  - {feed: "https://bbc.example/feed", outlet: bbc}
"""
)


def day(room, number, *, summary="A summary of what happened.", count=10, **more):
    room.clock.forward(days=1)
    return room.poll(
        *(
            story(f"Report {number} of part {n} from Leeds", summary=summary, at=room.clock(), **more)
            for n in range(count)
        )
    )


def incidents(room):
    with room.wire.store.reading() as tx:
        return [i for i in reversed(sources.incidents(tx)) if i.kind is not IncidentKind.GAP]


def alerts(room):
    with room.wire.store.writing() as tx:
        outbox.bind(tx, room.clock())
        rows = [r.alert for m in outbox.messages(tx) for r in outbox.alerts_of(tx, m.message.id)]
    return [a for a in rows if a.kind is Kind.OPERATOR and not a.text.startswith("A new database")]


def usual(room, days=4):
    for number in range(days):
        day(room, number)


def test_a_lost_summary_is_told_once_to_the_operator_and_its_return_once(tmp_path):
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        usual(room)
        for number in range(10, 16):
            day(room, number, summary="")
        for number in range(20, 24):
            day(room, number)
        told = incidents(room)
        assert [(i.kind, i.notify) for i in told] == [
            (IncidentKind.DECAYED, True),
            (IncidentKind.RECOVERED, True),
        ]
        assert told[0].text == (
            "bbc (https://bbc.example/feed) can be read, but stories are not what they were: summary: 100% of stories "
            "had one, now 0 of the last 20, since 9 March 2026. Stories go on being matched. See what to do: "
            "copytaster sources doctor bbc"
        )
        sent = alerts(room)
        assert {a.recipient.address for a in sent} == {"ops@desk.example"}
        assert sorted(a.text for a in sent) == sorted(i.text for i in told)


def test_stories_go_on_being_told_to_editors(tmp_path):
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        usual(room)
        for number in range(10, 13):
            day(room, number, summary="")
        room.clock.forward(days=1)
        taken = room.poll(story("Uyghur poet freed", at=room.clock()))
        assert [d.rule for d in taken[0].triage.decisions] == ["Uyghurs"]


def test_status_and_check_show_it_and_a_person_may_accept_it(tmp_path):
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        usual(room)
        assert [s.health for s in status(room.wire, {}).sources] == [Health.OK]
        for number in range(10, 13):
            day(room, number, summary="")
        (shown,) = status(room.wire, {}).sources
        assert shown.health is Health.DECAYED
        assert shown.lost.startswith("summary: 100% of stories had one")
        (problem,) = [p for p in check(room.wire) if p.where == "source bbc"]
        assert not problem.grave
        assert problem.text.endswith("See what to do: copytaster sources doctor bbc")
        with room.wire.store.writing() as tx:
            assert accept(tx, [("bbc", FEED), ("bbc", "")]) == (("bbc", FEED),)
        assert [s.health for s in status(room.wire, {}).sources] == [Health.OK]
        for number in range(13, 17):
            day(room, number, summary="")
        assert [i.kind for i in incidents(room)] == [IncidentKind.DECAYED]


BBC = Outlet(name="bbc", title="BBC News", articles=Articles.ALL)
PAGE = story("Port to inspect every container", body="x" * 3400, summary="A port.", authors=("Lena Ort",))


def pages(room, *readings):
    room.clock.forward(hours=20)
    with room.wire.store.writing() as tx:
        return notice_pages(tx, BBC, readings, room.clock(), room.wire.newsroom)


def test_an_outlets_pages_are_one_matter_whatever_led_to_them(tmp_path):
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        for _ in range(4):
            assert pages(room, *((PAGE, True),) * 10) is None
        short = replace(PAGE, body="x" * 120, provenance={"warning": "bbc.next_data: unknown"})
        assert pages(room, *((short, True),) * 10) is None
        told = pages(room, *((short, True),) * 3)
        assert (told.kind, told.url, told.notify) == (IncidentKind.DECAYED, "", True)
        assert told.text.startswith("The pages of BBC News can be read, but stories are not what they were: ")
        assert "layout: 100% of pages had one that the outlet's hook knows, now 0 of the last 13" in told.text
        assert "the text was 3,400 characters in the median, now 120, since 8 March 2026" in told.text
        assert [a.text for a in alerts(room)] == [told.text]
        shown = status(room.wire, {}).sources[-1]
        assert (shown.name, shown.health) == ("bbc (pages)", Health.DECAYED)
        assert any("its pages decayed" in p.text for p in check(room.wire))
        well = pages(room, *((PAGE, True),) * 5)
        assert well.text == "The pages of BBC News: stories carry again what they used to."
        assert [s.name for s in status(room.wire, {}).sources] == ["bbc"]


def test_pages_that_are_about_something_else_or_cannot_be_read_are_told_of(tmp_path):
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        pages(room, *((PAGE, True),) * 40)
        pages(room, *((None, False),) * 8)
        told = pages(room, *((None, False),) * 8)
        assert "page: 100% of stories' pages could be read, now 0 of the last 16" in told.text
    with newsroom(tmp_path / "other", SOURCED, env=ENV) as room:
        pages(room, *((PAGE, True),) * 40)
        pages(room, *((PAGE, False),) * 8)
        told = pages(room, *((PAGE, False),) * 8)
        assert "headline on the page: 100% of pages had that of the entry, now 0 of the last 16" in told.text


def test_what_a_source_brings_is_learnt_for_that_source_alone(tmp_path):
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        day(room, 1)
        with room.wire.store.reading() as tx:
            assert len(filling.load(tx, "bbc", FEED).known) == 10
            assert filling.load(tx, "nobody", FEED).known == ()


@pytest.mark.parametrize("point", ["decided", "written"])
def test_what_was_not_committed_was_not_learnt(tmp_path, point):
    class Crash(RuntimeError): ...

    def reach(name):
        if name == point and armed:
            raise Crash

    armed = []
    with newsroom(tmp_path / "room", SOURCED, env=ENV) as room:
        usual(room)
        day(room, 10, summary="")
        object.__setattr__(room.wire, "reach", reach)
        armed.append(True)
        with pytest.raises(Crash):
            day(room, 11, summary="")
        assert incidents(room) == []
        armed.clear()
        room.clock.now -= timedelta(days=1)
        day(room, 11, summary="")
        assert [i.kind for i in incidents(room)] == [IncidentKind.DECAYED]
        assert len(alerts(room)) == 1
