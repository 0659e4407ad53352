"""kill -9 on purpose, many times: python -m bench.kills [--each N] [--random N] [--seed N]

Named points: a run dies at each of monitor.app.wire.FAILPOINTS, N times, at the first or a later passage of it; a
marker file proves that the kill landed. At random: a run is killed at some moment of its work; a kill counts when
the run was at work and had not ended. After each kill two clean runs follow. Nothing may be lost; each recipient (two
by mail, one webhook) may get one message again, under the same id; the database must be whole.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from monitor.app.wire import FAILPOINTS
from tests.alerts.servers import Smtp, Web, smtp, web
from tests.app.crashing import HOOKED, WITH_HOOK, Forge, Verdict, judge, received
from tests.app.test_crashes import addresses

MEMORY = Path("/dev/shm")  # nothing is written to a disk: it is processes that die, not power
REFUSED = ("refused", "put-off")
AMONG = FAILPOINTS[FAILPOINTS.index("claiming") : FAILPOINTS.index("settled") + 1]  # passed for each message
PASSAGES = {**dict.fromkeys(AMONG, 3), **dict.fromkeys(REFUSED, 2)}


@dataclass(frozen=True)
class Stage:
    """What every trial needs: the process that forks, a newsroom to copy, three servers."""

    forge: Forge
    room: Path
    sink: Smtp
    refusing: Smtp
    hook: Web

    def clear(self) -> None:
        """Forget what was received."""
        self.sink.mails.clear()
        self.hook.posts.clear()


def trial(stage: Stage, number: int, *, point: str = "", passage: int = 1, after: float | None = None):
    """Kill one run and let two follow; tell whether the kill landed, and what came of it."""
    folder = stage.room.parent / f"trial-{number}"
    shutil.copytree(stage.room, folder)
    marker = folder / "marker"
    there = addresses(stage.sink.port, stage.hook.port)
    first = addresses(stage.refusing.port, stage.hook.port) if point in REFUSED else there
    failpoint = f"{point}:{passage}" if point else ""
    killed = stage.forge.run(folder, 1, first, failpoint=failpoint, marker=marker, kill_after=after)
    landed = killed.code == -9 and (not point or marker.read_text() == point)
    for hour in (2, 3):
        ran = stage.forge.run(folder, hour, there)
        assert ran.code == 0, ran.said
    messages = received(stage.sink.mails, stage.hook.posts)
    verdict, damage = judge(messages, HOOKED), check(folder / "stories.db")
    if verdict.bad or damage:
        print(
            f"trial {number} {point}:{passage} after {after}: {verdict}, damaged: {damage}",
            *messages,
            sep="\n  ",
            flush=True,
        )
    stage.clear()
    shutil.rmtree(folder)
    return landed, verdict, damage


def check(path: Path) -> bool:
    """Tell whether a database is damaged."""
    with sqlite3.connect(path) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    return said != "ok" or bool(orphans)


def add(count: Counter[str], *, landed: bool, verdict: Verdict, damage: bool) -> None:
    count.update(kills=1, landed=landed, lost=verdict.lost, repeats=verdict.repeats)
    count.update(renamed=verdict.renamed, twice=verdict.most > 1, damaged=damage)


def line(name: str, count: Counter[str]) -> str:
    names = ("kills", "landed", "lost", "repeats", "renamed", "twice", "damaged")
    return f"{name:10}" + "".join(f"{count[n]:9}" for n in names)


def at_points(stage: Stage, each: int, dice: random.Random) -> Counter[str]:
    total: Counter[str] = Counter()
    for place, point in enumerate(FAILPOINTS):
        count: Counter[str] = Counter()
        for n in range(each):
            passage = dice.randint(1, PASSAGES.get(point, 1))
            landed, verdict, damage = trial(stage, place * each + n, point=point, passage=passage)
            add(count, landed=landed, verdict=verdict, damage=damage)
        print(line(point, count), flush=True)
        total += count
    return total


def at_random(stage: Stage, wanted: int, dice: random.Random) -> Counter[str]:
    """Kill at random moments until that many kills landed."""
    count: Counter[str] = Counter()
    folder = stage.room.parent / "whole"
    shutil.copytree(stage.room, folder)
    usual = stage.forge.run(folder, 1, addresses(stage.sink.port, stage.hook.port)).worked
    stage.clear()
    while count["landed"] < wanted and count["kills"] < 4 * wanted:
        after = dice.random() * usual
        landed, verdict, damage = trial(stage, count["kills"], after=after)
        add(count, landed=landed, verdict=verdict, damage=damage)
    print(line("random", count), flush=True)
    return count


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=2)
    options.add_argument("--random", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    dice, began = random.Random(asked.seed), time.monotonic()
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    print(f"{'at':10}    kills   landed     lost  repeats  renamed    twice  damaged")
    with (
        tempfile.TemporaryDirectory(dir=place, prefix="kills-") as folder,
        Forge() as forge,
        smtp() as sink,
        smtp({"rcpt": "451 later"}) as refusing,
        web() as hook,
    ):
        room = Path(folder) / "room"
        room.mkdir()
        (room / "rules.yaml").write_text(WITH_HOOK, encoding="utf8")
        assert forge.run(room, 0, addresses(sink.port, hook.port)).code == 0
        stage = Stage(forge, room, sink, refusing, hook)
        stage.clear()
        total = at_points(stage, asked.each, dice)
        total += at_random(stage, asked.random, dice)
    print(line("all", total))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(u.ru_utime + u.ru_stime for u in used)
    print(
        f"{time.monotonic() - began:.0f} s, CPU {cpu:.0f} s, seed {asked.seed}; repeats per landed kill: "
        f"{total['repeats'] / max(1, total['landed']):.2f}, never more than one for a recipient: {not total['twice']}"
    )
    bad = sum(total[name] for name in ("lost", "renamed", "twice", "damaged"))
    missed = asked.each * len(FAILPOINTS) + asked.random - total["landed"]
    return 1 if bad or missed > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
