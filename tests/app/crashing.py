"""One run for tests/app/test_crashes.py: takes in what the source lists at an hour, reads its pages, then delivers."""

import json
import sys
from datetime import timedelta

from monitor.app.deliver import deliver
from monitor.app.force import bring_into_force
from monitor.app.intake import Intake, history
from monitor.app.journal import begin
from monitor.app.lock import run_lock
from monitor.app.wire import lock_path, open_wire
from monitor.schedule import PageRead
from monitor.store import pages, sources
from monitor.story import Articles, Outcome, Outlet, Poll, Source, Story
from tests.newsrooms import NOON, story

BASELINE = [story(f"Rain in town {n}") for n in range(3)]


def listed(hour):
    """The baseline, and from the first hour on eight stories that match: the source says the same again and again."""
    news = [story(f"Uyghur story number {n}", at=NOON + timedelta(minutes=n)) for n in range(8)]
    return BASELINE + (news if hour else [])


def read(page, now):
    """Give what a page tells: its number is at the end of its address."""
    number = page.url.rpartition("-")[2]
    title, text = page.url.rpartition("/")[2], f"Uyghur story number {number} is told here."
    return PageRead(page=page, at=now, story=Story("paper", title, page.url, NOON, text), status=200)


def split(everything):
    """Let every second story come by the outlet whose pages are read, under a headline that does not match."""
    numbers = range(len(BASELINE), len(everything))
    theirs = [story(f"Paper story {n - len(BASELINE)}", outlet="paper") for n in numbers if n % 2]
    return {"bbc": [s for n, s in enumerate(everything) if n < len(BASELINE) or not n % 2], "paper": theirs}


def one_run(folder, hour):
    now = NOON + timedelta(hours=hour)
    wire = open_wire(folder, {}, clock=lambda: now, terminal=False)
    outlets = {
        "bbc": Outlet(name="bbc", title="BBC"),
        "paper": Outlet(name="paper", title="Paper", articles=Articles.ALL),
    }
    taken = []
    with run_lock(lock_path(wire.newsroom, folder), now):
        bring_into_force(wire, now)
        with wire.store.writing() as tx:
            run = begin(tx, "run", now)
            past = history(sources.states(tx).values())
        intake = Intake(wire=wire, run_id=run, outlets=outlets, past=past)
        for outlet, listing in split(listed(hour)).items():
            taken += intake.take(polled(wire, outlet, listing, now))
        with wire.store.reading() as tx:
            due = pages.due(tx, now)
        for page in due:
            taken += intake.take_page(read(page, now))
        deliver(wire, outlets, "test")
    json.dump({"verdicts": [str(t.triage.verdict) for t in taken]}, sys.stdout)


def polled(wire, outlet, listing, now):
    source = Source(url=f"https://{outlet}.example/feed", outlet=outlet)
    with wire.store.reading() as tx:
        seen = sources.hashes(tx, outlet, source.url)
    unseen = tuple(s for s in listing if s.guid not in seen)
    return Poll(
        source=source,
        at=now,
        outcome=Outcome.NEWS if unseen else Outcome.UNCHANGED,
        status=200,
        hashes=tuple(s.guid for s in listing),
        total=len(listing),
        known=len(listing) - len(unseen),
        stories=unseen,
    )
