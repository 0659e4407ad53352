"""Notice when stories no longer carry what they used to: learn from each poll's stories, tell the operator once, and of recovery once.

Where an outlet's pages are read, they are judged together, whatever source led to them: a new layout is one matter,
not one for each feed. Other sources are judged each by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.app import operator
from monitor.config.newsroom import Newsroom
from monitor.schedule import Change, Incident, IncidentKind, Window, decay, filling
from monitor.store import Tx, outbox, sources
from monitor.store import filling as fillings
from monitor.story import Articles, Outlet, Source, Story

__all__ = ["accept", "lost", "notice", "place", "was_read"]

_FROM_ENTRY = ("feed", "entry")  # origins of what no page told


def was_read(story: Story) -> bool:
    """Whether a page told something of this story."""
    return any(origin and not origin.startswith(_FROM_ENTRY) for origin in story.provenance.values())


def place(outlet: Outlet, source: Source) -> str:
    """Give the key under which a source's stories are judged: its URL, or "" for the pages of its outlet."""
    return "" if outlet.articles is Articles.ALL else source.url


def notice(
    tx: Tx, outlet: Outlet, source: Source, stories: Sequence[Story], now: datetime, newsroom: Newsroom
) -> tuple[Incident, ...]:
    """Learn from stories as they are taken in (oldest first), in their transaction; give what came of it.

    Nothing is learnt from no stories. The operator's alert is written with the incident.
    """
    if not stories:
        return ()
    key = place(outlet, source)
    samples = (filling.sample(story, now.date(), read=None if key else was_read(story)) for story in stories)
    window, change = decay.learn(fillings.load(tx, outlet.name, key), samples, now)
    fillings.save(tx, outlet.name, key, window)
    if change is None:
        return ()
    incident = _incident(change, window, outlet, source, key, now)
    sources.record_incidents(tx, [incident])
    outbox.add(tx, operator.of_incidents([incident], newsroom), now)
    return (incident,)


def _incident(
    change: Change, window: Window, outlet: Outlet, source: Source, key: str, now: datetime
) -> Incident:
    name = f"{source.name} ({source.url})" if key else f"The pages of {outlet.title}"
    if change is Change.RECOVERED:
        kind, text = IncidentKind.RECOVERED, f"{name}: stories carry again what they used to."
    else:
        kind = IncidentKind.DECAYED
        text = (
            f"{name} can be read, but stories are not what they were: {lost(window)}. "
            f"Stories go on being matched. See what to do: copytaster sources doctor {source.name if key else outlet.name}"
        )
    return Incident(kind=kind, outlet=outlet.name, url=key, at=now, text=text, notify=True)


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
