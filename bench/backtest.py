"""How fast a rule is tried on the past. `python -m bench.backtest --stories 1000000 --rules 400`.

The archive is multiplied with variety: each summary is put together from sentences of different stories, each
headline from halves of two, so that no two stories are alike and words keep their frequencies. Rules are drawn
as in bench.match (8 terms; lists, two groups, groups with a none) and are asked of a warm index, one at a time.
The stories go straight into the tables; what is timed as indexing is folding and adding to the index.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from bench.match import draw, rules_of, stories
from monitor.app.tuning.backtest import week_of
from monitor.app.tuning.past import Archive, met
from monitor.matching import matching_rules
from monitor.parse import plain
from monitor.rules import Leaf, Rule, Rulebook, compile_rulebook, parse_term
from monitor.store import Store, Tx, index, lookup, open_store
from monitor.store.codec import story_values
from monitor.store.lexicon import lexicon
from monitor.store.schema import EVENT, REVISION, STORY
from monitor.story import Story
from monitor.text import fold_text, sentences

FIRST = datetime(2021, 1, 1, tzinfo=UTC)
BATCH = 5000
PAGE = 20  # first hits


@dataclass(frozen=True)
class Timing:
    count: float  # seconds for the count
    report: float  # seconds until outlet and week of every hit are known
    first: float  # seconds until the first page of hits, newest first, each looked at by the matcher
    hits: int
    exact: bool


def varied(told: Sequence[Story], number: int, rng: random.Random) -> Iterator[Story]:
    """Recombine headlines and sentences; lengths stay as they are."""
    cut = [[s.summary[a:b] for a, b in sentences(s.summary)] for s in told]
    pool = [sentence for found in cut for sentence in found] or [""]
    titles = [s.title.split() for s in told]
    for n in range(number):
        i = rng.randrange(len(told))
        first, second = titles[i], titles[rng.randrange(len(titles))]
        title = " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])
        summary = " ".join(rng.choice(pool) for _ in cut[i])
        at = FIRST + timedelta(seconds=30 * n)
        yield Story(told[i].outlet, title, f"https://example.org/{n}", at, summary=summary, language="en")


def fill(store: Store, made: Iterator[Story]) -> tuple[int, float]:
    """Put stories into the tables and the index; give the bytes of text and the seconds the index took."""
    size, seconds, at = 0, 0.0, 0
    while batch := [story for _, story in zip(range(BATCH), made, strict=False)]:
        size += sum(len(f"{s.title} {s.summary}".encode()) for s in batch)
        with store.writing() as tx:
            _rows(tx, batch, at)
            start = time.perf_counter()
            for number, story in enumerate(batch, at + 1):
                index.add(tx, number, story)
            seconds += time.perf_counter() - start
            at += len(batch)
        print(f"\r{at:,} stories", end="", flush=True)
    print()
    return size, seconds


def _rows(tx: Tx, batch: Sequence[Story], at: int) -> None:
    numbered = list(enumerate(batch, at + 1))
    tx.execute(insert(EVENT), [{"id": n, "opened": s.published} for n, s in numbered])
    tx.execute(
        insert(STORY),
        [
            {
                "id": n,
                "event": n,
                "outlet": s.outlet,
                "first_seen": s.published,
                "imported": False,
                "revision": 1,
            }
            for n, s in numbered
        ],
    )
    rows = [
        {**story_values(s), "id": n, "story_id": n, "number": 1, "seen": s.published} for n, s in numbered
    ]
    tx.execute(insert(REVISION), rows)


def index_size(store: Store) -> int:
    """Give the bytes of all pages that belong to the index."""
    with store.reading() as tx:
        found = tx.execute(text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search_index%'")).scalar()
    return int(found or 0)


def timing(store: Store, book: Rulebook, rule: Rule) -> Timing:
    one = compile_rulebook([rule], book.term_sets)
    with store.reading() as tx:
        start = time.perf_counter()
        query = lookup.ask(tx, book.prefilter(rule.name))
        hits = lookup.count(tx, query)
        counted = time.perf_counter() - start
        start = time.perf_counter()
        page: list[int] = []
        waiting: list[int] = []
        for row in lookup.texts(tx, query, latest_first=True):
            waiting.append(row.id)
            if len(waiting) == PAGE:
                page += [i for i, s in lookup.stories_at(tx, waiting) if matching_rules(s, one)]
                waiting = []
            if len(page) >= PAGE:
                break
        page += [i for i, s in lookup.stories_at(tx, waiting) if matching_rules(s, one)]
        first = time.perf_counter() - start
        start = time.perf_counter()
        Counter((row.outlet, week_of(row.seen)) for row in lookup.texts(tx, query))
        whole = time.perf_counter() - start
    assert not query.exact or len(page) >= min(PAGE, hits or 0)
    return Timing(counted, whole, first, hits or 0, query.exact)


def near(store: Store, rules: Sequence[Rule], told: Sequence[Story], rng: random.Random) -> None:
    """Time rules that the matcher must look at: two words of one sentence, ten words apart at most."""
    made = []
    for number in range(len(rules)):
        words = [w for w in fold_text(rng.choice(told).summary).split() if len(w) > 4 and w.isascii()]
        if len(words) > 1:
            one, two = rng.sample(words, 2)
            made.append(Rule(name=f"near {number}", clause=Leaf(parse_term(f"{one} NEAR/10 {two}"))))
    book = compile_rulebook(made, {})
    seconds, hits = [], []
    with store.reading() as tx:
        start = time.perf_counter()
        words_there = len(lexicon(tx).words)
        print(f"words       {words_there:,} read in {time.perf_counter() - start:.2f} s")
        for rule in book.rules:
            start = time.perf_counter()
            hits.append(len(met(Archive(tx), book, [rule])[rule].texts))
            seconds.append((time.perf_counter() - start) * 1000)
    print(
        f"NEAR/10     median {statistics.median(seconds):6.1f} ms   p99 {percentile(seconds, 0.99):6.1f} ms"
        f"   ({len(made)} rules, every hit looked at, median {statistics.median(hits):.0f} hits)"
    )


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def report(timings: Sequence[Timing], number: int) -> None:
    counts, firsts = [t.count * 1000 for t in timings], [t.first * 1000 for t in timings]
    hits = [t.hits for t in timings]
    print(f"rules {len(timings)}, exact {sum(t.exact for t in timings)}, hits a rule: median {statistics.median(hits):.0f}"
          f" ({statistics.median(hits) / number:.2%}), most {max(hits)} ({max(hits) / number:.1%})")  # fmt: skip
    print(
        f"count       median {statistics.median(counts):6.1f} ms   p99 {percentile(counts, 0.99):6.1f} ms   (< 60, < 200)"
    )
    reports = [t.report * 1000 for t in timings]
    print(
        f"report      median {statistics.median(reports):6.1f} ms   p99 {percentile(reports, 0.99):6.1f} ms   (outlet and week of every hit)"
    )
    print(
        f"first hits  median {statistics.median(firsts):6.1f} ms   p99 {percentile(firsts, 0.99):6.1f} ms   (< 100)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=400)
    parser.add_argument(
        "--share", type=float, default=0.01, help="the most frequent term, as a share of stories"
    )
    parser.add_argument(
        "--folder", type=Path, default=None, help="keep the database here (default: a temporary one)"
    )
    given = parser.parse_args()
    rng = random.Random(3)
    told, kind = stories(10**9 if given.stories > 50_000 else given.stories, rng)
    told = [
        Story(s.outlet, plain.line(s.title), s.url, s.published, summary=plain.text(s.summary)) for s in told
    ]
    print(f"{kind}: {len(told):,} distinct stories")
    rules = rules_of(draw(given.rules, told, rng, given.share))
    book = compile_rulebook(rules, {})
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        store = open_store(f"sqlite:///{Path(folder).absolute() / 'stories.db'}")
        size, seconds = fill(store, varied(told, given.stories, rng))
        print(f"text {size / 1e6:.0f} MB ({size / given.stories:.0f} bytes a story)")
        print(f"indexing    {given.stories / seconds:,.0f} stories/s (>= 5,000)")
        print(f"on disk     {index_size(store) / size:.2f} bytes per byte of text (< 0.7)")
        timing(store, book, rules[0])
        report([timing(store, book, rule) for rule in rules], given.stories)
        near(store, rules[:100], told, rng)
        store.close()


if __name__ == "__main__":
    main()
