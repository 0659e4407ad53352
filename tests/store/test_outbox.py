"""The outbox: nothing told twice, nothing changed once bound, nothing sent again."""

from __future__ import annotations

import dataclasses

import pytest

from monitor.outbox import Kind, Message, State
from monitor.routes import Recipient
from monitor.store import OutboxCounts, Store, Tx, decisions, open_store, outbox, stories
from monitor.triage import Reason
from tests.store.made import EDITOR, NOW, ROOM, added, alert, decision, found, hours, story


def bound(tx: Tx, *rules: str) -> Message:
    """Put alerts on one story for each of the rules into the outbox and bind them."""
    known = added(tx, 1)
    outbox.add(tx, [alert(known, rules=(rule,)) for rule in rules or ("Region",)], NOW)
    return outbox.bind(tx, NOW)[0]


def test_an_occasion_is_taken_once_per_recipient_and_event(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        first = alert(known, rules=("A", "B"))
        assert outbox.add(tx, [first, first], NOW) == (1,)
        assert len(outbox.add(tx, [alert(known, rules=("A", "C"))], NOW)) == 1
        assert outbox.add(tx, [alert(known, rules=("A", "C"))], NOW) == ()
        assert len(outbox.add(tx, [alert(known, rules=("A",), recipient=ROOM)], NOW)) == 1
        other = added(tx, 2)
        assert len(outbox.add(tx, [alert(other, rules=("A",))], NOW)) == 1
        assert outbox.told(tx, known.event) == {
            (EDITOR.key, "first:A"),
            (EDITOR.key, "first:B"),
            (EDITOR.key, "first:C"),
            (ROOM.key, "first:A"),
        }
        messages = outbox.bind(tx, NOW)
        rows = [row.alert for message in messages for row in outbox.alerts_of(tx, message.id)]
        assert [(r.occasions, r.rules) for r in rows if r.recipient == EDITOR and r.event == known.event] == [
            (("first:A", "first:B"), ("A", "B")),
            (("first:C",), ("A", "C")),
        ]


def test_one_person_over_two_channels_is_one_recipient(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known)], NOW)
        again = Recipient(channel="night-mail", address="Editor@Example.org")
        assert outbox.add(tx, [alert(known, recipient=again)], NOW) == ()
        outbox.add(tx, [alert(known, recipient=again, rules=("B",), due=NOW - hours(1))], NOW)
        (message,) = outbox.bind(tx, NOW)
        assert (message.recipient, len(message.alerts)) == (again, 2)


def test_an_alert_without_an_occasion_is_refused(store: Store) -> None:
    with store.writing() as tx, pytest.raises(ValueError, match="without an occasion"):
        outbox.add(tx, [alert(occasions=())], NOW)


def test_only_what_is_due_is_bound_and_only_once(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known), alert(known, rules=("B",), due=NOW + hours(1))], NOW)
        (message,) = outbox.bind(tx, NOW)
        assert (message.alerts, message.state, message.attempts, message.created) == (
            (1,),
            State.WAITING,
            0,
            NOW,
        )
        assert outbox.bind(tx, NOW) == ()
        (later,) = outbox.bind(tx, NOW + hours(1))
        assert later.alerts == (2,)
        assert later.key != message.key


def test_messages_are_of_one_recipient_and_the_operators_apart(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        operators = alert(kind=Kind.OPERATOR, rules=(), occasions=("operator:dead bbc",), text="BBC is dead")
        older = alert(known, rules=("B",), kind=Kind.OLDER)
        outbox.add(tx, [operators, alert(known), alert(known, recipient=ROOM), older], NOW)
        assert sorted(m.alerts for m in outbox.bind(tx, NOW, not_to=[ROOM.key])) == [(1,), (2, 4)]
        (room,) = outbox.bind(tx, NOW)
        assert (room.recipient, room.alerts) == (ROOM, (3,))
        (row,) = outbox.alerts_of(tx, 2 if outbox.alerts_of(tx, 1)[0].alert.kind is not Kind.OPERATOR else 1)
        assert (row.alert, row.story, row.matches) == (operators, None, ())


def test_a_large_group_makes_several_messages_earliest_due_first(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known, rules=(f"R{n}",), due=NOW - hours(n)) for n in range(5)], NOW)
        assert [m.alerts for m in outbox.bind(tx, NOW, max_alerts=2)] == [(4, 5), (2, 3), (1,)]


def test_two_databases_never_make_the_same_key(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = open_store(f"sqlite:///{tmp_path_factory.mktemp('other') / 'stories.db'}")
    with store.writing() as here, other.writing() as there:
        assert bound(here).key != bound(there).key
    other.close()


def test_alerts_come_with_their_story_as_it_was_and_the_matches_of_their_rules(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        decisions.record(tx, known.id, 1, [decision("Region"), decision("Other")], rulebook="b", decided=NOW)
        made = alert(known)
        outbox.add(tx, [made], NOW)
        stories.revise(tx, known, story(1, title="New"), changed=("title",), text_key=None, seen=NOW)
        (message,) = outbox.bind(tx, NOW)
        (row,) = outbox.alerts_of(tx, message.id)
    assert row.alert == made
    assert row.story is not None
    assert (row.story.story.title, row.story.revision) == ("Headline 1", 1)
    assert [(m.rule, m.evidence, m.reason) for m in row.matches] == [
        ("Region", found().evidence, Reason.ALERTED)
    ]


def test_a_message_is_claimed_by_one(store: Store) -> None:
    until = NOW + hours(1)
    with store.writing() as tx:
        message = bound(tx)
        assert outbox.claimable(tx, NOW) == (message,)
        claimed = outbox.claim(tx, message.id, NOW, until)
        assert claimed == dataclasses.replace(message, attempts=1, state=State.SENDING)
        assert outbox.claim(tx, message.id, NOW, until) is None
        assert outbox.claimable(tx, NOW) == ()
        assert outbox.claim(tx, 99, NOW, until) is None


def test_an_expired_claim_comes_back_as_a_possible_repeat_of_the_same_message(store: Store) -> None:
    with store.writing() as tx:
        message = bound(tx)
        outbox.claim(tx, message.id, NOW, NOW + hours(1))
        assert [m.id for m in outbox.claimable(tx, NOW + hours(1))] == [message.id]
        again = outbox.claim(tx, message.id, NOW + hours(1), NOW + hours(2))
        assert again == dataclasses.replace(message, attempts=2, state=State.SENDING, possible_repeat=True)


def test_what_was_sent_stays_sent(store: Store) -> None:
    with store.writing() as tx:
        message = bound(tx)
        outbox.claim(tx, message.id, NOW, NOW + hours(1))
        outbox.settle(tx, message.id, state=State.SENT, at=NOW, detail="", receipt="250 queued as 1")
        outbox.settle(
            tx, message.id, state=State.WAITING, at=NOW + hours(1), detail="late, from another process"
        )
        outbox.retry(tx, [message.id], NOW)
        outbox.cancel(tx, all_waiting=True)
        assert outbox.claimable(tx, NOW + hours(9)) == ()
        assert outbox.claim(tx, message.id, NOW + hours(9), NOW + hours(10)) is None
        (row,) = outbox.messages(tx)
        assert (row.state, row.settled, row.receipt) == (State.SENT, NOW, "250 queued as 1")
        assert [d.outcome for d in outbox.deliveries(tx, message.id)] == ["sent", "retry"]


def test_a_failed_attempt_waits(store: Store) -> None:
    with store.writing() as tx:
        message = bound(tx)
        outbox.claim(tx, message.id, NOW, NOW + hours(1))
        outbox.settle(
            tx, message.id, state=State.WAITING, at=NOW, detail="451", next_try=NOW + hours(2), parts_done=2
        )
        assert outbox.claimable(tx, NOW + hours(1)) == ()
        (waiting,) = outbox.claimable(tx, NOW + hours(2))
        assert (waiting.attempts, waiting.possible_repeat, waiting.parts_done) == (1, False, 2)
        outbox.claim(tx, message.id, NOW + hours(2), NOW + hours(3))
        outbox.settle(tx, message.id, state=State.WAITING, at=NOW + hours(2), detail="timeout", unknown=True)
        (waiting,) = outbox.claimable(tx, NOW + hours(2))
        assert (waiting.attempts, waiting.possible_repeat, waiting.parts_done) == (2, True, 2)
        attempts = [(d.attempt, d.outcome, d.detail) for d in outbox.deliveries(tx, message.id)]
        assert attempts == [(1, "retry", "451"), (2, "unknown", "timeout")]


def test_settling_an_unknown_message_is_an_error(store: Store) -> None:
    with store.writing() as tx, pytest.raises(LookupError, match="no message 7"):
        outbox.settle(tx, 7, state=State.SENT, at=NOW)


def test_dead_messages_can_be_tried_again(store: Store) -> None:
    with store.writing() as tx:
        message = bound(tx)
        outbox.settle(tx, message.id, state=State.DEAD, at=NOW, detail="550 no such user")
        assert outbox.claimable(tx, NOW) == ()
        assert [row.message.id for row in outbox.messages(tx, state=State.DEAD)] == [message.id]
        assert outbox.messages(tx, state=State.SENT) == ()
        assert outbox.retry(tx, None, NOW) == 1
        assert outbox.retry(tx, None, NOW) == 0
        (again,) = outbox.claimable(tx, NOW)
        assert again.key == message.key


def test_counts_say_where_alerts_stand(store: Store) -> None:
    with store.writing() as tx:
        assert outbox.counts(tx, now=NOW) == OutboxCounts()
        known = added(tx, 1)
        names = ("A", "B", "C", "D", "E")
        outbox.add(tx, [alert(known, rules=(r,), due=NOW - hours(1)) for r in names], NOW)
        sent, dead, sending, waiting, gone = outbox.bind(tx, NOW, max_alerts=1)
        outbox.add(tx, [alert(known, rules=("F",)), alert(known, rules=("G",), due=NOW + hours(1))], NOW)
        outbox.settle(tx, sent.id, state=State.SENT, at=NOW)
        outbox.settle(tx, dead.id, state=State.DEAD, at=NOW)
        outbox.claim(tx, sending.id, NOW, NOW + hours(1))
        assert outbox.cancel(tx, rule="E") == 1
        assert (waiting.alerts, gone.alerts) == ((4,), (5,))
        expected = OutboxCounts(
            waiting=3, due=2, sending=1, sent=1, dead=1, cancelled=1, oldest_due=NOW - hours(1)
        )
        assert outbox.counts(tx, now=NOW) == expected
        assert outbox.counts(tx) == dataclasses.replace(expected, due=0, oldest_due=None)


def test_what_was_sent_when(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known, rules=(r,)) for r in "AB"], NOW)
        first, second = outbox.bind(tx, NOW, max_alerts=1)
        outbox.settle(tx, first.id, state=State.SENT, at=NOW)
        outbox.settle(tx, second.id, state=State.SENT, at=NOW + hours(1))
        assert outbox.sent_since(tx, EDITOR.key, NOW) == 2
        assert outbox.sent_since(tx, EDITOR.key, NOW + hours(1)) == 1
        assert outbox.sent_since(tx, ROOM.key, NOW) == 0
        assert outbox.last_sent(tx) == {"desk-mail": NOW + hours(1)}


def test_cancelling_must_say_what(store: Store) -> None:
    with store.writing() as tx, pytest.raises(ValueError, match="cancel what"):
        outbox.cancel(tx)


def test_cancelling_a_rule_frees_its_occasions_and_leaves_the_other_rules(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known, rules=("A", "B")), alert(known, rules=("A",), recipient=ROOM)], NOW)
        outbox.bind(tx, NOW)
        assert outbox.cancel(tx, rule="C") == 0
        assert outbox.cancel(tx, rule="A") == 2
        assert outbox.told(tx, known.event) == {(EDITOR.key, "first:B")}
        assert outbox.claimable(tx, NOW) == ()
        (again,) = outbox.bind(tx, NOW)
        (row,) = outbox.alerts_of(tx, again.id)
        assert (row.alert.rules, row.alert.occasions) == (("B",), ("first:B",))
        assert len(outbox.add(tx, [alert(known, rules=("A",))], NOW)) == 1


def test_cancelling_by_rulebook_and_by_story(store: Store) -> None:
    with store.writing() as tx:
        first, second = added(tx, 1), added(tx, 2)
        outbox.add(tx, [alert(first, rulebook="old"), alert(second, rulebook="new")], NOW)
        assert outbox.cancel(tx, rulebook="old", story_ids=[second.id]) == 0
        assert outbox.cancel(tx, rulebook="old") == 1
        assert outbox.cancel(tx, story_ids=[second.id]) == 1
        assert outbox.bind(tx, NOW) == ()
        assert outbox.counts(tx).cancelled == 2


def test_a_message_that_may_have_been_accepted_is_only_cancelled_whole(store: Store) -> None:
    with store.writing() as tx:
        message = bound(tx, "A", "B")
        outbox.claim(tx, message.id, NOW, NOW + hours(1))
        outbox.settle(tx, message.id, state=State.WAITING, at=NOW, detail="timeout", unknown=True)
        assert outbox.cancel(tx, rule="A") == 0
        (waiting,) = outbox.claimable(tx, NOW)
        assert (waiting.key, waiting.alerts) == (message.key, message.alerts)
        assert outbox.cancel(tx, all_waiting=True) == 2
        assert outbox.claimable(tx, NOW) == ()


def test_messages_come_latest_first(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        outbox.add(tx, [alert(known, rules=(r,)) for r in "ABC"], NOW)
        made = outbox.bind(tx, NOW, max_alerts=1)
        assert [row.message for row in outbox.messages(tx, limit=2)] == [made[2], made[1]]
