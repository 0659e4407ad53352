"""run, run --every and deliver, in processes of their own, as cron and people call them."""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import time
from dataclasses import replace

from monitor.cli.run import _again
from monitor.schedule import Health
from monitor.store import open_store, sources
from tests.alerts.servers import web as hook
from tests.cli.calling import FAILING, ROOT, RULES, command, copytaster, folder_with, over, process, rows
from tests.cli.serving import RSS, feed, serving

SERVED = RULES + 'sources:\n  - {feed: "http://one.example/feed", outlet: One}\n'


def mark_reported(folder):
    """As if the operator had heard that the source is dead."""
    store = open_store(f"sqlite:///{folder / 'stories.db'}")
    with store.writing() as tx:
        (state,) = sources.states(tx).values()
        sources.save_state(
            tx, replace(state, health=Health.UNREACHABLE, reported=Health.UNREACHABLE, failures=9.0)
        )
    store.close()


def test_cron_hears_of_changes_of_state_only(tmp_path):
    room = folder_with(tmp_path / "room", FAILING)
    first = process("run", "--dir", room)
    assert first.code == 3, first
    assert "one: no address was found for one.invalid" in first.out
    assert "one: one:" not in first.out
    assert "A new rulebook is in force." in first.out
    assert first.err == ""
    again = process("run", "--dir", room, "--source", "ONE")
    assert (again.code, again.out, again.err) == (3, "", ""), "the same failure again is no change of state"
    mark_reported(room)
    dead = process("run", "--dir", room, "--source", "one")
    assert (dead.code, dead.out, dead.err) == (0, "", ""), "a dead source already reported is no news"
    status = copytaster("status", "--dir", room)
    assert "unreachable" in status.out
    assert "exit code 0" in status.out


def test_a_dry_run_writes_nothing_at_all(tmp_path):
    room = folder_with(tmp_path / "room", SERVED)
    with serving() as web:
        web.pages["one.example", "/feed"] = (RSS, feed("Rain in Leeds"))
        hosts = {"one.example": web.port}
        never = over(hosts, "run", room, "--dry-run")
        assert never.code == 0, never
        assert "Dry run: nothing was sent and nothing was written." in never.out
        assert sorted(p.name for p in room.iterdir()) == ["rules.yaml"], "no database is made for a rehearsal"
        assert over(hosts, "run", room).code == 0
        before, content = rows(room), (room / "stories.db").read_bytes()
        files = sorted(p.name for p in room.iterdir())
        web.pages["one.example", "/feed"] = (RSS, feed("Rain in Leeds", "Uyghur poet freed"))
        store = open_store(f"sqlite:///{room / 'stories.db'}")
        with store.writing() as tx:
            (state,) = sources.states(tx).values()
            sources.save_state(tx, replace(state, due=state.last_poll))
        store.close()
        before, content = rows(room), (room / "stories.db").read_bytes()
        dry = over(hosts, "run", room, "--dry-run", "--json")
    assert dry.code == 0, dry
    told = dry.json
    assert told["dry_run"] is True
    assert told["polls"] == {"news": 1}
    assert told["matches"] == 1
    assert web.conditional, "the rehearsal asks as the run would"
    assert rows(room) == before, "no row differs, validators included"
    assert (room / "stories.db").read_bytes() == content
    assert sorted(p.name for p in room.iterdir()) == files


def test_a_run_tells_once_and_its_report_is_json(tmp_path):
    with hook() as desk, serving() as web:
        rules = (
            SERVED
            + 'channels:\n  desk: {url: "env:DESK"}\noperator: {to: [desk]}\nroutes:\n  - {to: [desk]}\n'
        )
        room = folder_with(
            tmp_path / "room", rules, f"DESK=webhook://s3cret-token@127.0.0.1:{desk.port}/in\n"
        )
        hosts = {"one.example": web.port}
        web.pages["one.example", "/feed"] = (RSS, feed("Uyghur baker opens shop"))
        first = over(hosts, "run", room, "--json")
    assert first.code == 0, first
    told = first.json
    assert told["exit_code"] == 0
    assert told["stories"] == {"new": 1}
    assert [h["reason"] for h in told["held"]] == ["baseline"]
    assert {s["state"] for s in told["sent"]} == {"sent"}
    assert "s3cret-token" not in first.out + first.err
    assert told["rulebook"]["new"] is True
    bodies = [json.loads(p.body) for p in desk.posts]
    assert any("baker" in s["headline"] for b in bodies for s in b["stories"])


def test_without_rules_nothing_is_created(tmp_path):
    for words in (
        ["run"],
        ["check"],
        ["status"],
        ["deliver"],
        ["stories"],
        ["sources", "list"],
        ["outbox"],
        ["run", "--dry-run"],
    ):
        done = copytaster(*words, "--dir", tmp_path / "empty")
        assert done.code == 2, done
        assert "There is no rules.yaml in" in done.err
        assert "copytaster init" in done.err
    (tmp_path / "there").mkdir()
    assert copytaster("run", "--dir", tmp_path / "there").code == 2
    assert list((tmp_path / "there").iterdir()) == []
    assert not (tmp_path / "empty").exists()


def test_a_second_run_names_the_holder(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    assert copytaster("run", "--dir", room).code == 0
    with (room / "stories.db.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write('{"pid": 4711, "host": "newsroom", "since": "2026-11-24T03:00:00+00:00"}')
        lock.flush()
        for words in (["run"], ["deliver"], ["catch-up"], ["import", room / "rules.yaml"]):
            done = copytaster(*words, "--dir", room)
            assert done.code == 75, done
            assert "process 4711 on newsroom, since 2026-11-24T03:00:00" in done.err
        assert copytaster("run", "--dry-run", "--dir", room).code == 0, "a rehearsal disturbs nobody"
        assert copytaster("status", "--dir", room).code == 0


def test_an_unknown_source_is_named_with_the_known_ones(tmp_path):
    room = folder_with(tmp_path / "room", FAILING)
    done = copytaster("run", "--source", "onne", "--dir", room)
    assert done.code == 2
    assert done.err == 'There is no source "onne" in rules.yaml. The sources are: one.\n'


def test_broken_rules_run_under_the_last_good_ones(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    assert copytaster("run", "--dir", room).code == 0
    (room / "rules.yaml").write_text("rules:\n  Uyghurs: {anny: [x]}\n  B: {all: x, any: 3}\n")
    done = copytaster("run", "--dir", room)
    assert done.code == 1, done
    assert "last good version stays in force" in done.out
    assert "rules.yaml:2:" in done.out
    assert "rules.yaml:3:" in done.out
    again = copytaster("run", "--dir", room)
    assert (again.code, again.out) == (1, ""), "the same mistakes are told once"
    check = copytaster("check", "--dir", room)
    assert check.code == 1
    assert check.out.count("rules.yaml:") >= 2


def test_broken_rules_without_a_past_do_not_start(tmp_path):
    room = folder_with(tmp_path / "room", "rules:\n  Uyghurs: {anny: [x]}\n")
    done = copytaster("run", "--dir", room)
    assert done.code == 2
    assert "rules.yaml:2:" in done.err
    assert "Mend these lines" in done.err
    assert not (room / "stories.db").exists()


def wait_for(found, seconds=60.0):
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_every_makes_passes_until_sigterm(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    running = subprocess.Popen(
        command("run", "--every", "1m", "--dir", room), env={}, cwd="/", stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert "A new rulebook is in force." in running.stdout.readline()  # the first pass has told its report
    wait_for(lambda: "exit code 0" in copytaster("status", "--dir", room).out)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert running.returncode == 0


def test_every_passes_its_options_on_and_refuses_a_busy_loop(tmp_path):
    assert _again("bbc", dry_run=True, as_json=True) == ["--source", "bbc", "--dry-run", "--json"]
    for words, said in (("0m", "is too often"), ("soon", "no span of time")):
        done = copytaster("run", "--every", words, "--dir", tmp_path)
        assert done.code == 2
        assert said in done.err


def test_every_ends_when_the_first_pass_cannot_start(tmp_path):
    done = process("run", "--every", "10m", "--dir", tmp_path / "nowhere")
    assert done.code == 2
    assert "There is no rules.yaml" in done.err


def test_an_interrupted_run_ends_without_a_traceback(tmp_path):
    feeds = "".join(f'  - {{feed: "http://one.example/{n}", outlet: One, delay: 2s}}\n' for n in range(5))
    room = folder_with(tmp_path / "room", f"{RULES}sources:\n{feeds}")
    with serving() as web:
        for n in range(5):
            web.pages["one.example", f"/{n}"] = (RSS, feed("Uyghur baker opens shop"))
        words = ["-m", "tests.cli.entry", json.dumps({"one.example": web.port}), "run", str(room)]
        running = subprocess.Popen(
            [command()[0], *words],
            cwd=ROOT,
            env={},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: any(path != "/robots.txt" for _, path in web.asked))
        running.send_signal(signal.SIGINT)  # lets go of what waits, finishes what is on the wire
        out, err = running.communicate(timeout=40)
    assert running.returncode == 130, out + err
    assert "Traceback" not in out + err


def test_on_a_terminal_the_alerts_are_printed_and_count_as_sent(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    assert copytaster("run", "--dir", room).code == 0  # the operator's greeting waits: no terminal
    assert "1 waiting, 0 sent" in copytaster("status", "--dir", room).out
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        command("run", "--dir", room), cwd="/", env={"TERM": "dumb"}, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            seen += os.read(ours, 4096)
        except OSError:  # the other end was closed
            break
    os.close(ours)
    assert running.wait(20) == 0
    assert b"new database" in seen
    assert b"No source is due." in seen
    assert "0 waiting, 1 sent" in copytaster("status", "--dir", room).out


def test_deliver_is_quiet_under_cron_and_fails_for_a_message_given_up(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    assert copytaster("run", "--dir", room).code == 0
    quiet = copytaster("deliver", "--dir", room)
    assert (quiet.code, quiet.out) == (0, ""), "nobody reads a terminal that is not there"
    assert copytaster("deliver", "--dir", room, "--json").json == {"sent": [], "waiting": 1, "restored": None}
    with hook(status=410) as gone:
        rules = (
            RULES
            + 'channels:\n  desk: {url: "env:DESK"}\noperator: {to: [desk]}\nroutes:\n  - {to: [desk]}\n'
        )
        other = folder_with(tmp_path / "other", rules, f"DESK=webhook://s3cret@127.0.0.1:{gone.port}/in\n")
        assert copytaster("run", "--dir", other, "--json").code == 1
    failed = copytaster("outbox", "--failed", "--dir", other)
    assert "410" in failed.out
    assert "copytaster outbox retry" in failed.out
    check = copytaster("check", "--dir", other)
    assert check.code == 1
    assert "copytaster outbox --failed" in check.out
    with hook() as back:
        folder_with(other, rules, f"DESK=webhook://s3cret@127.0.0.1:{back.port}/in\n")
        assert "1 message will be tried again" in copytaster("outbox", "retry", "--dir", other).out
        done = copytaster("deliver", "--dir", other)
    assert (done.code, done.out) == (0, "")
    assert "attempt 2" in copytaster("outbox", "show", "1", "--dir", other).out
