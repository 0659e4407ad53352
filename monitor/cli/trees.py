"""An explanation for people: a tree of clauses with ticks, the words found and where, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.cli.common import console, printable

if TYPE_CHECKING:
    from rich.text import Text

    from monitor.matching import Evidence, Explanation, Step

__all__ = ["brief", "nearest_first", "print_tree", "words_of"]

_PLACES_SHOWN, _ABSENT_SHOWN = 6, 12


def print_tree(found: Explanation, margin: str = "") -> None:
    """Print why a rule holds, or what keeps it from holding."""
    out = console()
    for line in _lines(found):
        out.print(_text(margin), line, sep="")


def _text(words: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(words), style=style)


def _lines(found: Explanation) -> Iterator[Text]:
    score = f", score {found.score:g}" if found.score is not None else ""
    verdict = f"matches{score}" if found.met else "does not match"
    yield _text(f"{found.rule}: ").append(_text(verdict, "bold green" if found.met else "bold red"))
    if found.outside:
        yield _text(f"  {found.outside}", "yellow")
    yield from _step(found.root, 1)
    if found.missing:
        yield _text("  To match it would need:")
    for m in found.missing:
        yield _text(f"  - {m.text}").append(_text(f" ({m.nearest})" if m.nearest else "", "yellow"))


def _step(step: Step, depth: int) -> Iterator[Text]:
    pad = "  " * depth
    line = _text(pad).append("✓" if step.met else "✗", "green" if step.met else "red").append(" ")
    line.append(_text(step.text))
    if step.points is not None:
        line.append(f" [{step.points:g}]", "cyan")
    if not step.steps and step.evidence:
        line.append("  ").append(_text(_places(step.evidence), "bold"))
    yield line
    needed = step.text == "all of"
    absent = [s for s in step.steps if not (s.met or s.steps or needed)]
    for inner in step.steps:
        if inner not in absent:
            yield from _step(inner, depth + 1)
    if absent:
        yield _text(f"{pad}  · not there: {_listed([s.text for s in absent])}", "dim")


def _places(evidence: Sequence[Evidence]) -> str:
    shown = [f'{e.field} {e.start}-{e.end} "{e.text}"' for e in evidence[:_PLACES_SHOWN]]
    rest = len(evidence) - _PLACES_SHOWN
    return ", ".join(shown) + (f", and {rest} more" if rest > 0 else "")


def _listed(words: Sequence[str]) -> str:
    rest = len(words) - _ABSENT_SHOWN
    return ", ".join(words[:_ABSENT_SHOWN]) + (f", and {rest} more" if rest > 0 else "")


def words_of(evidence: Iterable[Evidence]) -> str:
    """Give the words found, each once."""
    return ", ".join(dict.fromkeys(e.text for e in evidence))


def brief(found: Explanation) -> str:
    """Say in a line what a rule that does not match would need."""
    if found.outside:
        return f"{found.rule}: {found.outside}"
    said = "; ".join(f"{m.text}{f' ({m.nearest})' if m.nearest else ''}" for m in found.missing)
    return f"{found.rule}: would need {said}"


def nearest_first(missed: Iterable[Explanation]) -> list[Explanation]:
    """Put first what lacks least and has something near."""
    return sorted(missed, key=lambda e: (len(e.missing), not any(m.nearest for m in e.missing)))
