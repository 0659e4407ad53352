"""A run that finds nothing new, which is most of them: what it loads, and what it leaves on record."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.store import open_store, sources
from monitor.story import Outcome
from tests.crawl import server
from tests.crawl.passing import one_run
from tests.crawl.server import etag

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 11, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)
RULES = """version: 1
rules: {Rain: [rain]}
sources:
  - {feed: "http://paper.example/feed", outlet: Paper, delay: 1s}
"""
SCRIPT = """
import sys
from datetime import datetime
from pathlib import Path
from tests.crawl.passing import _run

report = _run(Path(sys.argv[1]), {"paper.example": ("127.0.0.1", int(sys.argv[2]))},
              datetime.fromisoformat(sys.argv[3]), False, None)
assert report.polled == {"not-modified": 1}, report.polled
print("\\n".join(sys.modules))
"""
NOT_NEEDED = {
    "aiohttp",
    "alembic",
    "apprise",
    "css_inline",
    "dateparser",
    "fastfeedparser",
    "feedparser",
    "imaplib",
    "jinja2",
    "monitor.alerts",
    "monitor.brief",
    "monitor.crawl.reading",
    "monitor.parse.sandbox",
    "multiprocessing.forkserver",
    "psycopg",
    "requests",
    "rich",
    "smtplib",
    "sqlalchemy.dialects.postgresql",
    "tldextract",
    "trafilatura",
}


def test_nothing_is_loaded_that_only_news_needs(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    with server.serve({"paper.example": etag}) as web:
        hosts = web.host_map("paper.example")
        assert one_run(tmp_path, hosts, NOW).polled == {"news": 1}
        given = [str(tmp_path), str(web.port), LATER.isoformat()]
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *given], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert NOT_NEEDED & set(done.stdout.split()) == set()


def test_it_is_on_record_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    with server.serve({"paper.example": etag}) as web:
        for instant in (NOW, LATER):
            one_run(tmp_path, web.host_map("paper.example"), instant)
    store = open_store(f"sqlite:///{tmp_path / 'stories.db'}", create=False)
    with store.reading() as tx:
        (state,) = sources.states(tx).values()
        polls = sources.polls(tx)
    store.close()
    assert [p.outcome for p in polls] == [Outcome.NOT_MODIFIED, Outcome.NEWS]
    assert (state.polls, state.last_poll, state.etag) == (2, LATER, 'W/"v1"')
    assert state.due is not None
    assert state.due > LATER
