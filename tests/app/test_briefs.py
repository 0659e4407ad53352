"""An issue from draft to post: picked, edited, checked, exported byte for byte, sent, and watched afterwards."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import lxml.html
import pytest

from monitor.alerts.briefs import FORMS, export
from monitor.app import brief
from monitor.app.brief_check import Visit, check
from monitor.app.imprint import head_of
from monitor.app.labels import Opinion, put_by_name
from monitor.brief import Stage
from monitor.errors import ConfigError
from monitor.outbox import State
from monitor.story import DateSource, Photo
from tests.alerts.servers import smtp
from tests.desks import DESK, OUTLETS, env, send
from tests.newsrooms import newsroom, story

GOLDEN = Path(__file__).parent / "golden"
LEAD = "The filing describes a camera that tells faces apart. Two researchers found it in a public register."
REUTERS = Photo(credit="Reuters")


def fill(room):
    room.baseline("bbc", "wire")
    at = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    room.poll(
        story("Cameras that know Uyghur faces", summary=LEAD, photo=REUTERS, at=at),
        story(
            "Uyghur poet reads in Leeds",
            summary="She read for an hour.",
            photo=Photo(credit="Ann Lee/AFP"),
            at=at,
        ),
        story("Rain in Leeds"),
    )
    room.poll(
        story("Uyghur bakery reopens", outlet="wire", summary="Bread again.", at=at),
        story("Uyghur choir on tour", outlet="wire", date_source=DateSource.FIRST_SEEN, photo=REUTERS, at=at),
        outlet="wire",
    )
    room.clock.forward(minutes=5)


@contextmanager
def told_desk(folder):
    """Open a desk whose stories have been told, with its mail sink emptied."""
    with smtp() as sink, newsroom(folder, DESK, env=env(sink.port)) as room:
        fill(room)
        send(room)
        sink.mails.clear()
        yield room, sink


@pytest.fixture
def desk(tmp_path):
    with told_desk(tmp_path) as found:
        yield found


def drafted(room, **more):
    plan, _ = brief.plan_named(room.wire, "weekly")
    return brief.new(room.wire, plan, OUTLETS, **more)


def by_headline(issue):
    return {e.headline: e for e in issue.entries}


def mend(room, issue):
    """Take out what nobody knows, so that an issue can be sent."""
    odd = [
        e.story_id for e in issue.picked if e.headline in ("Uyghur bakery reopens", "Uyghur choir on tour")
    ]
    return brief.pick(room.wire, "weekly", odd, OUTLETS, drop=True)


def visits(issue, **spoiled):
    return {e.url: Visit(url=e.url, titles=(e.headline,)) for e in issue.picked} | spoiled


def ready(room):
    issue = mend(room, drafted(room))
    issue, found = check(room.wire, "weekly", visits(issue))
    assert found == ()
    return issue


def test_a_draft_ranks_groups_and_marks_what_is_not_known(desk):
    room, _ = desk
    issue = drafted(room)
    assert (issue.number, issue.stage, issue.day) == (1, Stage.DRAFT, "04 March 2026")
    assert [e.section for e in issue.picked] == ["News", "News", "News", "Surveillance"]
    entries = by_headline(issue)
    assert "Rain in Leeds" not in entries
    assert entries["Uyghur bakery reopens"].credit == "TODO"
    assert entries["Uyghur bakery reopens"].day == "05 March 2026"  # in Tokyo
    assert entries["Uyghur choir on tour"].day == "TODO"
    assert entries["Cameras that know Uyghur faces"].credit == "Reuters"


def test_a_second_draft_is_refused_while_one_is_open(desk):
    room, _ = desk
    drafted(room)
    with pytest.raises(ConfigError, match="still a draft"):
        drafted(room)


def test_what_was_printed_is_no_candidate_again_and_the_rest_is_since_the_last_issue(desk):
    room, _ = desk
    ready(room)
    brief.send(room.wire, "weekly")
    room.clock.forward(minutes=1)
    room.poll(story("Uyghur teacher returns"))
    room.clock.forward(minutes=1)
    assert set(by_headline(drafted(room))) == {"Uyghur teacher returns"}


def test_a_period_can_be_given_and_used_stories_still_are_not_candidates(desk):
    room, _ = desk
    ready(room)
    brief.send(room.wire, "weekly")
    everything = drafted(room, since=room.clock() - timedelta(days=30), until=room.clock())
    assert set(by_headline(everything)) == {"Uyghur bakery reopens", "Uyghur choir on tour"}


def test_what_people_called_not_relevant_is_not_picked_by_itself(desk):
    room, _ = desk
    poet = next(t.story_id for t in room.taken if t.story.title == "Uyghur poet reads in Leeds")
    put_by_name(room.wire, poet, Opinion.IRRELEVANT, person="Ann")
    issue = drafted(room)
    assert poet in {e.story_id for e in issue.entries}
    assert poet not in {e.story_id for e in issue.picked}


def test_pick_drop_and_edit_in_the_order_asked_for(desk):
    room, _ = desk
    issue = drafted(room, top=0)
    assert issue.picked == ()
    numbers = [e.story_id for e in issue.entries if e.section == "News"]
    issue = brief.pick(room.wire, "weekly", [numbers[2], numbers[0]], OUTLETS)
    assert [e.story_id for e in issue.picked] == [numbers[2], numbers[0]]
    issue = brief.pick(room.wire, "weekly/1", [numbers[2]], OUTLETS, drop=True)
    assert [e.story_id for e in issue.picked] == [numbers[0]]
    issue = brief.pick(room.wire, "weekly", [numbers[1]], OUTLETS)
    issue = brief.edit(room.wire, "weekly", numbers[1], {"headline": "  Our   words "}, 1)
    assert issue.picked[0].headline == "Our words"
    with pytest.raises(ConfigError, match="There is no story 99"):
        brief.pick(room.wire, "weekly", [99], OUTLETS)


def test_a_story_that_no_rule_met_can_be_picked(desk):
    room, _ = desk
    drafted(room, top=0)
    rain = next(t.story_id for t in room.taken if t.story.title == "Rain in Leeds")
    assert [e.headline for e in brief.pick(room.wire, "weekly", [rain], OUTLETS).picked] == ["Rain in Leeds"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"lead": "x" * 301}, "at most 300 may be quoted"),
        ({"headline": " "}, "cannot be empty"),
        ({}, "not in weekly/1"),
    ],
)
def test_an_edit_keeps_to_the_quotation_and_to_the_issue(desk, changes, says):
    room, _ = desk
    drafted(room)
    with pytest.raises(ConfigError, match=says):
        brief.edit(room.wire, "weekly", 1 if changes else 99, changes, None)


def test_check_names_todo_dead_links_and_changed_headlines(desk):
    room, _ = desk
    issue = drafted(room)
    camera = by_headline(issue)["Cameras that know Uyghur faces"]
    poet = by_headline(issue)["Uyghur poet reads in Leeds"]
    seen = visits(
        issue,
        **{
            camera.url: Visit(url=camera.url, titles=("Correction: cameras",)),
            poet.url: Visit(url=poet.url, trouble="404 Not Found"),
        },
    )
    issue, found = check(room.wire, "weekly", seen)
    assert {(f.headline, f.text.partition(";")[0]) for f in found} == {
        ("Uyghur bakery reopens", "credit is TODO"),
        ("Uyghur choir on tour", "date is TODO"),
        ("Uyghur choir on tour", "lead is TODO"),
        ("Cameras that know Uyghur faces", 'the headline is now "Correction: cameras"'),
        ("Uyghur poet reads in Leeds", "its link does not lead to it: 404 Not Found"),
    }
    assert issue.checked is None
    with pytest.raises(ConfigError, match="was not checked"):
        brief.send(room.wire, "weekly")


def test_other_letters_of_the_same_headline_are_no_change(desk):
    room, _ = desk
    issue = mend(room, drafted(room))
    seen = visits(issue)
    first = issue.picked[0]
    seen[first.url] = Visit(url=first.url, titles=(first.headline.upper() + "  ",))
    assert check(room.wire, "weekly", seen)[1] == ()


def test_a_change_after_the_check_needs_another_check(desk):
    room, _ = desk
    issue = ready(room)
    assert issue.checked is not None
    brief.edit(room.wire, "weekly", issue.picked[0].story_id, {"headline": "Another"}, None)
    with pytest.raises(ConfigError, match="was not checked"):
        brief.send(room.wire, "weekly")


def test_an_empty_issue_is_not_sent(desk):
    room, _ = desk
    drafted(room, top=0)
    assert check(room.wire, "weekly", {})[1][0].text == "nothing is picked"
    with pytest.raises(ConfigError, match="was not checked"):
        brief.send(room.wire, "weekly")


def test_a_sent_issue_reaches_each_reader_once_and_stays_as_it_is(desk):
    room, sink = desk
    ready(room)
    issue, count = brief.send(room.wire, "weekly")
    assert (count, issue.stage) == (2, Stage.SENT)
    assert [s.state for s in send(room)] == [State.SENT, State.SENT]
    assert send(room) == ()
    mails = [message_from_bytes(m) for m in sink.mails]
    assert [m["Subject"] for m in mails] == ["Weekly Brief, 04 March 2026"] * 2
    text = mails[0].get_payload()[0].get_payload(decode=True).decode()
    assert "Below is an article published by BBC. Photo Reuters" in " ".join(text.split())
    with pytest.raises(ConfigError, match="was sent and stays"):
        brief.pick(room.wire, "weekly", [1], OUTLETS)
    with pytest.raises(ConfigError, match="was sent and stays"):
        brief.send(room.wire, "weekly")


def exported(room, form):
    issue = brief.look(room.wire, "weekly")
    return export(issue, form, head_of(room.wire, issue))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_issue_gives_the_same_bytes(desk, form):
    if form == "docx":
        pytest.importorskip("docx", reason="python-docx is not installed")
    room, _ = desk
    ready(room)
    first = exported(room, form)
    brief.send(room.wire, "weekly")
    room.clock.forward(days=3)
    room.poll(story("Cameras that know Uyghur faces", summary="Corrected."))
    assert exported(room, form) == first


@pytest.mark.parametrize("form", ["txt", "md"])
def test_an_issue_has_the_seeds_shape(desk, form):
    """The golden files are ours; their shape is that of the newsletter that started it all."""
    room, _ = desk
    ready(room)
    assert exported(room, form).decode() == (GOLDEN / f"weekly.{form}").read_text(encoding="utf8")


def test_the_word_document_holds_entries_and_links(desk):
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    room, _ = desk
    ready(room)
    packed = exported(room, "docx")
    words = [p.text for p in docx.Document(io.BytesIO(packed)).paragraphs]
    assert words[0] == "Weekly Brief, 04 March 2026"
    at = words.index("Cameras that know Uyghur faces")
    assert words[at + 1 : at + 4] == [
        "BBC, 04 March 2026",
        "Below is an article published by BBC. Photo Reuters",
        LEAD,
    ]
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        assert b"https://www.bbc.example/cameras-that-know-uyghur-faces" in parts.read(
            "word/_rels/document.xml.rels"
        )


def test_the_mail_file_opens_as_a_draft_of_two_parts(desk):
    room, _ = desk
    ready(room)
    mail = message_from_bytes(exported(room, "eml"))
    assert mail["X-Unsent"] == "1"
    assert [p.get_content_type() for p in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("form", ["html", "md", "txt", "eml"])
@pytest.mark.parametrize(
    "evil", ["<img src=x onerror=1>", "[x](javascript:1)", "a\r\nBcc: b@c.example", "\u202egpj.exe"]
)
def test_what_outlets_wrote_stays_text_in_a_brief(desk, form, evil):
    room, _ = desk
    issue = drafted(room)
    brief.edit(
        room.wire, "weekly", issue.picked[0].story_id, {"headline": evil, "lead": evil, "credit": evil}, None
    )
    shown = exported(room, form)
    active = [rb"[\r\n]Bcc:", "\u202e".encode()]
    active += [rb"(?<!\\)<img", rb"(?<!\\)\]\(javascript"] if form == "md" else []
    assert not [a for a in active if re.search(a, shown)]
    if form == "html":
        page = lxml.html.fromstring(shown.decode())
        assert not page.xpath("//img | //@onerror | //a[starts-with(@href, 'javascript')]")


def test_its_plan_drafts_it_in_time_and_tells_the_editor(desk):
    room, sink = desk
    room.clock.now = datetime(2026, 3, 6, 8, 59, tzinfo=UTC)
    send(room)
    with pytest.raises(ConfigError, match="There is no issue"):
        brief.look(room.wire, "weekly")
    room.clock.now = datetime(2026, 3, 6, 9, 3, tzinfo=UTC)
    send(room)
    send(room)
    issue = brief.look(room.wire, "weekly")
    assert len(issue.picked) == 4
    told = [m for m in map(message_from_bytes, sink.mails) if "is drafted" in m.as_string()]
    assert [m["To"] for m in told] == ["ops@desk.example"]
    assert "Uyghur choir on tour (Morning Wire) (TODO: date, lead)" in " ".join(
        told[0].get_payload()[0].get_payload(decode=True).decode().split()
    )
    room.clock.forward(days=7)
    sink.mails.clear()
    send(room)
    assert any(b"still a draft" in m.replace(b"=\r\n", b"") for m in sink.mails)
    assert brief.look(room.wire, "weekly").number == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": "Cameras that knew faces"}, 'its headline is now "Cameras that knew faces"'),
        ({"summary": "Retraction: the filing was forged."}, "it speaks of a retraction"),
        ({"summary": "More about the filing."}, ""),
    ],
)
def test_a_correction_of_what_was_printed_goes_at_once_to_the_editor(desk, change, says):
    room, sink = desk
    ready(room)
    brief.send(room.wire, "weekly")
    send(room)
    sink.mails.clear()
    room.clock.forward(hours=2)
    first = next(t.story for t in room.taken if t.story.title.startswith("Cameras that know"))
    room.poll(replace(first, **change))
    send(room)
    send(room)
    told = [
        " ".join(m.replace(b"=\r\n", b"").decode().split())
        for m in sink.mails
        if b"To: ops@desk.example" in m
    ]
    assert len(told) == (1 if says else 0)
    assert all("Weekly Brief weekly/1" in t and says in t for t in told)
