"""Runs that may be killed: each takes in what the source lists at an hour, then delivers.

`Forge` keeps a process in which everything is imported and forks a run off it: a real process with a real SIGKILL,
without the second that imports take. Kills may come at a named point, or some time after the run began to work.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from monitor.app.deliver import deliver
from monitor.app.force import bring_into_force
from monitor.app.intake import Intake, history
from monitor.app.journal import begin
from monitor.app.lock import run_lock
from monitor.app.wire import lock_path, open_wire
from monitor.store import sources
from monitor.story import Outcome, Outlet, Poll, Source
from tests.newsrooms import NOON, story

ROOT = Path(__file__).parents[2]
STORIES = 8

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
MAILED = frozenset({"editor@desk.example", "deputy@desk.example"})
WITH_HOOK = (
    RULES.replace("routes:\n", '  hook: {url: "env:HOOK"}\nroutes:\n') + "  - {to: [hook], when: at once}\n"
)
HOOKED = MAILED | {"hook"}
BASELINE = [story(f"Rain in town {n}") for n in range(3)]


def listed(hour):
    """The baseline, and from the first hour on eight stories that match: the source says the same again and again."""
    news = [story(f"Uyghur story number {n}", at=NOON + timedelta(minutes=n)) for n in range(STORIES)]
    return BASELINE + (news if hour else [])


def one_run(folder, hour, environment, begun=lambda: None):
    now = NOON + timedelta(hours=hour)
    wire = open_wire(folder, {}, clock=lambda: now, process=environment, terminal=False)
    outlets = {"bbc": Outlet(name="bbc", title="BBC")}
    source = Source(url="https://bbc.example/feed", outlet="bbc")
    with run_lock(lock_path(wire.newsroom, folder), now):
        begun()
        bring_into_force(wire, now)
        with wire.store.writing() as tx:
            run = begin(tx, "run", now)
            past = history(sources.states(tx).values())
            seen = sources.hashes(tx, "bbc", source.url)
        everything = listed(hour)
        unseen = tuple(s for s in everything if s.guid not in seen)
        poll = Poll(
            source=source,
            at=now,
            outcome=Outcome.NEWS if unseen else Outcome.UNCHANGED,
            status=200,
            hashes=tuple(s.guid for s in everything),
            total=len(everything),
            known=len(everything) - len(unseen),
            stories=unseen,
        )
        Intake(wire=wire, run_id=run, outlets=outlets, past=past).take(poll)
        deliver(wire, outlets, "test")
    wire.store.close()


@dataclass(frozen=True)
class Ran:
    """How a run ended: its code (-9: killed), and for how many seconds it was at work before that."""

    code: int
    worked: float
    said: str = ""


class Forge:
    """Forks runs off a process that has everything imported."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.crashing"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, folder, hour, environment, *, failpoint="", marker="", kill_after=None) -> Ran:
        """Run once, to be killed at a point (`marker` is written first) or `kill_after` seconds of work."""
        given = {**environment, "COPYTASTER_FAILPOINT": failpoint, "COPYTASTER_FAILPOINT_MARKER": str(marker)}
        asked = {"folder": str(folder), "hour": hour, "environment": given, "kill_after": kill_after}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        return Ran(**json.loads(self._process.stdout.readline()))


def forge() -> None:
    """Fork a run for each line asked for."""
    one_run_loads_late()
    gc.freeze()
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        errors = Path(asked["folder"]) / "stderr"
        heard, said = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(heard)
            _work(asked, errors, said)
        os.close(said)
        os.read(heard, 1)  # it is at work now, or has failed before
        began = time.monotonic()
        if asked["kill_after"] is not None:
            time.sleep(asked["kill_after"])
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(heard)
        words = errors.read_text(errors="replace") if code > 0 else ""
        answer = {"code": code, "worked": time.monotonic() - began, "said": words}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def one_run_loads_late() -> None:
    """Import what a run imports when it first needs it; nothing is opened."""
    import monitor.alerts.chat
    import monitor.alerts.email
    import monitor.alerts.webhook  # noqa: F401
    from monitor.alerts.render import inlined, templates

    inlined("<p>warm</p>")
    templates().get_template("message.html.j2")


def _work(asked, errors, said) -> None:
    code = 1
    with errors.open("wb") as file:
        os.dup2(file.fileno(), 2)
        os.dup2(file.fileno(), 1)
        try:
            one_run(Path(asked["folder"]), asked["hour"], asked["environment"], lambda: os.write(said, b"."))
            code = 0
        finally:
            if code:
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
            os._exit(code)


def received(mails, posts=()):
    """Give (recipient, id, story numbers) of everything that told stories."""
    found = []
    for raw in mails:
        mail = message_from_bytes(raw)
        part = next(p for p in mail.walk() if p.get_content_type() == "text/plain")
        found.append((mail["To"], mail["Message-ID"], part.get_payload(decode=True).decode()))
    found += [("hook", post.headers["Idempotency-Key"], post.body.decode()) for post in posts]
    told = [
        (who, key, tuple(n for n in range(STORIES) if f"Uyghur story number {n}" in text))
        for who, key, text in found
    ]
    return [one for one in told if one[2]]


@dataclass(frozen=True)
class Verdict:
    """Stories lost, messages that came again, the most that one recipient got again, stories told under two ids."""

    lost: int
    repeats: int
    most: int
    renamed: int

    @property
    def bad(self) -> bool:
        return bool(self.lost or self.renamed) or self.most > 1


def judge(messages, recipients) -> Verdict:
    told = {(to, n) for to, _, numbers in messages for n in numbers}
    ids: dict[tuple[str, int], set[str]] = {}
    for to, identity, numbers in messages:
        for n in numbers:
            ids.setdefault((to, n), set()).add(identity)
    again: Counter[str] = Counter()
    for (to, _, _), times in Counter(messages).items():
        again[to] += times - 1
    return Verdict(
        lost=len({(who, n) for who in recipients for n in range(STORIES)} - told),
        repeats=again.total(),
        most=max(again.values(), default=0),
        renamed=sum(len(found) > 1 for found in ids.values()),
    )


if __name__ == "__main__":
    forge()
