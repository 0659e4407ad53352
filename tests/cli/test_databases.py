"""Databases that cannot be used: a clear sentence, exit 2, nothing overwritten."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.calling import RULES, copytaster, folder_with
from tests.cli.test_setup import powerless

COMMANDS = (
    ["run"],
    ["status"],
    ["deliver"],
    ["stories"],
    ["outbox"],
    ["backup", "x.tar.gz"],
    ["catch-up"],
    ["run", "--dry-run"],
)


@pytest.fixture
def room(tmp_path):
    folder_with(tmp_path, RULES)
    assert copytaster("run", "--dir", tmp_path).code == 0
    return tmp_path


def refused(room, said):
    before = (room / "stories.db").read_bytes()
    for words in COMMANDS:
        done = copytaster(*words, "--dir", room)
        assert done.code == 2, (words, done)
        assert said in done.err
        assert "Traceback" not in done.err
    assert (room / "stories.db").read_bytes() == before


def test_of_a_newer_version(room):
    with closing(sqlite3.connect(room / "stories.db")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(room, "newer version of Copytaster")


def test_no_database_at_all(room):
    (room / "stories.db").write_bytes(b"once upon a time" * 100)
    refused(room, "Nothing was overwritten")


def test_damaged_inside(room):
    content = bytearray((room / "stories.db").read_bytes())
    content[100:4096] = b"\xff" * 3996
    (room / "stories.db").write_bytes(content)
    refused(room, "damaged")


def test_read_only(room):
    with tempfile.TemporaryDirectory() as home:
        for name in ("rules.yaml", "stories.db"):
            shutil.copyfile(room / name, f"{home}/{name}")
            Path(home, name).chmod(0o444)
        Path(home).chmod(0o555)
        done = powerless("run", "--dir", home)
        Path(home).chmod(0o755)
        assert done.returncode == 2, done.stdout
        assert "cannot be written" in done.stderr
        assert "Traceback" not in done.stderr
        assert sorted(p.name for p in Path(home).iterdir()) == ["rules.yaml", "stories.db"]


def test_an_empty_file_is_no_database_yet(tmp_path):
    folder = folder_with(tmp_path, RULES)
    (folder / "stories.db").touch()
    checked = copytaster("check", "--dir", folder)
    assert "There is none yet; the first run makes it" in checked.out
    shown = copytaster("status", "--dir", folder)
    assert shown.code == 2
    assert f"{folder / 'stories.db'} is empty: there is no database yet" in shown.err
    assert copytaster("run", "--dry-run", "--dir", folder).code == 0
    assert (folder / "stories.db").stat().st_size == 0, "a dry run writes nothing"


def test_a_file_as_folder_is_told_what_to_name(tmp_path):
    folder = folder_with(tmp_path, RULES)
    done = copytaster("run", "--dir", folder / "rules.yaml")
    assert done.code == 2
    assert f"--dir {folder}" in done.err
