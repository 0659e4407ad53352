"""The nearest thing in a story to a term that is not in it."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.rules.builder import Probe
from monitor.rules.needles import Nearby, Needle, Words
from monitor.rules.reading import Reading
from monitor.rules.tree import Node
from monitor.rules.values import Kind

__all__ = ["nearest"]

_Span = tuple[int, int]


def nearest(node: Node, reading: Reading) -> str:
    """Say what of a term was found: "forced labour found 61 words away, limit 30"; "" when nothing was."""
    for probe in node.probes:
        said = next(_hints(probe, reading), "")
        if said:
            return said
    return ""


def _hints(probe: Probe, reading: Reading) -> Iterator[str]:
    elsewhere = _elsewhere(probe, reading)
    if elsewhere:
        yield elsewhere
    if probe.check < 0:
        words = reading.literal_text(probe.literal)
        yield from _word_hints(words.split(), reading, probe, whole=words.endswith(" "))
        return
    check = reading.check(probe.check)
    if isinstance(check.needle, Nearby):
        yield from _near_hints(check.needle, reading, probe)
    elif isinstance(check.needle, Words):
        yield from _words_hints(check.needle, reading, probe)


def _elsewhere(probe: Probe, reading: Reading) -> str:
    others = tuple(dict.fromkeys(f for f in reading.fields if f not in probe.fields))
    spans = reading.spans(Probe(probe.literal, probe.check, others, probe.term)) if others else []
    if not spans:
        return ""
    part, start, end = spans[0]
    return f'"{reading.texts[part][start:end]}" is in the {reading.fields[part]}, not in the {" or ".join(probe.fields)}'


def _words_hints(words: Words, reading: Reading, probe: Probe) -> Iterator[str]:
    folded = [p.text.decode() for p in words.pieces]
    if any(p.exact for p in words.pieces):
        for part in reading.parts(probe.fields):
            seen = _sequence(folded, reading, part)
            if seen:
                yield f'"{seen}" is there, with other capitals'
    if all(p.kind is Kind.WORD for p in words.pieces):
        yield from _word_hints(folded, reading, probe, whole=True)


def _sequence(words: list[str], reading: Reading, part: int) -> str:
    found = reading.word_characters(part)
    texts = [reading.buffer[a:b].decode() for _, _, (a, b) in found]
    for i in range(len(texts) - len(words) + 1):
        if texts[i : i + len(words)] == words:
            return reading.texts[part][found[i][0] : found[i + len(words) - 1][1]]
    return ""


def _word_hints(words: list[str], reading: Reading, probe: Probe, *, whole: bool) -> Iterator[str]:
    """Longer forms of a single word; the distance between the first and the last word of a phrase."""
    for part in reading.parts(probe.fields):
        found = reading.word_characters(part)
        texts = [reading.buffer[a:b].decode() for _, _, (a, b) in found]
        if len(words) == 1 and whole and len(words[0]) > 2:
            longer = [i for i, t in enumerate(texts) if t.startswith(words[0]) and t != words[0]]
            if longer:
                start, end, _ = found[longer[0]]
                yield f'"{reading.texts[part][start:end]}" is there; {words[0]}* would find it'
        elif len(words) > 1:
            places = [[i for i, t in enumerate(texts) if t == w] for w in (words[0], words[-1])]
            if all(places):
                apart = min(abs(a - b) for a in places[0] for b in places[1])
                yield f"{words[0]} and {words[-1]} found {_count(apart)} apart, not as this phrase"


def _count(number: int) -> str:
    return f"{number} word{'' if number == 1 else 's'}"


def _near_hints(needle: Nearby, reading: Reading, probe: Probe) -> Iterator[str]:
    best: tuple[int, str] | None = None
    alone = ""
    for part in reading.parts(probe.fields):
        left, right = (_all_spans(side, reading, part) for side in (needle.left, needle.right))
        if left and right:
            for a in left:
                for b in right:
                    first, second = sorted((a, b))
                    gap = reading.buffer.count(b" ", first[1], second[0])
                    if first[1] <= second[0] and (best is None or gap < best[0]):
                        best = gap, f"{_quote(reading, part, first)} and {_quote(reading, part, second)}"
        elif left or right:
            span = (left or right)[0]
            alone = alone or f"only {_quote(reading, part, span)} is there"
    if best is not None:
        limit = "not in one sentence" if needle.distance is None else f"limit {needle.distance}"
        yield f"{best[1]} found {_count(best[0])} away, {limit}"
    elif alone:
        yield alone


def _quote(reading: Reading, part: int, span: _Span) -> str:
    start, end = reading.characters(part, span)
    return f'"{reading.texts[part][start:end]}"'


def _all_spans(side: tuple[Needle, ...], reading: Reading, part: int) -> list[_Span]:
    return sorted({s for needle in side for s in reading.needle_spans(reading.number(needle), part)})[:200]
