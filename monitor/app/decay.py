"""Notice when stories no longer carry what they used to: the operator hears of it once, and of recovery once.

Entries are judged source by source. Pages are judged outlet by outlet, whatever source led to them: a new layout is
one matter, not one for each feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.app import operator
from monitor.config.newsroom import Newsroom
from monitor.parse.completing import same_story
from monitor.schedule import (
    Change,
    Incident,
    IncidentKind,
    PageRead,
    Sample,
    Window,
    decay,
    filling,
    in_shell,
)
from monitor.store import Tx, outbox, sources
from monitor.store import filling as fillings
from monitor.story import Outlet, Source, Story

__all__ = ["PAGES", "accept", "lost", "notice_entries", "notice_page", "notice_pages"]

PAGES = ""  # stands where a source's URL stands: the pages of an outlet


def notice_entries(
    tx: Tx, source: Source, stories: Sequence[Story], now: datetime, newsroom: Newsroom
) -> Incident | None:
    """Learn from the unseen stories of one poll, oldest first and as the source gave them, in their transaction.

    Gives the incident put on record when the source's stories decayed or recovered; the operator's alert is with it.
    """
    samples = [filling.of_entry(story, now.date()) for story in stories]
    about = f"{source.name} ({source.url})"
    return _learn(tx, (source.outlet, source.url), samples, now, newsroom, (about, source.name))


def notice_pages(
    tx: Tx, outlet: Outlet, readings: Iterable[tuple[Story | None, bool]], now: datetime, newsroom: Newsroom
) -> Incident | None:
    """Learn from pages read for the first time, in the transaction that takes in their stories.

    A reading is the story as the page alone tells it (None: the page could not be read) and whether a headline of it
    is that of the entry. Pages that are only tried or watched again do not belong here.
    """
    samples = [filling.of_page(page, now.date(), agrees=agrees) for page, agrees in readings]
    about = f"The pages of {outlet.title}"
    return _learn(tx, (outlet.name, PAGES), samples, now, newsroom, (about, outlet.name))


def notice_page(tx: Tx, outlet: Outlet, entry: Story, read: PageRead, newsroom: Newsroom) -> Incident | None:
    """Learn from the first reading of a page, for which this entry waited."""
    if read.page.tries:
        return None
    agrees = read.story is not None and same_story(entry, read.story)
    return notice_pages(tx, outlet, [(read.story, agrees)], read.at, newsroom)


def _learn(
    tx: Tx,
    key: tuple[str, str],
    samples: Sequence[Sample],
    now: datetime,
    newsroom: Newsroom,
    names: tuple[str, str],
) -> Incident | None:
    if not samples:
        return None
    window, change = decay.learn(fillings.load(tx, *key), samples, now)
    fillings.save(tx, *key, window)
    if change is None:
        return None
    kind, text = _said(change, window, *names)
    incident = Incident(kind=kind, outlet=key[0], url=key[1], at=now, text=text, notify=True)
    sources.record_incidents(tx, [incident])
    outbox.add(tx, operator.of_incidents([incident], newsroom), now)
    return incident


def _said(change: Change, window: Window, about: str, name: str) -> tuple[IncidentKind, str]:
    if change is Change.RECOVERED:
        return IncidentKind.RECOVERED, f"{about}: stories carry again what they used to."
    text = (
        f"{about} can be read, but stories are not what they were: {lost(window)}. "
        f"Stories go on being matched. See what to do: copytaster sources doctor {in_shell(name)}"
    )
    return IncidentKind.DECAYED, text


def lost(window: Window) -> str:
    """Say what stories lack, in one line; "" when they lack nothing."""
    return "; ".join(decay.say(fall) for fall in decay.falls(window))


def accept(tx: Tx, keys: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Take what these sources carry now for what is usual; give those of them that were held to be decayed."""
    there = fillings.decayed(tx)
    changed = tuple(key for key in keys if key in there)
    for outlet, url in changed:
        fillings.save(tx, outlet, url, decay.accepted(there[outlet, url]))
    return changed
