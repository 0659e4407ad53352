"""Whether two stories are the same text, the same happening, or neither, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from monitor.duplicates.background import DEFAULT, W_COMMON, Background
from monitor.duplicates.fingerprint import title_key, without_boilerplate
from monitor.duplicates.measure import (
    PREFACE,
    Likeness,
    alike,
    exchanged,
    far,
    measure,
    subject,
    telling,
    titles,
)
from monitor.duplicates.reading import Reading, read
from monitor.duplicates.words import is_number, stem
from monitor.story import Story

LONG = 60  # words of the shorter text: from here on it is judged as a full text
SHORT = 12
FEW = 20  # words that an outlet may write under every issue of a thing
WALL = 150  # no paywall or cookie notice we do not know is as long
LOOSE = timedelta(hours=48)  # beyond it, figures and openings must agree fully
EVENT = timedelta(hours=72)
SAME_ISSUE = timedelta(hours=6)  # within it an equal digest is a copy, beyond it the next one
NEARLY_ALL = 0.93
OPENS_ALIKE = 0.85
HEAD = 12  # words before the common text that a desk may have put there or cut


class Kind(StrEnum):
    """What two stories are to each other."""

    DUPLICATE = "duplicate"  # one text is the other: cut, credited, edited
    UPDATE = "update"  # the same text with facts or figures added or changed
    SAME_EVENT = "same-event"  # the same occurrence in its own words
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of a pair, by which method, how sure (0 to 1), and the sentences that say why."""

    kind: Kind
    method: str
    score: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """A pair under judgement; `one` is the shorter reading."""

    a: Story
    b: Story
    one: Reading
    other: Reading
    like: Likeness
    gap: timedelta
    background: Background


@dataclass(frozen=True, slots=True)
class _Far:
    """A pair with too little common text to be one text."""

    one: Reading
    other: Reading
    contained: float
    gap: timedelta


def compare(a: Story, b: Story, background: Background = DEFAULT) -> Verdict:
    """Compare two stories by their words, figures, names, headlines and instants. Symmetric.

    "duplicate" and "update" may be held back as already told; the other two never may.
    """
    case = _case(a, b, background)
    return (_copy(case) if isinstance(case, _Case) else None) or _apart(case)


def same_text(a: Story, b: Story, background: Background = DEFAULT) -> Verdict | None:
    """Give the verdict that one text is the other, or None; most pairs cost a tenth of `compare`."""
    case = _case(a, b, background)
    return _copy(case) if isinstance(case, _Case) else None


def _case(a: Story, b: Story, background: Background) -> _Case | _Far:
    one, other = sorted((_told(s, background) for s in (a, b)), key=lambda r: (len(r.text), r.text, r.title))
    gap = abs(a.published - b.published)
    contained = far(one, other, background)
    if contained is not None:
        return _Far(one, other, contained, gap)
    return _Case(a, b, one, other, measure(one, other, background), gap, background)


def _told(story: Story, background: Background) -> Reading:
    reading = read(story)
    if not background.boilerplate:
        return reading
    return replace(reading, text=without_boilerplate(reading.text, background))


def _copy(case: _Case) -> Verdict | None:
    """Judge whether it is the same text, or the same report with another toll."""
    method = _same_text(case.like, case.one)
    if method:
        return None if _objections(case) else _merged(method, case)
    if _toll_update(case):
        return Verdict(Kind.UPDATE, "toll", round(case.like.masked, 3), _evidence(case.like))
    return None


def _same_text(like: Likeness, shorter: Reading) -> str:
    """Name the test by which the shorter text is in the longer, or say nothing."""
    if like.shorter < SHORT:
        alike = like.contained >= NEARLY_ALL and like.titles >= 0.9 and telling(shorter.text) >= 3
        return "headline-and-line" if alike else ""
    if like.contained >= NEARLY_ALL:
        return "containment"
    if like.shorter >= LONG:
        if like.contained >= 0.6 and like.opening >= OPENS_ALIKE:
            return "edited"
        if like.contained >= 0.7 and like.kept >= 0.6 and like.start <= HEAD:
            return "edited"
        if like.contained >= 0.86 and like.kept >= 0.4:
            return "cut"
        return "same-opening" if like.contained >= 0.45 and like.opening >= 0.95 else ""
    if like.contained >= 0.75 and like.words >= 0.8 and like.kept >= 0.6 and like.start <= HEAD:
        return "edited-summary"
    copied = like.contained >= 0.5 and like.words >= 0.8 and like.opening >= OPENS_ALIKE
    copied = copied and (like.contained >= 0.65 or like.titles >= 0.6)  # an opening may be all the two share
    return "edited-summary" if copied else ""


def _toll_update(case: _Case) -> bool:
    """Whether it is the same report with other casualties."""
    like = case.like
    return (
        like.toll
        and case.gap <= LOOSE
        and like.figures < 1
        and like.shorter >= 20
        and not like.swapped
        and like.reflected
        and like.masked >= 0.35
        and like.words >= 0.6
        and like.opening >= 0.8
    )


def _merged(method: str, case: _Case) -> Verdict:
    like = case.like
    changed = like.figures < 1
    kind = Kind.UPDATE if changed else Kind.DUPLICATE
    evidence = list(_evidence(like))
    origin = case.one.origin or case.other.origin
    if origin:
        evidence.append(f"the text names {origin} as its first publisher")
    return Verdict(kind, method, round(like.contained, 3), tuple(evidence))


def _evidence(like: Likeness) -> tuple[str, ...]:
    found = [
        f"{like.contained:.0%} of the shorter text ({like.shorter} words) is in the longer ({like.longer})",
        f"openings agree by {like.opening:.0%}, headlines by {like.titles:.0%}",
    ]
    if like.figure_count:
        found.append(f"{like.figures:.0%} of {like.figure_count} figures agree")
    return tuple(found)


def _objections(case: _Case) -> tuple[str, ...]:
    """Give every reason why an equal text is yet another story."""
    return tuple(filter(None, (check(case) for check in _CHECKS)))


def _other_part(case: _Case) -> str:
    one, other, like = case.one, case.other, case.like
    labels = {label for label, _ in one.parts} & {label for label, _ in other.parts}
    differ = any(_numbered(one, label) != _numbered(other, label) for label in labels)
    one_sided = like.titles >= 0.9 and one.parts != other.parts and not labels
    whole = like.shorter >= 0.8 * like.longer
    announced = like.titles >= 0.9 and whole and one.announced != other.announced
    return "another part of a series" if differ or one_sided or announced else ""


def _numbered(reading: Reading, label: str) -> set[str]:
    return {number for name, number in reading.parts if name == label}


def _other_names(case: _Case) -> str:
    if not case.like.swapped:
        return ""
    mine, theirs = case.like.swapped[0]
    return f"{mine} stands where the other has {theirs}"


def _other_subject(case: _Case) -> str:
    """Find one telling word exchanged between two otherwise equal headlines over a short text."""
    one, other = case.one, case.other
    if case.like.shorter >= LONG:
        return ""
    mine, theirs = (tuple(map(stem, r.title)) for r in (one, other))
    pair = exchanged(mine, theirs)
    if pair is None or any(is_number(w) or case.background.idf(w) <= W_COMMON for w in pair) or alike(*pair):
        return ""
    if pair[0] in other.stems and pair[1] in one.stems:
        return ""
    return f"the headlines differ in {pair[0]} and {pair[1]}: one stands where the other has it"


def _other_figures(case: _Case) -> str:
    like = case.like
    if like.figures >= 1:
        return ""
    text = f"only {like.figures:.0%} of {like.figure_count} figures agree"
    table = sum(map(is_number, case.one.text)) > len(case.one.text) / 4
    if table or case.gap > LOOSE:
        return text if like.figures < (0.8 if case.gap <= LOOSE else 0.95) else ""
    if like.figures >= 0.75 or _toll_update(case):
        return ""
    changed = round((1 - like.figures) * like.figure_count)
    template = like.masked >= 0.97 and changed > 2
    return text if like.figures < 0.5 or like.shorter < LONG or template else ""


def _other_title_figures(case: _Case) -> str:
    both = (case.one, case.other)
    mine, theirs = ({w for w in r.title if is_number(w)} for r in both)
    if not mine or not theirs or mine & theirs:
        return ""
    skeletons = [[stem(w) for w in r.title if not is_number(w)] for r in both]
    if skeletons[0] != skeletons[1] or case.like.toll:
        return ""
    return "the headlines differ in a number only"


def _only_boilerplate(case: _Case) -> str:
    if case.like.reflected or case.like.shorter >= WALL:
        return ""
    return "the common text speaks of neither headline"


def _excerpt(case: _Case) -> str:
    like = case.like
    if case.one.digest != case.other.digest:
        return "one is a digest"
    deep = like.start > PREFACE and like.titles < 0.8 and like.longer > 1.5 * like.shorter
    return "an excerpt within a longer text" if deep else ""


def _recurs(case: _Case) -> str:
    one, like = case.one, case.like
    key = title_key(case.a.title)
    same_title = key == title_key(case.b.title)
    recurring = one.recurring and case.other.recurring
    if same_title and (_learnt(case, key) or recurring):
        if like.contained < (0.95 if _learnt(case, key) else 0.8):
            return "a headline that recurs over other texts"
        if (one.digest or like.shorter < SHORT) and case.gap > SAME_ISSUE:
            return "another issue of the same"
    within = case.a.outlet == case.b.outlet
    if within and recurring and like.shorter < FEW and case.gap > SAME_ISSUE:
        return "another issue of the same"
    if case.gap <= LOOSE:
        return ""
    if like.longer < WALL and (recurring or (within and (same_title or like.shorter < LONG))):
        return "a short text that recurs"
    if case.gap > EVENT and like.shorter < LONG and not same_title:
        return "a few lines, days apart, under another headline"
    return "days apart and not the whole text" if like.contained < NEARLY_ALL else ""


def _learnt(case: _Case, key: str) -> bool:
    return bool({(case.a.outlet, key), (case.b.outlet, key)} & case.background.recurring)


_CHECKS: tuple[Callable[[_Case], str], ...] = (
    _other_part,
    _other_names,
    _other_subject,
    _other_figures,
    _other_title_figures,
    _only_boilerplate,
    _excerpt,
    _recurs,
)
_TEMPLATE = frozenset({_other_names, _other_subject, _other_figures, _other_title_figures, _only_boilerplate})


def _apart(case: _Case | _Far) -> Verdict:
    """Tell a common happening from none. Equal templates are different happenings."""
    judged = isinstance(case, _Case) and bool(_same_text(case.like, case.one))
    objections = _objections(case) if isinstance(case, _Case) and judged else ()
    template = isinstance(case, _Case) and judged and any(check(case) for check in _TEMPLATE)
    shared = _event(case.one, case.other)
    evidence = (*objections, f"headlines and openings share {shared:.0%} of their telling words")
    titled = titles(case.one, case.other) >= 0.95 and not (case.one.recurring or case.other.recurring)
    if case.gap <= EVENT and not template and (_one_matter(case, shared) or titled):
        return Verdict(Kind.SAME_EVENT, "headline" if titled else "event", round(shared, 3), evidence)
    contained = case.like.contained if isinstance(case, _Case) else case.contained
    return Verdict(Kind.DIFFERENT, "template" if template else "words", round(contained, 3), evidence)


def _one_matter(case: _Case | _Far, shared: float) -> bool:
    """Whether two reports share enough, their headlines' words above all: one subject has many events."""
    if shared >= 0.5:
        return True
    return shared >= 0.25 and min(_told_by(case.one, case.other), _told_by(case.other, case.one)) > 1 / 3


def _told_by(one: Reading, other: Reading) -> float:
    """Give the share of one headline's telling words that the other's headline and opening have."""
    headline = {stem(w) for w in one.title if DEFAULT.rare(w)}
    return len(headline & subject(other, DEFAULT)) / len(headline) if headline else 1.0


def _event(one: Reading, other: Reading) -> float:
    """Give the share of telling words that two headlines and openings have in common."""
    mine, theirs = (subject(r, DEFAULT) for r in (one, other))
    fewer = min(len(mine), len(theirs))
    common = len(mine & theirs)
    return common / fewer if common >= 3 else 0.0
