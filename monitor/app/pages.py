"""Stories and their pages, around the intake: which wait for one, what a reading makes of them, what is read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.links import canonical, safe_url
from monitor.outbox import Kind
from monitor.parse.completing import carried, own_address, reread, same_story, with_page
from monitor.schedule import Page, PageRead, Want, after_page, gone_for_good, watch
from monitor.store import pages, stories
from monitor.store.pages import Waiting
from monitor.story import Articles, DateSource, Outlet, Story
from monitor.triage import Circumstances, Known, Triage, changes, face

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = [
    "Arrival",
    "Look",
    "arrived",
    "is_told",
    "look_again",
    "note_reading",
    "reads",
    "settle",
    "wait",
    "watch_story",
]

_INTERVAL = timedelta(minutes=15)  # of a source that is not declared any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A story as it is to be decided, as its source gave it, and when that was."""

    story: Story
    entry: Story
    seen: datetime

    @property
    def shown(self) -> str:
        """The face its source gives it."""
        return face(self.entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A story on record that its page tells otherwise now."""

    known: Known
    story: Story


def reads(outlet: Outlet | None) -> bool:
    """Whether the pages of an outlet are read."""
    return outlet is not None and outlet.articles is Articles.ALL


def wait(tx: Tx, story: Story, known: Known | None, given: Circumstances, now: datetime) -> bool:
    """Let a story wait for its page when it deserves to be read; say whether it does.

    New stories do, but those that were there before the outlet was ever polled, and old ones. Of a story on record a
    new text of its source does, when its page was read before.
    """
    if given.baseline or not safe_url(story.url):
        return False
    key = pages.key_of(canonical(story.url))
    if _is_old(story, given, now) and not pages.entries(
        tx, key
    ):  # another source of it may make it wait all the same
        return False
    if known is not None and not _worth_another_look(tx, story, known):
        return False
    page = Page(
        key=key,
        url=story.url,
        outlet=story.outlet,
        source=story.source,
        since=now,
        due=now,
        story_id=known.id if known else None,
    )
    pages.wait(tx, page, Waiting(story=story, seen=now, published_after=given.published_after))
    return True


def _is_old(story: Story, given: Circumstances, now: datetime) -> bool:
    """Whether it goes to the digest whatever its page says."""
    after = given.published_after
    if after is not None and (story.published <= after or story.date_source is DateSource.FIRST_SEEN):
        return True
    return now - story.published > given.max_age


def _worth_another_look(tx: Tx, story: Story, known: Known) -> bool:
    if known.face is None or known.face == face(story):
        return False
    if (story.title, story.summary) == (known.story.title, known.story.summary):
        return False
    return stories.PAGE in stories.headlines(tx, known.id)


def arrived(tx: Tx, waiting: Waiting, read: PageRead) -> Arrival:
    """Put a story that waited and its page together; when the page could not be read, the story is as it was."""
    entry = waiting.story
    known = stories.identify(tx, entry, canonical(entry.url))
    story = entry
    if read.story is not None:
        story = with_page(entry, read.story, read.at)
        if known is not None or _is_anothers(tx, story, entry):
            story = replace(story, url=entry.url)
    elif known is not None:
        story = carried(entry, known.story)
    return Arrival(story=story, entry=entry, seen=waiting.seen)


def _is_anothers(tx: Tx, story: Story, entry: Story) -> bool:
    """Whether the address a page claims is that of a story which this one can hardly be."""
    if story.url == entry.url:
        return False
    other = stories.identify(tx, replace(story, guid=""), canonical(story.url))
    return other is not None and not same_story(entry, other.story)


def look_again(tx: Tx, read: PageRead) -> Look | None:
    """Compare a story on record with its page as it is now; None when nothing of it changed."""
    known = stories.known(tx, read.page.story_id or 0, stories.PAGE)
    if known is None:
        return None
    if read.story is not None:
        if _as_it_was(known, read.story):
            return None
        before = stories.headlines(tx, known.id).get(stories.PAGE)
        story = reread(known.story, read.story, read.at, headline_before=before.title if before else "")
    elif gone_for_good(read):
        story = replace(known.story, vanished=True)
    else:
        return None
    return Look(known=known, story=story) if changes(known.story, story) else None


def _as_it_was(known: Known, page: Story) -> bool:
    same = known.face == face(page) and known.story.correction == page.correction
    return same and not known.story.vanished


def note_reading(tx: Tx, story_id: int, entry: Story, read: PageRead) -> None:
    """Note how the page itself shows a story, and the address it claims."""
    if entry.url:
        stories.note_address(tx, story_id, canonical(entry.url), read.at)
    if read.story is None:
        return
    stories.note_page(tx, story_id, read.story, face=face(read.story), seen=read.at)
    if address := own_address(entry, read.story):
        stories.note_address(tx, story_id, canonical(address), read.at)


def settle(
    tx: Tx, read: PageRead, story_id: int | None, triages: Iterable[Triage], outlet: Outlet | None
) -> None:
    """Remember when the page is to be read next, or that it need not be."""
    page = replace(read.page, story_id=story_id)
    following = after_page(page, read, _interval(page, outlet)) if story_id is not None else None
    if following is not None and not reads(outlet):
        following = None
    if page.told is None and any(is_told(t) for t in triages) and (following or read.story is not None):
        following = watch(following or page, read.at)
    if following is None:
        pages.forget(tx, page.key)
    else:
        pages.put(tx, following)


def _interval(page: Page, outlet: Outlet | None) -> timedelta:
    declared = outlet.sources if outlet else ()
    return next((s.interval for s in declared if s.url == page.source), _INTERVAL)


def is_told(triage: Triage) -> bool:
    """Whether somebody is to be told of the story as news."""
    return any(alert.kind is Kind.ALERT for alert in triage.alerts)


def watch_story(tx: Tx, story_id: int, story: Story, now: datetime) -> None:
    """Have the page of a story read again 1, 6 and 24 hours from now."""
    if not safe_url(story.url):
        return
    key = pages.key_of(canonical(story.url))
    page = pages.get(tx, key) or Page(
        key=key,
        url=story.url,
        outlet=story.outlet,
        source=story.source,
        since=now,
        due=now,
        want=Want.WATCH,
    )
    if not pages.entries(tx, key):  # a story that waits is watched once it is decided
        pages.put(tx, watch(replace(page, story_id=story_id), now))
