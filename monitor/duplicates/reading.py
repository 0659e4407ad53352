"""A story read for comparison: cleaned, in words, with what makes it itself: figures, names, part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.duplicates.background import COMMON, EVERYWHERE
from monitor.duplicates.boilerplate import SENTENCE, clean, clean_title, linear
from monitor.duplicates.words import DAYS, NO_DIGIT, is_number, stem, words
from monitor.story import Story

MONTHS = {
    name: full
    for full in (
        "january february march april may june july august september october november december".split()  # noqa: SIM905
    )
    for name in ({full, full[:3]} if full != "may" else set()) | ({"sept"} if full == "september" else set())
}
_PART = re.compile(
    r"\b(part|pt|episode|ep|chapter|volume|vol|issue|edition|round|day|week|season|series|stage|game|leg|lesson"
    r"|test|heat|session|no|number|act|book|instalment|installment|bulletin|update)\s+(\d+|[ivx]+)\b"
)
_SERIES = re.compile(r"\b(part|episode|chapter|instalment|installment|volume)\s+(\d+|ii|iii|iv|v)\b")
_SERIES_WORDS = frozenset("part episode chapter instalment installment volume".split())  # noqa: SIM905
_RECURRING = linear(
    r"""\b(?:weather|forecast|warning|advisory|alert|horoscopes?|crossword|sudoku|quiz|lottery|lotto|jackpot|winning\snumbers
    |obituar\w+|letters|corrections?|briefing|roundup|round-up|digest|newsletter|bulletin|headlines|recap|review|preview
    |this\sweek|week\sin|the\sweek|today\sin|on\sthis\sday|what\sto\swatch|what\swe\sknow|photos?\sof\sthe|picture\sof
    |quote\sof|tip\sof|word\sof|question\sof|deal\sof|deals|exchange\srates?|stocks?|shares?|wall\sstreet|nasdaq|nikkei|ftse|dax|markets?|prices?|futures|closes?|opens?|opening
    |results|standings|scores?|fixtures|schedule|calendar|timetable|agenda|diary|tv\slistings|gossip|rumours?|transfer\snews
    |figures|statistics|index|survey|inspections?|reserves?|repurchases?|dividend|payout|quarterly|qtly|net|earnings
    |live|as\sit\shappened|minutes|transcript|podcast|episode|daily|weekly|monthly|morning|evening|notebook|column
    |traffic|pollen|tides?|air\squality|earthquake|magnitude|fire\sdanger|covid|cases|slaughter|loading|call)\b"""
)
_DIGEST = linear(
    r"(?i)\b(?:digest|briefing|brief|roundup|round-up|newsletter|headlines|news in brief|week in review|weekly review|morning news"
    r"|evening news|top stories|what to know today|links|this week|today's papers|papers say|press review|at a glance|what we know so far)\b"
)
_CLOCK = linear(
    r"(?i)\b\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm|a\.m\.?|p\.m\.?|uhr|hrs)\b|\b[012]?\d[:h][0-5]\d\b|\b\d{4}\s?(?:gmt|utc|hrs)\b"
)
_COMPOUND = re.compile(
    r"\b(two|three|four|five|six)\s+(dozen)\b|\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[-‐‑]"
    r"(one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
DOZEN = 12
_RUNNING = linear(
    r"(?i)(?:\blive\s*[:|–—]|\blive\s+(?:\w+\s+){0,2}(?:blog|updates?|coverage|news|ticker|page)\b|\b(?:as\sit\shappened|liveblog|liveticker|en\sdirect|en\svivo)\b"
    r"|[-–—|:]\s*(?:\w+\s+){0,3}live\W*$)"
)
_NAME = re.compile(r"[^\W\d_][\w'’.&-]*")
OPENING = 40
ENGLISH = 0.2  # of an English text are words that are everywhere; of others we cannot tell a name from a sentence's first word


@dataclass(frozen=True, slots=True)
class Reading:
    """A story as `compare` sees it. `text` is the body, or summary where there is no body."""

    title: tuple[str, ...]
    text: tuple[str, ...]
    said: tuple[str, str]  # headline and text once cleaned, as written
    figures: frozenset[str]
    parts: frozenset[tuple[str, str]]  # of the headline: ("part", "2")
    announced: frozenset[tuple[str, str]]  # of the text
    origin: str
    place: frozenset[str]  # of the dateline
    recurring: bool
    digest: bool
    running: bool  # a live page

    @property
    def names(self) -> frozenset[str]:
        """Capitalised words that are not ordinary ones: few comparisons get so far as to ask for them."""
        headline, text = self.said
        return (_names(text) | _names(headline)) - self.uncapitalised

    @property
    def english(self) -> bool:
        """Whether we know which words are ordinary; elsewhere a capital may mean a noun, or nothing."""
        return sum(w in EVERYWHERE for w in self.text) >= len(self.text) * ENGLISH

    @property
    def uncapitalised(self) -> frozenset[str]:
        """Words that also stand in lower case: a sentence began with them elsewhere."""
        return frozenset().union(*map(_uncapitalised, self.said))

    @property
    def headline_names(self) -> tuple[str, ...]:
        """Words in capitals or capitalised in the headline that are not ordinary ones, as they come."""
        named = _names(self.said[0])
        return tuple(w for w in self.title if w in named)

    @property
    def stems(self) -> frozenset[str]:
        """Stems of headline and text."""
        return frozenset(map(stem, (*self.title, *self.text)))


def main_text(story: Story) -> str:
    """Give the text that stands for a story: its body, unless that is shorter than its summary."""
    return story.body if len(story.body) >= len(story.summary) else story.summary


@lru_cache(maxsize=512)
def _read(title: str, body: str) -> Reading:
    cleaned, headline = clean(body), clean_title(title)
    text, heading = _without_days(words(cleaned.text)), _without_days(words(headline))
    told = " ".join(heading)
    return Reading(
        title=heading,
        text=text,
        said=(headline, cleaned.text),
        figures=_figures(_timeless(cleaned.text, text)),
        parts=frozenset(_PART.findall(told)),
        announced=_series(text),
        origin=cleaned.origin,
        place=frozenset(words(cleaned.place)),
        recurring=_RECURRING.search(headline.casefold()) is not None,
        digest=_DIGEST.search(headline) is not None,
        running=_RUNNING.search(title) is not None,
    )


def _without_days(found: list[str]) -> tuple[str, ...]:
    return tuple(found) if DAYS.isdisjoint(found) else tuple([w for w in found if w not in DAYS])


def _timeless(text: str, found: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out times of day: 18:00 is 6pm, and a story is no other one for being an hour younger. Count on words."""
    if not _CLOCK.search(text) and not _COMPOUND.search(text):
        return found
    return _without_days(words(_COMPOUND.sub(_counted, _CLOCK.sub(" ", text))))


def _counted(found: re.Match[str]) -> str:
    """Give two dozen as 24 and thirty-one as 31."""
    one, other = (int(words(word)[0]) for word in found.groups() if word)
    return str(one * other if other == DOZEN else one + other)


def _series(text: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset() if _SERIES_WORDS.isdisjoint(text) else frozenset(_SERIES.findall(" ".join(text)))


def read(story: Story) -> Reading:
    """Read a story for comparison."""
    return _read(story.title, main_text(story))


@lru_cache(maxsize=1024)
def _names(text: str) -> frozenset[str]:
    """Give capitalised words that are not ordinary ones; nothing of a text that shouts."""
    found = _NAME.findall(text)
    capital = [t for t in found if t[:1].isupper()]
    if len(capital) * 2 > len(found):
        return frozenset()
    english = sum(t in EVERYWHERE for t in found) >= len(found) * ENGLISH
    sentences = SENTENCE.split(text)
    later = [t for sentence in sentences for t in _NAME.findall(sentence)[1:] if t[:1].isupper()]
    first = (
        _NAME.findall(sentences[0])[:1] if english else []
    )  # what a story begins with is often its subject
    return frozenset(w for t in {*later, *first} if t[:1].isupper() for w in _name(t))


@lru_cache(maxsize=1024)
def _uncapitalised(text: str) -> frozenset[str]:
    return frozenset(w for t in set(_NAME.findall(text)) if t[:1].islower() for w in words(t))


@lru_cache(maxsize=65536)
def _name(token: str) -> tuple[str, ...]:
    return tuple(
        w
        for w in words(token)
        if not is_number(w) and len(w) > 1 and w not in EVERYWHERE and w not in COMMON and w not in MONTHS
    )


def _figures(text: tuple[str, ...]) -> frozenset[str]:
    """Give numbers and dates: 17 in April is another figure than 17 in May. A lone 1 says nothing."""
    found = set()
    for place, word in [(i, w) for i, w in enumerate(text) if w < NO_DIGIT]:
        before = text[place - 1] if place else ""
        following = text[place + 1] if place + 1 < len(text) else ""
        month = MONTHS.get(before) or MONTHS.get(following) or ("may" if before == "may" else "")
        if month or word != "1":
            found.add(f"{month} {word}" if month else word)
    return frozenset(found)
