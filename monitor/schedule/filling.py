"""What a story carries, as a sample: which of its parts are filled, and how long its text is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from monitor.story import DateSource, Story

__all__ = ["DIFFERS", "Sample", "Trait", "sample"]

DIFFERS = "headlines-differ"  # provenance: set by whoever joins an entry with a page about something else


class Trait(IntEnum):
    """Something a story has or lacks. The numbers are on record: never change one."""

    HEADLINE = 1
    LINK = 2
    DATE = 4
    SUMMARY = 8
    BODY = 16
    BYLINE = 32
    SECTION = 64
    LANGUAGE = 128
    PHOTO = 256
    CREDIT = 512
    PAGE = 1024  # its page was read
    LAYOUT = 2048  # the outlet's hook knew the page
    AGREEMENT = 4096  # entry and page have the same headline
    LENGTH = 8192  # derived when two windows are compared, never part of a sample


_OF_ENTRIES = sum(trait for trait in Trait if trait < Trait.PAGE)
_OF_PAGES = Trait.PAGE | Trait.LAYOUT | Trait.AGREEMENT


@dataclass(frozen=True, slots=True)
class Sample:
    """One story: what of `judged` it had (sums of traits), the characters of its body, the UTC day on which it came."""

    day: date
    filled: int
    judged: int
    length: int = 0


def sample(story: Story, day: date, *, read: bool | None = None) -> Sample:
    """Look at one story. `read`: whether its page was read; None for outlets whose pages are not."""
    judged = _OF_ENTRIES | (0 if read is None else _OF_PAGES if read else Trait.PAGE)
    filled = sum(_of_entry(story)) + (sum(_of_page(story)) if read else 0)
    return Sample(day, filled, judged, len(story.body))


def _of_entry(story: Story) -> Iterator[Trait]:
    photo = story.photo
    found = {
        Trait.HEADLINE: story.title and not _stands_in(story),
        Trait.LINK: story.url,
        Trait.DATE: story.date_source is not DateSource.FIRST_SEEN,
        Trait.SUMMARY: story.summary,
        Trait.BODY: story.body,
        Trait.BYLINE: story.authors,
        Trait.SECTION: story.sections,
        Trait.LANGUAGE: story.language,
        Trait.PHOTO: photo and photo.url,
        Trait.CREDIT: photo and photo.credit,
    }
    return (trait for trait, there in found.items() if there)


def _of_page(story: Story) -> Iterator[Trait]:
    yield Trait.PAGE
    if "warning" not in story.provenance:
        yield Trait.LAYOUT
    if DIFFERS not in story.provenance:
        yield Trait.AGREEMENT


def _stands_in(story: Story) -> bool:
    """Whether the title is only the beginning of the text, taken because the entry has no headline."""
    words = story.title.removesuffix(" …")
    return words != story.title and (story.summary or story.body).startswith(words)
