"""The only home of SQL: what was polled, read, decided and told, in SQLite or PostgreSQL.

`open_store` gives a `Store`. `Store.writing()` and `Store.reading()` give a `Tx`, which every function of the
modules here takes first:

    sources    states, polls, incidents, entry hashes, host holds, robots.txt
    filling    what the stories of each source carry, to notice decay
    stories    identity, revisions, headlines, search
    near       what stands near a text: candidates for a comparison, open events
    postings   the rows of fingerprints
    index      the search index
    merges     why stories are of one event, and what people said of it
    decisions  what became of each match, with its evidence
    outbox     alerts, messages, deliveries
    rulebooks  texts that were in force, and since when each rule means what it means
    briefs     issues and their entries
    pages      pages that are to be read, and entries that wait for theirs
    desk       what the desk asks beside: threads, bounces, silenced matches, run times
    runs, silences, labels, meta

What is one thing must be one transaction: read the neighbours, decide, and write inside one `writing()`.
Raises StoreError and its family; nothing is ever overwritten.
"""

from __future__ import annotations

from monitor.store import schema_briefs, schema_decay, schema_pages  # noqa: F401 - their tables belong to the schema
from monitor.store.engine import Store, Tx
from monitor.store.opening import open_backup, open_store
from monitor.store.rows import (
    AlertRow,
    DecisionRow,
    HeadlineRow,
    JudgedRow,
    LabelRow,
    MatchRow,
    MergeRow,
    MessageRow,
    OutboxCounts,
    PollRow,
    RobotsRow,
    RulebookRow,
    RunRow,
    SilenceRow,
    StoryRow,
)

__all__ = [
    "AlertRow",
    "DecisionRow",
    "HeadlineRow",
    "JudgedRow",
    "LabelRow",
    "MatchRow",
    "MergeRow",
    "MessageRow",
    "OutboxCounts",
    "PollRow",
    "RobotsRow",
    "RulebookRow",
    "RunRow",
    "SilenceRow",
    "Store",
    "StoryRow",
    "Tx",
    "open_backup",
    "open_store",
]
