"""Decay is noticed in a newsroom: told once, to the operator only, with the poll or not at all, and shown."""

from datetime import timedelta

import pytest

from monitor.app.decay import accept, was_read
from monitor.app.health import check, status
from monitor.outbox import Kind
from monitor.schedule import Health, IncidentKind
from monitor.store import filling, outbox, sources
from monitor.story import Articles, Outlet, Source
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


READ = {"title": "json-ld:headline", "body": "trafilatura"}
PAGED = SOURCED.replace("outlet: bbc}", "outlet: bbc, articles: all}")


def test_an_outlets_pages_are_one_matter_whatever_led_to_them(tmp_path):
    second = {"url": "https://bbc.example/asia"}
    with newsroom(tmp_path / "room", PAGED, env=ENV) as room:
        for number in range(4):
            day(room, number, body="x" * 3400, provenance=READ)
        for number in range(10, 14):
            room.clock.forward(hours=20)
            for where in ({}, second):
                stories = (
                    story(f"Late {number} {n} {where}", body="x" * 120, at=room.clock(), provenance=READ)
                    for n in range(5)
                )
                room.poll(*stories, **where)
        (told,) = incidents(room)
        assert (told.kind, told.url) == (IncidentKind.DECAYED, "")
        assert "The pages of bbc can be read, but" in told.text
        assert "the body was 3,400 characters in the median, now 120, since 9 March 2026" in told.text
        pages = status(room.wire, {}).sources[-1]
        assert (pages.name, pages.health) == ("bbc (pages)", Health.DECAYED)
        assert any("its pages decayed" in p.text for p in check(room.wire))


def test_pages_that_can_no_longer_be_read_are_told_of(tmp_path):
    with newsroom(tmp_path / "room", PAGED, env=ENV) as room:
        for number in range(4):
            day(room, number, body="x" * 3400, provenance=READ)
        for number in range(10, 13):
            day(room, number)
        (told,) = incidents(room)
        assert "page: 100% of stories' pages could be read, now 0 of the last 20" in told.text


def test_imports_and_unknown_outlets_teach_nothing(tmp_path):
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


def test_what_a_page_told_is_known_by_its_origin():
    assert was_read(story("A", provenance={"title": "feed", "body": "trafilatura"}))
    assert not was_read(story("A", provenance={"title": "feed", "body": "feed:content"}))
    assert not was_read(story("A"))


def test_an_outlet_of_several_feeds_is_judged_feed_by_feed():
    from monitor.app.decay import place

    outlet = Outlet(name="a", title="A", sources=(Source(url="u1"), Source(url="u2")))
    assert [place(outlet, s) for s in outlet.sources] == ["u1", "u2"]
    assert place(Outlet(name="a", title="A", articles=Articles.ALL), Source(url="u1")) == ""
