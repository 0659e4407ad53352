"""A run's report in words: all of it for a person who looks on, only changes of state for cron's mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from monitor.app.report import RunReport, bare
from monitor.app.sent import Sent
from monitor.cli.common import counted, when
from monitor.outbox import State

__all__ = ["RESTORED", "changes_of_state", "run_as_values", "run_for_people", "sent_as_values", "sent_lines"]

RESTORED = "This is a restored copy; it sends nothing until: copytaster restore --take-over"
_MOST_PAGES = 5
BROKEN = "rules.yaml has mistakes; the last good version stays in force until they are mended:"


def run_as_values(report: RunReport) -> dict[str, object]:
    """Give the report as the machine-readable document of `run --json`."""
    return {
        "started": report.started,
        "finished": report.finished,
        "dry_run": report.dry,
        "stopped": report.stopped,
        "exit_code": report.exit_code(),
        "due": report.due,
        "polls": dict(report.polled),
        "failures": report.failures,
        "stories": dict(report.stories),
        "pages": dict(report.pages),
        "page_failures": report.page_failures,
        "unread": report.unread,
        "possible": report.possible,
        "matches": report.matches,
        "held": report.held,
        "sent": sent_as_values(report.sent),
        "waiting": report.waiting,
        "incidents": report.incidents,
        "gaps": report.gaps,
        "mistakes": [str(m) for m in report.mistakes],
        "rulebook": report.force,
        "restored": report.paused,
    }


def sent_as_values(sent: Iterable[Sent]) -> list[dict[str, object]]:
    """Give what became of each message for machines."""
    return [
        {
            "recipient": s.message.recipient.address or s.message.recipient.channel,
            "channel": s.message.recipient.channel,
            "key": s.message.key,
            "subject": s.subject,
            "stories": s.stories,
            "rules": s.rules,
            "state": s.state,
            "detail": s.detail,
        }
        for s in sent
    ]


def sent_lines(sent: Iterable[Sent]) -> Iterator[str]:
    """Say what became of each message; what was printed on the terminal needs no second line."""
    for s in sent:
        who = s.message.recipient.address or s.message.recipient.channel
        if s.state is State.SENT and s.message.recipient.channel == "terminal":
            continue
        verb = {State.SENT: "Sent to", State.DEAD: "Gave up on", State.WAITING: "Will try again:"}.get(
            s.state, str(s.state)
        )
        tail = "" if s.state is State.SENT else f" ({s.detail})"
        yield f"{verb} {who}: {s.subject}{tail}"


def _standing(report: RunReport) -> Iterator[str]:
    if report.paused:
        yield RESTORED
    if report.force.new:
        yield str(report.force)


def changes_of_state(report: RunReport) -> Iterator[str]:
    """What cron should mail: nothing on an ordinary day."""
    if report.force.broken:
        yield BROKEN
        yield from (str(m) for m in report.mistakes)
    yield from _standing(report)
    yield from (i.text for i in report.incidents)
    for failure in report.failures:
        if not failure.again and not any(i.url == failure.url for i in report.incidents):
            yield f"{failure.source}: {bare(failure.detail, failure.source)}"
    yield from sent_lines(report.dead())


def _pages(report: RunReport) -> Iterator[str]:
    if report.pages:
        yield f"Pages: {report.pages['read']} read, {report.pages['failed']} failed."
    yield from (f"  {detail}" for detail in report.page_failures[:_MOST_PAGES])
    if (more := len(report.page_failures) - _MOST_PAGES) > 0:
        yield f"  and {more} more."
    if report.unread:
        yield f"{counted(report.unread, 'story waits', 'stories wait')} for a page; the next run goes on."
    if report.possible:
        words = counted(report.possible, "story almost matches", "stories almost match")
        yield f"{words} by the headline only: listed in the digest as possible."


def run_for_people(report: RunReport, zone: str) -> Iterator[str]:
    """Everything a run did, in a few lines."""
    if report.mistakes:
        yield BROKEN
        yield from (f"  {m}" for m in report.mistakes)
    yield from _standing(report)
    polls = sum(report.polled.values())
    if not report.due:
        yield "No source is due."
    else:
        news, quiet = report.polled["news"], report.polled["unchanged"] + report.polled["not-modified"]
        yield f"Polled {polls} of {counted(report.due, 'source')}: {news} with news, {quiet} without, {len(report.failures)} failed."
    for failure in report.failures:
        yield f"  {failure.source}: {bare(failure.detail, failure.source)}"
    for incident in report.incidents:
        yield f"  {incident.text}"
    yield from (f"  {text}" for text in report.gaps)
    yield from _pages(report)
    known = ", ".join(f"{n} {verdict}" for verdict, n in report.stories.items() if n)
    if known:
        yield f"Stories: {known}. Matches: {report.matches}."
    reasons = Counter(str(h.reason) for h in report.held)
    if reasons:
        yield "Held: " + ", ".join(f"{n} {reason}" for reason, n in reasons.most_common()) + "."
    yield from sent_lines(report.sent)
    if report.stopped:
        yield "Stopped before every source was polled; the next run goes on."
    if report.dry:
        yield "Dry run: nothing was sent and nothing was written."
    elif report.waiting:
        yield f"{counted(report.waiting, 'alert waits', 'alerts wait')} in the outbox."
    if report.finished:
        yield f"Finished at {when(report.finished, zone)} {zone}."
