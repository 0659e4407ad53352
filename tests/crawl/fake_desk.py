"""A desk for `scrapy crawl` that remembers nothing, wants every page, and writes each poll and page as a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.crawl.tasks import Task
from monitor.schedule import Page, PageRead, SourceState
from monitor.story import Outlet, Poll, Source

NOW = datetime(2025, 11, 1, 12, 0, tzinfo=UTC)


class FakeDesk:
    """Writes to polls.jsonl in its folder."""

    contact = "https://desk.example/about"
    robots = None

    def __init__(self, folder: Path) -> None:
        self.file = folder / "polls.jsonl"
        self.read = folder / "pages.jsonl"
        self.wanted: list[Page] = []

    def now(self) -> datetime:
        """Tell the same noon."""
        return NOW

    def outlets(self) -> Mapping[str, Outlet]:
        """Give one outlet as rules.yaml would."""
        section = "read" if (self.file.parent / "read").exists() else ""
        source = Source(url="http://wire.example/feed", section=section)
        return {"wire": Outlet(name="wire", title="Wire", delay=timedelta(0), sources=(source,))}

    def task(self, source: Source) -> Task:
        """Remember nothing."""
        return Task(source=source, state=SourceState(outlet=source.outlet, url=source.url))

    def seen(self, source: Source) -> frozenset[str]:
        """Remember nothing."""
        return frozenset()

    def take(self, poll: Poll) -> None:
        """Write a line."""
        line = {
            "source": poll.source.name,
            "url": poll.source.url,
            "outcome": poll.outcome,
            "detail": poll.detail,
            "titles": [story.title for story in poll.stories],
            "hashes": len(poll.hashes),
        }
        with self.file.open("a") as out:
            out.write(json.dumps(line) + "\n")

        for story in poll.stories if poll.source.section == "read" else ():
            page = Page(
                key=story.url, url=story.url, outlet=story.outlet, source=poll.source.url, since=NOW, due=NOW
            )
            self.wanted.append(page)

    def further(self) -> Sequence[Page]:
        """Want the page of every story."""
        found, self.wanted = self.wanted, []
        return found

    def take_page(self, read: PageRead) -> None:
        """Write a line."""
        line = {
            "url": read.page.url,
            "title": read.story.title if read.story else "",
            "detail": read.detail,
            "warnings": read.warnings,
        }
        with self.read.open("a") as out:
            out.write(json.dumps(line) + "\n")

    def close(self) -> None:
        """Leave a mark."""
        (self.file.parent / "closed").touch()


def open_desk(directory: Path) -> FakeDesk:
    """What COPYTASTER_DESK names in these tests."""
    return FakeDesk(directory)
