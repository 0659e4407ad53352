"""The gaps of one run: which source is asked to fill each, and the incident that says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor import schedule
from monitor.app import backfill
from monitor.app.backfill import Gap
from monitor.app.intake import Intake, Taken
from monitor.crawl.tasks import Task
from monitor.store import sources
from monitor.story import Outlet, Poll, Source, SourceKind

__all__ = ["Gaps"]

Key = tuple[str, str]
UNKNOWN = (
    "neither a news sitemap nor a listing of this outlet is known. Add one to rules.yaml: "
    '{sitemap: "https://...", outlet: ...}'
)


def key(source: Source) -> Key:
    """Tell sources apart."""
    return source.outlet, source.url


@dataclass(slots=True, kw_only=True)
class Gaps:
    """Sees every poll of a run before and after the intake."""

    intake: Intake
    outlets: Mapping[str, Outlet]
    task: Callable[[Source], Task]
    robots: Callable[[], Mapping[str, str]]
    asked: set[Key] = field(default_factory=set)  # sources that are polled in this run
    done: dict[Key, Poll] = field(default_factory=dict)  # those that may fill a gap, as polled
    open: dict[Key, Gap] = field(default_factory=dict)  # by the source that is to fill it
    wanted: list[Source] = field(default_factory=list)

    def take(self, poll: Poll) -> tuple[Taken, ...]:
        """Take in one poll, with what it means for the gaps."""
        gap = self.open.pop(key(poll.source), None)
        if gap is None:
            taken = self.intake.take(poll)
            self._remember(poll)
        else:
            taken = self._filling(poll, gap)
        found, self.intake.gaps = self.intake.gaps, []
        for one in found:
            self._look_for(one)
        return taken

    def _remember(self, poll: Poll) -> None:
        if poll.source.kind is not SourceKind.FEED:
            self.done[key(poll.source)] = poll

    def _filling(self, poll: Poll, gap: Gap) -> tuple[Taken, ...]:
        """Take in the poll that fills a gap. Of a source that was never polled, only what is of that time is ours."""
        wire = self.intake.wire
        with wire.store.reading() as tx:
            state = sources.states(tx, [key(poll.source)]).get(key(poll.source))
            foreign = not self.declared(poll.source)
            if foreign or state is None or state.first_good is None:
                poll = backfill.narrowed(poll, gap)
            new = backfill.missing(tx, poll.stories)
        taken = self.intake.take(poll, fills=gap.since, foreign=foreign)
        self._record(backfill.said(gap, poll, new))
        return taken

    def declared(self, source: Source) -> bool:
        """Whether a source is polled for its own sake."""
        outlet = self.outlets.get(source.outlet)
        return outlet is not None and any(s.url == source.url for s in outlet.sources)

    def _look_for(self, gap: Gap) -> None:
        filler = backfill.fills(gap, self.outlets.get(gap.source.outlet), self.robots())
        if filler is None:
            self._record(backfill.not_filled(gap, UNKNOWN, gap.at))
        elif key(filler) in self.done:
            poll = self.done[key(filler)]
            self._record(backfill.said(gap, poll, (s for s in poll.stories if s.published >= gap.since)))
        elif key(filler) in self.open:
            self._record(backfill.not_filled(gap, f"{filler.url} is read for another gap already", gap.at))
        else:
            self._ask(gap, filler)

    def _ask(self, gap: Gap, filler: Source) -> None:
        wire = self.intake.wire
        now = wire.clock()
        with wire.store.reading() as tx:
            hold = schedule.held(filler.url, sources.holds(tx, now), now)
        if hold is not None:
            why = f"{hold.host} asked to be left alone until {hold.until:%H:%M} UTC"
            self._record(backfill.not_filled(gap, why, gap.at))
            return
        self.open[key(filler)] = gap
        self.wanted.append(filler)

    def recall(self) -> None:
        """Look, before the first poll, for gaps that a run which was killed left open."""
        wire = self.intake.wire
        with wire.store.reading() as tx:
            left = backfill.left_open(tx, self.outlets, wire.clock())
        for gap in left:
            self._look_for(gap)

    def further(self) -> list[Task]:
        """Give the sources to ask now, but for those that are polled in this run anyway."""
        found, self.wanted = self.wanted, []
        return [self.task(source) for source in found if key(source) not in self.asked]

    def close(self) -> None:
        """Put on record which gaps nobody came to fill."""
        for gap in self.open.values():
            why = "the run ended before its source was read"
            self._record(backfill.not_filled(gap, why, self.intake.wire.clock()))
        self.open.clear()

    def _record(self, incident: schedule.Incident) -> None:
        with self.intake.wire.store.writing() as tx:
            sources.record_incidents(tx, [incident])
