"""The brief as it is read: HTML, plain text, Markdown, a mail file, a Word document. The same issue, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from monitor.alerts.letter import mail_file
from monitor.alerts.plain import clean, clickable, clip, defuse, host_label, join_words
from monitor.alerts.senders import envelope_id
from monitor.alerts.text import REPEAT, WIDTH, closed, sent_by, wrapped
from monitor.alerts.values import Envelope, Letterhead, Printed, Rendered
from monitor.brief import NO_PHOTO, Entry, Issue, by_section, credit_line, dateline

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["FORMS", "export", "render_brief", "shown"]

READ_MORE = "Read More →"
FORMS = ("html", "md", "txt", "eml", "docx")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")
_LONGEST = 300


def shown(one: Entry, quotation: int) -> Printed:
    """Clean an entry for printing; its lead is no longer than the quotation allows."""
    url = clickable(one.url)
    also = tuple(clip(clean(name), _LONGEST) for name in one.also)
    return Printed(
        headline=clip(clean(one.headline), _LONGEST),
        outlet=clean(one.outlet),
        day=clean(one.day),
        dateline=clean(dateline(one)),
        credit=clean(credit_line(one)),
        photo="" if one.credit.casefold() == NO_PHOTO else clean(one.credit),
        lead=clip(clean(one.lead), quotation) if quotation else "",
        url=url,
        host=host_label(url.split("/")[2]) if url else "",
        also=f"Also reported by {join_words(also)}" if also else "",
        language=clean(one.language),
        section=clean(one.section),
    )


def _heading(issue: Issue) -> str:
    return f"{clean(issue.title)}, {issue.day}"


def render_brief(issue: Issue, letterhead: Letterhead, *, possible_repeat: bool = False) -> Rendered:
    """Render an issue as a message."""
    quotation = letterhead.quotation
    sections = _sections(issue, quotation)
    text = plain_text(issue, quotation).rstrip("\n")
    return Rendered(
        subject=clip(_heading(issue), 160),
        text=closed(text, letterhead, _footer(letterhead), possible_repeat=possible_repeat),
        html=_html(issue, letterhead, possible_repeat=possible_repeat),
        short=clip(
            f"{_heading(issue)}: {'; '.join(p.headline for _, group in sections for p in group)}", 240
        ),
        lines=(_heading(issue),),
        entries=tuple(p for _, group in sections for p in group),
        letterhead=letterhead,
        possible_repeat=possible_repeat,
    )


def _sections(issue: Issue, quotation: int) -> list[tuple[str, list[Printed]]]:
    return [
        (clean(name), [shown(one, quotation) for one in members])
        for name, members in by_section(issue.picked)
    ]


def _text_lines(issue: Issue, quotation: int) -> Iterator[str]:
    yield from (_heading(issue), "=" * min(WIDTH, len(_heading(issue))), "")
    for section, group in _sections(issue, quotation):
        if section:
            yield from (section.upper(), "")
        for p in group:
            yield from (
                wrapped(defuse(p.headline)),
                "",
                defuse(p.dateline),
                "",
                wrapped(defuse(p.credit)),
                "",
            )
            yield from (wrapped(defuse(p.lead)), "") if p.lead else ()
            yield from (wrapped(defuse(p.also)), "") if p.also else ()
            yield from (f"{READ_MORE} {p.url}".rstrip(), "", "")


def plain_text(issue: Issue, quotation: int) -> str:
    """Give an issue as plain text."""
    return "\n".join(_text_lines(issue, quotation)).rstrip("\n") + "\n"


def markdown(issue: Issue, quotation: int) -> str:
    """Give an issue as Markdown; what outlets wrote stays text."""
    lines = [f"# {_md(_heading(issue))}", ""]
    for section, group in _sections(issue, quotation):
        lines += [f"## {_md(section)}", ""] if section else []
        for p in group:
            parts = [f"### {_md(p.headline)}", _md(p.dateline), _md(p.credit), _md(p.lead), _md(p.also)]
            more = f"[{READ_MORE}](<{p.url}>)" if p.url else READ_MORE
            lines += [line for part in (*parts, more) if part for line in (part, "")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", defuse(text))


def _html(issue: Issue, letterhead: Letterhead, *, possible_repeat: bool) -> str:
    from monitor.alerts.render import inlined

    page = _template().render(
        heading=_heading(issue),
        title=clean(issue.title),
        day=issue.day,
        sections=_sections(issue, letterhead.quotation),
        read_more=READ_MORE,
        repeat=REPEAT if possible_repeat else "",
        footer=_footer(letterhead),
        letterhead=letterhead,
    )
    return inlined(page)


def _footer(letterhead: Letterhead) -> tuple[str, ...]:
    return sent_by(letterhead), "Each day is that of the outlet's own time zone."


@cache
def _template() -> Template:
    from monitor.alerts.render import templates

    return templates().get_template("brief.html.j2")


def export(issue: Issue, form: str, letterhead: Letterhead, *, sender: str = "") -> bytes:
    """Give an issue as a file: html, md, txt, eml or docx. The same issue gives the same bytes. Raises ConfigError."""
    quotation = letterhead.quotation
    if form == "docx":
        from monitor.alerts.word import document

        return document(_heading(issue), _sections(issue, quotation), issue.created, READ_MORE)
    rendered = render_brief(issue, letterhead)
    if form == "eml":
        key = f"brief-{issue.brief}-{issue.number}"
        envelope = Envelope(
            message_key=key, message_id=envelope_id(key, letterhead.domain), created=issue.created
        )
        return mail_file(
            envelope, rendered, sender or letterhead.operator_mail or f"brief@{letterhead.domain}"
        )
    texts = {
        "html": rendered.html,
        "txt": plain_text(issue, quotation),
        "md": markdown(issue, quotation),
    }
    return texts[form].encode()
