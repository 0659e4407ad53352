"""How many stories a second the sameness stage takes, check and insert, against a full window: python -m bench.duplicates --speed.

What is measured are real entries (shared/data/archive), drawn at random and kept out of the window. The window is filled
through the stage itself: first all other real entries, shuffled, boilerplate included; past their end two kinds in turn,
copies of real entries with one word in ten replaced (one story in seven), and new texts that walk through the archive,
three words here and three there, so that phrases keep their real frequencies. They come over the fourteen days that are
looked back on, as they would to a newsroom: what an outlet says every day is known. As in an import, another process reads
the stories, and as many as a shelf holds (4,096) are measured, so that it is cleared once.
Wall and CPU time are given: on a busy machine they differ.
"""

from __future__ import annotations

import gc
import gzip
import json
import random
import shutil
import sys
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from rapidfuzz import fuzz
from sqlalchemy import text

from monitor.app import sameness
from monitor.app.ahead import ahead
from monitor.parse import plain
from monitor.store import Store, Tx, near, open_store, postings, stories
from monitor.store.driver import write
from monitor.store.schema import RACK, SHINGLE
from monitor.story import Story
from monitor.triage import Triage, Verdict, face
from monitor.triage.sameness import related

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 100
KEPT_OUT = 6000  # real entries
UNMEASURED = 1900  # of those: for caches to fill and the other process to start
COPIES = 7  # of stories past the end of the archive, one in so many is a copy
ON_RACK = text("SELECT count(DISTINCT story_id), count(*) FROM rack")
SIZE = text("SELECT sum(pgsize) FROM dbstat WHERE name IN ('shingle', 'rack', 'shelf', 'topic')")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the archive as intake would read it."""

    outlet: str
    title: str
    summary: str


def entries(folder: Path) -> list[Entry]:
    """Read the whole archive, shuffled the same way every time."""
    found: list[Entry] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf8") as file:
            found += [_entry(json.loads(line)) for line in file]
    random.Random(1).shuffle(found)
    return found


def _entry(row: dict[str, str]) -> Entry:
    outlet = row["feed"].split("/")[2].replace(".", "-")
    return Entry(outlet, plain.line(row["title"]), plain.text(row.get("description") or ""))


def endless(lot: list[Entry], window: int) -> Iterator[Story]:
    """Give stories without end; the first `window` of them come evenly over the days that are looked back on."""
    for number, entry in enumerate(_entries_without_end(lot)):
        yield _story(entry, number, NOW - near.WINDOW * max(0.0, 1 - (number + 1) / window))


def _entries_without_end(lot: list[Entry]) -> Iterator[Entry]:
    yield from lot
    rng, walk = random.Random(2), Walk(lot)
    for number in count(len(lot)):
        entry = lot[rng.randrange(len(lot))]
        if number % COPIES == 0:
            words = [f"w{rng.randrange(50000)}" if rng.random() < 0.1 else w for w in entry.summary.split()]
            yield Entry(entry.outlet, entry.title, " ".join(words))
        else:
            yield Entry(entry.outlet, walk.text(rng, 9), walk.text(rng, entry.summary.count(" ") + 1))


def _story(entry: Entry, number: int, at: datetime) -> Story:
    address = f"https://x.example/{number}"
    return Story(entry.outlet, entry.title, address, at, summary=entry.summary, source=entry.outlet)


class Walk:
    """The words of the archive in a row, and where each stands."""

    def __init__(self, lot: list[Entry]) -> None:
        self.words = [word for entry in lot for word in entry.summary.split()]
        self.places: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, word in enumerate(self.words):
            self.places[word].append(place)

    def text(self, rng: random.Random, length: int) -> str:
        """Give so many words: after each it goes on, three times in ten elsewhere behind the same word."""
        at, said = rng.randrange(len(self.words)), []
        for _ in range(length):
            word = self.words[at]
            said.append(word)
            if rng.random() < 0.3:
                at = rng.choice(self.places[word])
            at = (at + 1) % len(self.words)
        return " ".join(said)


def take(tx: Tx, story: Story, read: sameness.Prints) -> None:
    """Do to one story that was read what intake does for sameness: identity, candidates, comparison, all rows."""
    key, found_by = read
    found = stories.neighbours(
        tx, story, canonical=story.url, text_key=key, now=story.published, marks=found_by
    )
    merge = related(story, found)
    event = merge.other.event if merge else None
    known = stories.add(
        tx,
        story,
        canonical=story.url,
        text_key=key,
        first_seen=story.published,
        event=event,
        face=face(story),
        marks=found_by,
    )
    sameness.remember(tx, known, found, Triage(verdict=Verdict.NEW, merge=merge), found_by, story.published)


@dataclass(frozen=True, slots=True)
class Batch:
    """Stories that were read, and what that took: seconds by the clock and of CPU time."""

    stories: list[tuple[Story, sameness.Prints]]
    wall: float
    cpu: float


def reading(lot: list[Story]) -> Batch:
    """Read stories, as an import has it done in another process."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = [(story, sameness.prints(story)) for story in lot]
    return Batch(found, time.perf_counter() - wall, time.process_time() - cpu)


def batches(lot: Iterator[Story]) -> Iterator[Batch]:
    """Give stories read, BATCH at a time."""
    return ahead(reading, iter(lambda: list(islice(lot, BATCH)), []))


def fill(store: Store, lot: Iterator[Story]) -> None:
    """Put stories into the window."""
    for batch in batches(lot):
        with store.writing() as tx:
            for story, read in batch.stories:
                take(tx, story, read)


def filled(folder: Path, window: Path, number: int) -> None:
    """Fill the window's database up to so many stories, going on from what is there."""
    lot = endless(entries(folder)[KEPT_OUT:], number)
    store = open_store(f"sqlite:///{window}")
    with store.reading() as tx:
        there = stories.count(tx)
    if there < number:
        fill(store, islice(lot, there, number))
    store.close()


def measure(folder: Path, windows: list[int], number: int, keep: Path | None) -> Iterator[str]:
    """Take `number` real stories into a copy of each window, and give a line for the table.

    `keep` is a folder for the filled windows: a million stories take half an hour.
    """
    entries_out = islice(entries(folder), min(UNMEASURED + number, KEPT_OUT))
    kept_out = [_story(entry, 1_000_000_000 + n, NOW) for n, entry in enumerate(entries_out)]
    with tempfile.TemporaryDirectory() as home:
        for size in sorted(windows):
            window, copy = (keep or Path(home)) / f"window-{size}.db", Path(home) / "copy.db"
            filled(folder, window, size)
            shutil.copy(window, copy)
            yield _measured(copy, size, kept_out)


def _measured(path: Path, window: int, lot: list[Story]) -> str:
    store = open_store(f"sqlite:///{path}")
    spans, wall, cpu = timed(store, lot, UNMEASURED)
    number = len(spans)
    rest = carried_on(store)  # falls due too seldom to be met: each story's share is added
    wall, cpu = wall + rest[0] * number, cpu + rest[1] * number
    with store.reading() as tx:
        size = tx.execute(SIZE).scalar() or 0
    store.close()
    return (
        f"our stage, window {window:>9,}: {number / wall:7.0f} stories/s by the clock, "
        f"{number / cpu:7.0f} by CPU time; p50 {spans[number // 2] * 1e3:.2f} ms, "
        f"p99 {spans[number * 99 // 100] * 1e3:.1f} ms; fingerprints {size / (window + len(lot)):.0f} bytes a story"
    )


def timed(store: Store, lot: list[Story], unmeasured: int = 0) -> tuple[list[float], float, float]:
    """Take stories in, a transaction for BATCH of them; give seconds for each in order of length, and both totals.

    A story's seconds are those of its reading and of what follows. CPU time is that of both processes. The first
    `unmeasured` stories find the process as it starts; what is measured is one that has run for some seconds.
    """
    spans: list[float] = []
    gc.collect()
    gc.freeze()  # the archive in memory is the bench's own: its objects are not the stage's to look through
    read, wall, cpu = 0.0, time.perf_counter(), time.process_time()
    for number, batch in enumerate(batches(iter(lot))):
        if number * BATCH == unmeasured:
            spans, read, wall, cpu = [], 0.0, time.perf_counter(), time.process_time()
        read += batch.cpu
        with store.writing() as tx:
            for story, prints in batch.stories:
                start = time.perf_counter()
                take(tx, story, prints)
                spans.append(batch.wall / len(batch.stories) + time.perf_counter() - start)
    return sorted(spans), time.perf_counter() - wall, time.process_time() - cpu + read


def carried_on(store: Store) -> tuple[float, float]:
    """Carry a full rack into the large table; give seconds, by the clock and by CPU time, for each story of it."""
    rng = random.Random(4)
    with store.writing() as tx:
        there, rows = tx.execute(ON_RACK).one()
        missing = (postings.ON_RACK - there) * rows // there if there else 0
        hashes = sorted(
            rng.randrange(-(1 << 63), 1 << 63) for _ in range(missing)
        )  # as evenly spread as real ones
        write(tx, "INSERT INTO rack (h, story_id) VALUES (?, ?)", [(h, 1) for h in hashes])
    wall, cpu = time.perf_counter(), time.process_time()
    with store.writing() as tx:
        postings.clear(tx, RACK, SHINGLE)
    return (time.perf_counter() - wall) / postings.ON_RACK, (time.process_time() - cpu) / postings.ON_RACK


def linear(folder: Path, window: int, number: int = 10) -> list[str]:
    """Compare each story with all of the window by rapidfuzz, as a loop over everything would."""
    lot = endless(entries(folder), window)
    held = [f"{s.title} {s.summary[:300]}" for s, _ in zip(lot, range(window), strict=False)]
    start = time.process_time()
    for story, _ in zip(lot, range(number), strict=False):
        mine = f"{story.title} {story.summary[:300]}"
        max(fuzz.token_set_ratio(mine, other) for other in held)
    return [
        f"rapidfuzz token_set, linear, window {window:>9,}: {number / (time.process_time() - start):7.1f} stories/s"
    ]


def minhash(folder: Path, window: int, number: int = 300) -> list[str]:
    """Insert into and ask datasketch's MinHashLSH, in memory."""
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return ["datasketch is not installed: skipped"]
    lot, index = endless(entries(folder), window), MinHashLSH(threshold=0.5, num_perm=128)

    def made(story: Story) -> MinHash:
        words = story.summary.split()
        found = MinHash(num_perm=128, seed=1)
        for i in range(max(1, len(words) - 2)):
            found.update(" ".join(words[i : i + 3]).encode())
        return found

    for n, (story, _) in enumerate(zip(lot, range(window), strict=False)):
        index.insert(n, made(story))
    start = time.process_time()
    for n, (story, _) in enumerate(zip(lot, range(number), strict=False)):
        mine = made(story)
        index.query(mine)
        index.insert(window + n, mine)
    return [
        f"datasketch MinHashLSH, in memory, window {window:>9,}: {number / (time.process_time() - start):7.0f} stories/s"
    ]


def speed(archive: Path, windows: list[int], number: int, keep: Path | None) -> None:
    """Print the table."""
    for line in measure(archive, windows, number, keep):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    small = min(windows[0], 10_000)
    sys.stdout.write("\n".join([*linear(archive, windows[0], 5), *minhash(archive, small)]) + "\n")
