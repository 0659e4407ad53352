"""How many copies of real texts are found, and judged to be copies, whatever was done to them; and how many traps are held back."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bench.stage import NOW, entries
from monitor.duplicates import Seen, Verdict, fingerprint, same_text, text_key, worth_comparing
from monitor.story import Story

SOURCES = 500
HELD_TEXTS = 20_000  # in the index
ENOUGH = 80  # words of a text that is taken for full
PREFACE = (
    "Below is an article published by {0}. Photo Reuters.\n{1}\nRead more on our site. All rights reserved."
)
UNKNOWN = "Our friends on the coast sent us this, and we are glad to share it with our readers.\n{1}"

Words = list[str]


def edited(words: Words, rng: random.Random) -> str:
    """Drop a seventh of the text in runs of 22 words, and put other words in the place of 3 %."""
    runs = [words[i : i + 22] for i in range(0, len(words), 22)]
    kept = [run for run in runs if rng.random() >= 0.15] or runs[:1]
    return " ".join(rng.choice(words) if rng.random() < 0.03 else word for run in kept for word in run)


def first(story: Story, words: int) -> str:
    """Give the first words of a text, its lines as they are."""
    found = re.match(rf"(?:\s*\S+){{0,{words}}}", story.summary)
    return found.group() if found else ""


TRANSFORMS: tuple[tuple[str, Callable[[Story, Words, random.Random], str]], ...] = (
    ("32-word summary", lambda s, _w, _r: first(s, 32)),
    ("stub with an ellipsis", lambda s, _w, _r: first(s, 45) + "..."),
    ("reprint with a preface", lambda s, _w, _r: PREFACE.format(s.outlet, s.summary)),
    ("reprint, unknown preface", lambda s, _w, _r: UNKNOWN.format(s.outlet, s.summary)),
    ("six tenths kept", lambda s, words, _r: first(s, len(words) * 6 // 10)),
    ("a seventh dropped, 3 % replaced", lambda _s, words, rng: edited(words, rng)),
)


class Index:
    """Fingerprints of many texts, asked as the store asks its rows."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self.rows: defaultdict[int, list[int]] = defaultdict(list)
        self.seen: dict[int, Seen] = {}
        for number, story in enumerate(stories, 1):
            found = fingerprint(story)
            self.seen[number] = Seen(number, story.outlet, NOW.date(), len(found))
            for h in found:
                self.rows[h].append(number)

    def near(self, story: Story) -> tuple[int, ...]:
        """Give the numbers of the stories worth a comparison."""
        mine = fingerprint(story)
        found = {h: self.rows[h] for h in mine if h in self.rows and len(self.rows[h]) < 200}
        asked = {n for numbers in found.values() for n in numbers}
        return worth_comparing(
            story.outlet, mine, found, [self.seen[n] for n in asked], {}
        )  # of one day: no boilerplate


def stories(archive: Path) -> list[Story]:
    """Give real stories, as many as the index is to hold."""
    lot = entries(archive)[:HELD_TEXTS]
    return [
        Story(e.outlet, e.title, f"https://x.example/{n}", NOW, summary=e.summary) for n, e in enumerate(lot)
    ]


def transforms(archive: Path) -> Iterator[str]:
    """Give a line for each transform: found among the candidates, judged to be the same text."""
    lot = stories(archive)
    index, rng = Index(lot), random.Random(3)
    long = [(n, s) for n, s in enumerate(lot, 1) if len(s.summary.split()) >= ENOUGH]
    chosen = rng.sample(long, min(SOURCES, len(long)))
    yield f"{len(chosen)} real texts of {ENOUGH} words and more, each among {len(lot)}"
    for name, change in TRANSFORMS:
        found = judged = 0
        for number, story in chosen:
            body = change(story, story.summary.split(), rng)
            copy = replace(story, outlet="elsewhere", summary=body, published=NOW + timedelta(hours=3))
            equal = text_key(copy) is not None and text_key(copy) == text_key(story)
            found += equal or number in index.near(copy)
            judged += equal or same_text(story, copy) is not None
        total = len(chosen)
        yield f"  {name:<34} candidate {found / total:.3f}   same text {judged / total:.3f}"


def traps(pairs: Sequence[tuple[str, Story, Story]]) -> str:
    """Say how many pairs that only look alike are held back."""
    verdicts: list[Verdict | None] = [same_text(a, b) for _, a, b in pairs]
    return f"{len(pairs)} traps (recurring titles, series, templates, boilerplate): {sum(v is not None for v in verdicts)} held back"
