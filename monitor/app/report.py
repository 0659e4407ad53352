"""What a run did, for people and machines, and the exit code that says it to cron."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.app.force import InForce
from monitor.app.intake import Taken
from monitor.app.sent import Sent
from monitor.errors import Mistake
from monitor.outbox import State
from monitor.schedule import Health, Incident, PageRead
from monitor.story import Poll
from monitor.triage import Reason, Verdict

__all__ = [
    "EXIT_LOCKED",
    "EXIT_MEND",
    "EXIT_OK",
    "EXIT_SOURCES",
    "EXIT_STOPPED",
    "EXIT_USAGE",
    "Held",
    "RunReport",
    "SourceFailure",
    "bare",
]

EXIT_OK = 0
EXIT_MEND = 1  # rules to mend, or a dead delivery
EXIT_USAGE = 2  # usage, or the run could not start
EXIT_SOURCES = 3  # some sources failed
EXIT_LOCKED = 75  # another run is at work
EXIT_STOPPED = 130  # Ctrl-C, or SIGTERM, before every source was polled


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFailure:
    """One source that could not be read.

    `reported`: the operator had heard of it before this run. `again`: the poll before had failed too.
    """

    source: str
    url: str
    outcome: str
    detail: str
    reported: bool
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A story that matched and was not sent, and why."""

    story_id: int
    title: str
    outlet: str
    rule: str
    reason: Reason
    detail: str


@dataclass(slots=True, kw_only=True)
class RunReport:
    """Filled while a run goes on."""

    started: datetime
    terminal: bool
    finished: datetime | None = None
    due: int = 0
    polled: Counter[str] = field(default_factory=Counter)
    failures: list[SourceFailure] = field(default_factory=list)
    stories: Counter[str] = field(default_factory=Counter)  # by verdict
    pages: Counter[str] = field(default_factory=Counter)  # read, failed
    page_failures: list[str] = field(default_factory=list)  # sentences
    unread: int = 0  # stories that still wait for their page when the run ends
    possible: int = 0  # stories judged by their headline that almost match
    matches: int = 0
    held: list[Held] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)  # what became of gaps between polls
    sent: list[Sent] = field(default_factory=list)
    mistakes: tuple[Mistake, ...] = ()
    force: InForce = field(default_factory=InForce)
    paused: str | None = None
    waiting: int = 0
    dry: bool = False
    stopped: bool = False  # interrupted before every source was polled

    def add_poll(self, poll: Poll, reported: Health, taken: Iterable[Taken], *, again: bool = False) -> None:
        """Count one poll and the stories it brought."""
        self.polled[str(poll.outcome)] += 1
        if poll.failed:
            self.failures.append(
                SourceFailure(
                    source=poll.source.name,
                    url=poll.source.url,
                    outcome=str(poll.outcome),
                    detail=poll.detail,
                    reported=reported is not Health.OK,
                    again=again,
                )
            )
        self.add_stories(taken)

    def add_stories(self, taken: Iterable[Taken]) -> None:
        """Count stories."""
        for story in taken:
            self._add_story(story)

    def add_page(self, read: PageRead, taken: Iterable[Taken]) -> None:
        """Count one page and the stories that were decided by it."""
        self.pages["read" if read.story is not None else "failed"] += 1
        if read.story is None:
            self.page_failures.append(read.detail)
        self.add_stories(taken)

    def _add_story(self, taken: Taken) -> None:
        self.stories[str(taken.triage.verdict)] += 1
        self.possible += any(d.reason is Reason.POSSIBLE for d in taken.triage.decisions)
        for decision in taken.triage.decisions:
            if decision.match is None:
                continue
            self.matches += 1
            if decision.reason is not Reason.ALERTED:
                self.held.append(
                    Held(
                        story_id=taken.story_id,
                        title=taken.story.title,
                        outlet=taken.story.outlet,
                        rule=decision.rule,
                        reason=decision.reason,
                        detail=decision.detail,
                    )
                )

    @property
    def new_stories(self) -> int:
        """Stories that were not on record before."""
        return self.stories[str(Verdict.NEW)]

    def dead(self) -> Sequence[Sent]:
        """Messages given up in this run."""
        return [s for s in self.sent if s.state is State.DEAD]

    def exit_code(self) -> int:
        """2 is the caller's; an interruption over 1 over 3.

        A dead source already reported raises 3 only where a person looks on.
        """
        if self.stopped:
            return EXIT_STOPPED
        if self.mistakes or self.dead():
            return EXIT_MEND
        if any(self.terminal or not f.reported for f in self.failures):
            return EXIT_SOURCES
        return EXIT_OK


def bare(detail: str, name: str) -> str:
    """Give a sentence about a source without the source's name in front."""
    return detail.removeprefix(f"{name}: ")
