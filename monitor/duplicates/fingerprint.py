"""Keys and fingerprints by which the store finds candidates. Stable across processes and machines."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import xxhash

from monitor.duplicates.background import BOILERPLATE_TITLES, EVERYWHERE, Background
from monitor.duplicates.boilerplate import clean_title
from monitor.duplicates.reading import Reading, main_text, read
from monitor.duplicates.words import is_number, stem, words
from monitor.story import Story

ALGORITHM = 1  # raise it when any hash here changes its meaning
SEED = 0x636F7079
SHINGLE = 4
KEEP_ONE_IN = 4
FIRST_WORDS = 200
SHORT_TEXT = 60  # words; below it one shingle in two is kept: there are few
KEEP_ONE_IN_OF_SHORT = 2
ENOUGH_WORDS = 12
LONG_TEXT = 60


def title_key(title: str) -> str:
    """Give the key under which equal headlines meet, whatever their case, accents, credit or punctuation."""
    return _hash(" ".join(words(clean_title(title))))


def text_key(story: Story) -> str | None:
    """Give the key under which equal texts meet, or None when there is too little text to tell.

    Dateline, credit, preface and boilerplate do not count; numbers do. The headline counts too where the
    text is short or does not speak of it (a wall, a table); the day counts where the headline recurs.
    """
    reading = read(story)
    text = reading.text
    if len(text) < ENOUGH_WORDS:
        text = (*words(story.summary), *text) if story.summary != main_text(story) else text
    if len(reading.title) + len(text) < ENOUGH_WORDS or len(text) < ENOUGH_WORDS // 2:
        return None
    parts = [" ".join(text)]
    if len(text) < LONG_TEXT or not _speaks_of(reading):
        parts.append(" ".join(reading.title))
    if reading.recurring:
        parts.append(story.published.date().isoformat())
    return _hash("\n".join(parts))


def _speaks_of(reading: Reading) -> bool:
    asked = [w for w in reading.title if w not in EVERYWHERE and not is_number(w)]
    text = set(reading.text)
    if sum(w in text for w in asked) >= 2:
        return True
    stems = set(map(stem, text))
    return sum(stem(w) in stems for w in asked) >= 2


def _hash(text: str) -> str:
    return xxhash.xxh3_128_hexdigest(text.encode(), seed=SEED)


def fingerprint(story: Story) -> frozenset[int]:
    """Give the FracMinHash of a story: one in four of the hashes of its 4-word shingles, first 200 words.

    Of a text under 60 words one in two is kept. Signed 64-bit, so that a database column holds them.
    """
    text = read(story).text
    one_in = KEEP_ONE_IN_OF_SHORT if len(text) < SHORT_TEXT else KEEP_ONE_IN
    return frozenset(_signed(h) for h in _hashes(text[:FIRST_WORDS]) if h % one_in == 0)


def shingle_hashes(text: Sequence[str]) -> list[int]:
    """Give the signed 64-bit hash of each 4-word shingle, in order."""
    return [_signed(h) for h in _hashes(text)]


def _hashes(text: Sequence[str]) -> list[int]:
    """Hash the shingles where they stand in the joined text: to join each anew costs twice as much."""
    joined = " ".join(text).encode()
    starts, at = [0], 0
    for size in map(len, text) if joined.isascii() else (len(word.encode()) for word in text):
        at += size + 1
        starts.append(at)
    digest = xxhash.xxh3_64_intdigest
    return [
        digest(joined[start : end - 1], SEED) for start, end in zip(starts, starts[SHINGLE:], strict=False)
    ]


@lru_cache(maxsize=65536)
def word_hash(word: str) -> int:
    """Give the signed 64-bit hash of one word."""
    return _signed(xxhash.xxh3_64_intdigest(word.encode(), SEED))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def likeness(a: frozenset[int], b: frozenset[int]) -> float:
    """Estimate how much of the shorter of two fingerprinted texts is in the other, 0 to 1."""
    fewer = min(len(a), len(b))
    return len(a & b) / fewer if fewer else 0.0


def learn(stories: Iterable[Story]) -> Background:
    """Learn from one's own archive: frequencies, boilerplate and recurring headlines, outlet by outlet."""
    counts: Counter[str] = Counter()
    under: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    texts: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    documents = 0
    for story in stories:
        reading, key = read(story), title_key(story.title)
        documents += 1
        counts.update({*reading.title, *reading.text})
        texts[story.outlet, key].add(_hash(" ".join(reading.text)))
        for value in shingle_hashes(reading.text):
            if len(under[story.outlet, value]) < BOILERPLATE_TITLES:
                under[story.outlet, value].add(key)
    return Background(
        documents=documents,
        counts=dict(counts),
        boilerplate=frozenset(v for (_, v), keys in under.items() if len(keys) >= BOILERPLATE_TITLES),
        recurring=frozenset(pair for pair, found in texts.items() if len(found) >= BOILERPLATE_TITLES),
    )


def without_boilerplate(text: tuple[str, ...], background: Background) -> tuple[str, ...]:
    """Drop the words that every shingle around them marks as boilerplate."""
    if not background.boilerplate or len(text) < SHINGLE:
        return text
    drop = [h in background.boilerplate for h in shingle_hashes(text)]
    covered = {i + k for i, bad in enumerate(drop) if bad for k in range(SHINGLE)}
    return tuple(itertools.compress(text, (i not in covered for i in range(len(text)))))
