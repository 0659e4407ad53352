"""The fold with its way back: every folded character knows where it was in the original."""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from monitor.text.fold import chunks, fold_chunk, spaced_bytes
from monitor.text.letters import invisible

__all__ = ["Folded", "OffsetMap", "Word", "even_parts", "fold", "offset_map", "words"]

_WORD = re.compile(r"[^ ]+")
_UNEVEN = b"\x02"
_HANDLER = "copytaster-uneven"
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch that is not ASCII: its place before and after folding, and the offsets inside it."""

    start: int  # in the original
    end: int
    at: int  # in the spaced text
    until: int
    starts: tuple[int, ...]  # per folded character, within the run
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One word: folded, and its span in the original."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """The way back from folded text to the original, for characters that belong to words."""

    source: str
    _gaps: Sequence[int]  # folded offsets of words that more than one space stood before
    _extra: Sequence[int]  # spaces dropped up to there
    _runs: tuple[_Run, ...]
    _ats: Sequence[int]

    def start(self, index: int) -> int:
        """Give the offset in the original of a folded character."""
        at = self._spaced(index)
        run = self._run(at)
        if run is None:
            return at
        return run.start + run.starts[at - run.at] if at < run.until else run.end + at - run.until

    def end(self, index: int) -> int:
        """Give the offset in the original behind a folded character and the marks on it."""
        at = self._spaced(index)
        run = self._run(at)
        if run is not None and at < run.until:
            return run.start + run.ends[at - run.at]
        return _past_marks(self.source, at + 1 if run is None else run.end + at - run.until + 1)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the span in the original of folded characters from `start` to before `end`."""
        if self._runs:
            return self.start(start), self.end(end - 1)
        gaps, extra = self._gaps, self._extra
        before = bisect_right(gaps, start)
        within = bisect_right(gaps, end - 1, before)
        start += extra[before - 1] if before else 0
        end += extra[within - 1] if within else 0
        source = self.source
        if end < len(source) and source[end] > "\u02ff":
            end = _past_marks(source, end)
        return start, end

    def _spaced(self, index: int) -> int:
        number = bisect_right(self._gaps, index)
        return index + self._extra[number - 1] if number else index

    def _run(self, at: int) -> _Run | None:
        if not self._runs:
            return None
        # Of runs that folded to nothing several may share one place; the last is the one that counts.
        number = bisect_right(self._ats, at) - 1
        return self._runs[number] if number >= 0 else None


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. Offsets of `text` lead back to `source`; they never decrease and none is missing."""

    source: str
    text: str  # words separated by single spaces
    map: OffsetMap

    def original(self, index: int) -> int:
        """Give the offset in the original of a folded character; of a space, where the word before it ends.

        len(text) is a valid index too and leads behind the last word.
        """
        if not 0 <= index <= len(self.text):
            raise IndexError(f"offset {index} is outside a folded text of {len(self.text)} characters")
        if index < len(self.text) and self.text[index] != " ":
            return self.map.start(index)
        before = self.map.end(index - 1) if index else 0
        # One character may fold to two words (½): the space between them is at its start.
        return min(before, self.map.start(index + 1)) if index < len(self.text) else before

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the span in the original of text[start:end], marks on the last letter included."""
        first = self.original(start)
        if end <= start:
            return first, first
        behind = end - 2 if self.text[end - 1] == " " else end - 1
        return first, max(first, self.map.end(behind) if behind >= 0 else first)


def _past_marks(source: str, end: int) -> int:
    while end < len(source) and source[end] > "\u02ff" and unicodedata.category(source[end])[0] == "M":
        end += 1
    return end


@lru_cache(maxsize=16384)
def _offsets(run: str) -> tuple[str, tuple[int, ...], tuple[int, ...], bool]:
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in chunks(run):
        folded = fold_chunk(run[start:end])
        while start < end and invisible(run[start]):
            start += 1
        while end > start and invisible(run[end - 1]):
            end -= 1
        text.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    count = len(run)
    plain = starts == list(range(count)) and ends == list(range(1, count + 1))
    return "".join(text), tuple(starts), tuple(ends), plain


def _mark(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    even = _offsets(error.object[error.start : error.end])[3]
    return b"" if even else _UNEVEN, error.end


@cache
def _handler() -> str:
    """Register what tells in one fast pass whether any run folds other than one to one."""
    codecs.register_error(_HANDLER, _mark)
    return _HANDLER


def _runs(source: str) -> tuple[_Run, ...]:
    """Give the runs whose characters do not fold one to one; between them offsets only shift."""
    runs: list[_Run] = []
    shift = 0
    for found in _FOREIGN.finditer(source):
        run = found.group()
        folded, starts, ends, plain = _offsets(run)
        if plain:
            continue
        start, end = found.span()
        at = start + shift
        runs.append(_Run(start, end, at, at + len(folded), starts, ends))
        shift += len(folded) - len(run)
    return tuple(runs)


def even_parts(texts: Sequence[str], joined: str, spaced: bytes) -> tuple[str, Sequence[int]]:
    """Give `spaced_parts` of texts (`joined`) as characters, a space at both ends, and where each text begins in it.

    Every character stands where it stood; where that cannot be, the text given is "".
    """
    if not joined.isascii() and _UNEVEN in joined.encode("ascii", _handler()):
        return "", ()
    starts = [1]
    for text in texts:
        starts.append(starts[-1] + len(text) + 3)
    return f" {spaced.decode()} ", starts


def offset_map(source: str) -> OffsetMap:
    """Fold a text for its offsets alone."""
    return _mapped(source, spaced_bytes(source).decode())


def _mapped(source: str, spaced: str) -> OffsetMap:
    lead = len(spaced) - len(spaced.lstrip(" "))
    gaps, extra = ([0], [lead]) if lead else ([], [])
    dropped, at = lead, spaced.find("  ", lead)
    while at >= 0:
        end = at + 2
        while spaced.startswith(" ", end):
            end += 1
        gaps.append(at - dropped + 1)
        dropped += end - at - 1
        extra.append(dropped)
        at = spaced.find("  ", end)
    runs = _runs(source) if _UNEVEN in source.encode("ascii", _handler()) else ()
    return OffsetMap(source, gaps, extra, runs, [r.at for r in runs])


def fold(text: str) -> Folded:
    """Fold a text and keep the way back. `.text` holds the words separated by single spaces."""
    spaced = spaced_bytes(text).decode()
    return Folded(text, " ".join(spaced.split()), _mapped(text, spaced))


def words(text: str) -> tuple[Word, ...]:
    """Give the words of a text, folded, with their spans in the original."""
    folded = fold(text)
    return tuple(Word(m.group(), *folded.span(*m.span())) for m in _WORD.finditer(folded.text))
