"""check and status: everything that can be wrong before 3 am, and how it is told."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from monitor.app.health import check as examine
from monitor.app.journal import begin
from tests.cli.calling import RULES, copytaster, folder_with, process
from tests.newsrooms import newsroom, story

ROUTED = (
    RULES
    + 'channels:\n  desk: {url: "env:DESK"}\noperator: {mail: "ops@example.org", to: [desk]}\nroutes:\n  - {to: [desk]}\n'
    + 'sources:\n  - {feed: "https://one.invalid/feed", outlet: One}\nsettings: {contact: "https://example.org/us"}\n'
)
HOOK = "webhook://s3cret-token@127.0.0.1:1/in"


def test_all_is_well(tmp_path):
    room = folder_with(tmp_path / "room", ROUTED, f"DESK={HOOK}\n")
    done = process("check", "--dir", room)
    assert done.code == 0, done
    assert done.out.splitlines()[-1] == "All is well."
    assert sorted(p.name for p in room.iterdir()) == ["copytaster.env", "rules.yaml"], "check writes nothing"
    assert copytaster("check", "--dir", room, "--json").json["ok"] is True


def test_every_mistake_is_listed(tmp_path):
    room = folder_with(
        tmp_path, "rules:\n  A: {anny: [x]}\n  B: [y]\nroutes:\n  - {to: [nowhere]}\nsourcess: []\n"
    )
    done = copytaster("check", "--dir", room)
    assert done.code == 1
    for line in (2, 5, 6):
        assert f"rules.yaml:{line}:" in done.out
    assert "things to mend." in done.out
    listed = copytaster("check", "--dir", room, "--json")
    assert listed.code == 1
    assert listed.json["ok"] is False
    assert len(listed.json["problems"]) >= 3


def test_the_terminal_alone_will_not_do_where_there_is_none(tmp_path):
    done = process("check", "--dir", folder_with(tmp_path, RULES))
    assert done.code == 1
    assert "go to the terminal, and there is none here" in done.out


def test_a_missing_secret_is_named_and_no_secret_is_shown(tmp_path):
    room = folder_with(tmp_path, ROUTED)
    done = process("check", "--dir", room)
    assert done.code == 1
    assert "channel desk: DESK is not set" in done.out
    given = process("check", "--dir", room, env={"DESK": HOOK})
    assert given.code == 0, given
    wrong = process("check", "--dir", room, env={"DESK": "webhook://s3cret-token@example.org/in"})
    assert wrong.code == 1
    assert "s3cret" not in wrong.out + wrong.err


def test_an_env_file_that_others_can_read_is_refused(tmp_path):
    room = folder_with(tmp_path, ROUTED, f"DESK={HOOK}\n")
    (room / "copytaster.env").chmod(0o644)
    done = copytaster("check", "--dir", room)
    assert done.code == 1
    assert f"chmod 600 {room / 'copytaster.env'}" in done.out
    run = copytaster("run", "--dir", room)
    assert run.code == 2
    assert "chmod 600" in run.err
    assert "s3cret" not in run.err


def test_a_damaged_database_is_one_thing_to_mend_among_others(tmp_path):
    room = folder_with(tmp_path, ROUTED)
    (room / "stories.db").write_bytes(b"not a database")
    done = copytaster("check", "--dir", room)
    assert done.code == 1
    assert "database: " in done.out
    assert "Nothing was overwritten" in done.out
    assert "DESK is not set" in done.out
    assert (room / "stories.db").read_bytes() == b"not a database"


def problems(room, **more):
    return {(p.where, p.grave): p.text for p in examine(room.wire, **more)}


def test_the_clock_is_compared_with_what_is_on_record(tmp_path):
    with newsroom(tmp_path, ROUTED, env={"DESK": HOOK}) as room:
        room.wire.store.created = False
        with room.wire.store.writing() as tx:
            begin(tx, "run", room.clock())
        assert problems(room) == {}
        room.clock.forward(hours=30)
        assert "Is cron, or the timer, still at work?" in problems(room)["runs", True]
        room.clock.forward(hours=-40)
        assert "the clock was set back" in problems(room)["clock", True]
        room.clock.now -= timedelta(days=20000)
        assert "clock" in {where for where, _ in problems(room)}


def test_alerts_that_wait_too_long_and_a_full_disk_are_grave(tmp_path):
    with newsroom(tmp_path, ROUTED, env={"DESK": HOOK}) as room:
        room.wire.store.created = False
        room.baseline()
        room.poll(story("Uyghur poet freed"))
        room.clock.forward(days=2)
        found = problems(room, free_bytes=5 * 2**20)
    assert "have waited since" in found["outbox", True] or "has waited since" in found["outbox", True]
    assert "5 MiB" in found["disk", True]


def test_status_never_waits_for_a_writer(tmp_path):
    with newsroom(tmp_path, ROUTED, env={"DESK": HOOK}) as room:
        room.baseline()
        room.poll(story("Uyghur poet freed"))
    with closing(sqlite3.connect(tmp_path / "stories.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE meta SET value = value")
        done = process("status", "--dir", tmp_path, "--json")
        again = process("stories", "--dir", tmp_path)
    assert done.code == 0, done
    told = done.json
    assert [s["name"] for s in told["sources"]] == ["one"]
    assert told["outbox"]["waiting"] == 2
    assert "Uyghur poet freed" in again.out


def test_status_without_a_database_says_what_to_do(tmp_path):
    done = copytaster("status", "--dir", folder_with(tmp_path, RULES))
    assert done.code == 2
    assert "copytaster run" in done.err
    assert not (tmp_path / "stories.db").exists()
