"""Pairs written and labelled for this project, in the shape of real stories: bench/pairs.txt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from monitor.duplicates import Kind, compare
from monitor.story import Story

__all__ = ["Written", "figures", "table", "written"]

FILE = Path(__file__).with_name("pairs.txt")
HALVES = range(5)
HELD = frozenset({Kind.DUPLICATE, Kind.UPDATE})


@dataclass(frozen=True, slots=True)
class Written:
    """Two stories and what a person says they are to each other. `sort`: edited-wire, template, wall ..."""

    a: Story
    b: Story
    label: Kind
    sort: str
    group: str

    @property
    def half(self) -> int:
        """0 to 4. Pairs of one group share texts and stay together.

        0 was read while the rules were written, 1 after they were, 2 was written after that, 3 after the next
        mending; 4 was judged once, when that was done.
        """
        for number, written_for_it in enumerate(("last-", "third-", "fourth-"), start=2):
            if self.group.startswith(written_for_it):
                return number
        if self.group.startswith("seen-"):
            return 0
        return blake2b(self.group.encode(), digest_size=1).digest()[0] % 2


@dataclass(frozen=True, slots=True)
class Figures:
    """What `compare` made of some pairs."""

    pairs: int
    precision: float  # of what would be held back
    recall: float
    f1: float
    events_held: int
    events: int
    kinds: float  # share of pairs given their very label


def written(path: Path = FILE) -> list[Written]:
    """Read the file. Raises KeyError for a pair of a story that is not in it, ValueError for an unknown label."""
    blocks = path.read_text("utf-8").splitlines()
    stories = dict(_stories(blocks))
    return [_pair(line, stories) for line in blocks if line.startswith("~ ")]


def _stories(lines: Sequence[str]) -> Iterator[tuple[str, Story]]:
    starts = [n for n, line in enumerate(lines) if line.startswith("= ")]
    for start in starts:
        key, outlet, instant, language = (part.strip() for part in lines[start][2:].split("|"))
        end = next((n for n in range(start + 1, len(lines)) if lines[n][:2] in {"= ", "~ "}), len(lines))
        at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
        body = "\n".join(lines[start + 2 : end]).strip()
        yield (
            key,
            Story(outlet, lines[start + 1], f"https://{key}.example/", at, body, language=language),
        )


def _pair(line: str, stories: dict[str, Story]) -> Written:
    label, sort, keys, *_ = (part.strip() for part in line[2:].split("|"))
    one, other = keys.split()
    return Written(stories[one], stories[other], Kind(label), sort, one.partition(".")[0])


Judged = Sequence[tuple[Written, Kind]]


def judge(pairs: Sequence[Written]) -> Judged:
    """Ask `compare` for each pair."""
    return [(p, compare(p.a, p.b).kind) for p in pairs]


def figures(judged: Judged) -> Figures:
    """Count. A pair is the same text where it is labelled duplicate or update."""
    hit = sum(p.label in HELD and kind in HELD for p, kind in judged)
    said = sum(kind in HELD for _, kind in judged)
    true = sum(p.label in HELD for p, _ in judged)
    precision, recall = hit / said if said else 1.0, hit / true if true else 1.0
    total = precision + recall
    events = [kind for p, kind in judged if p.label is Kind.SAME_EVENT]
    return Figures(
        len(judged),
        precision,
        recall,
        2 * precision * recall / total if total else 0.0,
        sum(kind in HELD for kind in events),
        len(events),
        sum(p.label is kind for p, kind in judged) / len(judged) if judged else 1.0,
    )


def table(pairs: Sequence[Written]) -> Iterator[str]:
    """Give the figures of all pairs and of each half, and of each sort how many were judged rightly."""
    judged = judge(pairs)
    yield f"{len(judged)} pairs of our own ({FILE.name})"
    for name, lot in (
        ("all", judged),
        *((f"half {n}", [j for j in judged if j[0].half == n]) for n in HALVES),
    ):
        f = figures(lot)
        yield (
            f"  {name:<8} {f.pairs:4d} pairs  F1 {f.f1:.3f}  P {f.precision:.3f}  R {f.recall:.3f}  "
            f"events held {f.events_held} of {f.events}  kind right {f.kinds:.3f}"
        )
    sorts: defaultdict[str, list[tuple[Written, Kind]]] = defaultdict(list)
    for p, kind in judged:
        sorts[p.sort].append((p, kind))
    for name, lot in sorted(sorts.items()):
        halves = "  ".join(f"half {n} {_right([j for j in lot if j[0].half == n])}" for n in HALVES)
        yield f"    {name:<18} held back or not, rightly: {halves}"


def _right(judged: Judged) -> str:
    return f"{sum((kind in HELD) == (p.label in HELD) for p, kind in judged):2d}/{len(judged):2d}"
