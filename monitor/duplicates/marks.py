"""By what the store finds the stories worth a comparison, and which of those it finds are."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from monitor.duplicates.background import BOILERPLATE_TITLES, DEFAULT
from monitor.duplicates.fingerprint import fingerprint, word_hash
from monitor.duplicates.measure import opening
from monitor.duplicates.reading import read
from monitor.duplicates.words import MOST_KEPT, stem
from monitor.story import Story

__all__ = [
    "APART",
    "AT_LEAST",
    "COMMON",
    "MOST",
    "TELLING",
    "Marks",
    "Seen",
    "distinct",
    "in_doubt",
    "marks",
    "worth_comparing",
]

AT_LEAST = 2  # shared shingles
CONTAINED = (
    0.1  # of the shorter fingerprint, estimated: of the 7 that 32 words share with their text, 2 may be left
)
MOST = 20  # candidates
COMMON = 200  # stories with one shingle or word: it tells nothing any more
TELLING = 3  # telling words that two stories of one event share
BOILERPLATE_DAYS = 3
NOTHING = 0
APART = 1.05  # `distinct` of a shared subject reaches it seldom, of a shared happening nearly always


@dataclass(frozen=True, slots=True)
class Marks:
    """Hashes of a story: of its shingles (for its text), of its telling words (for what happened)."""

    shingles: frozenset[int] = frozenset()
    topics: frozenset[int] = frozenset()
    origin: str = ""  # whom a preface names as the first publisher


@dataclass(frozen=True, slots=True)
class Seen:
    """As much of a story on record as the choice of candidates needs. `size`: rows of its fingerprint."""

    id: int
    outlet: str
    day: date
    size: int


class _TellingHashes(dict[str, int]):
    """Of each word the hash of its stem, NOTHING where it does not tell. A cache: a language has few words."""

    def __missing__(self, word: str) -> int:
        found = word_hash(stem(word)) if DEFAULT.telling((word,)) else NOTHING
        if len(self) >= MOST_KEPT:
            self.clear()
        self[word] = found
        return found


_HASHES = _TellingHashes()


def marks(story: Story) -> Marks:
    """Give by what a story is found."""
    reading = read(story)
    topics = {_HASHES[word] for word in opening(reading)}
    topics.discard(NOTHING)
    return Marks(fingerprint(story), frozenset(topics), reading.origin)


def distinct(shared: Iterable[int]) -> float:
    """Say how well shared words tell one event from the others open; give of each how many of those have it.

    A word that no other event has counts 1, one of two events half, of eight a quarter. The words of a rule, or of
    what everybody writes about this month, are in most events that a newsroom follows: they count next to nothing.
    """
    return sum(1 / (1 + math.log2(count)) for count in shared)


def in_doubt(
    outlet: str, found: Mapping[int, Iterable[int]], seen: Iterable[Seen], headlines: Mapping[int, str]
) -> frozenset[int]:
    """Give the stories (ids) whose headlines, beside those known, tell whether a hash is this outlet's boilerplate.

    Three of three days are asked for first: mostly they differ. To be asked until nothing is in doubt.
    """
    own = {s.id: s.day for s in seen if s.outlet == outlet}
    wanted: set[int] = set()
    for stories in found.values() if len(own) >= BOILERPLATE_TITLES else ():
        of_day = {own[n]: n for n in stories if n in own}
        if len(of_day) < BOILERPLATE_DAYS:
            continue
        having = [n for n in stories if n in own]
        known = [n for n in having if n in headlines]
        if not known:
            wanted.update(sorted(of_day.values())[:BOILERPLATE_TITLES])
        elif not _differ(known, headlines):
            wanted.update(having)
    return frozenset(wanted - headlines.keys())


def _differ(stories: Iterable[int], headlines: Mapping[int, str]) -> bool:
    return len({headlines[n].casefold() for n in stories}) >= BOILERPLATE_TITLES


def worth_comparing(
    outlet: str,
    mine: frozenset[int],
    found: Mapping[int, Iterable[int]],
    seen: Iterable[Seen],
    headlines: Mapping[int, str],
) -> tuple[int, ...]:
    """Choose the stories (ids) to compare with, the likeliest first.

    `found` gives, by shared hash, the stories that have it, `headlines` what `in_doubt` asked for. A hash that this outlet has
    put under three headlines on three days is boilerplate and counts for nothing.
    """
    known = {s.id: s for s in seen}
    shared: Counter[int] = Counter()
    for stories in found.values():
        having = [known[n] for n in stories if n in known]
        if len(having) < BOILERPLATE_TITLES or not _is_boilerplate(having, outlet, headlines):
            shared.update(s.id for s in having)
    likely: defaultdict[int, float] = defaultdict(float)
    for number, count in shared.items():
        share = count / max(1, min(len(mine), known[number].size))
        if count >= AT_LEAST and share >= CONTAINED:
            likely[number] = share
    return tuple(sorted(likely, key=lambda n: (-likely[n], n))[:MOST])


def _is_boilerplate(having: Iterable[Seen], outlet: str, headlines: Mapping[int, str]) -> bool:
    own = [s for s in having if s.outlet == outlet]
    if len({s.day for s in own}) < BOILERPLATE_DAYS:
        return False
    return _differ([s.id for s in own if s.id in headlines], headlines)
