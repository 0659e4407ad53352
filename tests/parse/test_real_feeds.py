"""Recorded real feeds: every one is read, and reading only what is unseen gives what reading everything gives."""

import gzip
import tarfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.errors import FeedError
from monitor.parse import article, feed
from tests.shared_data import WHY, shared_data

NOW = datetime(2026, 4, 26, tzinfo=UTC)
DATA = shared_data()
pytestmark = pytest.mark.skipif(DATA is None, reason=WHY)


def bodies():
    if DATA is None:
        return
    for path in sorted((DATA / "feeds").glob("*.xml.gz")):
        yield pytest.param(path, id=path.name[:12])
    for path in sorted((DATA / "recorded").glob("*feed*.xml")):
        yield pytest.param(path, id=path.stem)


def load(path):
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


@pytest.mark.parametrize("path", list(bodies()))
def test_a_real_feed_is_read_and_its_delta_equals_the_whole(path):
    body = load(path)
    whole = feed.read(body, "https://source.example/feed", now=NOW)
    assert len(whole.hashes) == whole.total
    assert whole.entries or whole.total == 0
    assert sum(e.published is not None for e in whole.entries) >= 0.7 * len(whole.entries)
    assert all(e.guid or e.link for e in whole.entries)
    seen = frozenset(whole.hashes)
    assert feed.read(body, "https://source.example/feed", now=NOW, seen=seen).entries == ()
    for entry in {whole.entries[0], whole.entries[-1]} if whole.entries else ():
        delta = feed.read(body, "https://source.example/feed", now=NOW, seen=seen - {entry.hash})
        assert [replace(e, warnings=()) for e in delta.entries] == [replace(entry, warnings=())]


@pytest.mark.parametrize("name", ["bbc", "wsj", "nytimes", "cnn"])
def test_consecutive_real_polls_are_all_read(name):
    seen: set[str] = set()
    overlaps = 0
    unread = set()
    with tarfile.open(DATA / "polls" / f"{name}.tar.xz") as tar:
        for member in sorted((m for m in tar if m.isfile()), key=lambda m: m.name):
            reading = read(tar.extractfile(member).read(), seen)
            if isinstance(reading, FeedError):
                unread.add(reading.reason)
                continue
            overlaps += reading.known > 0
            seen.update(reading.hashes)
    assert unread <= {"empty", "not-a-feed", "malformed"}
    assert overlaps > 50


def read(body, seen):
    try:
        return feed.read(body, "https://source.example/feed", now=NOW, seen=seen)
    except FeedError as error:
        return error


def test_recorded_articles_tell_a_headline_and_a_date():
    pages = sorted((DATA / "recorded").glob("*article*.html"))
    stories = [article.story(p.read_bytes(), f"https://www.{p.name.split('-')[0]}.com/a/b") for p in pages]
    assert all(s.title and s.published.year > 2010 for s in stories)
