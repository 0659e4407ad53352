"""copytaster dups, as typed."""

import json

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from tests.newsrooms import newsroom, story

TEXT = (
    "A court in the capital ruled on Tuesday that the company must publish the list of factories that supply its cotton, after "
    "Uyghur groups asked for it for two years and the ministry refused to answer them."
)


@pytest.fixture
def folder(tmp_path):
    with newsroom(tmp_path) as room:
        room.baseline("bbc", "wire")
        room.poll(story("Court orders list", outlet="wire", summary=TEXT), outlet="wire")
        room.poll(
            story("Court orders list of factories", summary=f"Below is an article published by Wire.\n{TEXT}")
        )
    return tmp_path


def run(folder, *words):
    done = CliRunner().invoke(app, ["dups", *words, "--dir", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_list_why_split_and_join(folder):
    assert "Court orders list of factories" in run(folder, "list")
    said = run(folder, "why", "1", "2")
    assert "of one event: yes" in said
    assert "of the shorter text" in said
    (pair,) = json.loads(run(folder, "list", "--json"))
    assert pair["merge"]["other_id"] == 1
    assert "1 alert" in run(folder, "split", "1", "2", "--by", "ed")
    assert "parted by ed" in run(folder, "why", "2", "1")
    assert "Joined" in run(folder, "join", "1", "2", "--by", "ed")
    assert "of one event: yes" in run(folder, "why", "1", "2")
