"""Runs: who worked when, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, bindparam, insert, select, update

from monitor.store.dialect import insert_row
from monitor.store.engine import Tx
from monitor.store.rows import RunRow
from monitor.store.schema import RUN

__all__ = ["begin", "finish", "last", "recent"]

_BEGIN = insert(RUN)
_FINISH = update(RUN).where(RUN.c.id == bindparam("run"))
_RECENT = select(RUN).order_by(RUN.c.started.desc(), RUN.c.id.desc())


def begin(tx: Tx, kind: str, at: datetime, *, pid: int, host: str) -> int:
    """Open a run (`kind`: run, deliver, replay, import) and give its number."""
    return insert_row(tx, _BEGIN, {"kind": kind, "started": at, "pid": pid, "host": host})


def finish(tx: Tx, run_id: int, at: datetime, *, exit_code: int, report: str = "") -> None:
    """Close a run; `report` is JSON."""
    tx.execute(_FINISH, {"run": run_id, "finished": at, "exit_code": exit_code, "report": report})


def recent(tx: Tx, limit: int = 20) -> tuple[RunRow, ...]:
    """Give runs, the latest first."""
    return tuple(_run(row) for row in tx.execute(_RECENT.limit(limit)).mappings())


def last(tx: Tx, kind: str) -> RunRow | None:
    """Give the latest run of a kind."""
    row = tx.execute(_RECENT.where(RUN.c.kind == kind).limit(1)).mappings().first()
    return None if row is None else _run(row)


def _run(row: RowMapping) -> RunRow:
    return RunRow(**row)
