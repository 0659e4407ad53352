"""What single outlets hide in their pages, as small dated pure functions: a tree in, partial fields out.

A hook only ever adds to the generic reading. One that finds nothing is reported by name, so that a new layout is
noticed, and the generic result stands.
"""

from __future__ import annotations

from monitor import links
from monitor.parse.hooks import bbc, economist, intercept, wsj
from monitor.parse.hooks.partial import Hook, Partial

__all__ = ["HOOKS", "Hook", "Partial", "choose"]

HOOKS: tuple[Hook, ...] = (*bbc.HOOKS, *economist.HOOKS, *intercept.HOOKS, *wsj.HOOKS)


def choose(url: str, outlet: str = "") -> tuple[Hook, ...]:
    """Give the hooks for an outlet by its name, or by the site of the page, newest first."""
    site = links.site(url)
    fitting = [h for h in HOOKS if h.outlet == outlet or site in h.sites]
    return tuple(sorted(fitting, key=lambda h: h.seen, reverse=True))
