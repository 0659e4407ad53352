"""What the stories of each source carry: the samples by which decay is noticed. The url "" stands for an outlet's pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from monitor.schedule import Sample, Trait, Window
from monitor.store.codec import dump
from monitor.store.dialect import upsert
from monitor.store.driver import fetch_named, run
from monitor.store.engine import Tx
from monitor.store.schema_decay import FILLING

__all__ = ["decayed", "load", "save"]

_LOAD = select(FILLING).where(FILLING.c.outlet == bindparam("o"), FILLING.c.url == bindparam("u"))
_DECAYED = select(FILLING).where(FILLING.c.decayed.is_not(None)).order_by(FILLING.c.outlet, FILLING.c.url)


def load(tx: Tx, outlet: str, url: str) -> Window:
    """Give what is remembered; nothing is remembered of a source that brought no story yet."""
    found = fetch_named(tx, _LOAD, {"o": outlet, "u": url})
    return _window(found[0]) if found else Window()


def decayed(tx: Tx) -> dict[tuple[str, str], Window]:
    """Give, by outlet and url, every source (or outlet's pages) that is held to be decayed."""
    return {(row["outlet"], row["url"]): _window(row) for row in tx.execute(_DECAYED).mappings()}


def save(tx: Tx, outlet: str, url: str, window: Window) -> None:
    """Write what is remembered over what was before."""
    values: dict[str, Any] = {
        "outlet": outlet,
        "url": url,
        "known": _written(window.known),
        "fresh": _written(window.fresh),
        "suspected": window.suspected,
        "decayed": window.decayed,
        "fallen": dump({str(int(trait)): day.toordinal() for trait, day in window.fallen.items()}),
    }
    run(tx, upsert(tx, FILLING), values)


def _window(row: Mapping[Any, Any]) -> Window:
    return Window(
        known=_samples(row["known"]),
        fresh=_samples(row["fresh"]),
        suspected=row["suspected"],
        decayed=row["decayed"],
        fallen=_fallen(row["fallen"]),
    )


def _written(samples: Iterable[Sample]) -> str:
    rows = [(s.day.toordinal(), s.filled, s.judged, s.length) for s in samples]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def _samples(text: str) -> tuple[Sample, ...]:
    rows = json.loads(text) if text else ()
    return tuple(
        Sample(date.fromordinal(day), filled, judged, length) for day, filled, judged, length in rows
    )


def _fallen(text: str) -> dict[Trait, date]:
    days: dict[str, int] = json.loads(text) if text else {}
    known = {int(trait) for trait in Trait}  # a later version may know more
    return {Trait(int(k)): date.fromordinal(day) for k, day in days.items() if int(k) in known}
