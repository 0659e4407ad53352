"""kill -9 on purpose, many times: python -m bench.kills [--each N] [--random N]

Named points: a run dies at each of monitor.app.wire.FAILPOINTS, N times; a marker file proves that the kill landed.
At random: a run is killed some time after it was seen at work. After each kill two clean runs follow. Nothing may be
lost; a message may come twice, once for each kill, under the same id.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from monitor.app.wire import FAILPOINTS
from tests.alerts.servers import smtp
from tests.app.test_crashes import ROOT, RULES, WORKER, received, run

EXPECTED = {(f"{who}@desk.example", n) for who in ("editor", "deputy") for n in range(8)}


def judge(mails) -> tuple[int, int, int]:
    """Give stories lost, repeats, and stories told under two ids."""
    told = {(to, n) for to, _, numbers in mails for n in numbers}
    ids: dict[tuple[str, int], set[str]] = {}
    for to, identity, numbers in mails:
        for n in numbers:
            ids.setdefault((to, n), set()).add(identity)
    return len(EXPECTED - told), len(mails) - len(set(mails)), sum(len(found) > 1 for found in ids.values())


def fresh(folder: Path, sink) -> None:
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES, encoding="utf8")
    assert run(folder, 0, sink.port).returncode == 0
    sink.mails.clear()


def at_point(folder: Path, point: str) -> tuple[bool, tuple[int, int, int]]:
    marker = folder.with_suffix(".marker")
    with smtp() as sink, smtp({"rcpt": "451 later"}) as refusing:
        fresh(folder, sink)
        port = refusing.port if point in ("refused", "put-off") else sink.port
        killed = run(folder, 1, port, point, marker)
        for hour in (2, 3):
            assert run(folder, hour, sink.port).returncode == 0
        return killed.returncode == -9 and marker.exists(), judge(received(sink))


def at_random(folder: Path) -> tuple[bool, tuple[int, int, int]]:
    """Kill a run at a random moment of its work: after it wrote to its database or spoke to the server."""
    with smtp() as sink:
        fresh(folder, sink)
        connections, before = sink.connections, (folder / "stories.db").stat().st_mtime_ns
        wal = folder / "stories.db-wal"
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DESK": f"mailto://127.0.0.1:{sink.port}?from=desk@desk.example",
        }
        child = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder), "1"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
        )
        while child.poll() is None and not (
            sink.connections > connections
            or (folder / "stories.db").stat().st_mtime_ns != before
            or (wal.exists() and wal.stat().st_size)
        ):
            time.sleep(0.001)
        time.sleep(random.random() * 0.15)
        landed = child.poll() is None
        if landed:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
        for hour in (2, 3):
            assert run(folder, hour, sink.port).returncode == 0
        return landed, judge(received(sink))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=2)
    options.add_argument("--random", type=int, default=10)
    asked = options.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        for point in FAILPOINTS:
            count: Counter[str] = Counter()
            for n in range(asked.each):
                landed, (lost, repeats, renamed) = at_point(Path(place) / f"{point}-{n}", point)
                count.update(kills=1, landed=landed, lost=lost, repeats=repeats, renamed=renamed)
            print(f"{point:10} {dict(count)}", flush=True)
            total += count
        count = Counter()
        while count["landed"] < asked.random and count["kills"] < 4 * asked.random:
            landed, (lost, repeats, renamed) = at_random(Path(place) / f"random-{count['kills']}")
            count.update(kills=1, landed=landed, lost=lost, repeats=repeats, renamed=renamed)
        print(f"{'random':10} {dict(count)}", flush=True)
    total += count
    print(f"{'all':10} {dict(total)}")
    good = not total["lost"] and not total["renamed"] and total["repeats"] <= total["landed"]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
