"""backup and restore: what comes back, and that a copy keeps quiet until it is told to take over."""

import io
import json
import tarfile

import pytest

from tests.alerts.servers import web as hook
from tests.cli.calling import RULES, copytaster, folder_with, rows
from tests.newsrooms import newsroom, story

ROUTED = RULES + 'channels:\n  desk: {url: "env:DESK"}\nroutes:\n  - {to: [desk]}\noperator: {to: [desk]}\n'


@pytest.fixture
def saved(tmp_path):
    """A backup of a newsroom with alerts that wait."""
    room = tmp_path / "room"
    with newsroom(room, ROUTED, env={"DESK": "webhook://s3cret@127.0.0.1:1/in"}) as open_room:
        open_room.baseline()
        open_room.poll(story("Uyghur poet freed"))
    (room / "copytaster.env").write_text("DESK=webhook://s3cret@127.0.0.1:1/in\n")
    (room / "copytaster.env").chmod(0o600)
    (room / "signing.key").write_bytes(b"key")
    done = copytaster("backup", tmp_path / "b.tar.gz", "--dir", room)
    assert done.code == 0, done
    assert "secrets elsewhere" in done.out
    return tmp_path / "b.tar.gz"


def test_a_backup_holds_everything_but_secrets(saved):
    assert saved.stat().st_mode & 0o777 == 0o600
    with tarfile.open(saved) as tar:
        names = tar.getnames()
        content = b"".join(tar.extractfile(n).read() for n in names)
    assert sorted(names) == ["backup.json", "rules.yaml", "signing.key", "stories.db"]
    assert b"s3cret" not in content
    again = copytaster("backup", saved, "--dir", saved.parent / "room")
    assert again.code == 2, "a file that is there is not overwritten"
    assert "Name a new file" in again.err


def test_a_restored_copy_is_silent_until_it_takes_over(saved, tmp_path):
    copy = tmp_path / "copy"
    done = copytaster("restore", saved, "--dir", copy)
    assert done.code == 0, done
    assert "copytaster restore --take-over" in done.out
    assert rows(copy)["story"] == rows(tmp_path / "room")["story"]
    assert (copy / "stories.db").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in copy.iterdir()) == ["rules.yaml", "signing.key", "stories.db"]
    with hook() as desk:
        folder_with(copy, ROUTED, f"DESK=webhook://s3cret@127.0.0.1:{desk.port}/in\n")
        for words in (["run"], ["deliver"], ["catch-up"], ["status"]):
            said = copytaster(*words, "--dir", copy)
            assert said.code == 0, said
            assert "restored copy; it sends nothing until: copytaster restore --take-over" in said.out
        assert copytaster("run", "--json", "--dir", copy).json["restored"]
        check = copytaster("check", "--dir", copy)
        assert check.code == 1
        assert "restored copy" in check.out
        assert desk.posts == []
        over = copytaster("restore", "--take-over", "--dir", copy)
        assert "sends from now on" in over.out
        assert copytaster("deliver", "--dir", copy).code == 0
        told = [s["headline"] for p in desk.posts for s in json.loads(p.body)["stories"]]
    assert told == ["Uyghur poet freed"]
    assert "was not held back" in copytaster("restore", "--take-over", "--dir", copy).out


def test_restore_overwrites_nothing(saved, tmp_path):
    room = tmp_path / "room"
    before = rows(room)
    done = copytaster("restore", saved, "--dir", room)
    assert done.code == 2
    assert "already has" in done.err
    assert rows(room) == before
    assert not [p for p in room.iterdir() if p.name.startswith(".restoring")]


def packed(path, **parts):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in parts.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


MANIFEST = b'{"format": 1, "taken": "2026-11-24T03:00:00+00:00"}'


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"rules_yaml": b"rules: {}"}, "is no backup made by copytaster"),
        ({"rules_yaml": b"x", "stories_db": b"x", "backup_json": b"{"}, "cannot be read as a backup"),
        (
            {"rules_yaml": b"x", "stories_db": b"x", "backup_json": b'{"format": 9, "taken": ""}'},
            "newer version",
        ),
        (
            {"rules_yaml": b"x", "stories_db": b"no database", "backup_json": MANIFEST},
            "is no SQLite database",
        ),
        (
            {
                "rules_yaml": b"settings:\n  database: /etc/passwd\n",
                "stories_db": b"x",
                "backup_json": MANIFEST,
            },
            "outside its folder",
        ),
        (
            {"rules_yaml": b"settings:\n  database: ../up.db\n", "stories_db": b"x", "backup_json": MANIFEST},
            "outside its folder",
        ),
    ],
)
def test_what_is_no_backup_leaves_nothing_behind(tmp_path, parts, said):
    done = copytaster("restore", packed(tmp_path / "b.tar.gz", **parts), "--dir", tmp_path / "copy")
    assert done.code == 2, done
    assert said in done.err
    assert not (tmp_path / "copy").exists()
    assert not (tmp_path / "up.db").exists()


def test_a_truncated_backup_is_refused(saved, tmp_path):
    (tmp_path / "half.tar.gz").write_bytes(saved.read_bytes()[:2000])
    done = copytaster("restore", tmp_path / "half.tar.gz", "--dir", tmp_path / "copy")
    assert done.code == 2, done
    assert "cannot be read as a backup" in done.err
    assert copytaster("restore", tmp_path / "none.tar.gz", "--dir", tmp_path / "copy").code == 2


def test_a_restore_that_fails_leaves_no_folder(saved, tmp_path):
    whole = saved.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    done = copytaster("restore", tmp_path / "cut.tar.gz", "--dir", tmp_path / "new")
    assert done.code == 2, done
    assert "Nothing was restored" in done.err
    assert not (tmp_path / "new").exists()
