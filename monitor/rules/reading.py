"""A story as the matcher reads it: its parts folded into one text, the literals seen, and lazy answers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import itemgetter

from monitor.rules.automaton import Automaton
from monitor.rules.builder import Builder, Check, Probe
from monitor.rules.covers import Span, minimal_covers
from monitor.rules.needles import Nearby, Needle, Words
from monitor.rules.regex import Expression, expression_spans
from monitor.rules.values import DEFAULT_FIELDS, Field, Kind
from monitor.rules.words import Lazy, alike, near
from monitor.story import Story
from monitor.text import (
    OffsetMap,
    cased,
    close_up,
    even_parts,
    joined_parts,
    offset_map,
    sentences,
    spaced_parts,
)
from monitor.text.fold import PART

__all__ = ["Reading", "part_texts"]

_FIRST = itemgetter(0)
_LONG = 2000  # bytes
_LOOKS = 40  # about how many words one search for two edges looks at
_SHORT = 16384  # bytes of a story in which a literal is looked for again, rather than led back by a map
_DEFAULT = frozenset(DEFAULT_FIELDS)


def part_texts(story: Story, field: Field) -> tuple[str, ...]:
    """Give the texts of a field: every headline variant, every author, every section."""
    match field:
        case Field.TITLE:
            return story.titles
        case Field.SUMMARY:
            return (story.summary,)
        case Field.BODY:
            return (story.body,)
        case Field.BYLINE:
            return story.authors
        case Field.SECTION:
            return story.sections
        case Field.OUTLET:
            return (story.outlet,)
        case Field.URL:
            return (story.url,)


class Reading:
    """One pass over one story; everything after it is looked up, or worked out once when first asked."""

    __slots__ = (
        "_bounds",
        "_builder",
        "_by_field",
        "_even",
        "_extra",
        "_joined",
        "_literal_spans",
        "_maps",
        "_needle_spans",
        "_places",
        "_sentences",
        "_spaced",
        "_tables",
        "ascii",
        "buffer",
        "fields",
        "hits",
        "indexes",
        "present",
        "seen",
        "texts",
    )  # fmt: skip

    def __init__(self, story: Story, builder: Builder, scanner: Automaton, extra: Sequence[Field]) -> None:
        titles = (story.title,) if story.title and not story.headlines else story.titles
        self.texts: list[str] = [*titles, story.summary, story.body]
        self.fields: list[Field] = [Field.TITLE] * len(titles) + [Field.SUMMARY, Field.BODY]
        self.indexes: list[int] = [*range(len(titles)), 0, 0]
        for field in extra:
            found = part_texts(story, field)
            self.texts += found
            self.fields += [field] * len(found)
            self.indexes += range(len(found))
        self._joined = joined_parts(self.texts)
        self._spaced = spaced_parts(self._joined)
        self.buffer = close_up(self._spaced)
        self.hits = scanner.find_matches_as_indexes(self.buffer, overlapping=True)
        self._builder = builder
        self._bounds: tuple[list[int], list[int]] | None = None
        self.seen: set[int] | frozenset[int] = set(map(_FIRST, self.hits))  # literals anywhere
        self.present = self.seen  # literals in the default fields
        self._by_field: dict[Field, set[int]] | None = None
        self._places: dict[int, list[Span]] | None = None
        self._maps: dict[int, OffsetMap] = {}
        self._even: tuple[str, Sequence[int]] | None = None
        self._extra = bool(extra)
        self.ascii = self.buffer.isascii()
        self._literal_spans: dict[int, list[tuple[int, int, int]]] = {}
        self._tables: dict[int, tuple[list[int], list[int]]] = {}
        self._sentences: dict[int, list[int]] = {}
        self._needle_spans: dict[tuple[int, int], tuple[Span, ...]] = {}
        if extra:
            self.present = self.within(DEFAULT_FIELDS)

    # --- parts ---

    def bounds(self) -> tuple[list[int], list[int]]:
        """Give where each part starts and ends in the buffer, the outer spaces included."""
        if self._bounds is None:
            starts, ends = [0], []
            at = self.buffer.find(PART)
            while at >= 0:
                ends.append(at)
                starts.append(at + 1)
                at = self.buffer.find(PART, at + 1)
            ends.append(len(self.buffer))
            self._bounds = starts, ends
        return self._bounds

    def part_of(self, at: int) -> int:
        """Give the number of the part that holds an offset of the buffer."""
        return bisect_right(self.bounds()[0], at) - 1

    def parts(self, fields: Iterable[Field]) -> list[int]:
        """Give the numbers of the parts of some fields."""
        wanted = frozenset(fields)
        return [i for i, field in enumerate(self.fields) if field in wanted]

    def within(self, fields: Iterable[Field]) -> set[int]:
        """Give the literals seen in some fields."""
        if self._by_field is None:
            self._by_field = {}
            for literal, start, _ in self.hits:
                self._by_field.setdefault(self.fields[self.part_of(start)], set()).add(literal)
        by_field = self._by_field
        return set().union(*(by_field.get(f, ()) for f in fields))

    # --- answers ---

    def check(self, number: int) -> Check:
        """Give a needle that needs a look."""
        return self._builder.checks[number]

    def number(self, needle: Needle) -> int:
        """Give the number of a needle."""
        return self._builder.number(needle)

    def literal_text(self, number: int) -> str:
        """Give a literal, spaces at word ends included."""
        return self._builder.literal_text(number)

    def found(self, probe: Probe) -> bool:
        """Say whether a probe is in the story."""
        if probe.check < 0:
            if _DEFAULT.issuperset(probe.fields) and len(probe.fields) == len(DEFAULT_FIELDS):
                return probe.literal in self.present
            return probe.literal in self.seen and probe.literal in self.within(probe.fields)
        return self.checked(probe.check, probe.fields)

    def checked(self, number: int, fields: tuple[Field, ...]) -> bool:
        """Say whether a needle that needs a look is in some fields."""
        if any(need.isdisjoint(self.seen) for need in self._builder.checks[number].needs):
            return False
        return any(self.needle_spans(number, part) for part in self.parts(fields))

    def spans(self, probe: Probe) -> list[tuple[int, int, int]]:
        """Give (part, start, end) of every place of a probe, in characters of the original part."""
        if probe.check >= 0:
            if not self.checked(probe.check, probe.fields):
                return []
            return [
                (part, *span)
                for part in self.parts(probe.fields)
                for span in self._original(probe.check, part)
            ]
        found = self.literal_spans(probe.literal)
        if probe.fields == DEFAULT_FIELDS and not self._extra:
            return found
        return [span for span in found if self.fields[span[0]] in probe.fields]

    def literal_spans(self, literal: int) -> list[tuple[int, int, int]]:
        """Give (part, start, end) of every sighting of a literal, in characters of the original part."""
        found = self._literal_spans.get(literal)
        if found is None:
            found = self._again(literal)
            if found is None:
                starts = self.bounds()[0]
                found = []
                for span in self.places(literal):
                    part = bisect_right(starts, span[0]) - 1
                    found.append((part, *self.characters(part, span)))
            self._literal_spans[literal] = found
        return found

    def even(self) -> tuple[str, Sequence[int]]:
        """Give the parts as one text whose characters keep their places, and where each begins; "" if it is long."""
        if self._even is None:
            short = len(self.buffer) < _SHORT
            self._even = even_parts(self.texts, self._joined, self._spaced) if short else ("", ())
        return self._even

    def _again(self, literal: int) -> list[tuple[int, int, int]] | None:
        """Find a literal in the parts themselves, whose characters keep their places; None: that cannot be done."""
        text, starts = self.even()
        if not text:
            return None
        found: list[tuple[int, int, int]] = []
        buffer, at = self.buffer, 0
        for first, last in self._sightings(literal):
            word = buffer[first:last].decode()
            at = text.find(word, first if self.ascii and first > at else at)
            if at < 0:
                return None  # somewhere more than one space stands between the words of a phrase
            start = at + 1 if word[0] == " " else text.rfind(" ", 0, at) + 1
            end = at + len(word) - 1 if word[-1] == " " else text.find(" ", at + len(word))
            part = bisect_right(starts, start) - 1
            base = starts[part]
            span = part, start - base, end - base
            if not found or found[-1] != span:
                found.append(span)
            at += 1
        return found

    def _sightings(self, literal: int) -> list[Span]:
        """Give where a literal was seen in the buffer."""
        if self._places is None:
            self._places = {}
            for number, start, end in self.hits:
                if number in self._places:
                    self._places[number].append((start, end))
                else:
                    self._places[number] = [(start, end)]
        return self._places.get(literal, [])

    def places(self, literal: int) -> list[Span]:
        """Give the whole words every sighting of a literal lies in."""
        buffer = self.buffer
        inner = b" " not in self._builder.texts[literal]  # may be seen many times in one word
        found: list[Span] = []
        for start, end in self._sightings(literal):
            if inner and found and start < found[-1][1]:
                continue
            first = start + 1 if buffer[start] == 32 else buffer.rfind(b" ", 0, start) + 1
            last = end - 1 if buffer[end - 1] == 32 else buffer.find(b" ", end)
            if not found or found[-1] != (first, last):
                found.append((first, last))
        return found

    def characters(self, part: int, span: Span) -> Span:
        """Turn a span of the buffer into one of the original text of its part."""
        way = self._maps.get(part)
        if way is None:
            way = self._maps[part] = offset_map(self.texts[part])
        base = self.bounds()[0][part] + 1
        start, end = span
        if self.ascii:
            return way.span(start - base, end - base)
        begin = self._letters(part, base, start)
        return way.span(begin, begin + len(self.buffer[start:end].decode()))

    def _letters(self, part: int, base: int, start: int) -> int:
        """Count the characters of a part before a byte; a long part is counted once, word by word."""
        if start - base < _LONG:
            return len(self.buffer[base:start].decode())
        if part not in self._tables:
            words = self.buffer[base : self.bounds()[1][part]].split(b" ")
            places = list(accumulate((len(w) + 1 for w in words), initial=base))
            letters = list(accumulate((len(w.decode()) + 1 for w in words), initial=0))
            self._tables[part] = places, letters
        places, letters = self._tables[part]
        return letters[bisect_right(places, start) - 1]

    # --- needles that need a look ---

    def _original(self, number: int, part: int) -> list[Span]:
        needle = self._builder.checks[number].needle
        if isinstance(needle, Expression):
            return list(expression_spans(needle.source, self.texts[part]))
        return [self.characters(part, span) for span in self.needle_spans(number, part)]

    def needle_spans(self, number: int, part: int) -> tuple[Span, ...]:
        """Give the places of a needle in one part, ordered, each once."""
        key = (number, part)
        if key not in self._needle_spans:
            check = self._builder.checks[number]
            self._needle_spans[key] = tuple(sorted(set(self._look(check, part))))
        return self._needle_spans[key]

    def _look(self, check: Check, part: int) -> Iterable[Span]:
        needle = check.needle
        if isinstance(needle, Nearby):
            return self._nearby(needle, part)
        if isinstance(needle, Expression):
            return self._expression(needle, part)
        if check.literal >= 0:
            low, high = (bound[part] for bound in self.bounds())
            return [span for span in self.places(check.literal) if low <= span[0] < high]
        return self._words(check, needle, part)

    def _words(self, check: Check, words: Words, part: int) -> Iterable[Span]:
        assert check.pattern is not None
        low, high = (bound[part] for bound in self.bounds())
        typos = [p.text.decode() for p in words.pieces if p.kind is Kind.FUZZY]
        found = check.pattern.search(self.buffer, low, high)
        while found is not None:
            span = (found.start() + 1, found.end())
            meant = all(near(word, seen) for word, seen in zip(typos, found.groups(), strict=False))
            if meant and self._capitals(words, part, span):
                yield span
            found = check.pattern.search(self.buffer, found.start() + 1, high)

    def _capitals(self, words: Words, part: int, span: Span) -> bool:
        if words.pieces[0].exact is None:
            return True
        start, end = self.characters(part, span)
        seen = cased(self.texts[part][start:end]).split()
        return len(seen) == len(words.pieces) and all(
            alike(piece.exact or "", piece.kind, word) for piece, word in zip(words.pieces, seen, strict=True)
        )

    def _expression(self, expression: Expression, part: int) -> Iterable[Span]:
        """Give the words a regex touches; a match of punctuation alone counts as the word behind it."""
        words = self._word_spans(part)
        found = list(expression_spans(expression.source, self.texts[part])) if words else []
        begins, ends = self._edges(part, words, len(found))
        for start, end in found:
            first = min(bisect_right(ends, start), len(words) - 1)
            last = max(first, bisect_left(begins, end) - 1)
            yield words[first][0], words[last][1]

    def _word_spans(self, part: int) -> list[Span]:
        """Give the span in the buffer of every word of a part."""
        low, high = (bound[part] for bound in self.bounds())
        words = self.buffer[low + 1 : high].split(b" ")
        places = accumulate((len(word) + 1 for word in words), initial=low + 1)
        return [(at, at + len(word)) for at, word in zip(places, words, strict=False) if word]

    def _edges(self, part: int, words: Sequence[Span], asked: int) -> tuple[Sequence[int], Sequence[int]]:
        """Give where words begin and end in the original. Where few are asked for, each is worked out by itself."""
        if asked * _LOOKS < len(words):
            return Lazy(words, lambda w: self.characters(part, w)[0]), Lazy(
                words, lambda w: self.characters(part, w)[1]
            )
        edges = [self.characters(part, word) for word in words]
        return [begin for begin, _ in edges], [end for _, end in edges]

    def word_characters(self, part: int) -> list[tuple[int, int, Span]]:
        """Give (start, end) in the original and the span in the buffer of every word of a part."""
        return [(*self.characters(part, word), word) for word in self._word_spans(part)]

    def _nearby(self, needle: Nearby, part: int) -> Iterable[Span]:
        left, right = (
            sorted({s for n in side for s in self.needle_spans(self._builder.number(n), part)})
            for side in (needle.left, needle.right)
        )
        if not left or not right:
            return ()
        if needle.distance is None:
            cuts = self._cuts(part)
            place = [(bisect_right(cuts, s), bisect_right(cuts, e - 1)) for s, e in (*left, *right)]
            whole = {span for span, (a, b) in zip((*left, *right), place, strict=True) if a == b}
            groups: dict[int, tuple[list[Span], list[Span]]] = {}
            for i, side in enumerate((left, right)):
                for span in side:
                    if span in whole:
                        groups.setdefault(bisect_right(cuts, span[0]), ([], []))[i].append(span)
            return [c for a, b in groups.values() for c in minimal_covers(a, b, None, self.buffer)]
        return minimal_covers(left, right, needle.distance, self.buffer)

    def _cuts(self, part: int) -> list[int]:
        """Give where sentences after the first begin, as offsets of the buffer."""
        if part not in self._sentences:
            starts = [s for s, _ in sentences(self.texts[part])][1:]
            words = self._word_spans(part)
            begins, _ = self._edges(part, words, len(starts))
            places = (bisect_left(begins, s) for s in starts)
            self._sentences[part] = [words[i][0] for i in places if i < len(words)]
        return self._sentences[part]
