"""Time zones as rules.yaml names them."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from monitor.config.forms import Form
from monitor.config.nodes import meant, shown

__all__ = ["zone_of"]


def zone_of(form: Form, default: str) -> str:
    """Read the key `zone`; one that there is not is a mistake."""
    node = form.scalar("zone")
    if node is None:
        return default
    if not _is_zone(node.text):
        hint = meant(node.text, available_timezones()) or "; write it as Europe/Berlin"
        form.add(node.spot, f"there is no time zone {shown(node.text)}{hint}")
    return node.text


def _is_zone(name: str) -> bool:
    """Whether there is such a zone. Listing all of them walks a folder for 30 ms."""
    try:
        return bool(ZoneInfo(name).key)
    except (ValueError, OSError, LookupError):
        return False
