"""A story read for comparison: cleaned, in words, with what makes it itself: figures, names, part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from monitor.duplicates.background import COMMON, EVERYWHERE
from monitor.duplicates.boilerplate import SENTENCE, clean, clean_title, linear, shouted
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
_BANKRUPT = {("chapter", number) for number in ("7", "11", "13", "15")}  # of the American bankruptcy code
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
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_GREETING = linear(r"\bGood (?:morning|afternoon|evening)(?:\.|!|, (?:and )?(?:welcome|readers)\b)")
GREETED = 400  # characters: a newsletter greets its readers before it tells them anything
_RUNNING = linear(
    r"(?i)(?:\blive\s*[:|–—]|\blive\s+(?:\w+\s+){0,2}(?:blog|updates?|coverage|news|ticker|page)\b|\b(?:as\sit\shappened|liveblog|liveticker|en\sdirect|en\svivo)\b"
    r"|[-–—|:]\s*(?:\w+\s+){0,3}live\W*$)"
)
_DOCUMENT = linear(
    r"(?i)^\W*(?:(?:joint|press|media|news|public|official|open)\s+)?(?:statement|release|letter|petition|declaration|appeal|testimony)"
    r"(?:\s+(?:by|from|of)\s[^:|]{2,60})?\s*[:|–—-]"
)
_ANNOUNCED = linear(
    r"(?i)\bwill\s|\b(?:expected|due|set|scheduled|poised|prepar(?:es|ed|ing)|plan(?:s|ned|ning)|about|likely|ready|is|are)\sto\s[a-z]"
)
_NAME = re.compile(r"[^\W\d_][\w'’.&-]*")
OPENING = 40
LEAD = 120  # characters
_ENOUGH_TO_TELL = 12  # words
_SHARED_BY_STRANGERS = (
    0.35  # two thirds of the real pairs that share some phrases; of those held back, the least is .47
)
_LONGEST_ON_AVERAGE = 12  # characters of a word, with its space
ENGLISH = 0.2  # of an English text are words that are everywhere; of others we cannot tell a name from a sentence's first word


@dataclass(frozen=True)
class Reading:
    """A story as `compare` sees it. What few comparisons get so far as to ask for is found out when they do."""

    published: str  # the headline as it came
    text: tuple[str, ...]  # words of the body, or of the summary where there is no body
    body: str  # that text once cleaned, as written
    origin: str
    dateline: str

    @cached_property
    def said(self) -> tuple[str, str]:
        """Headline and text once cleaned, as written."""
        return clean_title(self.published), self.body

    @cached_property
    def title(self) -> tuple[str, ...]:
        """Words of the headline."""
        return _without_days(words(self.said[0]))

    @cached_property
    def figures(self) -> frozenset[str]:
        """Figures of the text."""
        return _figures(_timeless(self.body, self.text))

    @cached_property
    def parts(self) -> frozenset[tuple[str, str]]:
        """What part of a series the headline names: ("part", "2")."""
        return frozenset(_PART.findall(" ".join(self.title))) - _BANKRUPT

    @cached_property
    def announced(self) -> frozenset[tuple[str, str]]:
        """What parts of a series the text names."""
        return _series(self.text)

    @cached_property
    def place(self) -> frozenset[str]:
        """Words of the dateline's place."""
        return frozenset(words(shouted(self.dateline)))

    @cached_property
    def weekdays(self) -> frozenset[str]:
        """Days of the week that the opening names."""
        return frozenset(_WEEKDAY.findall(" ".join(self.body.split(None, OPENING)[:OPENING])))

    @cached_property
    def recurring(self) -> bool:
        """Whether the headline is of a kind that comes again over other texts."""
        return _RECURRING.search(self.said[0].casefold()) is not None

    @cached_property
    def digest(self) -> bool:
        """Whether it gathers several stories."""
        return _DIGEST.search(self.said[0]) is not None or _GREETING.search(self.body[:GREETED]) is not None

    @cached_property
    def running(self) -> bool:
        """Whether it is a live page."""
        return _RUNNING.search(self.published) is not None

    @cached_property
    def document(self) -> bool:
        """Whether it is what somebody declares, not a report of it: its headline begins with "Statement:"."""
        return _DOCUMENT.search(self.published) is not None

    @cached_property
    def announces(self) -> bool:
        """Whether it begins with what is to come."""
        return _ANNOUNCED.search(self.body[:LEAD]) is not None

    @cached_property
    def names(self) -> frozenset[str]:
        """Capitalised words that are not ordinary ones."""
        headline, text = self.said
        return (_names(text) | _names(headline)) - self.uncapitalised

    @cached_property
    def english(self) -> bool:
        """Whether we know which words are ordinary; elsewhere a capital may mean a noun, or nothing."""
        return sum(w in EVERYWHERE for w in self.text) >= len(self.text) * ENGLISH

    @cached_property
    def uncapitalised(self) -> frozenset[str]:
        """Words that also stand in lower case: a sentence began with them elsewhere."""
        return frozenset().union(*map(_uncapitalised, self.said))

    @cached_property
    def headline_names(self) -> tuple[str, ...]:
        """Words in capitals or capitalised in the headline that are not ordinary ones, as they come."""
        named = _names(self.said[0])
        return tuple(w for w in self.title if w in named)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of headline and text."""
        return frozenset(map(stem, (*self.title, *self.text)))


def main_text(story: Story) -> str:
    """Give the text that stands for a story: its body, unless that is shorter than its summary."""
    return story.body if len(story.body) >= len(story.summary) else story.summary


def strangers(a: Story, b: Story) -> bool:
    """Whether two stories share so few words as they are written that neither need be read.

    Of copies, rewritten ones too, more than four in ten of the shorter's words are in the other.
    """
    one, other = _as_written(a.title, main_text(a)), _as_written(b.title, main_text(b))
    fewer = min(len(one), len(other))
    return fewer >= _ENOUGH_TO_TELL and len(one & other) < fewer * _SHARED_BY_STRANGERS


@lru_cache(maxsize=512)
def _as_written(title: str, body: str) -> frozenset[str]:
    """Give the words between spaces; none of a script that has no spaces."""
    found = f"{title} {body}".casefold().split()
    if len(title) + len(body) > len(found) * _LONGEST_ON_AVERAGE:
        return frozenset()
    return frozenset(found) - EVERYWHERE


@lru_cache(maxsize=512)
def _read(title: str, body: str) -> Reading:
    cleaned = clean(body)
    return Reading(title, _without_days(words(cleaned.text)), cleaned.text, cleaned.origin, cleaned.dateline)


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
    return (
        frozenset()
        if _SERIES_WORDS.isdisjoint(text)
        else frozenset(_SERIES.findall(" ".join(text))) - _BANKRUPT
    )


def read(story: Story) -> Reading:
    """Read a story for comparison."""
    return _read(story.title, main_text(story))


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
