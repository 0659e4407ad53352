"""Quality of duplicate detection on labelled pairs, beside what libraries give: python -m bench.duplicates --quality."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from bench.pairs import table, written
from monitor.duplicates import Kind, compare
from monitor.duplicates.words import words
from monitor.story import Story

SAME = frozenset({"duplicate", "update"})
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NOWHEN = datetime(2004, 10, 1, tzinfo=UTC)  # pairs without instants get the same one


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stories a person has labelled; `weight` undoes the sampling."""

    a: Story
    b: Story
    label: str
    weight: float
    corpus: str

    @property
    def half(self) -> int:
        """0 or 1: a split that depends on the stories alone."""
        return blake2b(f"{self.a.url} {self.b.url}".encode(), digest_size=1).digest()[0] % 2


@dataclass(frozen=True, slots=True)
class Score:
    """Weighted figures of one method on some pairs."""

    precision: float
    recall: float
    held_events: float  # share of same-event pairs that would be held back
    errors: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def story(corpus: str, given: dict[str, Any]) -> Story:
    """Make a story of one side of a labelled pair."""
    instant = datetime.fromtimestamp(given["ts"], UTC) if given["ts"] else NOWHEN
    return Story(corpus, given["title"], f"https://{corpus}.example/{given['id']}", instant, given["body"])


def pairs(path: Path) -> list[Pair]:
    """Read pairs.jsonl."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Pair(story(r["corpus"], r["a"]), story(r["corpus"], r["b"]), r["label"], r["weight"], r["corpus"])
        for r in rows
    ]


def score(judged: Sequence[tuple[Pair, bool]]) -> Score:
    """Score yes-or-no verdicts: is the second story the first one again?"""
    hit = sum(p.weight for p, yes in judged if yes and p.label in SAME)
    said = sum(p.weight for p, yes in judged if yes)
    true = sum(p.weight for p, _ in judged if p.label in SAME)
    events = sum(p.weight for p, _ in judged if p.label == "same-event")
    held = sum(p.weight for p, yes in judged if yes and p.label == "same-event")
    wrong = sum(yes != (p.label in SAME) for p, yes in judged)
    return Score(
        hit / said if said else 1.0, hit / true if true else 0.0, held / events if events else 0.0, wrong
    )


def best(measured: Sequence[tuple[Pair, float]]) -> tuple[Score, float]:
    """Give a similarity its best threshold on these very pairs: flattering to it."""
    cuts = sorted({value for _, value in measured})
    tried = [(score([(p, v >= cut) for p, v in measured]), cut) for cut in cuts]
    return max(tried, key=lambda t: t[0].f1)


def _text(s: Story) -> str:
    return f"{s.title} {s.body}"


def token_set(p: Pair) -> float:
    """Rapidfuzz token_set_ratio of headline and 300 characters."""
    a, b = (" ".join(words(f"{s.title} {s.body[:300]}")) for s in (p.a, p.b))
    return fuzz.token_set_ratio(a, b) / 100


def _shingles(s: Story, size: int = 3) -> list[str]:
    found = words(_text(s))
    return [" ".join(found[i : i + size]) for i in range(max(1, len(found) - size + 1))]


def contained(p: Pair) -> float:
    """Word-3 containment of the bodies, unweighted."""
    a, b = (set(_shingles(Story(s.outlet, "", s.url, s.published, s.body))) for s in (p.a, p.b))
    return len(a & b) / min(len(a), len(b))


def _datasketch() -> Callable[[Pair], float]:
    made = importlib.import_module("datasketch").MinHash

    def value(p: Pair) -> float:
        hashes = []
        for s in (p.a, p.b):
            found = made(num_perm=128, seed=1)
            for shingle in _shingles(s):
                found.update(shingle.encode())
            hashes.append(found)
        return float(hashes[0].jaccard(hashes[1]))

    return value


def _rensa() -> Callable[[Pair], float]:
    made = importlib.import_module("rensa").RMinHash

    def value(p: Pair) -> float:
        hashes = []
        for s in (p.a, p.b):
            found = made(num_perm=128, seed=1)
            found.update(_shingles(s))
            hashes.append(found)
        return float(hashes[0].jaccard(hashes[1]))

    return value


def _gaoya() -> Callable[[Pair], float]:
    made = importlib.import_module("gaoya.minhash").MinHashStringIndex

    def value(p: Pair) -> float:
        # gaoya tells no likeness of two texts: it is asked at each threshold whether one finds the other.
        for percent in range(95, 5, -5):
            index = made(
                hash_size=32, jaccard_threshold=percent / 100, num_bands=32, band_size=4, analyzer="word",
                ngram_range=(3, 3), lowercase=True,
            )  # fmt: skip
            index.insert_document(1, _text(p.a))
            if index.query(_text(p.b)):
                return percent / 100
        return 0.0

    return value


def _simhash() -> Callable[[Pair], float]:
    made = importlib.import_module("simhash").Simhash
    return lambda p: 1 - made(_shingles(p.a)).distance(made(_shingles(p.b))) / 64


def _tfidf() -> Callable[[Pair], float]:
    vectors = importlib.import_module("sklearn.feature_extraction.text").TfidfVectorizer

    def value(p: Pair) -> float:
        matrix = vectors(sublinear_tf=True).fit_transform([_text(p.a), _text(p.b)])
        return float((matrix[0] @ matrix[1].T).toarray()[0][0])

    return value


PEERS: tuple[tuple[str, Callable[[], Callable[[Pair], float]]], ...] = (
    ("rapidfuzz token_set, 300 characters", lambda: token_set),
    ("word-3 containment", lambda: contained),
    ("MinHash-128 (datasketch)", _datasketch),
    ("MinHash-128 (rensa)", _rensa),
    ("MinHash-128 (gaoya)", _gaoya),
    ("SimHash-64 (simhash)", _simhash),
    ("TF-IDF cosine (scikit-learn)", _tfidf),
)


def line(name: str, found: Score, note: str = "") -> str:
    """Give one row of the table."""
    return (
        f"{name:<38} F1 {found.f1:.3f}  P {found.precision:.3f}  R {found.recall:.3f}  "
        f"events held {found.held_events:.3f}  errors {found.errors:3d}  {note}"
    )


def peers(lot: Sequence[Pair]) -> Iterator[str]:
    """Give a row for each library, at the threshold that is best on these very pairs."""
    for name, make in PEERS:
        try:
            method = make()
        except ImportError as error:
            yield f"{name:<38} not measured: {error} (pip install 'copytaster[bench]')"
            continue
        found, cut = best([(p, method(p)) for p in lot])
        yield line(name, found, f"at its best threshold on these pairs, {cut:.2f}")


def own() -> list[str]:
    """Give the table of the pairs that are ours: us by half and by sort of pair, then the peers."""
    lot = [Pair(p.a, p.b, p.label, 1.0, "own") for p in written()]
    return [*table(written()), *peers(lot)]


def quality(path: Path, *, errors: bool = False) -> list[str]:
    """Give the table: us on all pairs and on both halves, then the peers, each at its own best threshold."""
    lot = pairs(path)
    judged = [(p, compare(p.a, p.b).kind in {Kind.DUPLICATE, Kind.UPDATE}) for p in lot]
    lines = [f"{len(lot)} pairs, weighted", line("compare()", score(judged))]
    lines += [line(f"  half {n}", score([j for j in judged if j[0].half == n])) for n in (0, 1)]
    lines += [
        line(f"  {c}", score([j for j in judged if j[0].corpus == c])) for c in ("ag", "reuters", "bbc")
    ]
    lines += peers(lot)
    if errors:
        lines += [
            f"{p.label:>10} {p.weight:6.1f} {p.a.title[:45]} / {p.b.title[:45]}"
            for p, yes in judged
            if yes != (p.label in SAME)
        ]
    return lines


def main() -> int:
    """Run the quality table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quality", action="store_true", help="judge the labelled pairs")
    parser.add_argument("--speed", action="store_true", help="check and insert against a window, on SQLite")
    parser.add_argument("--window", type=int, nargs="+", default=[100_000, 1_000_000], help="stories in it")
    parser.add_argument("--stories", type=int, default=4096, help="stories taken in")
    parser.add_argument("--keep", type=Path, help="folder in which filled windows stay for the next time")
    parser.add_argument("--errors", action="store_true", help="list the pairs judged wrongly")
    default = Path(os.environ.get("COPYTASTER_SHARED_DATA", SHARED)) / "duplicates" / "pairs.jsonl"
    parser.add_argument("--pairs", type=Path, default=default)
    chosen = parser.parse_args()
    if chosen.speed:
        from bench.stage import speed

        speed(default.parents[1] / "archive", chosen.window, chosen.stories, chosen.keep)
        return 0
    if not chosen.pairs.exists():
        sys.stdout.write(f"No labelled pairs at {chosen.pairs}: only our own are measured.\n")
    else:
        sys.stdout.write("\n".join(quality(chosen.pairs, errors=chosen.errors)) + "\n")
    sys.stdout.write("\n".join(own()) + "\n")
    sys.stdout.write("\n".join(elsewhere(default.parents[1] / "archive")) + "\n")
    return 0


def elsewhere(archive: Path) -> list[str]:
    """Give what is measured beyond the labelled pairs: traps, and copies made of real texts."""
    from bench.transforms import transforms, traps
    from tests.core.duplicate_traps import all_traps

    found = list(transforms(archive)) if archive.exists() else [f"No archive at {archive}: no copies made."]
    return [traps(all_traps()), *found]


if __name__ == "__main__":
    raise SystemExit(main())
