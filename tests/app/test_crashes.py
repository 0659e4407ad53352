"""kill -9 at every named point: nothing lost, nothing told twice without the same id. Real processes, real servers."""

import json
import os
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path

import pytest

from monitor.app.wire import FAILPOINTS
from tests.alerts.servers import smtp

ROOT = Path(__file__).parents[2]

RULES = """\
version: 1
operator: {name: The desk, mail: ops@desk.example, to: [desk-mail]}
rules:
  Uyghurs: [Uyghur*]
channels:
  desk-mail: {url: "env:DESK", to: [editor@desk.example, deputy@desk.example]}
routes:
  - {to: [desk-mail], when: at once}
"""

WORKER = """
import sys
from pathlib import Path
from tests.app.crashing import one_run
one_run(Path(sys.argv[1]), int(sys.argv[2]))
"""


def run(folder, hour, port, failpoint="", marker=""):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DESK": f"mailto://127.0.0.1:{port}?from=desk@desk.example",
        "COPYTASTER_FAILPOINT": failpoint,
        "COPYTASTER_FAILPOINT_MARKER": str(marker),
    }
    return subprocess.run(
        [sys.executable, "-c", WORKER, str(folder), str(hour)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def received(sink):
    """Give (recipient, Message-ID, story numbers) of every mail of alerts."""
    found = []
    for raw in sink.mails:
        mail = message_from_bytes(raw)
        text = (
            next(p for p in mail.walk() if p.get_content_type() == "text/plain")
            .get_payload(decode=True)
            .decode()
        )
        numbers = sorted({n for n in range(8) if f" story number {n}" in text.replace("*", "")})
        if numbers:
            found.append((mail["To"], mail["Message-ID"], tuple(numbers)))
    return found


PAGES = (
    "page-read:3",
    "decided:4",
    "written:5",
    "committed:3",
    "committed:6",
)  # between and while pages are taken in


@pytest.mark.parametrize("failpoint", [*FAILPOINTS, *PAGES])
def test_a_kill_loses_nothing_and_repeats_at_most_the_same_message(tmp_path, failpoint):
    marker = tmp_path / "marker"
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES, encoding="utf8")
    with smtp() as sink, smtp({"rcpt": "451 later"}) as refusing:
        baseline = run(folder, 0, sink.port)
        assert baseline.returncode == 0, baseline.stderr
        sink.mails.clear()
        port = refusing.port if failpoint in ("refused", "put-off") else sink.port
        killed = run(folder, 1, port, failpoint, marker)
        assert killed.returncode == -9, killed.stderr
        assert marker.read_text() == failpoint.partition(":")[0]  # the kill landed where it was meant to
        for hour in (2, 3):
            again = run(folder, hour, sink.port)
            assert again.returncode == 0, again.stderr
        mails = received(sink)
    told = {(to, n) for to, _, numbers in mails for n in numbers}
    assert told == {(f"{who}@desk.example", n) for who in ("editor", "deputy") for n in range(8)}
    repeats = [m for m in mails if mails.count(m) > 1]
    assert len(mails) - len(set(mails)) <= 1, mails
    if failpoint not in ("accepted", "settling"):
        assert not repeats
    for to, n in told:
        ids = {message_id for who, message_id, numbers in mails if who == to and n in numbers}
        assert len(ids) == 1, "a story is told under one Message-ID only"


def test_the_report_of_a_run_is_json(tmp_path):
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES, encoding="utf8")
    with smtp() as sink:
        done = run(folder, 0, sink.port)
    assert json.loads(done.stdout)["verdicts"] == ["new"] * 3
