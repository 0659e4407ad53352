"""`scrapy genspider -t outlet` in a copy of the project makes a spider that is there at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """Give a copy of what Scrapy needs of the project."""
    for name in ("spiders", "monitor"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "scrapy.cfg", tmp_path)
    return tmp_path


def run(project, *command):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(project), "HOME": str(project)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_outlet_is_a_spider_a_source_and_a_known_name(project):
    new = ("daily-harbour", "https://www.daily-harbour.example/rss.xml")
    made = run(project, "-m", "scrapy", "genspider", "-t", "outlet", *new)
    assert "spiders.daily_harbour" in made
    assert "daily-harbour" in run(project, "-m", "scrapy", "list").split()
    ask = (
        "from monitor.crawl.catalogue import coded_outlets as known; o = known()['daily-harbour'];"
        "print(o.name, o.hosts, [s.url for s in o.sources])"
    )
    told = run(project, "-c", ask)
    assert (
        told.strip()
        == "daily-harbour ('daily-harbour.example',) ['https://www.daily-harbour.example/rss.xml']"
    )
    (project / "rules.yaml").write_text("rules:\n  A: [x]\nsources: [daily-harbour]\n")
    listed = run(project, "-m", "monitor", "sources", "list", "--dir", str(project))
    assert "https://www.daily-harbour.example/rss.xml" in listed


def test_the_template_is_listed(project):
    assert "outlet" in run(project, "-m", "scrapy", "genspider", "-l").split()
