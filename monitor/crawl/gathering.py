"""A sitemap index names sitemaps: what was read of them so far, on the way to one Poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.crawl import polls

if TYPE_CHECKING:
    from monitor.crawl.bodies import Parsed
    from monitor.crawl.tasks import Task
    from monitor.errors import SandboxError
    from monitor.story import Poll

__all__ = ["Gathered"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The poll of the index, what its sitemaps held so far, and the sitemaps still to read."""

    poll: Poll
    found: Parsed
    rest: tuple[str, ...]
    read: int = 0
    trouble: Poll | None = None  # the last sitemap that could not be read

    def add(self, found: Parsed, task: Task) -> Gathered:
        """Add what one more sitemap held."""
        if found.refusal is not None:
            return self.missed(polls.parsed(self.poll, found, task))
        return replace(self, found=merged(self.found, found), read=self.read + 1)

    def killed(self, error: SandboxError, task: Task) -> Gathered:
        """Note a sitemap that the parser choked on."""
        return self.missed(polls.killed(self.poll, error, task))

    def missed(self, poll: Poll) -> Gathered:
        """Note a sitemap that could not be read."""
        noted = (*self.found.warnings, poll.detail)
        return replace(self, found=replace(self.found, warnings=noted), trouble=poll)

    def whole(self, task: Task) -> Poll:
        """Give the one poll. An index of which no sitemap could be read has failed.

        The index's own validators are not kept: its sitemaps change while it stays the same.
        """
        if self.trouble is not None and self.read == 0:
            return self.trouble
        poll = polls.parsed(self.poll, self.found, task)
        return replace(poll, etag="", last_modified="", body_hash="")


def merged(one: Parsed, other: Parsed) -> Parsed:
    """Put two readings together; an entry in both counts once."""
    hashes = tuple(dict.fromkeys(one.hashes + other.hashes))
    instants = [instant for instant in (one.newest, other.newest) if instant is not None]
    stories = {story.hash: story for story in one.stories + other.stories}
    return replace(
        one,
        hashes=hashes,
        total=len(hashes),
        known=len(hashes) - len(stories),
        newest=max(instants, default=None),
        stories=tuple(stories.values()),
        warnings=one.warnings + other.warnings,
    )
