"""Two processes take in the same stories, each from its own outlet, on one SQLite file: no alert twice, none lost."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from monitor.store import merges, outbox, stories
from tests.app.newcomer_process import COPIED, OWN
from tests.newsrooms import newsroom

ROOT = Path(__file__).parents[2]


def start(folder, outlet, seed):
    command = [sys.executable, "-m", "tests.app.newcomer_process", str(folder), outlet, seed]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, cwd=ROOT, text=True, **pipes)


def test_two_processes_alert_once_and_lose_nothing(tmp_path):
    with newsroom(tmp_path) as room:
        room.baseline("one", "two")
        started = [start(tmp_path, outlet, seed) for outlet, seed in (("one", "1"), ("two", "2"))]
        try:
            for process in started:
                assert process.stdout.readline() == "ready\n", process.communicate()[1]
            for process in started:
                process.stdin.write("go\n")
                process.stdin.flush()
            told = Counter()
            for process in started:
                out, err = process.communicate(timeout=300)
                assert process.returncode == 0, err
                told.update(json.loads(out))
        finally:
            for process in started:
                process.kill()
                process.wait()
        assert told == {"alerted": COPIED + 2 * OWN, "duplicate": COPIED}
        with room.wire.store.writing() as tx:
            assert stories.count(tx) == 2 * (COPIED + OWN)
            assert len(merges.recent(tx, 1000)) == COPIED
            bound = [r for m in outbox.bind(tx, room.clock()) for r in outbox.alerts_of(tx, m.id)]
            events = Counter(r.alert.event for r in bound if r.story)
        assert len(events) == COPIED + 2 * OWN
        assert set(events.values()) == {1}
        assert room.wire.store.check() == ()
