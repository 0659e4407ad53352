"""How much of one text is in another, and where they part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from functools import cached_property

from rapidfuzz import fuzz

from monitor.duplicates.background import COMMON, EVERYWHERE, W_COMMON, Background
from monitor.duplicates.reading import MONTHS, OPENING, Reading
from monitor.duplicates.words import is_number, stem

SHINGLE = 3
LONGEST_COMPARED = 1500  # words
NEAR = 0.45  # of the shorter text: below it only a rewritten text or another toll can be one
NEAR_MASKED = 0.25  # the same with every number alike, for another toll
NEAR_REWRITTEN = 0.25
WORDS_REWRITTEN = 2.05  # of both texts' words, and twice the phrases: the least that verdict.py can accept
ONE_DAY = timedelta(hours=22)  # from a morning's wire to the next morning's paper
LONG = 60  # words of a full text
LEAD = 25  # words: what a report says first
STRIDE, WINDOW = 10, 50  # words: where a lead may be found again, in one piece or two
PREFACE = 60  # words that may stand before a reprint
REPLACED = 12  # words: a longer passage was rewritten, names and all
REPLACED_NOUNS = 3  # in a language where every noun has a capital
A_FIGURE = 0.1  # added to what texts share for each figure that agrees, taken off for each that does not
MOST_AGREED, MOST_DIFFERING = 6, 4
CASUALTIES = frozenset(
    map(
        stem,
        [
            "kill",
            "killed",
            "dead",
            "die",
            "died",
            "dies",
            "death",
            "deaths",
            "injure",
            "injured",
            "wounded",
            "wound",
            "hurt",
            "missing",
            "toll",
            "abducted",
            "kidnapped",
            "trapped",
            "stranded",
            "rescued",
            "evacuated",
            "displaced",
            "homeless",
            "infected",
        ],
    )
)


@dataclass(frozen=True)
class Likeness:
    """How like two readings are; the shorter text is looked for in the longer.

    Shares are 0 to 1. Each is measured when it is asked for: most pairs fail the first tests.
    """

    small: Reading
    large: Reading
    contained: float  # of the shorter's 3-word shingles, weighted by how telling they are, in the longer
    background: Background

    @property
    def shorter(self) -> int:
        """Words of the shorter text."""
        return len(self.small.text)

    @property
    def longer(self) -> int:
        """Words of the longer text."""
        return len(self.large.text)

    @cached_property
    def masked(self) -> float:
        """What would be contained were every number alike."""
        if not any(map(is_number, self._x)):
            return self.contained
        return containment(_mask(self._x), _mask(self._y), self.background)

    @cached_property
    def words(self) -> float:
        """Share of the shorter's words, weighted, that the longer has."""
        return _shared_words(self._x, self._y, self.background)

    @cached_property
    def returned(self) -> float:
        """Share of the longer's words, weighted, that the shorter has."""
        return _shared_words(self._y, self._x, self.background)

    @cached_property
    def opening(self) -> float:
        """Give the token_set likeness of the two openings."""
        return _opening(self._x, self._near, self._y)

    @cached_property
    def kept(self) -> float:
        """Share of the shorter's opening that is in the longer's, in order."""
        return _kept(self._x, self._near)

    @cached_property
    def titles(self) -> float:
        """Give the token_set likeness of the two headlines."""
        return titles(self.small, self.large)

    @cached_property
    def figures(self) -> float:
        """Share of the figures of the text with fewer, found in the other; 1 when there are none."""
        return _agree(self.small.figures, self.large.figures)

    @property
    def figure_count(self) -> int:
        """Figures in the text with fewer."""
        return min(len(self.small.figures), len(self.large.figures))

    @property
    def start(self) -> int:
        """Word of the longer text at which the common text begins."""
        return self._begins or 0

    @cached_property
    def swapped(self) -> tuple[tuple[str, str], ...]:
        """Names of one opening that stand where the other has another name."""
        return () if self._begins is None else _swapped(self.small, self.large, self._begins)

    @cached_property
    def reflected(self) -> bool:
        """Whether the common text speaks of a headline."""
        return _reflected(self.small, self.large, self.background)

    @cached_property
    def toll(self) -> bool:
        """Whether the differing numbers count casualties."""
        return _toll(self.small.text) and _toll(self.large.text)

    @cached_property
    def leads(self) -> float:
        """Share of each text's first words that a passage of the other has; of the two the smaller."""
        return leads_found(self.small, self.large, self.background)

    @cached_property
    def shared(self) -> float:
        """Sum what a desk keeps when it edits: phrases, words both ways, leads, the order of the opening, figures.

        5.6 at the most. Each share alone is reached by two pens on one event; all at once seldom are.
        """
        agreed = self.figures * self.figure_count
        differing = min(MOST_DIFFERING, self.figure_count - agreed)
        shares = self.contained + self.words + self.returned + self.leads + self.kept
        return shares + A_FIGURE * (min(MOST_AGREED, agreed) - differing)

    @property
    def _x(self) -> tuple[str, ...]:
        return self.small.text[:LONGEST_COMPARED]

    @property
    def _y(self) -> tuple[str, ...]:
        return self.large.text[: 2 * LONGEST_COMPARED]

    @cached_property
    def _near(self) -> tuple[str, ...]:
        start = self.start
        return self._y[start : start + 2 * OPENING] if start <= PREFACE else self._y[: 2 * OPENING]

    @cached_property
    def _begins(self) -> int | None:
        return _begins(self.small, self.large)


def near(small: Reading, large: Reading, background: Background, gap: timedelta) -> Likeness | float:
    """Give how like two readings are, or only the containment where it is too small for any test of a common text.

    Most candidates end here. `small` is the reading of the shorter text.
    """
    x, y = small.text[:LONGEST_COMPARED], large.text[: 2 * LONGEST_COMPARED]
    contained = containment(x, y, background)
    like = Likeness(small, large, contained, background)
    return like if _may_be_one(like, gap) else contained


def _may_be_one(like: Likeness, gap: timedelta) -> bool:
    if like.contained >= NEAR or (_toll(like.small.text) and like.masked >= NEAR_MASKED):
        return True
    if like.contained < NEAR_REWRITTEN or gap > ONE_DAY:
        return False
    return like.words + like.returned >= WORDS_REWRITTEN - 2 * like.contained


def titles(a: Reading, b: Reading) -> float:
    """Give the token_set likeness of two headlines."""
    return fuzz.token_set_ratio(" ".join(a.title), " ".join(b.title)) / 100


def leads_found(a: Reading, b: Reading, background: Background) -> float:
    """Give the share of each text's first words that a passage of the other has; of the two the smaller."""
    return min(lead_found(a.text, b.text, background), lead_found(b.text, a.text, background))


def containment(x: Sequence[str], y: Sequence[str], background: Background) -> float:
    """Give the weighted share of x's shingles that y has; shorter texts are compared by what they have."""
    size = min(SHINGLE, len(x))
    if not size:
        return 0.0
    mine, theirs = _shingles(x, size), _shingles(y, size)
    shared = mine & theirs
    if not shared:
        return 0.0
    telling = {word: background.idf(word) for word in set(x)}
    if size == SHINGLE:
        weights = {s: telling[s[0]] + telling[s[1]] + telling[s[2]] for s in mine}
    else:
        weights = {s: sum(telling[word] for word in s) for s in mine}
    total = math.fsum(weights.values())
    return math.fsum(weights[s] for s in shared) / total if total else 0.0


def _shingles(text: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return set(zip(*(text[i:] for i in range(size)), strict=False))


def _mask(text: Iterable[str]) -> list[str]:
    return ["0" if is_number(w) else w for w in text]


def _shared_words(x: Iterable[str], y: Iterable[str], background: Background) -> float:
    # in the order of the text, and summed exactly: a set's order is another one in each process
    mine, theirs = {stem(w): background.idf(w) for w in dict.fromkeys(x)}, set(map(stem, set(y)))
    total = math.fsum(mine.values())
    return math.fsum(v for w, v in mine.items() if w in theirs) / total if total else 0.0


def lead_found(x: Sequence[str], y: Sequence[str], background: Background) -> float:
    """Give the weighted share of one text's first words that a passage of the other has, in whatever order a desk put it."""
    lead = {stem(w): background.idf(w) for w in x[:LEAD]}
    total = sum(lead.values())
    stems = list(map(stem, y))
    passages = (set(stems[i : i + WINDOW]) for i in range(0, max(1, len(stems) - WINDOW + STRIDE), STRIDE))
    found = max(sum(v for w, v in lead.items() if w in passage) for passage in passages)
    return found / total if total else 0.0


def _opening(x: Sequence[str], near: Sequence[str], y: Sequence[str]) -> float:
    head = " ".join(x[:OPENING])
    return max(fuzz.token_set_ratio(head, " ".join(part[:OPENING])) for part in (near, y)) / 100


def _kept(x: Sequence[str], near: Sequence[str]) -> float:
    """Give the share of the shorter's opening that stands in the longer's, in order and in runs of 3 words."""
    head = x[:OPENING]
    blocks = SequenceMatcher(None, head, near, autojunk=False).get_matching_blocks()
    return sum(b.size for b in blocks if b.size >= SHINGLE) / len(head) if head else 0.0


def _agree(mine: frozenset[str], theirs: frozenset[str]) -> float:
    fewer = min(len(mine), len(theirs))
    return len(mine & theirs) / fewer if fewer else 1.0


def _toll(text: Sequence[str]) -> bool:
    """Whether a number stands within four words of a word for casualties."""
    places = [i for i, w in enumerate(text) if is_number(w)]
    return any(stem(w) in CASUALTIES for i in places for w in text[max(0, i - 4) : i + 5])


def _begins(small: Reading, large: Reading) -> int | None:
    """Find the word of the longer text where the shorter's opening stands; None when it has no four words of it."""
    matcher = SequenceMatcher(None, _head(small), large.text[: 2 * LONGEST_COMPARED], autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size >= 4]
    return max(0, blocks[0].b - blocks[0].a) if blocks else None


def _head(small: Reading) -> tuple[str, ...]:
    return small.text[: OPENING + 20]


def _swapped(small: Reading, large: Reading, start: int) -> tuple[tuple[str, str], ...]:
    """Find names exchanged in the shorter's opening."""
    x, window = _head(small), large.text[: 2 * LONGEST_COMPARED][start : start + OPENING + 30]
    # a template says at once whom it is about; further down a desk may have put one sentence for another
    swapped = _exchanges(small, large, x if len(small.text) < LONG else x[:LEAD], window)
    if not swapped and len(x) <= OPENING:  # few words can be aligned otherwise from the other side
        swapped = [(v, w) for w, v in _exchanges(large, small, window, x)]
    return tuple(swapped)


def _exchanges(a: Reading, b: Reading, x: Sequence[str], y: Sequence[str]) -> list[tuple[str, str]]:
    opcodes = SequenceMatcher(None, x, y, autojunk=False).get_opcodes()
    most = REPLACED if a.english and b.english else REPLACED_NOUNS
    replaced = [
        (x[i:j], y[k:m])
        for n, (tag, i, j, k, m) in enumerate(opcodes)
        if tag == "replace" and max(j - i, m - k) <= most and _framed(opcodes, n)
    ]
    if not replaced:
        return []
    named, known = (
        (a.names - b.uncapitalised, b.names - a.uncapitalised),
        ({*a.text, *a.title}, {*b.text, *b.title}),
    )
    found = (
        _exchange([w for w in v if w in named[0]], [w for w in u if w in named[1]], known)
        for v, u in replaced
    )
    return [pair for pair in found if pair]


def _framed(opcodes: Sequence[tuple[str, int, int, int, int]], place: int) -> bool:
    """Whether what was replaced stands in words that were left: else a sentence gave way to another."""
    beside = [opcodes[n] for n in (place - 1, place + 1) if 0 <= n < len(opcodes)]
    return len(beside) < 2 or any(tag == "equal" and j - i >= SHINGLE for tag, i, j, _, _ in beside)


def _exchange(
    mine: Sequence[str], theirs: Sequence[str], known: tuple[set[str], set[str]]
) -> tuple[str, str] | None:
    """Give two names that stand for one another in a replaced passage, at least one unknown to the other."""
    if not mine or not theirs:
        return None
    a_knows, b_knows = known
    if len(mine) == len(theirs):
        # each stands for the one in its place: the winner of one may be the other's loser
        pairs = zip(mine, theirs, strict=True)
        return next(
            ((v, w) for v, w in pairs if not alike(v, w) and not (v in b_knows and w in a_knows)), None
        )
    if any(alike(v, w) for v in mine for w in theirs):
        return None
    if all(w in b_knows for w in mine) and all(w in a_knows for w in theirs):
        return None
    return mine[0], theirs[0]


def exchanged(x: Sequence[str], y: Sequence[str]) -> tuple[str, str] | None:
    """Give the one word that differs between two headlines of at least four words, if it is just one."""
    if len(x) != len(y) or len(x) < 4:
        return None
    differing = [(v, w) for v, w in zip(x, y, strict=True) if v != w]
    return differing[0] if len(differing) == 1 else None


def alike(v: str, w: str) -> bool:
    """Whether two words may be one, spelt or inflected otherwise."""
    return v.startswith(w[:4]) or fuzz.ratio(v, w) >= 75


def _reflected(a: Reading, b: Reading, background: Background) -> bool:
    """Whether headlines share a telling word, or the common text has two words of one of them.

    A wall, a slogan or a table of figures under unrelated headlines does not make them one story.
    """
    one, other = _content(a.title), _content(b.title)
    if any(background.idf(w) > W_COMMON for w in one.values() if stem(w) in other):
        return True
    common = {stem(w) for w in a.text} & {stem(w) for w in b.text}
    if any(title and len(title.keys() & common) >= min(2, len(title)) for title in (one, other)):
        return True
    needed = 2 if one.keys() & other.keys() else 3
    return len((one | other).keys() & common) >= needed


def _content(title: Iterable[str]) -> dict[str, str]:
    return {stem(w): w for w in title if w not in EVERYWHERE and not is_number(w) and w not in MONTHS}


def telling(text: Iterable[str]) -> int:
    """Count words that are neither ordinary nor numbers."""
    return sum(w not in EVERYWHERE and w not in COMMON and not is_number(w) for w in set(text))


def subject(reading: Reading, background: Background) -> set[str]:
    """Give the telling words of a headline and opening, as stems: names, and terms of the subject."""
    return {stem(w) for w in background.telling(opening(reading))}


def opening(reading: Reading) -> tuple[str, ...]:
    """Give the words of a headline and of what follows it."""
    return (*reading.title, *reading.text[:60])
