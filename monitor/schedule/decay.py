"""Whether stories still carry what they used to: the newest of a source (or of an outlet's pages) against those before.

A trait has fallen when, among the newest 5 to 40 stories, its rate is at least 30 points and by half below the rate
before, and chance alone would do that less than once in 100,000 comparisons (Fisher's exact test, one-sided). That is
a suspicion. It becomes decay when it still holds 12 hours later, and the stories of a later day alone bear it out, so
that a burst of odd stories says nothing. What was before is then kept as it
was, so that decay cannot become the new normal by itself. Rule and figures: docs/explanation/decay.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import comb
from statistics import median

from monitor.schedule.filling import Sample, Trait

__all__ = ["Change", "Fall", "Window", "accepted", "by_chance", "falls", "learn", "say"]

KEPT = 130  # stories remembered while all is well
FEWEST, MOST = 5, 40  # of the newest stories, that are compared with those before
LEAST_BEFORE = 10
FALL = 0.30
SHARE = 0.5  # the new rate is at most this share of the old one
CHANCE = 1e-5
CONFIRMED_AFTER = timedelta(hours=12)
LATER_CHANCE = 0.05  # of the stories of a later day, were the old rate still theirs
SHORT = 0.4  # of the usual length: a text shorter than this has shrunk
BACK = 0.15  # recovered: within 15 points of the old rate
LUCK = 1e-3  # and less likely than this at the fallen rate
RECOVERED_AFTER = (5, 10, 20, MOST)  # of the newest stories


class Change(StrEnum):
    """What a poll's stories made known."""

    DECAYED = "decayed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The stories that are compared, oldest first. `fresh` is empty until there is a suspicion."""

    known: tuple[Sample, ...] = ()
    fresh: tuple[Sample, ...] = ()
    suspected: datetime | None = None
    decayed: datetime | None = None  # when it was found so
    fallen: Mapping[Trait, date] = field(default_factory=dict)  # and since which day each


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """One trait that has fallen, as shares from 0 to 1; for the length of texts, as medians in characters."""

    trait: Trait
    before: float
    now: float
    stories: int  # how many of the newest stories `now` is about
    since: date


@dataclass(frozen=True, slots=True)
class _Count:
    """How many of some stories have a trait, and of how many that can be said."""

    had: int
    of: int

    @property
    def rate(self) -> float:
        return self.had / self.of if self.of else 0.0


def learn(window: Window, samples: Iterable[Sample], now: datetime) -> tuple[Window, Change | None]:
    """Add a poll's stories (oldest first); give what is remembered from now on, and whether the judgement changed."""
    added = tuple(samples)
    if not added:
        return window, None
    if window.suspected is None:
        return _watch((window.known + added)[-KEPT:], now), None
    window = replace(window, fresh=(window.fresh + added)[-MOST:])
    return _recover(window) if window.decayed else _confirm(window, now)


def _watch(known: tuple[Sample, ...], now: datetime) -> Window:
    """Look for the place from which on something is missing: the least probable one is it."""
    usual = _short(known[: max(LEAST_BEFORE, len(known) - MOST)])
    found = (cut for trait in _missed(known) for cut in _cuts(_said(known, trait, usual)))
    _, size = min(found, default=(1.0, 0))
    if not size:
        return Window(known=known)
    return Window(known=known[:-size], fresh=known[-size:], suspected=now)


def _missed(known: Sequence[Sample]) -> Iterator[Trait]:
    """Give the traits that some stories had and enough of the newest lack; only of those can a rate have fallen."""
    had = Counter(s.judged & s.filled for s in known)
    lacked = Counter(s.judged & ~s.filled for s in known[-MOST:])
    for trait in Trait:
        lack = sum(number for traits, number in lacked.items() if traits & trait)
        if trait is Trait.LENGTH or (lack >= FEWEST * (1 - SHARE) and any(t & trait for t in had)):
            yield trait


def _cuts(said: Sequence[bool | None]) -> Iterator[tuple[float, int]]:
    """Give (probability, number of newest stories) for each number of stories among which the trait has fallen."""
    had, of = said.count(True), len(said) - said.count(None)
    if not had or said[-MOST:].count(False) < FEWEST * (1 - SHARE):
        return  # no rate can have fallen that far
    has = number = 0
    for size, there in enumerate(reversed(said[-MOST:]), start=1):
        has, number = has + (there is True), number + (there is not None)
        if number >= FEWEST and (chance := _fell(_Count(had - has, of - number), _Count(has, number))):
            yield chance, size


def _fell(before: _Count, now: _Count) -> float | None:
    """Give the probability that chance alone made the rate fall; None when it has not fallen, or when it may be chance."""
    if before.of < LEAST_BEFORE or now.of < FEWEST:
        return None
    if before.rate - now.rate < FALL or now.rate > before.rate * SHARE:
        return None
    chance = by_chance(before.had, before.of, now.had, now.of)
    return chance if chance < CHANCE else None


def by_chance(had: int, count: int, has: int, number: int) -> float:
    """Give the probability that so few of `number` have what `had` of `count` had, if nothing changed (Fisher, one-sided)."""
    filled, every = had + has, count + number
    ways = sum(comb(filled, i) * comb(every - filled, number - i) for i in range(has + 1))
    return ways / comb(every, number)


def _confirm(window: Window, now: datetime) -> tuple[Window, Change | None]:
    """Believe a suspicion when time has passed and the stories of a later day alone bear it out."""
    fallen = _fallen(window)
    if not fallen:
        return _watch((window.known + window.fresh)[-KEPT:], now), None
    if window.suspected is None or now - window.suspected < CONFIRMED_AFTER:
        return window, None
    day = window.suspected.date()
    later = [s for s in window.fresh if s.day > day]
    fallen = {trait: since for trait, since in fallen.items() if _lack(window, later, trait)}
    return (replace(window, decayed=now, fallen=fallen), Change.DECAYED) if fallen else (window, None)


def _lack(window: Window, later: Sequence[Sample], trait: Trait) -> bool:
    before, now = _before(window, trait), _count(_said(later, trait, _short(window.known)))
    if not now.of or now.rate > before.rate * SHARE:
        return False
    return sum(_binomial(before.rate, now.of)[: now.had + 1]) <= LATER_CHANCE


def _binomial(rate: float, number: int) -> list[float]:
    """Give the probability of each count among so many, at this rate."""
    return [comb(number, i) * rate**i * (1 - rate) ** (number - i) for i in range(number + 1)]


def _recover(window: Window) -> tuple[Window, Change | None]:
    for size in RECOVERED_AFTER:
        newest, earlier = window.fresh[-size:], window.fresh[:-size]
        if all(_is_back(window, newest, earlier, trait) for trait in window.fallen):
            return Window(known=(window.known + newest)[-KEPT:]), Change.RECOVERED
    return replace(window, fallen={**_fallen(window), **window.fallen}), None


def _is_back(window: Window, newest: Sequence[Sample], earlier: Sequence[Sample], trait: Trait) -> bool:
    """Whether these have a trait as often as before, which luck alone would hardly give them at the fallen rate."""
    short = _short(window.known)
    now, fallen = _count(_said(newest, trait, short)), _count(_said(earlier, trait, short))
    if now.of < FEWEST or now.rate < _before(window, trait).rate - BACK:
        return False
    return not earlier or sum(_binomial(fallen.rate, now.of)[now.had :]) <= LUCK


def accepted(window: Window) -> Window:
    """Take what came lately for what is usual from now on."""
    return Window(known=window.fresh or window.known)


def falls(window: Window) -> tuple[Fall, ...]:
    """Give what is missing from stories that are held to be decayed, the greatest loss first."""
    found = (_fall(window, trait, since) for trait, since in window.fallen.items())
    return tuple(sorted(found, key=lambda f: (f.trait is Trait.LENGTH, f.now - f.before, f.trait)))


def say(fall: Fall) -> str:
    """Say what has fallen, since when, in words for the operator."""
    since = f"since {fall.since.day} {fall.since:%B %Y}"
    if fall.trait is Trait.LENGTH:
        return f"the text was {fall.before:,.0f} characters in the median, now {fall.now:,.0f}, {since}"
    what, verb = _WORDS[fall.trait]
    left = f"{round(fall.now * fall.stories)} of the last {fall.stories}"
    return f"{what}: {fall.before:.0%} {verb}, now {left}, {since}"


_WORDS = {
    Trait.HEADLINE: ("headline", "of stories had one"),
    Trait.LINK: ("link", "of stories had one"),
    Trait.DATE: ("date", "of stories had one"),
    Trait.SUMMARY: ("summary", "of stories had one"),
    Trait.BODY: ("body", "of stories had one"),
    Trait.BYLINE: ("byline", "of stories had one"),
    Trait.SECTION: ("section", "of stories had one"),
    Trait.LANGUAGE: ("language", "of stories named one"),
    Trait.PHOTO: ("photo", "of stories had one"),
    Trait.CREDIT: ("photo credit", "of stories had one"),
    Trait.PAGE: ("page", "of stories' pages could be read"),
    Trait.LAYOUT: ("layout", "of pages had one that the outlet's hook knows"),
    Trait.AGREEMENT: ("headline on the page", "of pages had that of the entry"),
}


def _fall(window: Window, trait: Trait, since: date) -> Fall:
    before, now = _before(window, trait), _count(_said(window.fresh, trait, _short(window.known)))
    if trait is not Trait.LENGTH:
        return Fall(trait=trait, before=before.rate, now=now.rate, stories=now.of, since=since)
    old, new = (_usual(samples) for samples in (window.known, window.fresh))
    return Fall(trait=trait, before=old, now=new, stories=now.of, since=since)


def _fallen(window: Window) -> dict[Trait, date]:
    """Give what the fresh stories lack, and the day from which on."""
    found = {}
    for trait in Trait:
        said = _said(window.fresh, trait, _short(window.known))
        if _fell(_before(window, trait), _count(said)) is not None:
            first = said.index(False)
            oldest = window.fresh[first].day
            dropped = window.suspected if first == 0 and len(said) == MOST else None  # some may be gone
            found[trait] = min(oldest, dropped.date()) if dropped else oldest
    return found


def _before(window: Window, trait: Trait) -> _Count:
    return _count(_said(window.known, trait, _short(window.known)))


def _count(said: Sequence[bool | None]) -> _Count:
    return _Count(said.count(True), len(said) - said.count(None))


def _said(samples: Sequence[Sample], trait: Trait, short: float) -> list[bool | None]:
    """Say of each story whether it has the trait; None where that cannot be said of it."""
    if trait is Trait.LENGTH:
        return [s.length >= short if short and s.length else None for s in samples]
    bit = int(trait)
    return [bool(s.filled & bit) if s.judged & bit else None for s in samples]


def _short(known: Sequence[Sample]) -> float:
    """Give the length below which a text has shrunk; 0 where too few have one."""
    return SHORT * _usual(known) if sum(1 for s in known if s.length) >= LEAST_BEFORE else 0.0


def _usual(samples: Sequence[Sample]) -> float:
    return median([s.length for s in samples if s.length] or [0])
