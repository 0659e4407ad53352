"""One of several processes that take in the same stories at the same time: folder, outlet, seed."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from pathlib import Path

from monitor.app.intake import Intake, history
from monitor.app.journal import begin
from monitor.app.wire import open_wire
from monitor.store import sources
from monitor.story import Outcome, Outlet, Poll, Source
from tests.newsrooms import NOON, story

COPIED = 40
OWN = 10


def stories(outlet):
    """Forty stories that every outlet has, under addresses and with trappings of its own, and ten it has alone."""
    for n in range(COPIED + OWN):
        who = "all" if n < COPIED else outlet
        rng = random.Random(f"{who}{n}")
        words = " ".join("".join(rng.choices("abcdefghiklmnoprstu", k=rng.randint(4, 9))) for _ in range(45))
        preface = f"This article was originally published by Wire {n}.\n" if outlet == "two" and n % 2 else ""
        text = f"{preface}Uyghur {words}."
        yield story(
            f"Uyghur report {words.split()[3]} {words.split()[7]} {words.split()[9]}",
            outlet=outlet,
            url=f"https://{outlet}.example/{who}/{n}",
            summary=text,
        )


def main(folder, outlet, seed):
    wire = open_wire(Path(folder), {}, clock=lambda: NOON, process={}, terminal=False)
    source = Source(url=f"https://{outlet}.example/feed", outlet=outlet)
    with wire.store.writing() as tx:
        run = begin(tx, "run", NOON)
        past = history(sources.states(tx).values())
    lot = [replace(s, source=source.url) for s in stories(outlet)]
    random.Random(seed).shuffle(lot)
    intake = Intake(wire=wire, run_id=run, outlets={outlet: Outlet(name=outlet, title=outlet)}, past=past)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    told = []
    for each in lot:
        poll = Poll(
            source=source, at=NOON, outcome=Outcome.NEWS, total=1, stories=(each,), hashes=(each.url,)
        )
        told += [str(d.reason) for t in intake.take(poll) for d in t.triage.decisions]
    json.dump(told, sys.stdout)
    wire.store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
