"""Who is told what, when: the rules of docs/reference/who-is-told.md, each as an editor would meet it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.outbox import Kind
from monitor.store import decisions, outbox, stories
from monitor.story import DateSource, Outlet
from monitor.triage import Verdict
from tests.newsrooms import NOON, RULES, newsroom, reasons, story

ROUTED = (
    RULES
    + """
channels:
  desk-mail: {url: "env:DESK", to: [editor@example.org, deputy@example.org]}
  desk-chat: {url: "env:CHAT"}
routes:
  - {to: [desk-mail], when: at once}
  - {rules: [Surveillance], to: [desk-chat, desk-mail], when: at once}
"""
)


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path) as opened:
        yield opened


@pytest.fixture
def routed(tmp_path):
    with newsroom(tmp_path, ROUTED) as opened:
        yield opened


def waiting(room):
    with room.wire.store.writing() as tx:
        bound = outbox.bind(tx, room.clock())
        rows = [row for message in bound for row in outbox.alerts_of(tx, message.id)]
    return [row for row in rows if row.alert.kind is not Kind.OPERATOR]


def test_a_new_story_that_matches_alerts_once(room):
    room.baseline()
    taken = room.poll(story("Uyghur poet freed"), story("Rain in Spain"))
    assert reasons(taken) == [("Uyghurs", "alerted")]
    assert [r.alert.kind for r in waiting(room)] == [Kind.ALERT]
    assert waiting(room) == []


def test_the_first_poll_of_an_outlet_is_its_baseline(room):
    taken = room.poll(story("Uyghur poet freed"))
    assert reasons(taken) == [("Uyghurs", "baseline")]
    assert [r.alert.kind for r in waiting(room)] == [Kind.BASELINE]


def test_every_source_of_a_new_outlet_is_baseline_in_its_first_run(room):
    """Both are polled in one run; the first must not make the second look like a new address."""
    from monitor.app.intake import Intake
    from monitor.app.journal import begin
    from monitor.story import Outcome, Poll, Source

    with room.wire.store.writing() as tx:
        run = begin(tx, "run", room.clock())
    intake = Intake(wire=room.wire, run_id=run, outlets={}, past={})
    for section in ("world", "asia"):
        url = f"https://bbc.example/{section}"
        given = story(f"Uyghur news of {section}", source=url)
        poll = Poll(
            source=Source(url=url, outlet="bbc"), at=room.clock(), outcome=Outcome.NEWS, stories=(given,)
        )
        assert reasons(intake.take(poll)) == [("Uyghurs", "baseline")]


@pytest.mark.parametrize(
    "changed",
    [
        {"guid": "another"},
        {"published": NOON + timedelta(hours=3)},
        {"url": "https://www.bbc.example/uyghur-poet-freed?utm_source=rss"},
        {"guid": "", "url": "http://bbc.example/uyghur-poet-freed/"},
    ],
    ids=["guid", "date", "tracking", "host alias"],
)
def test_a_reissue_is_silent(room, changed):
    room.baseline()
    first = story("Uyghur poet freed")
    room.poll(first)
    room.clock.forward(hours=2)
    (taken,) = room.poll(replace(first, **changed))
    assert taken.triage.verdict in (Verdict.UNCHANGED, Verdict.REISSUED)
    assert len(waiting(room)) == 1


def test_the_same_guid_at_another_address_is_the_same_story(room):
    room.baseline()
    first = story("Uyghur poet freed", guid="tag:1")
    room.poll(first)
    (taken,) = room.poll(replace(first, url="https://www.bbc.example/moved/poet"))
    assert taken.triage.verdict is Verdict.REISSUED


def test_a_guid_means_nothing_in_another_source(room):
    room.baseline("bbc", "dw")
    room.poll(story("Uyghur poet freed", guid="1"))
    (taken,) = room.poll(story("Another Uyghur story altogether", outlet="dw", guid="1"), outlet="dw")
    assert taken.triage.verdict is Verdict.NEW


def test_a_revision_that_is_the_first_to_match_alerts(room):
    room.baseline()
    first = story("Poet freed")
    assert reasons(room.poll(first)) == []
    (taken,) = room.poll(replace(first, title="Uyghur poet freed"))
    assert taken.triage.verdict is Verdict.REVISED
    assert taken.triage.changed == ("title",)
    assert reasons([taken]) == [("Uyghurs", "alerted")]
    assert len(waiting(room)) == 1


def test_a_revision_of_a_story_that_matched_before_is_not_told_again(room):
    room.baseline()
    first = story("Uyghur poet freed")
    room.poll(first)
    taken = room.poll(replace(first, title="Uyghur poet is free"))
    assert reasons(taken) == [("Uyghurs", "told")]
    assert len(waiting(room)) == 1


def test_a_revision_that_meets_a_second_rule_tells_that_rule(room):
    room.baseline()
    first = story("Uyghur poet freed")
    room.poll(first)
    taken = room.poll(replace(first, summary="Cameras had followed her."))
    assert reasons(taken) == [("Uyghurs", "told"), ("Surveillance", "alerted")]
    assert [r.alert.rules for r in waiting(room)] == [("Uyghurs",), ("Surveillance",)]


def test_a_baseline_story_that_changes_is_not_told_as_news(room):
    first = story("Uyghur poet freed")
    room.poll(first)
    room.clock.forward(hours=1)
    assert reasons(room.poll(replace(first, title="Uyghur poet is free at last"))) == [("Uyghurs", "told")]


TEXT = (
    "A court in the capital ruled on Tuesday that the company must publish the list of factories that supply its "
    "cotton, after Uyghur groups asked for it for two years and the ministry refused to answer them."
)


def test_the_same_text_at_another_outlet_is_a_duplicate(room):
    room.baseline("bbc", "wire")
    room.poll(story("Court orders list", outlet="wire", summary=TEXT), outlet="wire")
    (taken,) = room.poll(story("Court orders list", summary=TEXT))
    assert taken.triage.verdict is Verdict.NEW
    (decision,) = taken.triage.decisions
    assert decision.reason == "duplicate"
    assert "wire: Court orders list" in decision.detail
    assert len(waiting(room)) == 1


def test_a_copy_that_meets_a_rule_its_lead_did_not_meet_alerts(room):
    room.baseline("bbc", "wire")
    room.poll(story("Court orders list", outlet="wire", summary=TEXT), outlet="wire")
    taken = room.poll(story("Court orders list", summary=TEXT, headlines=("Cameras and a court",)))
    assert ("Surveillance", "alerted") in reasons(taken)


def test_a_recurring_title_over_another_text_is_another_story(room):
    room.baseline()
    first = story(
        "Uyghur news of the week", url="https://www.bbc.example/w1", summary="Monday was quiet in the courts."
    )
    second = story(
        "Uyghur news of the week", url="https://www.bbc.example/w2", summary="A trial began on Thursday."
    )
    room.poll(first)
    assert reasons(room.poll(second)) == [("Uyghurs", "alerted")]


def test_old_stories_go_to_the_digest_as_older(room):
    room.baseline()
    taken = room.poll(story("Uyghur poet freed", at=NOON - timedelta(days=20)))
    assert reasons(taken) == [("Uyghurs", "older")]
    assert waiting(room) == []  # due at the digest's time
    room.clock.forward(days=1)
    assert [r.alert.kind for r in waiting(room)] == [Kind.OLDER]


def test_a_new_address_of_a_known_outlet_alerts_on_what_is_younger_than_the_last_good_poll(room):
    room.baseline()
    old = story("Uyghur story of yesterday", at=NOON - timedelta(hours=20))
    new = story("Uyghur story of the hour", at=NOON + timedelta(minutes=30))
    undated = story(
        "Uyghur story without a date", date_source=DateSource.FIRST_SEEN, at=NOON + timedelta(hours=1)
    )
    taken = room.poll(old, new, undated, url="https://bbc.example/asia")
    assert sorted(reasons(taken)) == [("Uyghurs", "alerted"), ("Uyghurs", "older"), ("Uyghurs", "older")]


def test_our_own_outlet_is_compared_and_never_alerted(tmp_path):
    rules = RULES + '\nsources:\n  - {outlet: ours, feed: "https://ours.example/feed", ours: true}\n'
    with newsroom(tmp_path, rules) as room:
        room.baseline("ours")
        assert reasons(room.poll(story("Uyghur poet freed", outlet="ours"), outlet="ours")) == [
            ("Uyghurs", "ours")
        ]
        assert waiting(room) == []


def test_a_new_rule_does_not_reach_back_to_old_stories(tmp_path):
    first = story("Poet freed from a camp", at=NOON)
    with newsroom(tmp_path) as room:
        room.baseline()
        room.poll(first)
    with newsroom(tmp_path, RULES + "  Camps: [camp*]\n") as room:
        for days, expected in ((3, "alerted"), (9, "before-rule")):
            late = replace(
                first, url=f"https://www.bbc.example/{days}", guid=f"{days}", title=f"Camp story {days}"
            )
            with room.wire.store.writing() as tx:
                from monitor.store import rulebooks

                began = rulebooks.since(tx)["Camps"]
            room.clock.now = began - timedelta(days=1)
            room.poll(replace(late, title=f"Something else {days}"))
            room.clock.now = began + timedelta(days=days)
            assert reasons(room.poll(late)) == [("Camps", expected)]


def test_a_renamed_rule_is_not_told_again(tmp_path):
    with newsroom(tmp_path) as room:
        room.baseline()
        room.poll(story("Uyghur poet freed"))
    renamed = RULES.replace("  Uyghurs: [$uyghur]", "  Uyghur news: {any: [$uyghur], formerly: [Uyghurs]}")
    with newsroom(tmp_path, renamed) as room:
        room.clock.forward(hours=2)
        assert reasons(room.poll(story("Uyghur poet freed", summary="More."))) == [("Uyghur news", "told")]


def test_one_alert_a_recipient_names_all_its_rules(routed):
    routed.baseline()
    routed.poll(story("Cameras follow Uyghur poet"))
    told = {(r.alert.recipient.key, r.alert.rules) for r in waiting(routed)}
    both = ("Uyghurs", "Surveillance")
    assert told == {
        ("mail:editor@example.org", both),
        ("mail:deputy@example.org", both),
        ("channel:desk-chat", ("Surveillance",)),
    }


def test_what_was_decided_is_on_record_with_the_words_and_the_rulebook(room):
    room.baseline()
    (taken,) = room.poll(story("Uyghur poet freed"))
    with room.wire.store.reading() as tx:
        (row,) = decisions.for_story(tx, taken.story_id)
        assert row.match.evidence[0].text == "Uyghur"
        assert row.rulebook == room.wire.newsroom.rulebook.hash
        (found,) = stories.search(tx, matched=True)
        assert found.story.title == "Uyghur poet freed"


def test_outlets_without_a_declaration_still_have_a_name(room):
    """A source whose outlet rules.yaml no longer names is taken in all the same."""
    assert room.poll(story("Rain", outlet="gone"), outlet="gone")[0].story.outlet == "gone"
    assert Outlet(name="gone", title="gone").sources == ()
