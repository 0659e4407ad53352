"""The outlets that come with the package as data: in the form of `sources:` in rules.yaml, off until they are named there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from monitor.config.composing import compose
from monitor.config.nodes import Ledger, Table
from monitor.config.sources import read_sources
from monitor.errors import RulesError
from monitor.story import Outlet

__all__ = ["ready_outlets"]


@cache
def ready_outlets() -> Mapping[str, Outlet]:
    """Give the shipped declarations by name. Raises RulesError when the shipped file is wrong, which a test excludes."""
    text = (resources.files("monitor") / "data" / "outlets.yaml").read_text("utf-8")
    ledger = Ledger("outlets.yaml")
    root = compose(text, ledger)
    found = read_sources(root.get("sources"), ledger, None) if isinstance(root, Table) else ()
    if ledger.mistakes:
        raise RulesError(tuple(ledger.mistakes))
    return MappingProxyType({outlet.name: outlet for outlet in found})
