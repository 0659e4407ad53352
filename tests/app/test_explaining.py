"""Why a story was sent or not, by the rulebook of its day; why an address was never seen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor import config
from monitor.app.catch_up import catch_up
from monitor.app.explaining import account_of, find
from monitor.app.force import bring_into_force
from monitor.app.unseen import date_in, look_for
from monitor.errors import ConfigError
from monitor.routes import Silence
from monitor.schedule import Incident, IncidentKind
from monitor.store import silences, sources, stories
from monitor.story import Outcome, Outlet
from monitor.triage import Reason
from tests.newsrooms import NOON, RULES, newsroom, story

SOURCES = RULES + 'sources:\n  - {feed: "https://bbc.example/feed", outlet: bbc}\n'


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path / "room", SOURCES) as room:
        room.baseline()
        yield room


def reasons(account):
    return [(j.revision, d.rule, d.reason) for j in account.judgements for d in j.decisions]


def under(room, text):
    """Bring other rules into force."""
    changed = config.loads(text, room.wire.newsroom.path, None)
    room.wire = replace(room.wire, newsroom=changed)
    bring_into_force(room.wire, room.clock())


def test_each_revision_is_explained_as_it_was_judged(room):
    (first,) = room.poll(story("Uyghur poet freed"))
    room.clock.forward(hours=1)
    room.poll(story("Uyghur poet freed", summary="A camera was there"))
    found = account_of(room.wire, first.story_id)
    assert reasons(found) == [
        (1, "Uyghurs", Reason.ALERTED),
        (2, "Uyghurs", Reason.TOLD),
        (2, "Surveillance", Reason.ALERTED),
    ]
    assert [[e.rule for e in j.explanations if e.met] for j in found.judgements] == [
        ["Uyghurs"],
        ["Uyghurs", "Surveillance"],
    ]
    assert [j.decided for j in found.judgements] == [NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
    assert [t.rules for t in found.told] == [("Uyghurs",), ("Surveillance",)]
    assert [t.state for t in found.told] == [None, None]


def test_the_deciding_stage_is_told(room):
    text = "Uyghur families say that the cotton they picked was sold abroad under other names for many years, a report finds. "
    body = text * 6
    room.poll(story("Uyghur cotton", body=body))
    (copy,) = room.poll(story("Uyghur cotton", outlet="wsj", body=body), outlet="wsj")
    copied = account_of(room.wire, copy.story_id)
    assert [r for _, _, r in reasons(copied)] in ([Reason.DUPLICATE], [Reason.BASELINE])
    with room.wire.store.writing() as tx:
        silences.add(
            tx,
            Silence(rule="Uyghurs", until=room.clock() + timedelta(days=1), author="Ada", reason="too many"),
        )
    (quiet,) = room.poll(story("Uighurs march"))
    (decision,) = account_of(room.wire, quiet.story_id).judgements[0].decisions
    assert decision.reason is Reason.SILENCED
    assert "by Ada: too many" in decision.detail


def test_then_is_told_by_the_rulebook_of_then_and_now_by_the_one_of_now(room):
    (taken,) = room.poll(story("Uyghur poet freed"))
    under(room, SOURCES.replace("Uyghurs: [$uyghur]", "Poets: {any: [poet*], formerly: [Uyghurs]}"))
    found = account_of(room.wire, taken.story_id, "Poets")
    (judged,) = found.judgements
    assert [e.rule for e in judged.explanations] == ["Uyghurs"]
    assert [d.rule for d in judged.decisions] == ["Uyghurs"]
    assert [(e.rule, e.met) for e in found.now] == [("Poets", True)]
    assert found.rulebook != judged.rulebook
    assert [e.rule for e in account_of(room.wire, taken.story_id, "Surveillance").now] == ["Surveillance"]
    with pytest.raises(ConfigError, match=r'no rule "Nope".*Poets, Surveillance'):
        account_of(room.wire, taken.story_id, "Nope")


def test_a_story_judged_again_by_a_catch_up(room):
    (taken,) = room.poll(story("Rain in Berlin"))
    room.clock.forward(hours=1)
    text = SOURCES.replace("  Surveillance:", "  Rain: [rain]\n  Surveillance:")
    under(room, text)
    catch_up(room.wire, "Rain", NOON - timedelta(days=1))
    found = account_of(room.wire, taken.story_id)
    assert [(r, why) for _, r, why in reasons(found)] == [("Rain", Reason.ALERTED)]
    assert [e.rule for e in found.judgements[-1].explanations if e.met] == ["Rain"]


def test_what_cannot_be_explained_any_more_is_said(room):
    (taken,) = room.poll(story("Poet freed", body="The Uyghur poet is at home."))
    with room.wire.store.writing() as tx:
        stories.forget_bodies(tx, room.clock() + timedelta(days=1))
        tx.exec_driver_sql("UPDATE rulebook SET text = 'rules: 7'")
    under(room, SOURCES + "  # changed\n")
    found = account_of(room.wire, taken.story_id)
    (judged,) = found.judgements
    assert (judged.text_gone, found.text_gone) == (True, True)
    assert judged.unreadable.startswith(
        "This version cannot read the rulebook it was judged under:\nrules.yaml:1:"
    )
    assert judged.explanations == ()
    assert [d.reason for d in judged.decisions] == [Reason.ALERTED], "the record stands"


def test_stories_are_found_by_number_and_by_any_of_their_addresses(room):
    (taken,) = room.poll(story("Uyghur poet freed", url="https://www.bbc.example/news/1?utm_source=rss"))
    for asked in (str(taken.story_id), "https://bbc.example/news/1", "http://m.bbc.example/news/1#top"):
        assert find(room.wire, asked) == taken.story_id
    assert find(room.wire, "https://www.bbc.example/news/2") is None
    for asked in ("77", "poet", "ftp://bbc.example/1", "²"):
        with pytest.raises(ConfigError):
            find(room.wire, asked)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2021/01/13/x", date(2021, 1, 13)),
        ("https://a.example/2021/1/3/x", date(2021, 1, 3)),
        ("https://a.example/world/2021/jan/13/x", date(2021, 1, 13)),
        ("https://a.example/x-2021-01-13.html", date(2021, 1, 13)),
        ("https://a.example/20210113-x", date(2021, 1, 13)),
        ("https://a.example/news/world-asia-55634388", None),
        ("https://a.example/2021/13/45/x", None),
        ("https://a.example/1234567890", None),
        ("https://a.example/2021/01/", None),
    ],
)
def test_the_day_in_an_address(url, day):
    assert date_in(url) == day


def test_an_address_never_seen(room):
    source = room.wire.newsroom.outlets[0].sources[0]
    room.poll(outcome=Outcome.TIMEOUT, detail="no answer")
    gap = Incident(
        kind=IncidentKind.GAP, outlet="bbc", url=source.url, at=room.clock(), text="two polls did not overlap"
    )
    with room.wire.store.writing() as tx:
        sources.record_incidents(tx, [gap])
    outlets = {o.name: o for o in room.wire.newsroom.outlets}
    found = look_for(room.wire, "https://www.bbc.example/2026/03/04/secret", outlets)
    assert (found.day, found.site) == (date(2026, 3, 4), "bbc.example")
    assert found.since == datetime(2026, 3, 3, tzinfo=UTC)
    (listing,) = found.listings
    assert (listing.name, listing.polls, listing.failed, listing.first) == ("bbc", 2, 1, NOON)
    assert listing.outcomes == {Outcome.TIMEOUT: 1, Outcome.UNCHANGED: 1}
    assert [i.text for i in listing.incidents] == ["two polls did not overlap"]
    lately = look_for(room.wire, "https://www.bbc.example/news/7", outlets)
    assert (lately.day, lately.until, lately.listings[0].polls) == (None, room.clock(), 1)


def test_a_source_is_known_by_what_it_linked_to_and_shipped_outlets_are_offered(room):
    room.poll(story("Rain", url="https://news.other.example/1"))
    found = look_for(room.wire, "https://www.other.example/2", {})
    assert [one.name for one in found.listings] == ["bbc"]
    nobody = look_for(room.wire, "https://paper.example/1", {})
    assert (nobody.listings, nobody.shipped) == ((), ())
    paper = Outlet(name="paper", title="Paper", hosts=("paper.example",))
    assert look_for(room.wire, "https://www.paper.example/1", {"paper": paper}).shipped == ("paper",)
