"""An issue is built by what was set when it was made; what became of its stories since is told before it is sent, and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from monitor.alerts.briefs import FORMS, export
from monitor.app import brief
from monitor.app.brief_check import Visit, check
from monitor.app.imprint import head_of
from monitor.app.outbox import read, take_back
from monitor.app.wire import open_wire
from monitor.errors import ConfigError
from monitor.outbox import State
from monitor.store import outbox
from tests.alerts.servers import HANG_UP, smtp
from tests.app.test_briefs import REUTERS, drafted, exported, mend, ready, told_desk, visits
from tests.desks import DESK, OUTLETS, env, send
from tests.newsrooms import newsroom, story

CAMERAS = "Cameras that know Uyghur faces"


@pytest.fixture
def desk(tmp_path):
    with told_desk(tmp_path) as found:
        yield found


def reset(room, **settings):
    """Change rules.yaml as an operator would, and open the newsroom anew."""
    more = "".join(f", {name}: {value}" for name, value in settings.items())
    rules = DESK.replace('mailbox: "env:MAILBOX"}', f'mailbox: "env:MAILBOX"{more}}}')
    rules = rules.replace("The desk, mail: ops@desk.example", "Another desk, mail: new@desk.example")
    (room.wire.folder / "rules.yaml").write_text("timezone: Asia/Tokyo\n" + rules, encoding="utf8")
    room.wire.store.close()
    room.wire = open_wire(
        room.wire.folder, {}, clock=room.clock, process=dict(room.wire.environment), terminal=False
    )


def first(room):
    return next(t.story for t in room.taken if t.story.title == CAMERAS)


def told(sink):
    return [
        " ".join(m.replace(b"=\r\n", b"").decode().split())
        for m in sink.mails
        if b"To: ops@desk.example" in m and b"Printed as" in m
    ]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_built_stays_the_same_under_other_settings(desk, form):
    if form == "docx":
        pytest.importorskip("docx", reason="python-docx is not installed")
    room, _ = desk
    ready(room)
    before = exported(room, form)
    reset(room, quotation=20)
    assert exported(room, form) == before


def test_what_was_sent_is_sent_again_the_same(desk):
    room, _ = desk
    ready(room)
    brief.send(room.wire, "weekly")
    send(room)
    reset(room, quotation=20)
    built = exported(room, "html")
    assert b"Two researchers found it" in built
    assert b"Another desk" not in built


def test_a_draft_takes_the_settings_of_its_last_change(desk):
    room, _ = desk
    issue = ready(room)
    reset(room, quotation=20)
    issue, found = check(room.wire, "weekly", visits(issue))
    assert any("its lead has 100 characters and at most 20 may be quoted now" in f.text for f in found)
    one = next(e for e in issue.picked if e.headline == CAMERAS)
    issue = brief.edit(room.wire, "weekly", one.story_id, {"lead": "A camera."}, None)
    assert b"Another desk" in exported(room, "html")
    assert b"She read for an hour." not in exported(room, "txt")
    assert check(room.wire, "weekly", visits(issue))[1] == ()


def test_an_issue_of_before_is_built_by_the_settings_in_force(desk):
    room, _ = desk
    issue = replace(ready(room), imprint=None)
    assert export(issue, "txt", head_of(room.wire, issue)) == exported(room, "txt")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            [{"title": "Cameras that knew"}, {"title": "Cameras that knew", "body": "More."}],
            "headline is now",
        ),
        ([{"summary": "Retraction: forged."}, {"summary": "Retraction: forged. More soon."}], "a retraction"),
    ],
)
def test_what_changed_twice_between_two_passes_is_told_all_the_same(desk, changes, says):
    room, sink = desk
    ready(room)
    brief.send(room.wire, "weekly")
    send(room)
    sink.mails.clear()
    for change in changes:
        room.clock.forward(minutes=40)
        room.poll(replace(first(room), **change))
    send(room)
    assert len(told(sink)) == 1
    assert says in told(sink)[0]
    assert told(sink)[0].count("Printed as:") == 2  # in the text and in the HTML
    room.clock.forward(hours=1)
    send(room)
    assert len(told(sink)) == 1


def test_what_changed_since_the_draft_is_found_by_check_until_an_editor_has_seen_it(desk):
    room, _ = desk
    issue = mend(room, drafted(room))
    room.clock.forward(hours=2)
    room.poll(replace(first(room), summary="Retraction: the filing was forged."))
    issue, found = check(room.wire, "weekly", visits(issue))
    assert ["since it was drafted: it speaks of a retraction" in f.text for f in found] == [True]
    one = next(e for e in issue.picked if e.headline == CAMERAS)
    issue = brief.edit(room.wire, "weekly", one.story_id, {"lead": "The filing was forged."}, None)
    assert check(room.wire, "weekly", visits(issue))[1] == ()


def test_a_headline_can_be_confirmed_against_that_of_the_page(desk):
    room, _ = desk
    issue = mend(room, drafted(room))
    one = next(e for e in issue.picked if e.headline == CAMERAS)
    seen = visits(issue) | {one.url: Visit(url=one.url, titles=("Cameras, again",))}
    issue, found = check(room.wire, "weekly", seen)
    assert ["confirm" in f.text for f in found] == [True]
    brief.edit(room.wire, "weekly", one.story_id, {"headline": CAMERAS}, None)
    assert check(room.wire, "weekly", seen)[1] == ()
    seen[one.url] = Visit(url=one.url, titles=("Cameras, a third time",))
    assert len(check(room.wire, "weekly", seen)[1]) == 1


def test_a_period_that_ends_before_it_begins_is_refused(desk):
    room, _ = desk
    with pytest.raises(ConfigError, match="--from comes before --to"):
        drafted(room, since=room.clock(), until=room.clock() - timedelta(days=1))


def test_more_than_a_few_hundred_candidates_are_all_looked_at(desk):
    room, _ = desk
    for page in range(6):
        room.poll(*(story(f"Uyghur matter {page} {n}", summary=f"{page} {n}") for n in range(100)))
    room.clock.forward(minutes=1)
    assert len(drafted(room).entries) > 600


def test_a_brief_that_may_be_a_repeat_says_so_under_the_same_id_and_whom_to_ask(tmp_path):
    with (
        smtp({"content": [HANG_UP, HANG_UP, "250 ok"]}) as sink,
        newsroom(tmp_path, DESK, env=env(sink.port)) as room,
    ):
        room.baseline("bbc", "wire")
        with room.wire.store.writing() as tx:
            outbox.cancel(tx, all_waiting=True)
        room.clock.forward(hours=2)
        plan, _ = brief.plan_named(room.wire, "weekly")
        room.poll(story(CAMERAS, summary="Two of them.", photo=REUTERS))
        with room.wire.store.writing() as tx:
            outbox.cancel(tx, all_waiting=True)
        room.clock.forward(minutes=1)
        check(room.wire, "weekly", visits(brief.new(room.wire, plan, OUTLETS)))
        brief.send(room.wire, "weekly")
        for _ in range(3):
            send(room)
            room.clock.forward(minutes=15)
        mails = [message_from_bytes(m) for m in sink.mails if b"To: editor@" in m]
        texts = [m.get_payload()[0].get_payload(decode=True).decode() for m in mails]
        assert len({m["Message-ID"] for m in mails}) == 1
        assert ["may be a repeat" in t for t in texts] == [False, True]
        assert b"may be a repeat" in mails[1].get_payload()[1].get_payload(decode=True)
        assert all(t.rstrip().endswith("ops@desk.example") for t in texts)


def test_an_issue_begun_by_hand_is_the_one_its_time_asked_for(desk):
    room, _ = desk
    room.clock.now = datetime(2026, 3, 6, 9, 3, tzinfo=UTC)
    drafted(room)
    send(room)
    mend(room, brief.look(room.wire, "weekly"))
    check(room.wire, "weekly", visits(brief.look(room.wire, "weekly")))
    brief.send(room.wire, "weekly")
    send(room)
    assert brief.look(room.wire, "weekly").number == 1
    room.clock.forward(days=7)
    send(room)
    assert brief.look(room.wire, "weekly").number == 2


def test_a_section_that_the_brief_does_not_have_is_pointed_out(desk):
    room, _ = desk
    issue = ready(room)
    one = issue.picked[0]
    issue = brief.edit(room.wire, "weekly", one.story_id, {"section": "Nwes"}, None)
    issue, found = check(room.wire, "weekly", visits(issue))
    assert [(f.text, f.grave) for f in found] == [('its section "Nwes" is none of News, Surveillance', False)]
    assert issue.checked


def test_the_outbox_names_the_issue_and_taking_back_a_rulebooks_alerts_spares_it(desk):
    room, _ = desk
    ready(room)
    room.poll(story("Uyghur choir in York"))
    brief.send(room.wire, "weekly")
    take_back(room.wire, rulebook=room.wire.newsroom.rulebook.hash)
    sent = [s for s in send(room) if s.subject.startswith("Weekly Brief")]
    assert [s.state for s in sent] == [State.SENT, State.SENT]
    letter = read(room.wire, sent[0].message.id)
    assert [a.headline for a in letter.alerts] == ["Weekly Brief, 04 March 2026 (weekly/1)"]
