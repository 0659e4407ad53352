"""The plain-text form of a message: as good to read as the other, with every address written out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from monitor.alerts.plain import clean, defuse
from monitor.alerts.shown import Piece, Reason, Shown
from monitor.alerts.values import Letterhead

__all__ = ["REPEAT", "closed", "footer", "marked", "say_reason", "sent_by", "story_block", "wrapped"]

WIDTH = 76
REPEAT = (
    "This may be a repeat: the first attempt to send this message ended without an answer. "
    "Nothing in it has changed."
)


def story_block(story: Shown) -> str:
    """Lay one story out as lines of text."""
    lines = [f"[{story.badge}]"] if story.badge else []
    lines += [wrapped(defuse(story.title)), f"{defuse(story.outlet)}, {story.when}"]
    if story.note:
        lines.append(wrapped(defuse(story.note)))
    lines += [wrapped(defuse(line)) for line in story.change]
    for reason in story.reasons:
        lines += ["", wrapped(say_reason(reason))]
        if reason.quote:
            lines.append(wrapped(marked(reason.quote), indent="  > "))
    lines.append("")
    if story.warning:
        lines.append(wrapped(f"! {defuse(story.warning)}"))
    if story.facts:
        lines.append(wrapped(defuse(". ".join(story.facts)) + "."))
    if story.url:
        lines.append(story.url)
    if story.relevant:
        lines += ["", f"Relevant: {story.relevant}", f"Not relevant: {story.irrelevant}"]
    return "\n".join(lines).rstrip()


def say_reason(reason: Reason) -> str:
    """Say which rules met the story where, and in which words when no quote follows."""
    forms = f" ({defuse(reason.forms)})" if reason.forms else ""
    words = f": {defuse(', '.join(reason.found))}" if reason.found and not forms else ""
    return f"{defuse(reason.rules)}, {reason.where}{forms}{words}{':' if reason.quote else ''}"


def marked(pieces: Iterable[Piece]) -> str:
    """Show the matched words between asterisks; an asterisk of the text itself stays as it is."""
    return "".join(f"*{defuse(p.text)}*" if p.marked else defuse(p.text) for p in pieces)


def wrapped(text: str, indent: str = "") -> str:
    """Fold a paragraph into lines; addresses stay whole."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def closed(text: str, letterhead: Letterhead, lines: Iterable[str], *, possible_repeat: bool = False) -> str:
    """Give a text the lines of its footer, with whom to ask, and where it may be a repeat a line that says so."""
    top = f"{REPEAT}\n\n" if possible_repeat else ""
    asking = f"\nQuestions, or to change what you receive: {letterhead.operator_mail}"
    foot = "\n".join(lines) + (asking if letterhead.operator_mail else "")
    return f"{top}{text}\n\n-- \n{foot}\n"


def footer(letterhead: Letterhead) -> tuple[str, ...]:
    """Say who runs this and in which zone it speaks."""
    return sent_by(letterhead), f"Times are in {letterhead.zone.replace('_', ' ')}."


def sent_by(letterhead: Letterhead) -> str:
    """Say who runs this."""
    version = f" {letterhead.version}" if letterhead.version else ""
    return f"Sent by Copytaster{version}, run by {clean(letterhead.operator)}."
