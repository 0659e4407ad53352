"""Whose copies of a text were told to whom."""

from __future__ import annotations

from monitor.duplicates import Kind as Same
from monitor.outbox import Kind
from monitor.store import Store, merges, outbox
from monitor.triage import Known, Merge
from tests.store.made import EDITOR, NOW, added, alert


def join(tx, story: Known, other: Known, kind: Same = Same.DUPLICATE) -> None:
    merges.record(tx, story.id, Merge(other=other, kind=kind, method="text", score=1.0), NOW)


def test_a_text_is_told_by_the_outlets_whose_copies_are_shown(store: Store) -> None:
    with store.writing() as tx:
        lead = added(tx, 1)
        copy = added(tx, 2, outlet="weekly", event=lead.event)
        silent = added(tx, 3, outlet="monthly", event=lead.event)
        other = added(tx, 4, outlet="hourly", event=lead.event)
        untold = added(tx, 5, outlet="yearly", event=lead.event)
        join(tx, copy, lead)
        join(tx, silent, copy, Same.UPDATE)
        for report in (other, untold):
            join(tx, report, lead, Same.SAME_EVENT)
        outbox.add(tx, [alert(lead, rules=("Region", "Other"))], NOW)
        outbox.add(tx, [alert(copy, occasions=(f"copy:{copy.id}:Region",))], NOW)
        outbox.add(tx, [alert(other, kind=Kind.FOLLOW_UP, occasions=("also:1",))], NOW)
        outbox.add(tx, [alert(silent, kind=Kind.UPDATE, occasions=(f"update:{silent.id}:2",))], NOW)
        found = merges.told_by(tx, lead.event)
        key = EDITOR.key
        same = {(key, "Region", "daily"), (key, "Other", "daily"), (key, "Region", "weekly")}
        assert found[lead.id] == found[copy.id] == found[silent.id] == same
        assert found[other.id] == {(key, "Region", "hourly")}
        assert untold.id not in found


def test_a_parted_copy_is_another_text(store: Store) -> None:
    with store.writing() as tx:
        lead = added(tx, 1)
        copy = added(tx, 2, outlet="weekly", event=lead.event)
        join(tx, copy, lead)
        outbox.add(tx, [alert(lead)], NOW)
        event = merges.split(tx, lead.id, copy.id, by="ed", at=NOW)
        assert merges.told_by(tx, event) == {}
        assert merges.told_by(tx, lead.event).keys() == {lead.id}
