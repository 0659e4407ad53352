"""Stories and their pages: who waits, what is decided when, what comes late, what is taken down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app import brief
from monitor.app.brief_check import Visit, check
from monitor.app.deliver import deliver
from monitor.parse.article import UNDATED
from monitor.schedule import PageRead, Want
from monitor.store import decisions, outbox, pages, stories
from monitor.story import Access, Articles, DateSource, Outcome, Outlet, Photo, Source, Story
from monitor.triage import Reason
from tests.alerts.servers import smtp
from tests.cli.calling import copytaster as call
from tests.newsrooms import NOON, newsroom, reasons, story

FEED = "https://bbc.example/feed"
BBC = Outlet(name="bbc", title="BBC", articles=Articles.ALL, sources=(Source(url=FEED, outlet="bbc"),))
NONE = replace(BBC, articles=Articles.NONE)
RULES = """\
version: 1
operator: {name: The desk, mail: ops@desk.example, to: [ops]}
terms:
  uyghur: [Uyghur*, Uighur*]
rules:
  Uyghurs: [$uyghur]
  Surveillance: {all: [[camera*, police database], [$uyghur]], none: [golf]}
channels:
  desk: {url: "env:DESK", to: [editor@desk.example]}
  ops: {url: "env:DESK", to: [ops@desk.example]}
routes:
  - {to: [desk], when: at once}
sources: [bbc]
"""


@pytest.fixture
def sink():
    with smtp() as server:
        yield server


@pytest.fixture
def room(tmp_path, sink):
    env = {"DESK": f"mailto://127.0.0.1:{sink.port}?from=desk@desk.example"}
    with newsroom(tmp_path, RULES, outlets=[BBC], env=env) as room:
        room.baseline()
        yield room


def send(room):
    return [s.subject for s in deliver(room.wire, {"bbc": BBC}, "test")]


def mails(sink):
    """What the editor got; the operator hears of other things."""
    return [m for m in sink.mails if b"To: editor@desk.example" in m]


def due(room):
    with room.wire.store.reading() as tx:
        return pages.due(tx, room.clock())


def page_of(one, body="", title="", **more):
    """What a page alone tells."""
    more.setdefault("date_source", DateSource.FIRST_SEEN)
    return Story("bbc", title or one.title, one.url, UNDATED, body, provenance={"title": "og:title"}, **more)


def read(room, body="", *, title="", page=None, **more):
    """Let the first page that is due be read."""
    page = page or due(room)[0]
    told = page_of(replace(story("x", url=page.url), title=title or "x"), body, title or "x", **more)
    return room.page(PageRead(page=page, at=room.clock(), story=told, status=200))


def fail(room, status=500, outcome=Outcome.HTTP_ERROR, page=None):
    answer = PageRead(page=page or due(room)[0], at=room.clock(), outcome=outcome, status=status, detail="no")
    return room.page(answer)


def on_record(room, number=1):
    with room.wire.store.reading() as tx:
        return stories.get(tx, number)


def all_decisions(room, number=1):
    with room.wire.store.reading() as tx:
        return [(d.rule, str(d.reason), d.revision) for d in decisions.for_story(tx, number)]


def test_a_new_story_waits_for_its_page_and_is_decided_once(room):
    assert room.poll(story("Cameras in the street")) == ()
    assert on_record(room) is None
    (taken,) = read(room, "Uyghur shops are watched.", title="Cameras in the street", authors=("A. Writer",))
    assert reasons([taken]) == [("Uyghurs", "alerted"), ("Surveillance", "alerted")]
    assert taken.story.authors == ("A. Writer",)
    assert taken.story.provenance == {"title": "og:title"}
    assert on_record(room).first_seen == NOON + timedelta(hours=1)


def test_what_was_there_before_and_what_is_old_is_not_fetched(tmp_path):
    with newsroom(tmp_path, RULES, outlets=[BBC]) as room:
        room.poll(story("Uyghur baseline"))
        assert reasons(room.taken) == [("Uyghurs", "baseline")]
        room.clock.forward(hours=1)
        (old,) = room.poll(story("Old Uyghur story", at=NOON - timedelta(days=40)))
        assert reasons([old]) == [("Uyghurs", "older")]
        assert due(room) == ()


def test_an_outlet_whose_pages_are_not_read_is_decided_at_once(tmp_path):
    with newsroom(tmp_path, RULES, outlets=[NONE]) as room:
        room.baseline()
        assert len(room.poll(story("Uyghur one"))) == 1
        assert due(room) == ()


def test_a_date_or_guid_that_changes_asks_for_no_page_a_headline_does(room):
    one = story("Cameras in the street")
    room.poll(one)
    read(room, "Uyghur shops are watched.")
    room.clock.forward(minutes=20)
    room.poll(replace(one, published=NOON + timedelta(minutes=7), guid="other"))
    assert [p for p in due(room) if p.want is Want.READ] == []
    assert len(on_record(room).story.body) > 10
    room.clock.forward(minutes=20)
    room.poll(replace(one, title="Uyghur cameras in the street"))
    assert on_record(room).revision == 1
    (taken,) = read(room, "Uyghur shops are watched, a report says.")
    assert taken.triage.changed == ("title", "body")
    assert on_record(room).revision == 2


def test_a_changed_entry_of_a_page_that_fails_keeps_the_text_it_had(room):
    one = story("Cameras in the street")
    room.poll(one)
    read(room, "Uyghur shops are watched.")
    room.clock.forward(minutes=20)
    room.poll(replace(one, title="Cameras in every street"))
    (taken,) = fail(room)
    assert taken.triage.changed == ("title",)
    assert on_record(room).story.body == "Uyghur shops are watched."


def test_two_sources_of_one_story_ask_for_one_page(room):
    one = story("Uyghur story")
    room.poll(one)
    room.poll(replace(one, guid="asia-1"), url="https://bbc.example/asia")
    assert len(due(room)) == 1
    taken = read(room, "Text.", title="Uyghur story")
    assert [str(t.triage.verdict) for t in taken] == ["new", "reissued"]
    assert reasons(taken) == [("Uyghurs", "alerted")]
    with room.wire.store.reading() as tx:
        assert {FEED, "https://bbc.example/asia", stories.PAGE} == set(stories.headlines(tx, 1))


def test_the_address_a_page_claims_makes_it_the_story_we_know(room):
    known = story("Uyghur story", url="https://www.bbc.example/news/c1")
    room.poll(known)
    read(room, "Text.", title="Uyghur story")
    room.clock.forward(minutes=10)
    room.poll(story("Uyghur story told", url="https://feeds.bbc.example/r/17"))
    page = next(p for p in due(room) if p.want is Want.READ)
    told = page_of(known, "Text.")
    (again,) = room.page(PageRead(page=page, at=room.clock(), story=told, status=200))
    assert again.story_id == 1
    room.poll(story("Rain in Leeds", url="https://www.bbc.example/news/c2"))
    page = next(p for p in due(room) if p.want is Want.READ)
    (other,) = room.page(PageRead(page=page, at=room.clock(), story=told, status=200))
    assert other.story_id != 1, "a broken template claims one address for every story"


def test_a_failed_page_is_decided_by_the_headline_and_again_when_it_comes(room, sink):
    room.poll(story("Cameras at every bus stop"))
    (taken,) = fail(room)
    assert reasons([taken]) == [("Surveillance", "possible")]
    with room.wire.store.reading() as tx:
        (row,) = [r for r in decisions.for_story(tx, 1) if r.reason is Reason.POSSIBLE]
        assert "any of" in row.detail or "$uyghur" in row.detail
        assert len(outbox.waiting_possible(tx, 1)) == 1
    send(room)
    assert mails(sink) == [], "it waits for the digest"
    assert due(room) == ()
    room.clock.forward(minutes=30)
    (late,) = read(room, "Uyghur shops are watched by police.", title="Cameras at every bus stop")
    assert reasons([late]) == [("Uyghurs", "alerted"), ("Surveillance", "alerted")]
    assert late.triage.changed == ("body",)
    with room.wire.store.reading() as tx:
        assert outbox.waiting_possible(tx, 1) == ()
    send(room)
    room.clock.forward(days=2)
    assert len(mails(sink)) == 1
    send(room)
    assert len(mails(sink)) == 1


def test_what_stays_possible_is_listed_once_in_the_digest(room, sink):
    room.poll(story("Cameras at every bus stop"))
    fail(room)
    while still := due(room):
        fail(room, page=still[0])
    for _ in range(40):
        room.clock.forward(hours=2)
        for page in due(room):
            fail(room, page=page)
        send(room)
    assert len(mails(sink)) == 1
    assert b"headline only" in mails(sink)[0]
    with room.wire.store.reading() as tx:
        assert pages.counts(tx).failed == 0, "given up after three days"


def test_a_late_body_that_a_none_rules_out_recalls_nothing_and_is_recorded(room, sink):
    room.poll(story("Uyghur cameras at every bus stop"))
    (taken,) = fail(room)
    assert reasons([taken]) == [("Uyghurs", "alerted"), ("Surveillance", "alerted")]
    send(room)
    room.clock.forward(minutes=30)
    (late,) = read(room, "It is all about golf.", title="Uyghur cameras at every bus stop")
    assert ("Surveillance", "no-longer") in reasons([late])
    assert ("Surveillance", "alerted", 1) in all_decisions(room)
    assert ("Surveillance", "no-longer", 2) in all_decisions(room)
    room.clock.forward(hours=1)
    send(room)
    assert len(mails(sink)) == 1


def test_a_page_nobody_waits_for_any_more_changes_nothing(room):
    room.poll(story("Rain in Leeds"))
    (page,) = due(room)
    read(room, "Wet.", page=page)
    assert read(room, "Wet again.", page=page) == ()


def told(room, title="Uyghur story", body="Uyghur shops are watched."):
    """Tell an editor of a story whose page was read."""
    room.poll(story(title))
    read(room, body, title=title)
    send(room)
    return on_record(room)


def visit(room, *, hours):
    room.clock.now = NOON + timedelta(hours=1 + hours)
    (page,) = due(room)
    assert page.want is Want.WATCH
    return page


def test_a_told_story_is_looked_at_after_1_6_and_24_hours(room, sink):
    told(room)
    for hours in (1, 6, 24):
        assert (
            read(room, "Uyghur shops are watched.", title="Uyghur story", page=visit(room, hours=hours)) == ()
        )
    room.clock.forward(days=9)
    assert due(room) == ()
    send(room)
    assert len(mails(sink)) == 1
    assert on_record(room).revision == 1


def test_a_story_that_nobody_was_told_of_is_not_looked_at_again(room):
    room.poll(story("Rain in Leeds"))
    read(room, "Wet.", title="Rain in Leeds")
    room.clock.forward(days=2)
    assert due(room) == ()


def test_a_story_taken_down_is_told_as_a_reply_after_thirty_quiet_minutes(room, sink):
    told(room)
    assert fail(room, 404, page=visit(room, hours=1)) == (), "asked once more first"
    room.clock.forward(minutes=15)
    (gone,) = fail(room, 404)
    assert gone.triage.changed == ("vanished",)
    assert on_record(room).story.vanished
    send(room)
    assert len(mails(sink)) == 1
    room.clock.forward(minutes=31)
    send(room)
    assert len(mails(sink)) == 2
    assert b"taken down" in mails(sink)[1]
    assert b"In-Reply-To" in mails(sink)[1]
    room.clock.forward(hours=5)
    assert fail(room, 404) == (), "told once"
    send(room)
    assert len(mails(sink)) == 2


def test_a_story_that_comes_back_within_the_quiet_time_is_not_told(room, sink):
    told(room)
    fail(room, 410, Outcome.GONE, page=visit(room, hours=1))
    assert on_record(room).story.vanished
    room.clock.forward(hours=5)
    read(room, "Uyghur shops are watched.", title="Uyghur story")
    assert not on_record(room).story.vanished
    send(room)
    assert len(mails(sink)) == 1


def test_a_correction_on_the_page_is_told(room, sink):
    told(room)
    note = "Correction: there were ten shops."
    read(
        room,
        f"Uyghur shops are watched. {note}",
        title="Uyghur story",
        correction=note,
        page=visit(room, hours=6),
    )
    room.clock.forward(minutes=31)
    send(room)
    assert b"ten shops" in mails(sink)[1]


def test_a_server_in_trouble_is_not_a_story_taken_down(room, sink):
    told(room)
    fail(room, 503, page=visit(room, hours=1))
    room.clock.forward(hours=3)
    (page,) = due(room)
    fail(room, None, Outcome.TIMEOUT, page=page)
    room.clock.forward(hours=3)
    send(room)
    assert len(mails(sink)) == 1
    assert on_record(room).revision == 1


def test_a_paid_page_gives_its_credit_and_no_body(tmp_path):
    paid = replace(BBC, access=Access.PAID)
    with newsroom(tmp_path, RULES, outlets=[paid]) as room:
        room.baseline()
        room.poll(story("Uyghur story", access=Access.PAID))
        (taken,) = read(room, "", title="Uyghur story", access=Access.PAID, photo=Photo(credit="Reuters"))
        assert (taken.story.body, taken.story.photo.credit) == ("", "Reuters")


def test_the_page_of_a_robots_forbidden_story_is_never_asked_for_again(room):
    room.poll(story("Uyghur story"))
    (taken,) = fail(room, None, Outcome.ROBOTS)
    assert reasons([taken])[0] == ("Uyghurs", "alerted")
    room.clock.forward(days=2)
    assert due(room) == ()


BRIEF = RULES + "briefs:\n  weekly: {title: Weekly Brief, when: Friday 09:00, to: [desk], editor: [ops]}\n"


def printed(room):
    """Print the told story in an issue."""
    plan = room.wire.newsroom.briefs["weekly"]
    issue = brief.new(room.wire, plan, {"bbc": BBC})
    (one,) = issue.entries
    check(room.wire, "weekly", {one.url: Visit(url=one.url, titles=(one.headline,))})
    brief.send(room.wire, "weekly")
    send(room)


@pytest.mark.parametrize("what", ["gone", "correction"])
def test_a_printed_story_that_is_taken_down_or_corrected_goes_at_once_to_the_editor(tmp_path, sink, what):
    env = {"DESK": f"mailto://127.0.0.1:{sink.port}?from=desk@desk.example"}
    with newsroom(tmp_path, BRIEF, outlets=[BBC], env=env) as room:
        room.baseline()
        room.poll(story("Uyghur story", summary="A summary.", photo=Photo(credit="Reuters")))
        read(room, "Uyghur shops are watched.", title="Uyghur story")
        send(room)
        room.clock.forward(days=2)
        read(room, "Uyghur shops are watched.", title="Uyghur story")
        assert due(room) == ()
        printed(room)
        room.clock.forward(hours=1)
        (page,) = due(room)
        if what == "gone":
            fail(room, 410, Outcome.GONE, page=page)
        else:
            note = "Correction: there were ten shops."
            read(room, f"Uyghur shops are watched. {note}", title="Uyghur story", correction=note, page=page)
        send(room)
        told = [m for m in sink.mails if b"To: ops@desk.example" in m and b"weekly/1" in m]
        assert len(told) == 1
        assert (b"taken down" if what == "gone" else b"ten shops") in told[0].replace(b"=\r\n", b"")


def test_a_new_address_of_a_known_outlet_fetches_only_what_may_alert(room):
    old = story("Old Uyghur story", at=NOON - timedelta(hours=3))
    new = story("Uyghur story", at=NOON + timedelta(minutes=30))
    listed = story("Listed Uyghur story", date_source=DateSource.FIRST_SEEN)
    taken = room.poll(old, new, listed, url="https://bbc.example/asia")
    assert {r for _, r in reasons(taken)} == {"older"}
    assert [p.url for p in due(room)] == [new.url]
    assert reasons(read(room, "Text.", title="Uyghur story")) == [("Uyghurs", "alerted")]


def test_what_waits_and_what_is_possible_is_shown_where_people_look(room, tmp_path):
    room.poll(story("Cameras at every bus stop"), story("Rain in Leeds"))
    cameras = next(p for p in due(room) if "cameras" in p.url)
    waiting = call("explain", "https://www.bbc.example/rain-in-leeds", "--dir", tmp_path)
    assert "seen at" in waiting.out
    assert "as soon as its page was read" in waiting.out
    assert call("explain", "https://www.bbc.example/rain-in-leeds", "--dir", tmp_path, "--json").json[
        "waits_since"
    ]
    fail(room, page=cameras)
    assert "1 story waits for a page" in call("status", "--dir", tmp_path).out
    assert "1 could not be read" in call("status", "--dir", tmp_path).out
    assert call("status", "--dir", tmp_path, "--json").json["pages"] == {
        "waiting": 1,
        "failed": 1,
        "watched": 0,
    }
    listed = call("stories", "--possible", "--dir", tmp_path)
    assert "Cameras at every bus stop" in listed.out
    assert "Surveillance: possible, judged by its headline only" in listed.out
    (one,) = call("stories", "--possible", "--dir", tmp_path, "--json").json
    assert list(one["possible"]) == ["Surveillance"]
    room.clock.forward(minutes=40)
    cameras = next(p for p in due(room) if "cameras" in p.url)
    read(room, "All about golf.", title="Cameras at every bus stop", page=cameras)
    assert "No story on record fits" in call("stories", "--possible", "--dir", tmp_path).out
    assert "possible" not in call("stories", "--dir", tmp_path).out


def test_a_story_taken_down_is_marked_in_the_list(room, tmp_path):
    told(room)
    fail(room, 410, Outcome.GONE, page=visit(room, hours=1))
    assert "Taken down" in call("stories", "--dir", tmp_path).out
    assert "1 of stories that were told is looked at again" in call("status", "--dir", tmp_path).out
