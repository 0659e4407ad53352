"""Runs that may be killed: each takes in what the source lists at an hour, reads its pages, then delivers.

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
from monitor.schedule import PageRead
from monitor.store import pages, sources
from monitor.story import Articles, Outcome, Outlet, Poll, Source, Story
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


def read(page, now):
    """Give what a page tells: its number is at the end of its address."""
    number = page.url.rpartition("-")[2]
    title, text = page.url.rpartition("/")[2], f"Uyghur story number {number} is told here."
    return PageRead(page=page, at=now, story=Story("paper", title, page.url, NOON, text), status=200)


def split(everything):
    """Let every second story come by the outlet whose pages are read, under a headline that does not match."""
    numbers = range(len(BASELINE), len(everything))
    theirs = [story(f"Paper story {n - len(BASELINE)}", outlet="paper") for n in numbers if n % 2]
    return {"bbc": [s for n, s in enumerate(everything) if n < len(BASELINE) or not n % 2], "paper": theirs}


def one_run(folder, hour, environment, begun=lambda: None):
    now = NOON + timedelta(hours=hour)
    wire = open_wire(folder, {}, clock=lambda: now, process=environment, terminal=False)
    outlets = {
        "bbc": Outlet(name="bbc", title="BBC"),
        "paper": Outlet(name="paper", title="Paper", articles=Articles.ALL),
    }
    with run_lock(lock_path(wire.newsroom, folder), now):
        begun()
        bring_into_force(wire, now)
        with wire.store.writing() as tx:
            run = begin(tx, "run", now)
            past = history(sources.states(tx).values())
        intake = Intake(wire=wire, run_id=run, outlets=outlets, past=past)
        for outlet, listing in split(listed(hour)).items():
            intake.take(polled(wire, outlet, listing, now))
        with wire.store.reading() as tx:
            due = pages.due(tx, now)
        for page in due:
            intake.take_page(read(page, now))
        deliver(wire, outlets, "test")
    wire.store.close()


def polled(wire, outlet, listing, now):
    source = Source(url=f"https://{outlet}.example/feed", outlet=outlet)
    with wire.store.reading() as tx:
        seen = sources.hashes(tx, outlet, source.url)
    unseen = tuple(s for s in listing if s.guid not in seen)
    return Poll(
        source=source,
        at=now,
        outcome=Outcome.NEWS if unseen else Outcome.UNCHANGED,
        status=200,
        hashes=tuple(s.guid for s in listing),
        total=len(listing),
        known=len(listing) - len(unseen),
        stories=unseen,
    )


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
        (who, key, tuple(n for n in range(STORIES) if f" story number {n}" in text.replace("*", "")))
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
