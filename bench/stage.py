"""How many stories a second the sameness stage takes, check and insert, against a full window: python -m bench.duplicates --speed.

The window is filled with real entries (shared/data/archive) in their own order of frequency, boilerplate included; past the
end of the archive they come again with one word in ten replaced. Wall and CPU time are given: on a busy machine they differ.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rapidfuzz import fuzz
from sqlalchemy import text

from monitor.duplicates import marks, text_key
from monitor.store import Store, Tx, merges, near, open_store, stories
from monitor.story import Story
from monitor.triage import Neighbours, face
from monitor.triage.sameness import related

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 100
SIZE = text("SELECT sum(pgsize) FROM dbstat WHERE name = 'shingle'")


def entries(folder: Path) -> list[dict[str, str]]:
    """Read the whole archive, shuffled the same way every time."""
    rows: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf8") as file:
            rows += [json.loads(line) for line in file]
    random.Random(1).shuffle(rows)
    return rows


def endless(rows: list[dict[str, str]]) -> Iterator[Story]:
    """Give stories without end."""
    rng, number = random.Random(2), 0
    while True:
        for row in rows:
            words = (row.get("description") or "").split()
            if number >= len(rows):
                words = [f"w{rng.randrange(50000)}" if rng.random() < 0.1 else w for w in words]
            outlet = row["feed"].split("/")[2].replace(".", "-")
            yield Story(outlet, row["title"], f"https://x.example/{number}", NOW, summary=" ".join(words))
            number += 1


def take(tx: Tx, story: Story) -> None:
    """Do to one story what intake does for sameness: key, marks, candidates, comparison, rows."""
    key, found_by = text_key(story), marks(story)
    found = near.find(tx, story, found_by, NOW)
    merge = related(story, Neighbours(candidates=found.candidates, kin=found.kin))
    event = merge.other.event if merge else None
    known = stories.add(
        tx, story, canonical=story.url, text_key=key, first_seen=NOW, event=event, face=face(story)
    )
    near.remember(tx, known.id, found_by, found.common)
    if merge:
        merges.record(tx, known.id, merge, NOW)


def fill(store: Store, lot: Iterator[Story], number: int) -> None:
    """Put stories into the window, unchecked."""
    for start in range(0, number, 2000):
        with store.writing() as tx:
            for _ in range(min(2000, number - start)):
                story = next(lot)
                known = stories.add(
                    tx, story, canonical=story.url, text_key=None, first_seen=NOW, face=face(story)
                )
                near.remember(tx, known.id, marks(story))


def measure(folder: Path, window: int, number: int) -> list[str]:
    """Fill a window, take `number` stories in batches of one transaction each; give lines for the table."""
    lot = endless(entries(folder))
    with tempfile.TemporaryDirectory() as home:
        store = open_store(f"sqlite:///{Path(home) / 'stories.db'}")
        fill(store, lot, window)
        spans = []
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(number // BATCH):
            with store.writing() as tx:
                for _ in range(BATCH):
                    start = time.perf_counter()
                    take(tx, next(lot))
                    spans.append(time.perf_counter() - start)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        with store.reading() as tx:
            size = tx.execute(SIZE).scalar() or 0
        store.close()
    spans.sort()
    line = (
        f"our stage, window {window:>9,}: {number / wall:7.0f} stories/s by the clock, {number / cpu:7.0f} by CPU time; "
        f"p50 {spans[len(spans) // 2] * 1e3:.2f} ms, p99 {spans[len(spans) * 99 // 100] * 1e3:.1f} ms; "
        f"fingerprints {size / (window + number):.0f} bytes a story"
    )
    return [line]


def linear(folder: Path, window: int, number: int = 10) -> list[str]:
    """Compare each story with all of the window by rapidfuzz, as a loop over everything would."""
    lot = endless(entries(folder))
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
    lot, index = endless(entries(folder)), MinHashLSH(threshold=0.5, num_perm=128)

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


def speed(archive: Path, windows: list[int], number: int) -> None:
    """Print the table."""
    for window in windows:
        sys.stdout.write("\n".join(measure(archive, window, number)) + "\n")
        sys.stdout.flush()
    small = min(windows[0], 10_000)
    sys.stdout.write("\n".join([*linear(archive, windows[0], 5), *minhash(archive, small)]) + "\n")
