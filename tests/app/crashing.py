"""One run for tests/app/test_crashes.py: takes in what the source lists at an hour, then delivers."""

import json
import sys
from datetime import timedelta

from monitor.app.deliver import deliver
from monitor.app.force import bring_into_force
from monitor.app.intake import Intake, history
from monitor.app.journal import begin
from monitor.app.lock import run_lock
from monitor.app.wire import lock_path, open_wire
from monitor.store import sources
from monitor.story import Outcome, Outlet, Poll, Source
from tests.newsrooms import NOON, story

BASELINE = [story(f"Rain in town {n}") for n in range(3)]


def listed(hour):
    """The baseline, and from the first hour on eight stories that match: the source says the same again and again."""
    news = [story(f"Uyghur story number {n}", at=NOON + timedelta(minutes=n)) for n in range(8)]
    return BASELINE + (news if hour else [])


def one_run(folder, hour):
    now = NOON + timedelta(hours=hour)
    wire = open_wire(folder, {}, clock=lambda: now, terminal=False)
    outlets = {"bbc": Outlet(name="bbc", title="BBC")}
    source = Source(url="https://bbc.example/feed", outlet="bbc")
    with run_lock(lock_path(wire.newsroom, folder), now):
        bring_into_force(wire, now)
        with wire.store.writing() as tx:
            run = begin(tx, "run", now)
            past = history(sources.states(tx).values())
            seen = sources.hashes(tx, "bbc", source.url)
        everything = listed(hour)
        unseen = tuple(s for s in everything if s.guid not in seen)
        poll = Poll(
            source=source,
            at=now,
            outcome=Outcome.NEWS if unseen else Outcome.UNCHANGED,
            status=200,
            hashes=tuple(s.guid for s in everything),
            total=len(everything),
            known=len(everything) - len(unseen),
            stories=unseen,
        )
        taken = Intake(wire=wire, run_id=run, outlets=outlets, past=past).take(poll)
        deliver(wire, outlets, "test")
    json.dump({"verdicts": [str(t.triage.verdict) for t in taken]}, sys.stdout)
