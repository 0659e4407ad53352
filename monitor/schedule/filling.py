"""What a story carries, as a sample: which of its parts are filled, and how long its text is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from monitor.story import DateSource, Story

__all__ = ["Sample", "Trait", "of_entry", "of_page"]


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


_OF_STORIES = sum(trait for trait in Trait if trait < Trait.PAGE)
_OF_PAGES = _OF_STORIES | Trait.PAGE | Trait.LAYOUT | Trait.AGREEMENT


@dataclass(frozen=True, slots=True)
class Sample:
    """One story: what of `judged` it had (sums of traits), the characters of its text, the UTC day on which it came."""

    day: date
    filled: int
    judged: int
    length: int = 0


def of_entry(story: Story, day: date) -> Sample:
    """Look at a story as its source gave it; its text is the body, or the summary where there is none."""
    return Sample(day, sum(_filled(story)), _OF_STORIES, len(story.body or story.summary))


def of_page(page: Story | None, day: date, *, agrees: bool) -> Sample:
    """Look at a story as its page alone tells it; None: the page could not be read. `agrees`: it is the entry's story."""
    if page is None:
        return Sample(day, 0, Trait.PAGE)
    known = 0 if "warning" in page.provenance else Trait.LAYOUT
    filled = sum(_filled(page)) | Trait.PAGE | known | (Trait.AGREEMENT if agrees else 0)
    return Sample(day, filled, _OF_PAGES, len(page.body))


def _filled(story: Story) -> Iterator[Trait]:
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


def _stands_in(story: Story) -> bool:
    """Whether the title is only the beginning of the text, taken because the entry has no headline."""
    words = story.title.removesuffix(" …")
    return words != story.title and (story.summary or story.body).startswith(words)
