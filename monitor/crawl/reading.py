"""What happens to a body, in the child process that may be killed for it. No Scrapy here: the child stays small."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from monitor.crawl.bodies import Body, Parsed
from monitor.errors import ConfigError, FeedError
from monitor.parse import feed, listing, sitemap
from monitor.parse.reading import Reading
from monitor.parse.sandbox import Sandbox
from monitor.parse.understand import understand_all
from monitor.story import Outcome, Outlet, SourceKind, Story

__all__ = ["page", "read", "understood"]


def read(sandbox: Sandbox, body: Body, seen: Collection[str]) -> Parsed:
    """Read a body in the child and understand its unseen entries.

    Bytes that are no feed give a refusal, not an exception. Raises SandboxError when the child had to be killed.
    """
    try:
        reading, stories = sandbox.call(understood, body, seen)
    except FeedError as error:
        return Parsed(refusal=Outcome(error.reason), detail=error.detail)
    except ConfigError as error:  # the selector of a listing
        return Parsed(refusal=Outcome.MALFORMED, detail=str(error))
    return Parsed(
        title=reading.title,
        hashes=reading.hashes,
        total=reading.total,
        known=reading.known,
        newest=reading.newest,
        ttl=reading.ttl,
        stories=stories,
        warnings=reading.warnings,
        children=reading.children,
    )


def page(
    sandbox: Sandbox, content: bytes, url: str, content_type: str | None, outlet: Outlet | None
) -> Story:
    """Read a story's page in the child. Raises NoStory, or SandboxError when the child had to be killed."""
    from monitor.parse import article  # late: most crawls read no page

    return sandbox.call(article.story, content, url, content_type=content_type, outlet=outlet)


def understood(body: Body, seen: Collection[str]) -> tuple[Reading, tuple[Story, ...]]:
    """Do the child's part. The entries stay there: their stories say the same."""
    reading = READERS[body.source.kind](body, seen)
    stories, left_out = understand_all(reading.entries, body.source, body.outlet, body.now)
    return replace(reading, entries=(), warnings=reading.warnings + left_out), stories


def _feed(body: Body, seen: Collection[str]) -> Reading:
    return feed.read(
        body.content, body.url, content_type=body.content_type, outlet=body.outlet, seen=seen, now=body.now
    )


def _sitemap(body: Body, seen: Collection[str]) -> Reading:
    return sitemap.read(body.content, body.url, outlet=body.outlet, seen=seen, now=body.now)


def _listing(body: Body, seen: Collection[str]) -> Reading:
    return listing.read(
        body.content, body.url, links=body.source.links, outlet=body.outlet, seen=seen, now=body.now
    )


READERS: Mapping[SourceKind, Callable[[Body, Collection[str]], Reading]] = {
    SourceKind.FEED: _feed,
    SourceKind.SITEMAP: _sitemap,
    SourceKind.LISTING: _listing,
}
