"""Call the command line as a user does: in this process where quick, in one of its own where it must be."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from monitor.cli import main

ROOT = Path(__file__).parents[2]

RULES = """\
# The desk's rules.
rules:
  Uyghurs: [Uyghur*]   # everything
"""
FAILING = RULES + 'sources:\n  - {feed: "https://one.invalid/feed", outlet: One}\n'


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self) -> str:
        return f"exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


def copytaster(*arguments: object) -> Done:
    """Run a command in this process. For everything but crawls."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(a) for a in arguments])
        except SystemExit as end:
            code = end.code
    return Done(int(code or 0), out.getvalue(), err.getvalue())


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "monitor", *map(str, arguments)]


def process(
    *arguments: object, cwd: Path | str = "/", env: dict[str, str] | None = None, given: str = ""
) -> Done:
    """Run a command in a process of its own, as cron would: no environment, another folder, no terminal."""
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=env or {},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        input=given,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def over(hosts: dict[str, int], verb: str, *arguments: object, given: str = "") -> Done:
    """Run a pass or `sources add` in a process of its own, with hosts mapped to loopback ports (see entry.py)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.entry", json.dumps(hosts), verb, *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        input=given,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def folder_with(folder: Path, rules: str = RULES, env: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yaml").write_text(rules, encoding="utf8")
    if env:
        (folder / "copytaster.env").write_text(env, encoding="utf8")
        (folder / "copytaster.env").chmod(0o600)
    return folder


def rows(folder: Path, name: str = "stories.db") -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table; not the search index, which catches up when somebody searches."""
    with closing(sqlite3.connect(f"file:{folder / name}?mode=ro", uri=True)) as raw:
        tables = [r[0] for r in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in tables if not name.startswith("search_index")]
        return {t: sorted(raw.execute(f'SELECT * FROM "{t}"'), key=repr) for t in tables}
