"""A desk for `scrapy crawl` that remembers nothing and writes each poll as a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from monitor.crawl.tasks import Task
from monitor.schedule import SourceState
from monitor.story import Outlet, Poll, Source

NOW = datetime(2025, 11, 1, 12, 0, tzinfo=UTC)


class FakeDesk:
    """Writes to polls.jsonl in its folder."""

    contact = "https://desk.example/about"
    robots = None

    def __init__(self, folder: Path) -> None:
        self.file = folder / "polls.jsonl"

    def now(self) -> datetime:
        """Tell the same noon."""
        return NOW

    def outlets(self) -> Mapping[str, Outlet]:
        """Give one outlet as rules.yaml would."""
        return {"wire": Outlet(name="wire", title="Wire", sources=(Source(url="http://wire.example/feed"),))}

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

    def close(self) -> None:
        """Leave a mark."""
        (self.file.parent / "closed").touch()


def open_desk(directory: Path) -> FakeDesk:
    """What COPYTASTER_DESK names in these tests."""
    return FakeDesk(directory)
