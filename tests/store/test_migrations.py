"""Bringing old databases up to date: backed up, checked, undone when anything would be lost."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from monitor.duplicates import marks
from monitor.errors import StoreError
from monitor.store import (
    Store,
    decisions,
    index,
    merges,
    near,
    open_backup,
    open_store,
    outbox,
    pages,
    stories,
)
from monitor.store.migrations import FOLDER, head
from monitor.store.schema import METADATA
from tests.store.made import NOW, added, alert, decision, page, story

NEXT = f"{int(head()) + 1:04}"
SECOND = '''"""A migration that {what}."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade():
    {body}
'''
RECREATE = """with op.batch_alter_table("story", recreate="always") as batch:
        batch.add_column(sa.Column("desk", sa.Text(), nullable=False, server_default="none"))"""


@pytest.fixture
def next_version(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give a function that makes the migrations of a next version, whose new one has this body."""

    def make(body: str) -> Path:
        folder = tmp_path_factory.mktemp("next") / "migrations"
        shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        script = SECOND.format(what="is made up", body=body, number=NEXT, before=head())
        (folder / "versions" / f"{NEXT}_next.py").write_text(script)
        return folder

    return make


def fill(url: str, folder: Path = FOLDER) -> None:
    """Make a database (of today) that holds something of everything that refers to something."""
    store = open_store(url, folder=folder)
    with store.writing() as tx:
        for number in range(1, 21):
            known = added(tx, number)
            decisions.record(tx, known.id, 1, [decision()], rulebook="b", decided=NOW)
            outbox.add(tx, [alert(known)], NOW)
        outbox.bind(tx, NOW)
        index.catch_up(tx)
    store.close()


def content(path: Path) -> dict[str, list[Any]]:
    """Give all rows of all tables."""
    raw = sqlite3.connect(path)
    names = [n for (n,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    rows = {name: raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    raw.close()
    return rows


def not_ours(_object: object, name: str | None, *_: object) -> bool:
    """Leave out the tables that FTS5 makes for itself."""
    return not (name or "").startswith("search_index")


def test_the_migrations_make_what_the_schema_says(store: Store) -> None:
    with store.reading() as tx:
        context = MigrationContext.configure(tx, opts={"include_object": not_ours, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_an_old_database_is_copied_and_brought_up_to_date(
    path: Path, url: str, next_version: Callable[[str], Path]
) -> None:
    fill(url)
    before = content(path)
    store = open_store(url, folder=next_version(RECREATE))
    assert not store.created
    with store.writing() as tx:
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert stories.count(tx) == 20
        assert [row.id for row in stories.search(tx, text="urumqi")] == list(range(20, 0, -1))
        added(tx, 21)
    assert store.check() == ()
    store.close()
    after = content(path)
    assert [row[:-1] for row in after["story"][:20]] == before["story"]
    assert {row[-1] for row in after["story"]} == {"none"}
    assert after["decision"] == before["decision"]
    assert after["alembic_version"] == [(NEXT,)]
    copy = path.with_name(f"stories.db.before-{NEXT}.bak")
    assert content(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    backup = open_backup(copy)
    with backup.reading() as tx:
        assert stories.count(tx) == 20
    backup.close()


TABLES_SINCE = {
    "0002": ("shingle", "topic", "merge"),
    "0003": ("brief_entry", "brief_issue"),
    "0004": ("page_entry", "page"),
    "0005": ("filling",),
    "0007": ("shelf", "rack"),
}
COLUMNS_SINCE = {
    "0002": (("story", "shingles"), ("story", "algorithm")),
    "0004": (("revision", "correction"), ("revision", "origin"), ("revision", "vanished")),
    "0005": (("poll", "landed"), ("poll", "content_type")),
    "0006": (("brief_issue", "imprint"), ("brief_entry", "page_headline"), ("brief_entry", "confirmed")),
}


def as_of(path: Path, version: str) -> None:
    """Take from a database what later migrations added: today's code cannot write into an old one."""
    raw = sqlite3.connect(path)
    gone = [table for later, tables in TABLES_SINCE.items() if later > version for table in tables]
    for table in gone:
        raw.execute(f"DROP TABLE IF EXISTS {table}")
    for later, columns in COLUMNS_SINCE.items():
        for table, column in columns if later > version else ():
            if table not in gone:
                raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    raw.execute("UPDATE alembic_version SET version_num = ?", (version,))
    raw.commit()
    raw.close()


def test_fingerprints_and_merges_come_to_a_database_that_is_in_use(path: Path, url: str) -> None:
    fill(url)
    as_of(path, "0001")
    before = content(path)
    store = open_store(url)
    with store.writing() as tx:
        assert stories.count(tx) == 20
        known = added(
            tx, 21, body="One two three four five six seven eight nine ten eleven twelve. " * 3, sized=True
        )
        near.remember(tx, known.id, marks(known.story))
        twin = story(22, body=known.story.body)
        assert [k.id for k in near.find(tx, twin, marks(twin), NOW).candidates] == [21]
        merges.join(tx, 1, 2, by="me", at=NOW)
    assert store.check() == ()
    store.close()
    after = content(path)
    assert [row[:-2] for row in after["story"][:1]] == before["story"][:1]
    assert after["alert_key"] == before["alert_key"]
    assert path.with_name(f"stories.db.before-{head()}.bak").exists()


def test_pages_come_to_a_database_that_is_in_use(path: Path, url: str) -> None:
    fill(url)
    as_of(path, "0003")
    before = content(path)
    store = open_store(url)
    with store.writing() as tx:
        old = stories.get(tx, 1)
        assert old is not None
        assert (old.story.correction, old.story.origin, old.story.vanished) == ("", "", False)
        new = added(tx, 21, correction="Correction: it was May.", origin="Reuters", vanished=True)
        assert (row := stories.get(tx, new.id)) is not None
        assert row.story == new.story
        pages.wait(tx, page(1), pages.Waiting(story=story(30), seen=NOW))
    assert store.check() == ()
    store.close()
    assert [row[:-3] for row in content(path)["revision"][:20]] == before["revision"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            'op.execute("DELETE FROM alert_key WHERE event = 3")',
            "table alert_key would have 19 rows instead of 20",
        ),
        (
            'op.execute("UPDATE decision SET story_id = 999 WHERE id = 4")',
            "row 4 of decision would refer to a missing",
        ),
    ],
)
def test_a_migration_that_would_lose_something_is_undone(
    path: Path, url: str, next_version: Callable[[str], Path], body: str, complaint: str
) -> None:
    fill(url)
    before = content(path)
    folder = next_version(f"{RECREATE}\n    {body}")
    with pytest.raises(StoreError, match=f"{complaint}.*Nothing was changed.*before-{NEXT}") as caught:
        open_store(url, folder=folder)
    assert f"stories.db.before-{NEXT}.bak" in str(caught.value)
    assert content(path) == before
    with pytest.raises(StoreError, match=f"before-{NEXT}-2"):
        open_store(url, folder=folder)
    open_store(url).close()


def test_a_migration_that_fails_half_way_is_undone(
    path: Path, url: str, next_version: Callable[[str], Path]
) -> None:
    fill(url)
    before = content(path)
    with pytest.raises(ZeroDivisionError):
        open_store(url, folder=next_version(f"{RECREATE}\n    1 / 0"))
    assert content(path) == before


def test_a_database_without_data_needs_no_copy(
    path: Path, url: str, next_version: Callable[[str], Path]
) -> None:
    open_store(url).close()
    open_store(url, folder=next_version(RECREATE)).close()
    assert list(path.parent.glob("*.bak")) == []


def test_a_new_database_goes_through_all_migrations(url: str, next_version: Callable[[str], Path]) -> None:
    store = open_store(url, folder=next_version(RECREATE))
    assert store.created
    with store.writing() as tx:
        added(tx, 1)
    store.close()


def test_a_backup_of_an_earlier_version_says_what_to_do(
    path: Path, url: str, next_version: Callable[[str], Path], tmp_path: Path
) -> None:
    fill(url)
    raw = sqlite3.connect(path)
    raw.execute("DELETE FROM alembic_version")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="earlier version"):
        open_backup(path)


def test_the_migrations_are_in_a_row() -> None:
    assert head() == "0007"
