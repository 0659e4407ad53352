"""The demo in words: pass by pass what was polled, what editors got, what was held and why, what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.text import Text

from monitor.demo.keeping import RECEIVED
from monitor.demo.outlets import INSTANTS, Outlet
from monitor.demo.rulebook import EDITOR
from monitor.outbox import Kind, State
from monitor.story import FAILURES, Outcome
from monitor.triage import Reason

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.alerts import Telling, Why
    from monitor.app.report import Held
    from monitor.demo.passing import Passed, Told
    from monitor.demo.performance import Performance

__all__ = ["closing", "document", "one_pass", "opening"]

_HELD = {
    Reason.TOLD: "told before",
    Reason.DUPLICATE: "duplicate",
    Reason.BASELINE: "already there at the first poll",
    Reason.OLDER: "older, newly found; waits for tomorrow's digest",
    Reason.SILENCED: "silenced",
    Reason.OURS: "our own: compared, never alerted",
    Reason.BEFORE_RULE: "older than the rule",
}
_WIDEST = 110  # columns; longer lines are hard to read
_IN_A_MESSAGE = frozenset({Reason.BASELINE})  # these went into a message of their own


def opening(out: Console, outlets: int, home: Path) -> None:
    """Say what is about to happen, and where."""
    _line(
        out,
        f"The demo: {outlets} outlets that do not exist, polled three times in one simulated morning by the real "
        "crawler. Everything stays on this machine.",
    )
    out.print(Text(f"Its folder: {home}"), soft_wrap=True)


def one_pass(out: Console, number: int, done: Passed, outlets: Mapping[str, Outlet]) -> None:
    """Show one pass."""
    instant = INSTANTS[number - 1]
    name = "the first pass, the baseline" if number == 1 else f"pass {number}"
    out.print()
    _heading(out, f"{instant:%A %d %B %Y, %H:%M} UTC: {name}")
    _line(out, _polled(done))
    _line(out, _came(done))
    for told in done.told:
        _message(out, told, outlets)
    _held(out, done, outlets)
    for failure in done.report.failures:
        _line(out, failure.detail, indent=8, label="Failed", style="bold red")


def _heading(out: Console, words: str) -> None:
    out.print(Rule(words, align="left", style="bold"), width=min(out.width, _WIDEST))


def _line(out: Console, words: Text | str, *, indent: int = 0, label: str = "", style: str = "") -> None:
    """Print words wrapped and indented; the label stands in the indent of the first line."""
    text = Text(words) if isinstance(words, str) else words
    before = Text(label.ljust(indent), style)
    for line in text.wrap(out, min(out.width, _WIDEST) - indent):
        line.rstrip()
        out.print(Text.assemble(before, line), soft_wrap=True)
        before = Text(" " * indent)


def _polled(done: Passed) -> str:
    by = Counter(p.outcome for p in done.polls)
    failed = sum(n for outcome, n in by.items() if outcome in FAILURES)
    words = [
        f"{by[Outcome.NEWS]} with news",
        f"{by[Outcome.UNCHANGED]} unchanged",
        f"{by[Outcome.NOT_MODIFIED]} not modified (304)",
        f"{failed} failed",
    ]
    return f"Polled {len(done.polls)} sources: " + ", ".join(w for w in words if not w.startswith("0 ")) + "."


def _came(done: Passed) -> str:
    came = done.report.stories
    words = [f"{came['new']} new stories"]
    if came["revised"]:
        words.append(f"{came['revised']} with changed text")
    if again := came["reissued"] + came["unchanged"]:
        words.append(
            f"{again} issued again with the same text, under a new id or date (nobody is told of that)"
        )
    pages = done.report.pages
    read = f" Their pages: {pages['read']} read, {pages['failed']} failed." if pages else ""
    return f"Came: {', '.join(words)}.{read}"


def _message(out: Console, told: Told, outlets: Mapping[str, Outlet]) -> None:
    recipient = told.sent.message.recipient
    who = f"to {recipient.address}" if recipient.address else "to the webhook"
    state = "" if told.sent.state is State.SENT else f" [{told.sent.state}: {told.sent.detail}]"
    head = Text.assemble(f"{who} ({recipient.channel}){state}: ", (told.sent.subject, "bold"))
    _line(out, head, indent=8, label="Sent", style="bold green")
    if any(t.kind is Kind.BASELINE for t in told.tellings):
        _line(out, "one message for all that was there when these outlets were first polled", indent=8)
    for telling in told.tellings if recipient.address else ():
        _story(out, telling, outlets)
    for text in told.texts:
        _line(out, text, indent=8)


def _story(out: Console, telling: Telling, outlets: Mapping[str, Outlet]) -> None:
    _line(out, f"{telling.headline} ({telling.outlet_title})", indent=10, label="        -")
    for why in telling.why:
        _line(out, Text.assemble((f"{why.rule}: ", "dim"), _quoted(why)), indent=12)
    if remark := _remark(telling, outlets):
        _line(out, Text(f"Note: {remark}.", "italic"), indent=12)


def _quoted(why: Why) -> Text:
    """Give the sentence with its matched words marked in a way that survives a terminal without colour."""
    if not why.sentence:
        return Text(", ".join(why.terms))
    text, at = Text(), 0
    for start, end in _apart(why.marks):
        text.append(why.sentence[at:start])
        text.append(f"[{why.sentence[start:end]}]", "bold yellow")
        at = end
    return text.append(why.sentence[at:])


def _apart(marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join marks that overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _remark(telling: Telling, outlets: Mapping[str, Outlet]) -> str:
    pieces = (e.piece for o in outlets.values() for editions in o.stories for e in editions)
    return next((p.remark for p in pieces if p.remark and p.link == telling.url), "")


def _held(out: Console, done: Passed, outlets: Mapping[str, Outlet]) -> None:
    for held, rules in _by_story(done.report.held):
        title = outlets[held.outlet].title if held.outlet in outlets else held.outlet
        why = _HELD.get(held.reason, str(held.reason)) + (f" ({held.detail})" if held.detail else "")
        words = Text.assemble(f"{held.title} ({title}): {why}. ", (f"Rules: {', '.join(rules)}.", "dim"))
        _line(out, words, indent=8, label="Held", style="bold yellow")


def _by_story(held: Iterable[Held]) -> Iterator[tuple[Held, list[str]]]:
    found: dict[tuple[int, Reason], tuple[Held, list[str]]] = {}
    for one in held:
        if one.reason not in _IN_A_MESSAGE:
            found.setdefault((one.story_id, one.reason), (one, []))[1].append(one.rule)
    yield from found.values()


def closing(out: Console, done: Performance) -> None:
    """Say where everything is."""
    kept = done.kept
    robots = sum(a.path == "/robots.txt" for a in done.asked)
    changed = sum(a.conditional for a in done.asked)
    out.print()
    _heading(out, "What arrived")
    _line(out, f"{len(kept.mails)} mails and {len(kept.hooks)} webhook calls, kept as received:")
    out.print(Text(str(done.home / RECEIVED)), soft_wrap=True)
    _line(
        out,
        f"The outlets were asked {len(done.asked)} times: {robots} times for robots.txt, once a host, "
        f"{sum(p.report.pages.total() for p in done.passes)} times for the page of a story, and {changed} times only for "
        "what had changed since.",
    )
    if kept.alert is not None:
        _line(out, f"The first alert as {EDITOR} sees it; open it in a browser:")
        out.print(Text(str(kept.alert), "bold"), soft_wrap=True)


def document(done: Performance) -> dict[str, object]:
    """Give everything as one JSON document."""
    return {
        "folder": str(done.home),
        "alert": str(done.kept.alert) if done.kept.alert else None,
        "mails": [str(p) for p in done.kept.mails],
        "pages": [str(p) for p in done.kept.pages],
        "webhook_calls": [str(p) for p in done.kept.hooks],
        "requests": len(done.asked),
        "passes": [_pass_document(p, at.isoformat()) for p, at in zip(done.passes, INSTANTS, strict=True)],
    }


def _pass_document(done: Passed, at: str) -> dict[str, object]:
    report = done.report
    return {
        "at": at,
        "exit_code": report.exit_code(),
        "polls": {p.outlet: str(p.outcome) for p in done.polls},
        "stories": dict(report.stories),
        "pages": dict(report.pages),
        "matches": report.matches,
        "waiting": report.waiting,
        "sent": [_told_document(t) for t in done.told],
        "held": [
            {
                "title": h.title,
                "outlet": h.outlet,
                "rule": h.rule,
                "reason": str(h.reason),
                "detail": h.detail,
            }
            for h in report.held
        ],
        "failures": [{"source": f.source, "outcome": f.outcome, "detail": f.detail} for f in report.failures],
    }


def _told_document(told: Told) -> dict[str, object]:
    recipient = told.sent.message.recipient
    return {
        "channel": recipient.channel,
        "recipient": recipient.address,
        "key": told.sent.message.key,
        "subject": told.sent.subject,
        "state": str(told.sent.state),
        "stories": [
            {
                "headline": t.headline,
                "outlet": t.outlet_title,
                "url": t.url,
                "kind": str(t.kind),
                "why": [{"rule": w.rule, "matched": _matched(w), "sentence": w.sentence} for w in t.why],
            }
            for t in told.tellings
        ],
        "lines": list(told.texts),
    }


def _matched(why: Why) -> list[str]:
    return [why.sentence[start:end] for start, end in why.marks] or list(why.terms)
