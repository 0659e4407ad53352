"""Run the real `scrapy` command in a project of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and the polls its desk got."""

    code: int
    out: str
    err: str
    polls: list[dict[str, Any]]
    closed: bool

    def of(self, source: str) -> dict[str, Any]:
        """Give the one poll of a source."""
        (poll,) = [p for p in self.polls if p["source"] == source]
        return poll


def project(folder: Path, spiders: str, settings: str = "") -> None:
    """Write a Scrapy project that builds on ours, as a user would."""
    (folder / "their_spiders.py").write_text(spiders)
    (folder / "their_settings.py").write_text(
        "from monitor.crawl.settings import *\n"
        "from monitor.crawl.tasks import Network\n"
        "SPIDER_MODULES = ['their_spiders']\n"
        "COPYTASTER_DESK = 'tests.crawl.fake_desk.open_desk'\n"
        f"COPYTASTER_DIR = {str(folder)!r}\n"
        "DOWNLOAD_DELAY = 0\nDOWNLOAD_TIMEOUT = 5\nLOG_LEVEL = 'WARNING'\n" + settings
    )


def scrapy(folder: Path, *args: str, env: Mapping[str, str] | None = None) -> Ended:
    """Run `scrapy ARGS` there, warnings as errors."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-m", "scrapy", *args],
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")},
            "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))),
            "SCRAPY_SETTINGS_MODULE": "their_settings",
            **(env or {}),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = (folder / "polls.jsonl").read_text().splitlines() if (folder / "polls.jsonl").exists() else []
    return Ended(
        ended.returncode,
        ended.stdout,
        ended.stderr,
        [json.loads(x) for x in lines],
        (folder / "closed").exists(),
    )
