"""How fast stories are matched, beside what else one could use. `python -m bench.match --rules 1000`.

CPU time of one core, best of the rounds, all rows over the same stories and rules in one run. Rules have
8 terms (5 words, 2 phrases, 1 prefix) drawn from the stories' own vocabulary: half are lists, a third are
two groups, a fifth two groups and a none. Every row folds from the raw text and decides every rule, except
where it says otherwise.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import re2

from bench import lucene_peer
from monitor.matching import match, matching_rules
from monitor.rules import AllOf, AnyOf, Leaf, NoneOf, Rule, Rulebook, compile_rulebook, parse_term
from monitor.rules.automaton import WordIndex, automaton
from monitor.story import Story
from monitor.text import fold_text, folded_parts

WHEN = datetime(2021, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Drawn:
    """One drawn rule: groups that must be met and a group that must not, as terms."""

    groups: tuple[tuple[str, ...], ...]
    none: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    name: str
    per_second: float
    hits: float
    setup: float


def archive() -> Path | None:
    named = os.environ.get("COPYTASTER_SHARED_DATA")
    places = [Path(named)] if named else []
    places.append(Path(__file__).resolve().parents[2] / "shared" / "data")
    return next((p / "archive" for p in places if (p / "archive").is_dir()), None)


def stories(count: int, rng: random.Random) -> tuple[list[Story], str]:
    """Draw from the archive, every outlet alike; synthetic text where there is none."""
    folder = archive()
    if folder is None:
        words = [f"{rng.choice('bcdfgklmnprst')}{rng.choice('aeiou')}{n:x}" for n in range(20000)]
        made = [
            " ".join(rng.choices(words, weights=[1 / (i + 5) for i in range(len(words))], k=180))
            for _ in range(count)
        ]
        return [Story("made", t[:60], "https://example.org/", WHEN, t) for t in made], "synthetic"
    found: list[Story] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        found += _read(path)
    return rng.sample(found, min(count, len(found))), "archive"


def _read(path: Path) -> Iterator[Story]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            title, summary = row.get("title") or "", row.get("description") or ""
            yield Story(
                path.stem.split(".")[0], title, row.get("link") or "", WHEN, summary=summary, language="en"
            )


def draw(count: int, told: Sequence[Story], rng: random.Random, share: float) -> list[Drawn]:
    """Draw rules whose terms are as frequent as terms of real rules: log-uniform up to `share` of stories."""
    words, pairs = Counter[str](), Counter[str]()
    for story in told:
        tokens = fold_text(f"{story.title}. {story.summary} {story.body}").split()
        words.update({t for t in tokens if len(t) > 3 and t.isascii()})
        pairs.update({f"{a} {b}" for a, b in pairwise(tokens) if len(a + b) > 7 and (a + b).isascii()})
    most = max(2, int(len(told) * share))
    word, pair = (_by_frequency(counts, most) for counts in (words, pairs))

    def term(kind: str) -> str:
        table = pair if kind == "pair" else word
        frequency = int(2 ** rng.uniform(0, most.bit_length() - 0.01))
        text = rng.choice(table[min(table, key=lambda f: abs(f - frequency))])
        return f"{text[: max(4, len(text) - 2)]}*" if kind == "prefix" else text

    kinds = ["word"] * 5 + ["pair"] * 2 + ["prefix"]
    made = []
    for _ in range(count):
        terms = [term(k) for k in rng.sample(kinds, len(kinds))]
        shape = rng.random()
        groups = (
            (tuple(terms),) if shape < 0.5 else (tuple(terms[:4]), tuple(terms[4 : 8 if shape < 0.8 else 7]))
        )
        made.append(Drawn(groups, () if shape < 0.8 else (terms[7],)))
    return made


def _by_frequency(counts: Counter[str], most: int) -> dict[int, list[str]]:
    table: dict[int, list[str]] = {}
    for text, number in sorted(counts.items()):
        if number <= most:
            table.setdefault(number, []).append(text)
    return table


def rules_of(drawn: Sequence[Drawn]) -> list[Rule]:
    made = []
    for number, rule in enumerate(drawn):
        groups = tuple(AnyOf(tuple(Leaf(parse_term(t)) for t in group)) for group in rule.groups)
        none = (NoneOf(tuple(Leaf(parse_term(t)) for t in rule.none)),) if rule.none else ()
        clause = groups[0] if len(groups) == 1 and not none else AllOf((*groups, *none))
        made.append(Rule(name=f"rule {number}", clause=clause))
    return made


def raw(story: Story) -> str:
    return f"{story.title}\n{story.summary}\n{story.body}"


def pattern(terms: Sequence[str]) -> str:
    said = (
        re.escape(t[:-1]) + r"\w*" if t.endswith("*") else re.escape(t).replace(r"\ ", r"\W+") for t in terms
    )
    return rf"\b(?:{'|'.join(said)})\b"


def literals(terms: Sequence[str]) -> list[str]:
    return [f" {t[:-1]}" if t.endswith("*") else f" {t} " for t in terms]


def timed(work: Callable[[Story], int], told: Sequence[Story], rounds: int) -> tuple[float, float]:
    """Give stories per CPU second of the best round, and hits per story."""
    best, hits = float("inf"), 0
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        hits = sum(map(work, told))
        best = min(best, time.process_time() - start)
    return len(told) / best, hits / len(told)


def loop(drawn: Sequence[Drawn], compile_: Callable[[str], re.Pattern[str]]) -> Callable[[Story], int]:
    ready = [
        (
            [compile_(pattern(g)).search for g in r.groups],
            compile_(pattern(r.none)).search if r.none else None,
        )
        for r in drawn
    ]

    def work(story: Story) -> int:
        text = raw(story)
        return sum(all(s(text) for s in groups) and not (none and none(text)) for groups, none in ready)

    return work


def re_loop(drawn: Sequence[Drawn]) -> Callable[[Story], int]:
    return loop(drawn, lambda p: re.compile(p, re.IGNORECASE))


def re2_set(drawn: Sequence[Drawn]) -> Callable[[Story], int]:
    """One RE2 set over the folded text, one pattern for each group."""
    options = re2.Options()
    options.max_mem = 1 << 30
    options.log_errors = False
    found = re2.Set.SearchSet(options)
    groups = []
    for rule in drawn:
        numbers = [
            found.Add("|".join(literals(g))) for g in (*rule.groups, *((rule.none,) if rule.none else ()))
        ]
        groups.append((numbers[: len(rule.groups)], numbers[len(rule.groups) :]))
    found.Compile()

    def work(story: Story) -> int:
        seen = set(found.Match(folded_parts([story.title, story.summary, story.body]).decode()) or ())
        return sum(all(n in seen for n in need) and not any(n in seen for n in none) for need, none in groups)

    return work


def same_logic(
    drawn: Sequence[Drawn], scan: Callable[[list[str]], Callable[[str], set[int]]]
) -> Callable[[Story], int]:
    """Groups as sets of numbers, rules filed under their rarest group: what we do, with another automaton."""
    numbers: dict[str, int] = {}
    plans = []
    filed: dict[int, list[int]] = {}
    for number, rule in enumerate(drawn):
        groups = [
            frozenset(numbers.setdefault(x, len(numbers)) for x in literals(g))
            for g in sorted(rule.groups, key=seldom)
        ]
        none = frozenset(numbers.setdefault(x, len(numbers)) for x in literals(rule.none))
        plans.append((groups[1:], none))
        for literal in groups[0]:
            filed.setdefault(literal, []).append(number)
    ask = scan(list(numbers))

    def work(story: Story) -> int:
        seen = ask(folded_parts([story.title, story.summary, story.body]).decode())
        maybe = {n for literal in seen for n in filed.get(literal, ())}
        return sum(
            all(not g.isdisjoint(seen) for g in plans[n][0]) and plans[n][1].isdisjoint(seen) for n in maybe
        )

    return work


def pyahocorasick(drawn: Sequence[Drawn]) -> Callable[[Story], int]:
    import ahocorasick  # type: ignore[import-not-found]

    def scan(words: list[str]) -> Callable[[str], set[int]]:
        found = ahocorasick.Automaton()
        for number, word in enumerate(words):
            found.add_word(word, number)
        found.make_automaton()
        return lambda text: {number for _, number in found.iter(text)}

    return same_logic(drawn, scan)


def bare(drawn: Sequence[Drawn]) -> Callable[[Story], int]:
    """Fold, and one automaton pass; no rule is decided."""
    found = automaton(
        [
            x.encode()
            for x in dict.fromkeys(x for r in drawn for g in (*r.groups, r.none) for x in literals(g))
        ]
    )

    def work(story: Story) -> int:
        return len(
            found.find_matches_as_indexes(
                folded_parts([story.title, story.summary, story.body]), overlapping=True
            )
        )

    return work


def word_index(drawn: Sequence[Drawn]) -> Callable[[Story], int]:
    """Our fallback where the automaton is not installed."""

    def scan(words: list[str]) -> Callable[[str], set[int]]:
        found = WordIndex([w.encode() for w in words])
        return lambda text: {n for n, _, _ in found.find_matches_as_indexes(text.encode())}

    return same_logic(drawn, scan)


def measure(count: int, told: list[Story], rng: random.Random, share: float, rounds: int) -> list[Row]:
    drawn = draw(count, told, rng, share)
    rules = rules_of(drawn)
    start = time.process_time()
    book: Rulebook = compile_rulebook(rules, {})
    took = time.process_time() - start
    rows = []
    few = told[: max(20, min(len(told), 40_000 // count))]

    def row(
        name: str, made: Callable[[Sequence[Drawn]], Callable[[Story], int]], some: Sequence[Story]
    ) -> None:
        start = time.process_time()
        work = made(drawn)
        setup = time.process_time() - start
        rows.append(Row(name, *timed(work, some, rounds if some is told else 1), setup))

    rows.append(Row("copytaster: rules", *timed(lambda s: len(matching_rules(s, book)), told, rounds), took))
    rows.append(
        Row("copytaster: rules and evidence", *timed(lambda s: len(match(s, book)), told, rounds), took)
    )
    row("fold + bare automaton (no rules)", bare, told)
    row("the word index we fall back to", word_index, told)
    if find_spec("ahocorasick"):
        row("pyahocorasick, same logic", pyahocorasick, told)
    else:
        rows.append(Row("pyahocorasick: not installed (pip install pyahocorasick), skipped", 0, 0, 0))
    rows.append(lucene(drawn, told if count < 10_000 else few, rounds))
    if count <= 1000:
        row("RE2 set", re2_set, told)
        row("re, a loop over rules", re_loop, few)
    else:
        rows.append(Row("RE2 set, re: skipped above 1,000 rules", 0, 0, 0))
    return rows


def seldom(group: Sequence[str]) -> float:
    """Order groups as Lucene's presearcher weighs terms, and we do: by length."""
    return sum(2.0 ** -len(term) for term in group)


def lucene(drawn: Sequence[Drawn], told: Sequence[Story], rounds: int) -> Row:
    """The same rules as Lucene queries. It is given the folded text, so folding is not in its time."""
    absent = lucene_peer.missing()
    if absent:
        return Row(f"Lucene: {absent}, skipped", 0, 0, 0)
    rules = [
        "|".join(map(",".join, sorted(r.groups, key=seldom))) + ("!" + ",".join(r.none) if r.none else "")
        for r in drawn
    ]
    parts = ([s.title, s.summary, s.body] for s in told)
    folded = [folded_parts(p).decode().replace("\x1f", "-").strip() for p in parts]
    speed, hits, setup = lucene_peer.measured(rules, folded, rounds + 2)
    return Row("Lucene MemoryIndex, presearcher, folded before", speed, hits, setup)


def show(count: int, rows: Sequence[Row]) -> None:
    first = rows[0].per_second
    print(f"\n{count} rules")
    print(f"  {'':48}{'stories/s':>12}{'us/story':>10}{'ours is':>9}{'hits':>8}{'set-up s':>10}")
    for row in rows:
        if not row.per_second:
            print(f"  {row.name}")
            continue
        print(
            f"  {row.name:48}{row.per_second:>12,.0f}{1e6 / row.per_second:>10.1f}{first / row.per_second:>8.2f}x"
            f"{row.hits:>8.2f}{row.setup:>10.2f}"
        )


def memory(count: int, told: list[Story], rng: random.Random, share: float) -> tuple[float, float]:
    """Give the MB this process grew by for a compiled rulebook, rules included, and after matching with it."""
    drawn = draw(count, told, rng, share)
    gc.collect()
    before = resident()
    book = compile_rulebook(rules_of(drawn), {})
    gc.collect()
    compiled = resident()
    for story in told:
        match(story, book)
    return compiled - before, resident() - before


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rules", type=int, nargs="*", default=[10, 100, 1000, 10000])
    options.add_argument("--stories", type=int, default=4000)
    options.add_argument(
        "--share", type=float, default=0.0012, help="of stories that hold the commonest term"
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--memory", action="store_true")
    args = options.parse_args()
    rng = random.Random(args.seed)
    told, source = stories(args.stories, rng)
    size = sum(len(raw(s).encode()) for s in told) / len(told)
    print(
        f"{len(told)} stories ({source}), mean {size:.0f} bytes; CPU time of one core, best of {args.rounds}"
    )
    for count in args.rules:
        if args.memory:
            held, used = memory(count, told, rng, args.share)
            print(f"{count} rules take {held:.0f} MB, {used:.0f} MB once {len(told)} stories were matched")
        else:
            show(count, measure(count, told, rng, args.share, args.rounds))


if __name__ == "__main__":
    main()
