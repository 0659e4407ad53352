"""Opening databases: made, refused with a sentence, never overwritten."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.errors import CorruptDatabase, NewerDatabase, ReadOnlyDatabase, StoreError
from monitor.store import Store, meta, open_backup, open_store, stories
from monitor.store.schema import META
from tests.store.made import added

NOBODY = 65534


def mode(path: Path) -> int:
    """Give a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_database_is_made_once_and_only_we_can_read_it(path: Path, url: str) -> None:
    umask = os.umask(0)
    try:
        first = open_store(url)
        assert first.created
        assert (first.url, first.path) == (url, path)
        with first.writing() as tx:
            added(tx)
        names = ["stories.db", "stories.db-shm", "stories.db-wal"]
        assert {p.name: mode(p) for p in sorted(path.parent.iterdir())} == dict.fromkeys(names, 0o600)
        first.close()
    finally:
        os.umask(umask)
    path.chmod(0o644)
    second = open_store(url, create=False)
    assert not second.created
    assert mode(path) == 0o600
    with second.reading() as tx:
        assert stories.count(tx) == 1
    assert second.check() == ()
    second.close()


def test_the_promised_settings_hold(sqlite: Store) -> None:
    def ask(tx: object, name: str) -> object:
        return tx.execute(text(f"PRAGMA {name}")).scalar()  # type: ignore[attr-defined]

    with sqlite.writing() as tx:
        assert [ask(tx, n) for n in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")] == [
            "wal",
            2,
            1,
            30000,
        ]
    with sqlite.reading() as tx:
        assert ask(tx, "query_only") == 1


def test_an_empty_file_becomes_a_database(path: Path, url: str) -> None:
    path.touch()
    store = open_store(url)
    assert store.created
    store.close()


def test_a_missing_database_is_not_made_unasked(path: Path, url: str) -> None:
    with pytest.raises(StoreError, match=r"There is no database at .*stories\.db.*copytaster run"):
        open_store(url, create=False)
    path.touch()
    with pytest.raises(StoreError, match="is empty"):
        open_store(url, create=False)
    assert path.stat().st_size == 0


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Check that the folder exists"):
        open_store(f"sqlite:///{tmp_path}/away/stories.db")
    assert not (tmp_path / "away").exists()


@pytest.mark.parametrize("address", ["stories.db", "oracle-of-delphi://x", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_is_none_says_what_to_write(address: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:////path/to/stories\.db|name a file"):
        open_store(address)


def test_a_server_that_is_away_says_so_and_keeps_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(StoreError, match="Is the server running") as caught:
        open_store(f"postgresql+psycopg://ann:secret@/stories?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(path: Path, url: str) -> None:
    path.write_bytes(b"GIF89a" * 500)
    with pytest.raises(CorruptDatabase, match="Nothing was overwritten"):
        open_store(url)
    assert path.read_bytes() == b"GIF89a" * 500
    with pytest.raises(CorruptDatabase, match="is no SQLite database"):
        open_backup(path)


def test_damage_inside_is_found_and_left_alone(path: Path, url: str) -> None:
    store = open_store(url)
    with store.writing() as tx:
        for number in range(200):
            added(tx, number)
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content) : 7] = b"\xa5" * len(content[4096 : len(content) : 7])
    path.write_bytes(content)
    with pytest.raises(CorruptDatabase, match="is damaged"):
        open_store(url)
    assert path.read_bytes() == content


def test_check_names_damage(path: Path, url: str) -> None:
    store = open_store(url)
    with store.writing() as tx:
        for number in range(200):
            added(tx, number)
    store.close()
    with path.open("r+b") as file:
        file.seek(-4096 * 3, os.SEEK_END)
        file.write(os.urandom(4096))
    store = open_store(url)
    assert store.check() != ()
    store.close()


def test_check_names_orphans(sqlite: Store, path: Path) -> None:
    assert sqlite.check() == ()
    raw = sqlite3.connect(path)
    raw.execute("INSERT INTO poll (run_id, at) VALUES (77, '2021-01-13 10:00:00.000000')")
    raw.commit()
    raw.close()
    assert sqlite.check() == ("row 1 of table poll refers to a missing row of run",)


def test_a_database_of_a_newer_version_is_left_alone(path: Path, url: str) -> None:
    open_store(url).close()
    raw = sqlite3.connect(path)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabase, match=r"tables are at 9999.*update Copytaster"):
        open_store(url)
    with pytest.raises(NewerDatabase):
        open_backup(path)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.bak")) == []


def test_a_database_of_others_is_left_alone(path: Path, url: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE theirs (x)")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="other tables than ours"):
        open_store(url)


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Give a folder while we are a user who may not write everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.geteuid() == 0
        if root:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            Path(folder).chmod(0o700)
            if root:
                os.seteuid(0)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_cannot_be_written_says_so(unprivileged: Path, what: str) -> None:
    path = unprivileged / "stories.db"
    open_store(f"sqlite:///{path}").close()
    if what == "file":
        path.chmod(0o400)
    else:
        unprivileged.chmod(0o500)
    before = path.read_bytes()
    with pytest.raises(ReadOnlyDatabase, match="cannot be written"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_folder_in_which_nothing_can_be_made(unprivileged: Path) -> None:
    unprivileged.chmod(0o500)
    with pytest.raises(ReadOnlyDatabase, match="cannot be made"):
        open_store(f"sqlite:///{unprivileged}/stories.db")


def test_readers_never_wait_for_a_writer_and_see_one_moment(store: Store) -> None:
    with store.writing() as tx:
        added(tx, 1)
        with store.reading() as before:
            assert stories.count(before) == 0
    with store.reading() as view:
        assert stories.count(view) == 1
        with store.writing() as tx:
            added(tx, 2)
        assert stories.count(view) == 1
    with store.reading() as after:
        assert stories.count(after) == 2


def test_a_read_transaction_refuses_to_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"), store.reading() as tx:
        meta.put(tx, "a", "b")


def test_an_exception_undoes_the_whole_transaction(store: Store) -> None:
    with pytest.raises(KeyError), store.writing() as tx:
        added(tx, 1)
        raise KeyError
    with store.reading() as tx:
        assert stories.count(tx) == 0
    with store.writing() as tx:
        added(tx, 1)


def test_writing_inside_writing_is_a_mistake_not_a_deadlock(store: Store) -> None:
    with store.writing(), pytest.raises(RuntimeError, match="inside"), store.writing():
        pass


def test_a_writer_gives_up_when_another_process_never_finishes(path: Path, url: str) -> None:
    store = open_store(url, wait=0.05)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process"), store.writing():
        pass
    raw.close()
    with store.writing() as tx:
        added(tx)
    store.close()


def test_a_full_disk_loses_nothing(sqlite: Store) -> None:
    with sqlite.writing() as tx:
        added(tx, 1)
        pages = tx.execute(text("PRAGMA page_count")).scalar() or 0
        tx.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
    with pytest.raises(StoreError, match="disk is full"), sqlite.writing() as tx:
        for number in range(2, 900):
            added(tx, number)
    with sqlite.reading() as tx:
        assert stories.count(tx) == 1
    assert sqlite.check() == ()


def test_a_backup_is_whole_ours_and_only_read(sqlite: Store, tmp_path: Path) -> None:
    target = tmp_path / "odd name?#%.db"
    with sqlite.writing() as tx:
        added(tx, 1)
    sqlite.backup_to(target)
    assert mode(target) == 0o600
    before = sorted(tmp_path.iterdir())
    backup = open_backup(target)
    with backup.reading() as tx:
        assert stories.count(tx) == 1
        assert tx.execute(META.select()).all()
    with pytest.raises(ReadOnlyDatabase, match="reading only"), backup.writing():
        pass
    backup.close()
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(StoreError, match=r"exists already\. Nothing was overwritten"):
        sqlite.backup_to(target)


def test_a_backup_into_a_missing_folder(sqlite: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Check that the folder exists"):
        sqlite.backup_to(tmp_path / "away" / "copy.db")


def test_backups_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_backup(tmp_path / "copy.db")
    (tmp_path / "copy.db").touch()
    with pytest.raises(StoreError, match="is empty"):
        open_backup(tmp_path / "copy.db")


def test_postgresql_is_backed_up_by_its_own_tool(postgresql: Store, tmp_path: Path) -> None:
    assert postgresql.path is None
    assert postgresql.check() == ()
    with pytest.raises(StoreError, match="pg_dump"):
        postgresql.backup_to(tmp_path / "copy.db")
