"""Bringing the tables from one version to the next, and proving that no row was lost on the way.

A migration is a file versions/NNNN_what.py, written with alembic.op. It runs in one transaction with foreign
keys off; at its end foreign_key_check must find nothing and every table must have as many rows as before, or
everything is undone. Alembic itself is only loaded when there is something to do.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from monitor.errors import StoreError
from monitor.store.dialect import SQLITE

if TYPE_CHECKING:
    from monitor.store.engine import Store

__all__ = ["FOLDER", "head", "known", "row_counts", "upgrade"]

FOLDER = Path(__file__).parent
_OWN = {"alembic_version", "meta"}


@cache
def known(folder: Path = FOLDER) -> tuple[str, ...]:
    """Give the numbers of all migrations, oldest first."""
    names = (re.match(r"(\d{4})_\w+\.py$", p.name) for p in (folder / "versions").iterdir())
    return tuple(sorted(m.group(1) for m in names if m))


def head(folder: Path = FOLDER) -> str:
    """Give the number of the newest migration."""
    return known(folder)[-1]


def upgrade(store: Store, folder: Path, backup: Path | None) -> bool:
    """Run what is missing, in one transaction; tell whether the tables are new.

    Raises StoreError, naming the backup, when rows or references would be lost; nothing is changed then.
    """
    with store.migrating() as tx:
        before = row_counts(tx)
        fresh = not inspect(tx).has_table("alembic_version")
        _run(tx, folder)
        problems = (*_orphans(tx), *_lost(before, row_counts(tx)))
        if problems:
            kept = f" A copy from before is {backup}." if backup else ""
            msg = (
                f"{store.where} could not be brought up to date: {'; '.join(problems)}. Nothing was changed.{kept} "
                "Please report this, and use the version of Copytaster you had."
            )
            raise StoreError(msg)
    return fresh


def _run(tx: Connection, folder: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = tx
    command.upgrade(config, "head")


def row_counts(tx: Connection) -> dict[str, int]:
    """Count the rows of every table of ours."""
    quote = tx.dialect.identifier_preparer.quote
    names = [n for n in inspect(tx).get_table_names() if n not in _OWN and not n.startswith("search_index")]
    return {n: tx.execute(text(f"SELECT count(*) FROM {quote(n)}")).scalar() or 0 for n in sorted(names)}  # noqa: S608 - names from the catalogue


def _orphans(tx: Connection) -> list[str]:
    if tx.dialect.name != SQLITE:
        return []  # PostgreSQL checks every reference by itself
    rows = tx.execute(text("PRAGMA foreign_key_check")).all()
    return [f"row {r[1]} of {r[0]} would refer to a missing row of {r[2]}" for r in rows]


def _lost(before: dict[str, int], after: dict[str, int]) -> list[str]:
    return [
        f"table {name} would have {after[name]} rows instead of {count}"
        for name, count in before.items()
        if name in after and after[name] != count
    ]
