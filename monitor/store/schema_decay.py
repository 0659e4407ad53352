"""The table by which decay is noticed. Part of monitor.store.schema."""

from __future__ import annotations

from monitor.store.columns import instant, key, table, words

__all__ = ["FILLING"]

# What the stories of a source carry, the newest and those before; url "": of an outlet's pages, whatever led to them.
FILLING = table(
    "filling",
    key("outlet"),
    key("url"),
    words("known"),
    words("fresh"),
    instant("suspected", null=True),
    instant("decayed", null=True),
    words("fallen"),
    rowid=False,
)
