"""What a run does for briefs: drafts the planned ones in time, and watches over what was printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from monitor.app.brief import draft, recipients_of
from monitor.app.brief_changes import what_matters
from monitor.app.wire import Wire
from monitor.brief import Issue, Stage, missing
from monitor.config.newsroom import BriefPlan
from monitor.outbox import Alert, Kind
from monitor.routes import last_time
from monitor.store import Tx, briefs, desk, outbox
from monitor.store.briefs import Printed
from monitor.story import Outlet

__all__ = ["do_briefs"]

WATCH = timedelta(days=90)  # how long printed stories are looked after


def do_briefs(tx: Tx, wire: Wire, outlets: Mapping[str, Outlet], now: datetime) -> None:
    """Draft what is planned and due, tell its editors, and tell them of corrections to what was printed.

    Called when rules.yaml plans any.
    """
    for plan in wire.newsroom.briefs.values():
        _on_time(tx, wire, plan, outlets, now)
    for changed in briefs.printed_since(tx, now - WATCH):
        _tell_of(tx, wire, changed, now)


def _on_time(tx: Tx, wire: Wire, plan: BriefPlan, outlets: Mapping[str, Outlet], now: datetime) -> None:
    tick = last_time(plan.when, now)
    first = desk.first_run(tx)
    done = briefs.last_planned(tx, plan.name)
    if tick is None or first is None or first > tick or (done is not None and done >= tick):
        return
    latest = briefs.find(tx, plan.name)
    if latest is not None and latest.created >= tick:  # somebody began it by hand
        return
    if latest is not None and latest.stage is Stage.DRAFT:
        text = f"{plan.title} is due and {plan.name}/{latest.number} is still a draft: {_next(plan)}"
        _tell(tx, wire, plan, f"late:{plan.name}:{tick.isoformat()}", text, now)
        return
    issue = draft(tx, wire, plan, outlets, planned=tick)
    _tell(tx, wire, plan, f"draft:{plan.name}:{issue.number}", "\n".join(_drafted(plan, issue)), now)


def _next(plan: BriefPlan) -> str:
    return f"copytaster brief check {plan.name}, then copytaster brief send {plan.name}."


def _drafted(plan: BriefPlan, issue: Issue) -> Iterator[str]:
    todo = sum(1 for one in issue.picked if missing(one))
    yield (
        f"{plan.title} {issue.brief}/{issue.number} is drafted: {len(issue.picked)} of "
        f"{len(issue.entries)} candidates are picked, {todo} of them have a TODO."
    )
    for one in issue.picked:
        lacks = f" (TODO: {', '.join(missing(one))})" if missing(one) else ""
        yield f"{one.story_id}  {one.headline} ({one.outlet}){lacks}"
    yield f"Change it with copytaster brief pick and edit; then {_next(plan)}"


def _tell_of(tx: Tx, wire: Wire, changed: Printed, now: datetime) -> None:
    what = what_matters(changed)
    plan = wire.newsroom.briefs.get(changed.brief)
    if not what or plan is None:
        return
    one = changed.entry
    text = (
        f"A story printed in {changed.title} {changed.brief}/{changed.number} was changed by {one.outlet}: {what}\n"
        f"Printed as: {one.headline}\n{one.url}"
    )
    topic = f"printed:{changed.brief}:{changed.number}:{one.story_id}:{changed.latest}"
    _tell(tx, wire, plan, topic, text, now)


def _tell(tx: Tx, wire: Wire, plan: BriefPlan, topic: str, text: str, now: datetime) -> None:
    """Tell the brief's editor at once; the operator where no editor is named."""
    alerts = [
        Alert(
            recipient=recipient,
            kind=Kind.OPERATOR,
            due=now,
            occasions=(f"operator:brief:{topic}",),
            text=text,
        )
        for recipient in recipients_of(wire, plan.editor or wire.newsroom.operator.to or ("terminal",))
    ]
    outbox.add(tx, alerts, now)
