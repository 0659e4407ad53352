"""Whether a change of a story matters to those who were told of it because of a rule.

It does where the headline or a sentence that met the rule says something else: other words, another number or name;
and where the outlet itself says that it corrected or withdrew the story. A typo mended, a comma, a label, the tense of
a verb and a sentence far from the matter do not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from monitor.duplicates.background import COMMON
from monitor.duplicates.boilerplate import NOTICE, NOTICE_TITLE, clean_title
from monitor.duplicates.words import is_number, stem, words
from monitor.matching import Match, field_text
from monitor.rules import Field
from monitor.story import Story
from monitor.text import sentence_around, sentences

__all__ = ["Change", "material"]

_TRIVIAL = frozenset(
    """a an and are as at be been being by for had has have he her his in is it its of on or says say said she that the
    their them there these they this those to told was were which while who with""".split()  # noqa: SIM905
)
_LABEL = re.compile(r"^[^\W\d][^:]{1,24}:\s+")
_COUNTERPART = 45.0  # token_sort ratio from which a sentence is the old one rewritten
_SHORTEST_TYPO = 5
_GONE = "(no longer in the story)"
_TAKEN_DOWN = "Its page is gone from the site."


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: headline, sentence, correction or the story's being there, as it was and as it is."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        """Say it in two lines."""
        if self.what == "vanished":
            return f"The outlet has taken down: {self.before}\n{self.after}"
        if self.what == "correction":
            return f"The outlet published a correction of: {self.before}\nIt says: {self.after}"
        name = "The headline was" if self.what == "headline" else "The story said"
        return f"{name}: {self.before}\nNow: {self.after}"


def material(before: Story, after: Story, met: Iterable[Match]) -> Change | None:
    """Give the first change that matters; `met` are the matches of the rules told, in the state before."""
    if after.vanished and not before.vanished:
        return Change("vanished", before.title, _TAKEN_DOWN)
    notice = _new_notice(before, after)
    if notice:
        return Change("correction", before.title, notice)
    known = frozenset(words(f"{before.summary} {before.body} {after.summary} {after.body}"))
    one, other = clean_title(before.title), clean_title(after.title)
    if _differ(one, other, known) and not _relabelled(one, other):
        return Change("headline", before.title, after.title)
    return _changed_sentence(before, after, met, known)


def _relabelled(one: str, other: str) -> bool:
    """Whether a headline only lost or got the name of its subject in front: "Ferries: Who pays?"."""
    bare = [_LABEL.sub("", title) for title in (one, other)]
    return words(bare[0]) == words(bare[1]) and (bare[0] == one or bare[1] == other)


def _new_notice(before: Story, after: Story) -> str:
    first_read = bool(after.body) and not before.body  # what its text says all along is no news
    if after.correction and after.correction != before.correction and not first_read:
        return after.correction
    if NOTICE_TITLE.match(after.title) and not NOTICE_TITLE.match(before.title):
        return after.title
    old = set(_sentences(before))
    new = _sentences(replace(after, body="")) if first_read else _sentences(after)
    return next((s for s in new if s not in old and NOTICE.search(s)), "")


def _sentences(story: Story) -> list[str]:
    return [text[a:b] for text in (story.summary, story.body) for a, b in sentences(text)]


def _changed_sentence(
    before: Story, after: Story, met: Iterable[Match], known: frozenset[str]
) -> Change | None:
    there = _sentences(after)
    if not there:
        return None  # the source gives headlines only now
    for sentence in _matched(before, met):
        nearest = max(there, key=lambda s: fuzz.token_sort_ratio(sentence, s))
        if _contained(sentence, nearest):
            continue
        if fuzz.token_sort_ratio(sentence, nearest) < _COUNTERPART:
            return Change("sentence", sentence, _GONE)
        if _differ(sentence, nearest, known):
            return Change("sentence", sentence, nearest)
    return None


def _matched(story: Story, met: Iterable[Match]) -> Iterable[str]:
    """Give the sentences of summary and body in which the rules were met, each once."""
    found: dict[str, None] = {}
    for match in met:
        for e in match.evidence:
            if e.field in (Field.SUMMARY, Field.BODY):
                text = field_text(story, e.field, e.index)
                start, end = sentence_around(text, e.start, e.end)
                found[text[start:end]] = None
    return found


def _contained(sentence: str, other: str) -> bool:
    return " ".join(words(sentence)) in " ".join(words(other))


def _differ(before: str, after: str, known: frozenset[str]) -> bool:
    """Whether two states of a text say different things to a reader."""
    mine, theirs = words(before), words(after)
    if mine == theirs or "".join(mine) == "".join(theirs):
        return False
    if Counter(filter(is_number, mine)) != Counter(filter(is_number, theirs)):
        return True
    names = _names(before) | _names(after)
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    return any(
        tag != "equal" and _other_words(mine[i:j], theirs[k:m], names, known)
        for tag, i, j, k, m in matcher.get_opcodes()
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(w for token in text.split() if token[:1].isupper() for w in words(token))


def _other_words(
    mine: Sequence[str], theirs: Sequence[str], names: frozenset[str], known: frozenset[str]
) -> bool:
    one, other = ([w for w in side if w not in _TRIVIAL] for side in (mine, theirs))
    if "".join(one) == "".join(other):
        return False
    if len(one) != len(other):
        return True
    return any(not _one_word(v, w, names, known) for v, w in zip(one, other, strict=True))


def _one_word(v: str, w: str, names: frozenset[str], known: frozenset[str]) -> bool:
    """Whether two words are one, inflected or misspelt. A name spelt otherwise is another, unless the text knows it."""
    if v == w or stem(v) == stem(w):
        return True
    if is_number(v) or is_number(w) or min(len(v), len(w)) < _SHORTEST_TYPO or v[0] != w[0]:
        return False
    distance = OSA.distance(v, w)
    if (v in names or w in names) and v not in COMMON and w not in COMMON:
        return distance == 1 and ((w in known and v not in known) or sorted(v) == sorted(w))
    return distance == 1 or (distance == 2 and min(len(v), len(w)) > 6)
