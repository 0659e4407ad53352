"""Issues of briefs on record, on both databases: what is put in comes out, and no change of their stories is missed."""

from __future__ import annotations

from dataclasses import replace

from monitor.brief import Entry, Imprint, Issue, Stage
from monitor.outbox import State
from monitor.store import Store, briefs, outbox, stories
from tests.store.made import NOW, ROOM, added, alert, hours, story

IMPRINT = Imprint(operator="Desk", operator_mail="ops@desk.example", quotation=300)
ISSUE = Issue(
    id=0, brief="weekly", number=0, title="Weekly", stage=Stage.DRAFT, since=NOW - hours(24), until=NOW, created=NOW,
    day="13 January 2021", sections=("News", "Statements"), imprint=IMPRINT,
)  # fmt: skip


def entry(number: int = 1, **other: object) -> Entry:
    values: dict[str, object] = {
        "story_id": number, "revision": 1, "event": number, "section": "News", "headline": f"Headline {number}",
        "outlet": "Daily", "day": "13 January 2021", "credit": "Reuters", "lead": "Text.", "language": "ug",
        "url": f"https://daily.example/{number}", "also": ("Weekly", "晨报"), "position": number, "score": 2.5,
    }  # fmt: skip
    return Entry(**(values | other))  # type: ignore[arg-type]


def test_an_issue_comes_out_as_it_was_put_in(store: Store) -> None:
    with store.writing() as tx:
        added(tx, 1)
        added(tx, 2)
        made = briefs.add(tx, replace(ISSUE, entries=(entry(1), entry(2, position=0))))
    with store.reading() as tx:
        assert briefs.get(tx, made.id) == made == briefs.find(tx, "weekly")
        assert (made.number, made.imprint, made.entries) == (1, IMPRINT, (entry(1), entry(2, position=0)))
        assert briefs.used(tx, "weekly") == (frozenset({1}), frozenset({1}))
        assert briefs.used(tx, "weekly", but=made.id) == (frozenset(), frozenset())
        assert briefs.find(tx, "daily") is None


def test_a_change_of_an_entry_asks_for_another_check_and_an_imprint_is_taken_anew(store: Store) -> None:
    with store.writing() as tx:
        added(tx, 1)
        made = briefs.add(tx, replace(ISSUE, imprint=None, entries=(entry(1),)))
        assert made.imprint is None
        briefs.stamp(tx, made.id, checked=NOW)
        briefs.put(tx, made.id, entry(1, page_headline="Other", confirmed="Another"))
        briefs.imprint(tx, made.id, IMPRINT)
        found = briefs.get(tx, made.id)
    assert found is not None
    assert (found.checked, found.imprint) == (None, IMPRINT)
    assert (found.entries[0].page_headline, found.entries[0].confirmed) == ("Other", "Another")


def test_every_change_since_is_given_with_the_words_before_it(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        made = briefs.add(tx, replace(ISSUE, entries=(entry(1),)))
        for hour, title, summary in ((1, "Second", "b"), (3, "Third", "c"), (4, "Third", "d")):
            after = story(1, title=title, summary=summary)
            changed = ["title", "summary"] if title != known.story.title else ["summary"]
            known = stories.revise(tx, known, after, changed=changed, text_key=None, seen=NOW + hours(hour))
        since = briefs.changed_since(tx, made.id)
        assert [(c.latest, c.now, c.changed, c.before.strip()) for c in since] == [
            (2, "Second", ("title", "summary"), "Headline 1"),
            (3, "Third", ("title", "summary"), "Second b"),
            (4, "Third", ("summary",), "Third c"),
        ]
        assert briefs.printed_since(tx, NOW) == ()
        briefs.stamp(tx, made.id, stage=Stage.SENT.value, sent=NOW + hours(2))
        assert [c.latest for c in briefs.printed_since(tx, NOW)] == [3, 4]
        assert briefs.printed_since(tx, NOW + hours(3)) == ()


def test_a_channel_is_put_off_as_a_whole_and_never_to_an_earlier_time(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known), alert(known, recipient=ROOM)], NOW)
        mail, room = sorted(outbox.bind(tx, NOW), key=lambda m: m.recipient.channel, reverse=True)
        outbox.put_off(tx, room.recipient.channel, NOW + hours(2))
        outbox.put_off(tx, room.recipient.channel, NOW + hours(1))
        assert [m.id for m in outbox.claimable(tx, NOW + hours(1))] == [mail.id]
        assert {m.id for m in outbox.claimable(tx, NOW + hours(2))} == {mail.id, room.id}


def test_an_attempt_without_an_end_is_on_record_as_unknown_once(store: Store) -> None:
    with store.writing() as tx:
        outbox.add(tx, [alert(added(tx, 1))], NOW)
        (one,) = outbox.bind(tx, NOW)
        outbox.claim(tx, one.id, NOW, NOW + hours(1))
        assert outbox.claim(tx, one.id, NOW + hours(0.5), NOW + hours(2)) is None
        assert outbox.deliveries(tx, one.id) == ()
        assert outbox.claim(tx, one.id, NOW + hours(1), NOW + hours(2)) is not None
        outbox.settle(tx, one.id, state=State.SENT, at=NOW + hours(1), receipt="250 ok")
        assert [(d.attempt, d.outcome) for d in outbox.deliveries(tx, one.id)] == [
            (1, "unknown"),
            (2, "sent"),
        ]
