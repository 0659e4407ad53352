"""The screen: where a rulebook without routes tells its alerts. Only a terminal counts as delivery."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from monitor.alerts.plain import clickable
from monitor.alerts.shown import Piece, Shown, show
from monitor.alerts.text import REPEAT, say_reason
from monitor.alerts.values import Envelope, Printed, Receipt, Rendered, Sender
from monitor.errors import ConfigError, DeliveryError, Fate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.text import Text

__all__ = ["check", "send_terminal", "show_on", "terminal_sender"]

WIDTH = 100
NO_TERMINAL = "no terminal to print on: add a channel to rules.yaml, or run this by hand"


def check(url: str) -> None:
    """Raise ConfigError when the URL says more than `terminal:`."""
    if url.partition(":")[2].strip("/"):
        msg = "the terminal channel is written `terminal:` and nothing else"
        raise ConfigError(msg)


def send_terminal(url: str, envelope: Envelope, rendered: Rendered) -> Receipt:
    """Print one message on standard output, when that is a terminal. Raises DeliveryError(RETRY) otherwise."""
    return terminal_sender(sys.stdout)(url, envelope, rendered)


def terminal_sender(stream: TextIO) -> Sender:
    """Give a sender that prints to this stream."""

    def send(_url: str, _envelope: Envelope, rendered: Rendered) -> Receipt:
        if not stream.isatty():
            raise DeliveryError(Fate.RETRY, NO_TERMINAL)
        from rich.console import Console

        try:
            show_on(Console(file=stream, highlight=False, emoji=False, markup=False), rendered)
            stream.flush()
        except OSError as error:
            detail = f"the terminal went away: {error.strerror}"
            raise DeliveryError(Fate.RETRY, detail) from None
        return Receipt("printed")

    return send


def show_on(console: Console, rendered: Rendered) -> None:
    """Print a message on any console: stories, or an operator's lines."""
    from rich.padding import Padding
    from rich.text import Text

    width = min(WIDTH, console.width)
    if rendered.possible_repeat:
        console.print(Text(REPEAT, style="dim"), width=width)
    for telling in rendered.tellings:
        for indent, line in _story(show(telling, rendered.letterhead)):
            console.print(Padding(line, (0, 0, 0, indent)), width=width)
        console.print()
    for said in (*rendered.remarks, *rendered.lines):
        console.print(Text(said), width=width)
    for one in rendered.entries:
        console.print()
        for indent, line in _entry(one):
            console.print(Padding(line, (0, 0, 0, indent)), width=width)


def _entry(one: Printed) -> Iterable[tuple[int, Text]]:
    from rich.text import Text

    yield 0, Text(one.headline, style="bold")
    yield from ((2, Text(said)) for said in (one.dateline, one.credit, one.lead, one.also) if said)
    if one.url:
        yield 2, _address(one.url)


def _story(story: Shown) -> Iterable[tuple[int, Text]]:
    from rich.text import Text

    if story.badge:
        yield 0, Text(story.badge.upper(), style="bold red" if story.badge == "Urgent" else "bold yellow")
    yield 0, _marked(story.headline, "bold")
    yield 0, Text.assemble(story.outlet, (f" · {story.when}", "dim"))
    if story.note:
        yield 0, Text(story.note, style="italic")
    for line in story.change:
        yield 0, Text(line)
    for reason in story.reasons:
        yield 2, Text(say_reason(reason), style="cyan")
        if reason.quote:
            yield 4, _marked(reason.quote, "")
    if story.warning:
        yield 2, Text(story.warning, style="bold red")
    yield 2, Text(" · ".join(story.facts), style="dim")
    if url := clickable(story.url):
        yield 2, _address(url)


def _address(url: str) -> Text:
    from rich.text import Text

    return Text(url, style="underline", no_wrap=True, overflow="fold")


def _marked(pieces: Iterable[Piece], style: str) -> Text:
    from rich.text import Text

    text = Text(style=style)
    for piece in pieces:
        text.append(piece.text, style="black on yellow" if piece.marked else "")
    return text
