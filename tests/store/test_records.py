"""Decisions, rulebooks, runs, silences, labels, meta."""

from __future__ import annotations

from monitor.routes import Silence
from monitor.store import Store, decisions, labels, meta, rulebooks, runs, silences, stories
from monitor.triage import Decision, Reason
from tests.store.made import NOW, added, decision, found, hours


def test_a_decision_comes_back_with_its_evidence(store: Store) -> None:
    lost = Decision(rule="Old", reason=Reason.NO_LONGER, detail="the headline changed")
    with store.writing() as tx:
        known = added(tx, 1)
        decisions.record(tx, known.id, 1, [decision("A"), lost], rulebook="book", decided=NOW)
        rows = decisions.for_story(tx, known.id)
        row = stories.get(tx, known.id)
    assert [(r.rule, r.reason, r.match, r.detail, r.revision, r.rulebook, r.decided) for r in rows] == [
        ("A", Reason.ALERTED, found("A"), "", 1, "book", NOW),
        ("Old", Reason.NO_LONGER, None, "the headline changed", 1, "book", NOW),
    ]
    assert row is not None
    assert [(m.rule, m.evidence, m.reason, m.rulebook, m.revision, m.decided) for m in row.matches] == [
        ("A", found("A").evidence, Reason.ALERTED, "book", 1, NOW)
    ]


def test_a_decision_is_recorded_once_and_its_reasons_all(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        for reason in (Reason.SILENCED, Reason.SILENCED, Reason.ALERTED):
            decisions.record(tx, known.id, 1, [decision("A", reason)], rulebook="book", decided=NOW)
        assert [r.reason for r in decisions.for_story(tx, known.id)] == [Reason.SILENCED, Reason.ALERTED]


def test_a_revision_that_no_rule_met_was_judged_all_the_same(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        decisions.record(tx, known.id, 1, [], rulebook="book", decided=NOW)
        decisions.record(tx, known.id, 1, [], rulebook="book", decided=NOW + hours(1))
        decisions.record(tx, known.id, 1, [], rulebook="next", decided=NOW + hours(2))
        assert decisions.for_story(tx, known.id) == ()
        assert [(j.revision, j.rulebook, j.decided) for j in decisions.judged(tx, known.id)] == [
            (1, "book", NOW),
            (1, "next", NOW + hours(2)),
        ]


def test_rules_keep_their_age_until_they_mean_something_else(store: Store) -> None:
    def remember(book: str, hour: int, digests: dict[str, str], **formerly: tuple[str, ...]) -> bool:
        with store.writing() as tx:
            return rulebooks.remember(
                tx,
                hash=book,
                text=book * 3,
                path="rules.yaml",
                digests=digests,
                formerly=formerly,
                at=NOW + hours(hour),
            )

    def ages() -> dict[str, int]:
        with store.reading() as tx:
            return {rule: int((since - NOW) / hours(1)) for rule, since in rulebooks.since(tx).items()}

    with store.reading() as tx:
        assert rulebooks.in_force(tx) is None
    assert remember("h1", 1, {"A": "a", "B": "b"})
    assert not remember("h1", 2, {"A": "a", "B": "b"})
    assert ages() == {"A": 1, "B": 1}
    assert remember("h2", 3, {"A": "a2", "B": "b"})
    assert ages() == {"A": 3, "B": 1}
    assert remember("h3", 4, {"A": "a2", "C": "b"}, C=("Z", "B"))
    assert ages() == {"A": 3, "C": 1}, "a rename keeps the age"
    assert remember("h4", 5, {"D": "d2"}, D=("C",))
    assert ages() == {"D": 5}, "a rename with another meaning does not"
    assert remember("h1", 6, {"A": "a", "B": "b"})
    assert ages() == {"A": 6, "B": 6}, "a rule that was gone begins anew"
    with store.reading() as tx:
        now = rulebooks.in_force(tx)
        assert now is not None
        assert (now.hash, now.since, now.previous, now.text, now.path) == (
            "h1",
            NOW + hours(6),
            "h4",
            "h1h1h1",
            "rules.yaml",
        )
        assert [(r.previous, r.hash) for r in rulebooks.log(tx)] == [
            ("h4", "h1"),
            ("h3", "h4"),
            ("h2", "h3"),
            ("h1", "h2"),
            ("", "h1"),
        ]
        assert rulebooks.text(tx, "h2") == "h2h2h2"
        assert rulebooks.text(tx, "h9") is None


def test_runs(store: Store) -> None:
    with store.writing() as tx:
        assert runs.last(tx, "run") is None
        first = runs.begin(tx, "run", NOW, pid=7, host="here")
        second = runs.begin(tx, "deliver", NOW + hours(1), pid=8, host="here")
        runs.finish(tx, first, NOW + hours(2), exit_code=3, report='{"polls": 1}')
        latest = runs.last(tx, "run")
        assert latest is not None
        assert (latest.id, latest.finished, latest.exit_code, latest.report) == (
            first,
            NOW + hours(2),
            3,
            '{"polls": 1}',
        )
        assert [(r.id, r.pid, r.finished) for r in runs.recent(tx, 5)] == [
            (second, 8, None),
            (first, 7, NOW + hours(2)),
        ]


def test_silences(store: Store) -> None:
    everything = Silence(rule=None, until=NOW + hours(1), author="Ann", reason="quiet", since=NOW - hours(1))
    later = Silence(rule="A", until=NOW + hours(9), author="Bob", reason="flood", since=NOW + hours(2))
    endless = Silence(rule="B", until=NOW + hours(99), author="Bob", reason="")
    with store.writing() as tx:
        numbers = [silences.add(tx, s) for s in (everything, later, endless)]
        assert silences.active(tx, NOW) == (everything, endless)
        assert silences.active(tx, NOW + hours(2)) == (later, endless)
        assert silences.expire(tx, numbers[2], NOW)
        assert not silences.expire(tx, numbers[2], NOW)
        assert silences.active(tx, NOW) == (everything,)
        assert [row.id for row in silences.recent(tx)] == numbers[::-1]


def test_labels(store: Store) -> None:
    with store.writing() as tx:
        known = added(tx, 1)
        labels.add(tx, known.id, "A", person="Ann", verdict="relevant", at=NOW, rulebook="book")
        labels.add(tx, known.id, "A", person="Ann", verdict="not relevant", at=NOW + hours(1))
        rows = labels.for_story(tx, known.id)
        assert [(r.rule, r.person, r.verdict, r.at) for r in rows] == [
            ("A", "Ann", "relevant", NOW),
            ("A", "Ann", "not relevant", NOW + hours(1)),
        ]


def test_meta(store: Store) -> None:
    with store.writing() as tx:
        assert meta.get(tx, "paused") is None
        meta.put(tx, "paused", "1")
        meta.put(tx, "paused", "")
        meta.put_new(tx, "paused", "never")
        assert meta.get(tx, "paused") == ""
