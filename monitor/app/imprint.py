"""What an issue is built by: the settings of the day it was last changed, kept with it, so that it stays the same."""

from __future__ import annotations

from monitor.alerts import Letterhead, Rendered
from monitor.alerts.briefs import render_brief
from monitor.app.tellings import mail_domain
from monitor.app.wire import Wire
from monitor.brief import Imprint, Issue
from monitor.errors import ConfigError
from monitor.store import Tx, briefs

__all__ = ["head_of", "imprint_now", "printed"]


def imprint_now(wire: Wire) -> Imprint:
    """Take what an issue needs from the settings in force."""
    newsroom = wire.newsroom
    return Imprint(
        operator=newsroom.operator.name,
        operator_mail=newsroom.operator.mail,
        quotation=newsroom.settings.quotation,
    )


def head_of(wire: Wire, issue: Issue) -> Letterhead:
    """Give the letterhead an issue is built with. It names no version: another one builds the same issue."""
    kept = issue.imprint or imprint_now(wire)
    return Letterhead(
        operator=kept.operator,
        operator_mail=kept.operator_mail,
        domain=mail_domain(kept.operator_mail),
        quotation=kept.quotation,
    )


def printed(tx: Tx, wire: Wire, issue_id: int, *, possible_repeat: bool = False) -> Rendered:
    """Render an issue as it is sent: from what is on record alone, so that it can be made again byte for byte."""
    issue = briefs.get(tx, issue_id)
    if issue is None:
        msg = f"There is no issue {issue_id} on record."
        raise ConfigError(msg)
    return render_brief(issue, head_of(wire, issue), possible_repeat=possible_repeat)
