"""Why two equal texts are two stories after all: another part, name, figure, subject, place or issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from monitor.duplicates.background import W_COMMON, Background
from monitor.duplicates.boilerplate import NOTICE, NOTICE_TITLE
from monitor.duplicates.fingerprint import title_key
from monitor.duplicates.measure import LONG, ONE_DAY, PREFACE, Likeness, alike, exchanged
from monitor.duplicates.reading import Reading, main_text, read
from monitor.duplicates.words import is_number, stem
from monitor.story import Story

SHORT = 12
FEW = 20  # words that an outlet may write under every issue of a thing
WALL = 150  # no paywall or cookie notice we do not know is as long
LOOSE = timedelta(hours=48)  # beyond it, figures and openings must agree fully
EVENT = timedelta(hours=72)
SAME_ISSUE = timedelta(hours=6)  # within it an equal digest is a copy, beyond it the next one
ONE_HEADLINE = 0.8
NEARLY_ALL = 0.93
UNDER_A_LEAD = 0.86  # of a long text: the rest is its new lead
BEYOND_DOUBT = 3.9  # of what texts share, summed: under whatever headline
OPENS_ALIKE = 0.85
A_DAY_LATER = 0.75  # of a few lines: what became of it is told in the same words
REPRINTED = 0.7  # of a text that names where it first appeared, days later
SAME_REPORT = 3.75  # of what texts share, summed, though their figures differ
CORRECTED = 0.8  # of a text that says it was corrected
HEAD = 12  # words before the common text that a desk may have put there or cut


@dataclass(frozen=True, slots=True)
class Case:
    """A pair under judgement; `one` is the shorter reading."""

    a: Story
    b: Story
    one: Reading
    other: Reading
    like: Likeness
    gap: timedelta
    background: Background


def toll_update(case: Case) -> bool:
    """Whether it is the same report with other casualties."""
    like = case.like
    return (
        like.toll
        and case.gap <= LOOSE
        and like.figures < 1
        and like.shorter >= 15
        and not like.swapped
        and like.reflected
        and like.masked >= (0.25 if _same_day(case) else 0.3)
        and like.words >= 0.6
        and like.opening >= 0.75
        and like.kept >= 0.35
        and not _other_place(case)
        and not _other_day(case)
        and not _excerpt(case)
    )


def count_update(case: Case) -> bool:
    """Whether it is the same report of the same day with another count: nothing that is reported every day."""
    like = case.like
    return (
        case.gap <= timedelta(hours=12)
        and like.figures < 1
        and not case.one.recurring
        and not case.other.recurring
        and like.masked < 0.97
        and (_as_counted(like) or (_same_day(case) and like.shorter >= 15 and like.shared >= SAME_REPORT))
        and like.opening >= OPENS_ALIKE
        and not like.swapped
        and like.reflected
        and not any(check(case) for check in _CHECKS if check not in {_other_figures, _other_title_figures})
    )


def _as_counted(like: Likeness) -> bool:
    return like.shorter >= FEW and like.masked >= 0.75 and like.words >= 0.85


def _same_day(case: Case) -> bool:
    """Whether the openings name one day of the week: what is reported every day names another each time."""
    return bool(case.one.weekdays & case.other.weekdays)


def objections(case: Case) -> tuple[str, ...]:
    """Give every reason why an equal text is yet another story."""
    return tuple(filter(None, (check(case) for check in _CHECKS)))


def _other_part(case: Case) -> str:
    one, other, like = case.one, case.other, case.like
    labels = {label for label, _ in one.parts} & {label for label, _ in other.parts}
    differ = any(_numbered(one, label) != _numbered(other, label) for label in labels)
    one_sided = like.titles >= 0.9 and one.parts != other.parts and not labels
    whole = like.shorter >= 0.8 * like.longer
    announced = like.titles >= 0.9 and whole and one.announced != other.announced
    return "another part of a series" if differ or one_sided or announced else ""


def _numbered(reading: Reading, label: str) -> set[str]:
    return {number for name, number in reading.parts if name == label}


def _other_names(case: Case) -> str:
    like = case.like
    if not like.swapped or _whole(case, NEARLY_ALL):
        return ""
    mine, theirs = case.like.swapped[0]
    return f"{mine} stands where the other has {theirs}"


def _whole(case: Case, share: float) -> bool:
    """Whether so much of a long text is there: no template is as long, a desk wrote a new lead."""
    return case.like.shorter >= WALL and case.like.contained >= share


def _other_place(case: Case) -> str:
    mine, theirs = case.one.place, case.other.place
    if not mine or not theirs or mine & theirs or case.like.shorter >= LONG or case.gap <= SAME_ISSUE:
        return ""
    return f"one is from {' '.join(sorted(mine))}, the other from {' '.join(sorted(theirs))}"


def _other_day(case: Case) -> str:
    mine, theirs = case.one.weekdays, case.other.weekdays
    if not mine or not theirs or mine & theirs or _whole(case, UNDER_A_LEAD):
        return ""
    return f"one tells of {' and '.join(sorted(mine))}, the other of {' and '.join(sorted(theirs))}"


def _other_subject(case: Case) -> str:
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


def _come_to_pass(case: Case) -> str:
    """Find that the earlier tells what is to come and the later, under another headline, that it has come."""
    if case.like.shorter >= LONG or case.like.titles >= 0.95 or case.a.published == case.b.published:
        return ""
    earlier, later = sorted((case.a, case.b), key=lambda s: s.published)
    if not read(earlier).announces or read(later).announces:
        return ""
    return "the earlier tells of what is to come, the later that it has"


def corrected(case: Case) -> bool:
    """Whether one of the two says that it corrects what the other says."""
    if case.gap > LOOSE or case.like.contained < CORRECTED:
        return False
    return any(
        s.correction or NOTICE_TITLE.match(s.title) or NOTICE.search(main_text(s)) for s in (case.a, case.b)
    )


def _other_figures(case: Case) -> str:
    like = case.like
    if like.figures >= 1 or corrected(case):
        return ""
    text = f"only {like.figures:.0%} of {like.figure_count} figures agree"
    table = sum(map(is_number, case.one.text)) > len(case.one.text) / 4
    if table or case.gap > LOOSE:
        return text if like.figures < (0.8 if case.gap <= LOOSE else 0.95) else ""
    agreed = round(like.figures * like.figure_count)
    if like.figures >= 0.75 or (like.figures >= 0.6 and agreed >= 3):
        return ""
    if toll_update(case) or count_update(case):
        return ""
    changed = like.figure_count - agreed
    template = like.masked >= 0.97 and changed > 2
    return text if like.figures < 0.5 or like.shorter < LONG or template else ""


def _other_title_figures(case: Case) -> str:
    both = (case.one, case.other)
    mine, theirs = ({w for w in r.title if is_number(w)} for r in both)
    if not mine or not theirs or mine & theirs:
        return ""
    skeletons = [[stem(w) for w in r.title if not is_number(w)] for r in both]
    if skeletons[0] != skeletons[1] or case.like.toll or corrected(case) or count_update(case):
        return ""
    return "the headlines differ in a number only"


def _only_boilerplate(case: Case) -> str:
    if case.like.reflected or case.like.shorter >= WALL:
        return ""
    return "the common text speaks of neither headline"


def _other_news(case: Case) -> str:
    """Find what a cut-off text's headline names and neither text says: the rest of it was about that."""
    one, other = case.one, case.other
    _, text = one.said
    if (
        case.like.shorter >= LONG
        or case.like.titles >= 0.65
        or not text
        or text.rstrip("\"'”’)")[-1:] in ".!?…。"
    ):
        return ""
    said = {w[:4] for w in (*one.text, *other.title, *other.text)}
    untold = [w for w in one.headline_names if w[:4] not in said]
    return (
        f"the headline of the shorter names {untold[0]}, of which the longer says nothing" if untold else ""
    )


def _excerpt(case: Case) -> str:
    like = case.like
    if case.one.digest != case.other.digest:
        return "one is a digest"
    if case.one.running != case.other.running:
        return "one is a live page, which begins with what others tell"
    deep = like.start > PREFACE and like.titles < 0.8 and like.longer > 1.5 * like.shorter
    return "an excerpt within a longer text" if deep else ""


def _recurs(case: Case) -> str:
    one, like = case.one, case.like
    key = title_key(case.a.title)
    same_title = key == title_key(case.b.title)
    recurring = one.recurring and case.other.recurring
    if same_title and (_learnt(case, key) or recurring):
        enough = 0.95 if _learnt(case, key) else 0.8
        if like.contained < enough and (_learnt(case, key) or not _beyond_doubt(case)):
            return "a headline that recurs over other texts"
        if (one.digest or like.shorter < SHORT) and case.gap > SAME_ISSUE:
            return "another issue of the same"
    within = case.a.outlet == case.b.outlet
    if within and like.shorter < FEW and case.gap > SAME_ISSUE and (recurring or like.titles < ONE_HEADLINE):
        return "another issue of the same"
    named = one.origin or case.other.origin
    few = like.shorter < LONG and like.contained < A_DAY_LATER and not like.toll
    if case.gap > ONE_DAY and few and not named:
        return "a few lines, a day apart, and not the whole of them"
    if case.gap <= LOOSE:
        return ""
    if like.longer < WALL and (recurring or (within and (same_title or like.shorter < LONG))):
        return "a short text that recurs"
    if case.gap > EVENT and like.shorter < LONG and not same_title:
        return "a few lines, days apart, under another headline"
    enough = REPRINTED if named else NEARLY_ALL
    return "days apart and not the whole text" if like.contained < enough else ""


def _beyond_doubt(case: Case) -> bool:
    """Whether no other issue can be as like: it has other figures, and does not come within hours."""
    return case.gap <= SAME_ISSUE and case.like.shared >= BEYOND_DOUBT and case.like.figures >= 0.75


def _learnt(case: Case, key: str) -> bool:
    return bool({(case.a.outlet, key), (case.b.outlet, key)} & case.background.recurring)


_OF_TEMPLATES: tuple[Callable[[Case], str], ...] = (
    _other_names,
    _other_place,
    _other_day,
    _other_subject,
    _come_to_pass,
    _other_figures,
    _other_title_figures,
    _only_boilerplate,
)
_CHECKS = (_other_part, *_OF_TEMPLATES, _other_news, _excerpt, _recurs)
TEMPLATE = frozenset(_OF_TEMPLATES)
