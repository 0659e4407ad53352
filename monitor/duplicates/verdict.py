"""Whether two stories are the same text, the same happening, or neither, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from monitor.duplicates.background import DEFAULT, EVERYWHERE, Background
from monitor.duplicates.fingerprint import without_boilerplate
from monitor.duplicates.measure import (
    LONG,
    ONE_DAY,
    PREFACE,
    Likeness,
    lead_found,
    near,
    subject,
    telling,
    titles,
)
from monitor.duplicates.objections import (
    BEYOND_DOUBT,
    EVENT,
    FEW,
    HEAD,
    NEARLY_ALL,
    OPENS_ALIKE,
    SAME_ISSUE,
    SHORT,
    TEMPLATE,
    Case,
    corrected,
    count_update,
    objections,
    toll_update,
)
from monitor.duplicates.reading import OPENING, Reading, read, strangers
from monitor.duplicates.words import is_number, stem
from monitor.story import Story

REWRITTEN = "rewritten"
LOOSELY = frozenset({"", REWRITTEN})  # two reports of one event may be as like; templates are liker
BEYOND_CHANCE = 3.45  # of shares summed: two reports of one event, each its own, reach 3.42
UNDER_A_NEW_LEAD = 3.2
OF_A_FEW_WORDS = 3.3  # a sentence that anyone would write of the event is in many reports of it
OF_A_FEW_LINES = 3.1
ARTICLE = 200  # words: two pens on one subject share the more words the more they write
ROOT = 5  # letters by which a word is known
NEW_LEAD = 0.65


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
    copied = None if isinstance(case, _Far) or strangers(a, b) else _copy(case)
    return copied or _apart(case)


def same_text(a: Story, b: Story, background: Background = DEFAULT) -> Verdict | None:
    """Give the verdict that one text is the other, or None; most pairs cost a tenth of `compare`."""
    if strangers(a, b):
        return None
    case = _case(a, b, background)
    return _copy(case) if isinstance(case, Case) else None


def _case(a: Story, b: Story, background: Background) -> Case | _Far:
    one, other = _in_order(_told(a, background), _told(b, background))
    gap = abs(a.published - b.published)
    like = near(one, other, background, gap)
    return (
        Case(a, b, one, other, like, gap, background)
        if isinstance(like, Likeness)
        else _Far(one, other, like, gap)
    )


def _in_order(one: Reading, other: Reading) -> tuple[Reading, Reading]:
    """Give the shorter first, whichever came first."""
    mine, theirs = (len(one.text), one.text), (len(other.text), other.text)
    if mine == theirs:
        mine, theirs = (0, one.title), (0, other.title)
    return (one, other) if mine <= theirs else (other, one)


def _told(story: Story, background: Background) -> Reading:
    reading = read(story)
    if not background.boilerplate:
        return reading
    return replace(reading, text=without_boilerplate(reading.text, background))


def _copy(case: Case) -> Verdict | None:
    """Judge whether it is the same text, or the same report with another toll."""
    method = _same_text(case)
    if method:
        return None if objections(case) else _merged(method, case)
    if toll_update(case) or count_update(case):
        method = "toll" if toll_update(case) else "count"
        return Verdict(Kind.UPDATE, method, round(case.like.masked, 3), _evidence(case.like))
    return None


def _same_text(case: Case) -> str:
    """Name the test by which the shorter text is in the longer, or say nothing."""
    like = case.like
    if like.shorter < SHORT:
        alike = like.contained >= NEARLY_ALL and like.titles >= 0.9 and telling(case.one.text) >= 3
        return "headline-and-line" if alike else ""
    if like.contained >= NEARLY_ALL:
        return "containment"
    method = _edited(like) if like.shorter >= LONG else _edited_summary(like)
    return method or (REWRITTEN if _is_rewritten(case) else "")


def _edited(like: Likeness) -> str:
    if like.contained >= 0.6 and like.opening >= OPENS_ALIKE:
        return "edited"
    if like.contained >= 0.7 and like.kept >= 0.6 and like.start <= HEAD:
        return "edited"
    if like.contained >= 0.75 and like.kept >= 0.6 and like.start <= PREFACE and like.titles >= 0.6:
        return "edited"  # the first sentences went with the cut
    if like.contained >= 0.86 and like.kept >= 0.4:
        return "cut"
    return "same-opening" if like.contained >= 0.45 and like.opening >= 0.95 else ""


def _edited_summary(like: Likeness) -> str:
    if like.contained < 0.5 or like.words < 0.8:
        return ""
    whole = like.contained >= 0.75 and like.kept >= 0.6 and like.start <= HEAD
    much = like.opening >= OPENS_ALIKE and like.contained >= 0.65
    if (like.shorter >= FEW and (whole or much)) or like.shared >= BEYOND_DOUBT:
        return "edited-summary"
    # an opening may be all the two share
    opens = like.opening >= OPENS_ALIKE and like.titles >= 0.6
    enough = OF_A_FEW_WORDS if like.shorter < FEW else OF_A_FEW_LINES
    return "edited-summary" if (whole or much or opens) and like.shared >= enough else ""


def _is_rewritten(case: Case) -> bool:
    """Whether a text is believed to be rewritten: of one day, its headline and lead known to the other.

    A day later the old words are the background of what is new; under a recurring headline they are the form.
    """
    like = case.like
    if case.gap > ONE_DAY or like.shorter < FEW:
        return False
    if case.gap > SAME_ISSUE and case.one.recurring and case.other.recurring:
        return False
    if _summarised(like) and _headline_known(case.one, case.other) >= 0.8:
        return True
    if like.leads < 0.5 or not _rewritten(like):
        return False
    if (like.shorter >= LONG and like.leads >= 0.6) or like.shared >= BEYOND_DOUBT:
        return True
    return min(_headline_known(case.one, case.other), _headline_known(case.other, case.one)) >= 0.45


def _summarised(like: Likeness) -> bool:
    """Whether a few lines are the opening of a full text in its own words, shortened."""
    few = like.shorter < LONG and like.longer > 2 * like.shorter and like.figures >= 1
    return few and like.contained >= 0.35 and like.words >= 0.97 and like.opening >= 0.95 and like.kept >= 0.5


def _headline_known(one: Reading, other: Reading) -> float:
    """Give the weighted share of one headline's words that the other story has, whatever their endings."""
    asked = {w: DEFAULT.idf(w) for w in one.title if w not in EVERYWHERE}
    known = {w[:ROOT] for w in (*other.title, *other.text)}
    total = sum(asked.values())
    return sum(v for w, v in asked.items() if w[:ROOT] in known) / total if total else 1.0


def _rewritten(like: Likeness) -> bool:
    """Whether a desk moved, shortened or reworded what it had: in short texts many likenesses have to agree."""
    if like.shared >= (BEYOND_CHANCE if like.shorter < ARTICLE else BEYOND_DOUBT):
        return True
    kept = like.contained >= 0.6 and like.words >= 0.88 and like.kept >= 0.6 and like.start <= HEAD
    opens = like.contained >= 0.5 and like.words >= 0.8 and like.opening >= OPENS_ALIKE
    if like.shorter < LONG:
        return (kept or opens) and like.shared >= OF_A_FEW_LINES
    if kept or opens or (like.contained >= 0.5 and like.words >= 0.85 and like.kept >= 0.4):
        return True
    if like.words >= 0.85 and like.returned >= 0.75 and like.leads >= 0.75:
        return True
    return like.shorter < ARTICLE and _new_lead(like)


def _new_lead(like: Likeness) -> bool:
    """Whether a text of several sentences has half of the other's phrases, in whatever order, and most of its words."""
    return (
        2 * like.contained + like.words + like.returned + like.leads >= UNDER_A_NEW_LEAD
        and like.contained >= 0.5
    )


def _merged(method: str, case: Case) -> Verdict:
    like = case.like
    changed = like.figures < 1 and method != REWRITTEN  # a desk converts, rounds and drops
    kind = Kind.UPDATE if changed or corrected(case) or _adds(case) else Kind.DUPLICATE
    evidence = list(_evidence(like))
    origin = case.one.origin or case.other.origin
    if origin:
        evidence.append(f"the text names {origin} as its first publisher")
    return Verdict(kind, method, round(like.contained, 3), tuple(evidence))


def _adds(case: Case) -> bool:
    """Whether the later of the two begins with a figure or with news that the earlier has not."""
    if case.like.contained >= NEARLY_ALL or case.a.published == case.b.published:
        return False
    one_first = (case.a.published < case.b.published) == (read(case.a).said == case.one.said)
    before, after = (case.one, case.other) if one_first else (case.other, case.one)
    figures = {w for w in (*after.title, *after.text[:OPENING]) if is_number(w)}
    return (
        bool(figures - {*before.title, *before.text})
        or lead_found(after.text, before.text, case.background) < NEW_LEAD
    )


def _evidence(like: Likeness) -> tuple[str, ...]:
    found = [
        f"{like.contained:.0%} of the shorter text ({like.shorter} words) is in the longer ({like.longer})",
        f"openings agree by {like.opening:.0%}, headlines by {like.titles:.0%}",
    ]
    if like.figure_count:
        found.append(f"{like.figures:.0%} of {like.figure_count} figures agree")
    return tuple(found)


def _apart(case: Case | _Far) -> Verdict:
    """Tell a common happening from none. Equal templates are different happenings."""
    method = _same_text(case) if isinstance(case, Case) else ""
    why_not = objections(case) if isinstance(case, Case) and method else ()
    template = method not in LOOSELY and isinstance(case, Case) and any(check(case) for check in TEMPLATE)
    shared = _event(case.one, case.other)
    declared = case.one.document and case.other.document
    evidence = (
        *why_not,
        f"headlines and openings share {shared:.0%} of their telling words",
        *(("each is somebody's own statement: two of them are two events",) if declared else ()),
    )
    titled = titles(case.one, case.other) >= 0.95 and not (case.one.recurring or case.other.recurring)
    if case.gap <= EVENT and not template and (titled or (_one_matter(case, shared) and not declared)):
        return Verdict(Kind.SAME_EVENT, "headline" if titled else "event", round(shared, 3), evidence)
    contained = case.like.contained if isinstance(case, Case) else case.contained
    return Verdict(Kind.DIFFERENT, "template" if template else "words", round(contained, 3), evidence)


def _one_matter(case: Case | _Far, shared: float) -> bool:
    """Whether two reports share enough, their headlines' words above all: one subject has many events."""
    if shared >= 0.5:
        return True
    told = sorted((_told_by(case.one, case.other), _told_by(case.other, case.one)))
    if shared >= 0.25 and told[0] > 1 / 3:
        return True
    return told[0] >= 0.2 and told[1] >= 0.4 and _same_names(case.one, case.other)


def _same_names(one: Reading, other: Reading) -> bool:
    """Whether half of the names of either are the other's, three at least: two pens share them if nothing else."""
    mine, theirs = one.names, other.names
    return len(mine & theirs) >= max(3, min(len(mine), len(theirs)) / 2)


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
