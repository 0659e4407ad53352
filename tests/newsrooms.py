"""A newsroom in a temporary folder, with a clock that a test sets: the real store, config and intake, nothing faked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app.force import bring_into_force
from monitor.app.intake import Intake, Taken, history
from monitor.app.journal import begin
from monitor.app.wire import Wire, open_wire
from monitor.schedule import PageRead
from monitor.store import sources
from monitor.story import Outcome, Outlet, Poll, Source, Story

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

RULES = """\
version: 1
terms:
  uyghur: [Uyghur*, Uighur*]
rules:
  Uyghurs: [$uyghur]
  Surveillance: {all: [[camera*, police database], [$uyghur]]}
"""


@dataclass
class Clock:
    """Tells the time it was set to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def story(
    title: str, *, outlet: str = "bbc", url: str = "", summary: str = "", at: datetime = NOON, **more
) -> Story:
    """Make a story as a feed would bring it."""
    slug = "-".join(title.lower().split())[:60]
    address = url or f"https://www.{outlet}.example/{slug}"
    more.setdefault("source", f"https://{outlet}.example/feed")
    more.setdefault("guid", address)
    return Story(outlet, title, address, at, summary=summary, **more)


@dataclass
class Newsroom:
    """What tests do to a newsroom."""

    wire: Wire
    clock: Clock
    taken: list[Taken] = field(default_factory=list)

    def poll(
        self, *stories: Story, outlet: str = "bbc", url: str = "", outcome: Outcome | None = None, **more
    ) -> tuple[Taken, ...]:
        """Take in one poll, as a run of its own."""
        now = self.clock()
        address = url or f"https://{outlet}.example/feed"
        source = Source(url=address, outlet=outlet)
        given = tuple(replace(s, source=address) for s in stories)
        result = outcome or (Outcome.NEWS if stories else Outcome.UNCHANGED)
        poll = Poll(
            source=source,
            at=now,
            outcome=result,
            status=200,
            total=len(given),
            stories=given,
            hashes=tuple(f"{s.guid}{s.title}{s.summary}" for s in given),
            **more,
        )
        with self.wire.store.writing() as tx:
            run = begin(tx, "run", now)
        with self.wire.store.reading() as tx:
            past = history(sources.states(tx).values())
        outlets = {o.name: o for o in self.wire.newsroom.outlets} or {
            outlet: Outlet(name=outlet, title=outlet.upper())
        }
        intake = Intake(wire=self.wire, run_id=run, outlets=outlets, past=past)
        taken = intake.take(poll)
        self.taken += taken
        return taken

    def page(self, read: PageRead) -> tuple[Taken, ...]:
        """Take in what came of reading a page, as a run of its own."""
        with self.wire.store.writing() as tx:
            run = begin(tx, "run", self.clock())
        with self.wire.store.reading() as tx:
            past = history(sources.states(tx).values())
        outlets = {o.name: o for o in self.wire.newsroom.outlets}
        taken = Intake(wire=self.wire, run_id=run, outlets=outlets, past=past).take_page(read)
        self.taken += taken
        return taken

    def baseline(self, *outlets: str) -> None:
        """Give outlets a history, so that what comes next is news."""
        for outlet in outlets or ("bbc",):
            self.poll(outlet=outlet)
        self.clock.forward(hours=1)


@contextmanager
def newsroom(
    folder: Path, rules: str = RULES, *, env: dict[str, str] | None = None, outlets: Iterable[Outlet] = ()
):
    """Open a newsroom whose rulebook is in force."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yaml").write_text(rules, encoding="utf8")
    clock = Clock()
    wire = open_wire(folder, {o.name: o for o in outlets}, clock=clock, process=env or {}, terminal=False)
    try:
        bring_into_force(wire, clock())
        yield Newsroom(wire, clock)
    finally:
        wire.store.close()


def reasons(taken: Iterable[Taken]) -> list[tuple[str, str]]:
    """Name what was decided: (rule, reason)."""
    return [(d.rule, str(d.reason)) for t in taken for d in t.triage.decisions]
