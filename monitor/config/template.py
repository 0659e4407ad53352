"""The rules.yaml that the package carries."""

from __future__ import annotations

from importlib import resources

__all__ = ["template"]


def template() -> str:
    """Give the shipped rulebook, which `init` writes."""
    return (resources.files("monitor") / "data" / "rules.yaml").read_text("utf-8")
