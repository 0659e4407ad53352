"""Where the database of a rules.yaml is, even when the file is broken: the last good rulebook is in there."""

from __future__ import annotations

import re

from monitor.config.newsroom import Settings

__all__ = ["guess_database"]

_LINE = re.compile(r"""^[^#\n]*?\bdatabase:\s*["']?([^\s"'#,}]+)""", re.MULTILINE)


def guess_database(text: str) -> str:
    """Give the database that a rules.yaml seems to name, else the default."""
    found = _LINE.search(text)
    return found[1] if found else Settings().database
