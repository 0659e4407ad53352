"""What an editor must hear of a change to a story that is printed, or about to be."""

from __future__ import annotations

import re

from monitor.store.briefs import Printed

__all__ = ["what_matters"]

_CORRECTS = re.compile(
    r"\b(correct(ion|ed)|retract(ion|ed)|withdrawn|clarification|apolog\w+)\b", re.IGNORECASE
)


def what_matters(changed: Printed) -> str:
    """Say what matters of one change, or "": it was taken down or corrected, or has another headline."""
    if changed.vanished and "vanished" in changed.changed:
        return "it was taken down, its page is gone from the site."
    if changed.correction and "correction" in changed.changed:
        return f'it says on its page: "{changed.correction}"'
    words = _CORRECTS.search(f"{changed.now} {changed.summary}")
    known = _CORRECTS.search(f"{changed.entry.headline} {changed.entry.lead} {changed.before}")
    if words and not known:
        return f'it speaks of a {words[0].lower()}. Its headline is now "{changed.now}".'
    return f'its headline is now "{changed.now}".' if "title" in changed.changed else ""
