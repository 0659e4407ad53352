"""Render tellings, or what the operator must know, as one message for one recipient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from monitor.alerts.plain import clean, clip, plural
from monitor.alerts.shown import Shown, show
from monitor.alerts.text import REPEAT, closed, footer, story_block
from monitor.alerts.values import Letterhead, Rendered, Telling

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment, Template

__all__ = ["inlined", "message", "operator", "templates"]

LONGEST_SUBJECT = 160
LONGEST_SHORT = 240


def message(
    tellings: Sequence[Telling],
    letterhead: Letterhead,
    *,
    possible_repeat: bool = False,
    remarks: Sequence[str] = (),
) -> Rendered:
    """Render stories for one recipient. Subject: headline and outlet; several: "4 stories: first headline".

    `remarks` are our own words below the stories, one paragraph each.
    """
    said = tuple(clean(remark) for remark in remarks)
    stories = [show(telling, letterhead) for telling in tellings]
    subject = _subject(stories)
    text = "\n\n\n".join([*(story_block(story) for story in stories), *said])
    return Rendered(
        subject=subject,
        text=closed(text, letterhead, footer(letterhead), possible_repeat=possible_repeat),
        html=_html(
            letterhead,
            subject=subject,
            heading=plural(len(stories), "story", "stories"),
            preview=_preview(stories),
            stories=stories,
            possible_repeat=possible_repeat,
            remarks=said,
        ),
        short=_short(stories),
        tellings=tuple(tellings),
        remarks=said,
        letterhead=letterhead,
        possible_repeat=possible_repeat,
    )


def operator(
    *texts: str,
    letterhead: Letterhead,
    subject: str = "",
    possible_repeat: bool = False,
    heading: str = "for the operator",
) -> Rendered:
    """Render what the operator must know, one paragraph a text. Subject: the first sentence, or as given."""
    lines = tuple("\n".join(clean(line) for line in text.splitlines()).strip() for text in texts)
    first = lines[0].partition("\n")[0] if lines else "Nothing to report"
    subject = clip(clean(subject) or f"{letterhead.newsroom}: {first}", LONGEST_SUBJECT)
    return Rendered(
        subject=subject,
        text=closed("\n\n".join(lines), letterhead, footer(letterhead), possible_repeat=possible_repeat),
        html=_html(
            letterhead,
            subject=subject,
            heading=heading,
            preview=first,
            lines=lines,
            possible_repeat=possible_repeat,
        ),
        short=clip(first, LONGEST_SHORT),
        lines=lines,
        letterhead=letterhead,
        possible_repeat=possible_repeat,
    )


def _subject(stories: Sequence[Shown]) -> str:
    if not stories:
        return "No stories"
    first = stories[0]
    if len(stories) == 1:
        room = LONGEST_SUBJECT - len(first.outlet) - 3
        return f"{clip(first.title, room)} ({first.outlet})"
    return clip(f"{plural(len(stories), 'story', 'stories')}: {first.title}", LONGEST_SUBJECT)


def _preview(stories: Sequence[Shown]) -> str:
    if len(stories) == 1:
        quotes = ("".join(p.text for p in reason.quote) for reason in stories[0].reasons)
        return clip(" ".join(filter(None, (stories[0].outlet + ":", *quotes))), LONGEST_SHORT)
    return clip("; ".join(f"{story.title} ({story.outlet})" for story in stories), LONGEST_SHORT)


def _short(stories: Sequence[Shown]) -> str:
    return clip(_subject(stories), LONGEST_SHORT) + (f"\n{stories[0].url}" if len(stories) == 1 else "")


def _html(letterhead: Letterhead, **shown: object) -> str:
    page = _template().render(letterhead=letterhead, footer=footer(letterhead), repeat=REPEAT, **shown)
    return inlined(page)


@cache
def templates() -> Environment:
    """Give the templates of this folder, everything in them escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("monitor.alerts", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.globals.update(stories=(), lines=(), remarks=(), possible_repeat=False)
    return environment


@cache
def _template() -> Template:
    return templates().get_template("message.html.j2")


def inlined(page: str) -> str:
    """Move a page's styles into its elements: mail readers drop <style>."""
    return _inliner().inline(page)


@cache
def _inliner() -> CSSInliner:
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
