"""The brief: candidates ranked, grouped in sections, each entry in the shape of a newsletter. Pure.

    Huawei patent mentions use of Uighur-spotting tech          headline
    BBC, 13 January 2021                                        outlet, day in the outlet's zone
    Below is an article published by BBC. Photo Reuters         whose it is, and whose photo
    A Huawei patent has been brought to light ...               lead, at most the set quotation
    Read More ->                                                link

What is not known is TODO, never invented: `missing` names it, and an issue with a TODO is not sent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitor.routes import Priority
from monitor.story import DateSource, Outlet, Story
from monitor.text import sentence_around

__all__ = [
    "NO_PHOTO",
    "TODO",
    "Candidate",
    "Entry",
    "Imprint",
    "Issue",
    "Stage",
    "by_section",
    "credit_line",
    "dateline",
    "day",
    "entry",
    "lead",
    "missing",
    "rank",
    "section_of",
]

TODO = "TODO"
NO_PHOTO = "none"  # a credit that an editor sets: the entry names no photo
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SPACES = re.compile(r"\s+")


class Stage(StrEnum):
    """Where an issue stands."""

    DRAFT = "draft"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that may be printed, with what its place depends on."""

    story_id: int
    revision: int
    event: int
    story: Story
    outlet: Outlet
    rules: tuple[str, ...]
    tags: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    relevant: int = 0  # people who last said relevant, less those who said not relevant
    others: tuple[str, ...] = ()  # titles of outlets that report the same event


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One story as it is printed. `position` 0: a candidate that was not picked."""

    story_id: int
    revision: int
    event: int
    section: str
    headline: str
    outlet: str
    day: str  # "13 January 2021", or TODO
    credit: str  # "Reuters", TODO, or NO_PHOTO
    lead: str
    url: str
    language: str = ""
    also: tuple[str, ...] = ()
    position: int = 0
    score: float = 0.0
    page_headline: str = ""  # another one, which its page showed at the last check
    confirmed: str = ""  # the page's headline that the editor knew when setting the one to be printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What an issue takes from the settings of its day, so that it is built the same ever after."""

    operator: str
    operator_mail: str
    quotation: int  # characters of an outlet's text shown at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue of a brief. `entries` in the order of the sections, then of their positions."""

    id: int
    brief: str
    number: int
    title: str
    stage: Stage
    since: datetime
    until: datetime
    created: datetime
    day: str  # of the issue, in the newsroom's zone
    sections: tuple[str, ...] = ()
    checked: datetime | None = None  # the last check found nothing to mend, and nothing changed since
    sent: datetime | None = None
    imprint: Imprint | None = (
        None  # taken when it is drafted or changed; None: made before imprints were kept
    )
    entries: tuple[Entry, ...] = ()

    @property
    def picked(self) -> tuple[Entry, ...]:
        """What is printed."""
        order = {name: number for number, name in enumerate(self.sections)}
        chosen = (e for e in self.entries if e.position)
        return tuple(sorted(chosen, key=lambda e: (order.get(e.section, len(order)), e.position, e.story_id)))


def day(instant: datetime, zone: str) -> str:
    """Write a day as newsletters do: "13 January 2021", "03 February 2021"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.day:02} {MONTHS[local.month - 1]} {local.year}"


def rank(candidates: Iterable[Candidate]) -> tuple[tuple[Candidate, float], ...]:
    """Give one candidate for each event, the worthiest first.

    Worth: priority of its rules, how many rules it meets, how many outlets report it, what people said of it.
    """
    best: dict[int, tuple[float, Candidate]] = {}
    outlets: dict[int, dict[str, None]] = {}
    for one in sorted(candidates, key=lambda c: (c.story.published, c.story_id)):
        outlets.setdefault(one.event, {}).setdefault(one.outlet.title)
        worth = _worth(one)
        if one.event not in best or worth > best[one.event][0]:
            best[one.event] = (worth, one)
    ranked = []
    for event, (worth, one) in best.items():
        others = tuple(name for name in outlets[event] if name != one.outlet.title)
        ranked.append((replace(one, others=others), worth + math.log2(1 + len(others))))
    return tuple(sorted(ranked, key=lambda r: (-r[1], -r[0].story.published.timestamp(), r[0].story_id)))


def _worth(one: Candidate) -> float:
    return 2.0 * one.priority + len(one.rules) + 2.0 * max(-2, min(2, one.relevant))


def section_of(one: Candidate, sections: Sequence[str]) -> str:
    """Give the section that bears the name of one of its rules' tags, rules or own sections; else the first."""
    names = {name.casefold() for name in (*one.tags, *one.rules, *one.story.sections)}
    found = next((section for section in sections if section.casefold() in names), None)
    return found if found is not None else (sections[0] if sections else "")


def entry(one: Candidate, score: float, sections: Sequence[str], quotation: int) -> Entry:
    """Make the entry of a candidate. Unknown dates and credits are TODO."""
    story = one.story
    dated = story.date_source is not DateSource.FIRST_SEEN
    credit = _SPACES.sub(" ", story.photo.credit).strip() if story.photo else ""
    return Entry(
        story_id=one.story_id,
        revision=one.revision,
        event=one.event,
        section=section_of(one, sections),
        headline=_SPACES.sub(" ", story.title).strip() or TODO,
        outlet=one.outlet.title,
        day=day(story.published, one.outlet.zone) if dated else TODO,
        credit=credit or TODO,
        lead=lead(story, quotation) or TODO,
        url=story.url or TODO,
        language=story.language or "",
        also=one.others,
        score=round(score, 3),
    )


def lead(story: Story, limit: int) -> str:
    """Give the beginning of a story: whole sentences of at most `limit` characters in all.

    From its summary, else its body; cut within a sentence where whole ones would leave most of the room empty.
    """
    text = _SPACES.sub(" ", story.summary or story.body).strip()
    if len(text) <= limit:
        return text
    end = 0
    while end < len(text):
        _, stop = sentence_around(text, end, end + 1)
        if stop <= end or len(text[:stop].rstrip()) > limit:
            break
        end = stop
    whole = text[:end].strip()
    return whole if 3 * len(whole) >= limit else _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    cut = text[: max(0, limit - 1)]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.") + "…" if limit > 0 else ""


def dateline(one: Entry) -> str:
    """Say whose it is and of which day: "BBC, 13 January 2021"."""
    return f"{one.outlet}, {one.day}"


def credit_line(one: Entry) -> str:
    """Say whose article and whose photo it is: "Below is an article published by BBC. Photo Reuters"."""
    article = f"Below is an article published by {one.outlet}."
    return article if one.credit.casefold() == NO_PHOTO else f"{article} Photo {one.credit}"


def missing(one: Entry) -> tuple[str, ...]:
    """Name what an editor still has to find out, or take out."""
    parts = {
        "headline": one.headline,
        "date": one.day,
        "credit": one.credit,
        "lead": one.lead,
        "link": one.url,
    }
    return tuple(name for name, text in parts.items() if TODO in text)


def by_section(entries: Iterable[Entry]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Group entries that are in order already."""
    groups: dict[str, list[Entry]] = {}
    for one in entries:
        groups.setdefault(one.section, []).append(one)
    return tuple((section, tuple(members)) for section, members in groups.items())
