"""Which headlines are the same ones again, though a site writes them otherwise now: in capitals, with its name at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from monitor.duplicates.boilerplate import clean_title
from monitor.duplicates.words import words

MOST = 0.6  # of the headlines: what so many share at one end is the site's, not the story's
LONGEST_LABEL = 8  # words
FEWEST_LEFT = 3  # words; fewer name no story

Words = tuple[str, ...]


def same_headlines(now: Iterable[str], before: Iterable[str]) -> dict[str, str]:
    """Give, for headlines of now, the latest one of before that says the same.

    Case, accents, punctuation and credit do not count, nor does what most of one side have in common at one end.
    """
    mine, theirs = _folded(now), _folded(before)
    known = {read: title for title, read in theirs.items()}
    bare = {left: title for title, lefts in _unlabelled(theirs).items() for left in lefts}
    unlabelled = _unlabelled(mine)
    found: dict[str, str] = {}
    for title, read in mine.items():
        asked = (known.get(left) for left in (read, *unlabelled.get(title, ())))
        old = title if title in theirs else next(filter(None, asked), None) or bare.get(read)
        if old is not None:
            found[title] = old
    return found


def _folded(titles: Iterable[str]) -> dict[str, Words]:
    read = ((title, tuple(words(clean_title(title)))) for title in dict.fromkeys(titles))
    return {title: found for title, found in read if found}


def _unlabelled(titles: Mapping[str, Words]) -> dict[str, list[Words]]:
    """Give what is left of headlines without the label that most of them bear at one end, or some words of it."""
    head = _label([read[:LONGEST_LABEL] for read in titles.values()])
    tail = _label([read[: -LONGEST_LABEL - 1 : -1] for read in titles.values()])[::-1]
    found: dict[str, list[Words]] = {}
    for title, read in titles.items():
        left = [read[n:] for n in range(1, len(head) + 1) if read[:n] == head[:n]]
        left += [read[:-n] for n in range(1, len(tail) + 1) if read[-n:] == tail[-n:]]
        if kept := [some for some in left if len(some) >= FEWEST_LEFT]:
            found[title] = kept
    return found


def _label(heads: Sequence[Words]) -> Words:
    """Give the longest beginning that most share."""
    label: Words = ()
    for length in range(1, LONGEST_LABEL + 1):
        shared = Counter(head[:length] for head in heads if len(head) >= length).most_common(1)
        if not shared or shared[0][1] < max(2, MOST * len(heads)):
            break
        label = shared[0][0]
    return label
