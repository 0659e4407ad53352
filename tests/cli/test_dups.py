"""copytaster dups, as typed."""

import json

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import ConfigError
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


def refused(folder, *words):
    done = CliRunner().invoke(app, ["dups", *words, "--dir", str(folder)])
    assert isinstance(done.exception, ConfigError)  # which the entry point says, and ends with 2
    return str(done.exception)


def test_a_join_that_would_bring_a_parted_pair_together_is_refused(folder):
    with newsroom(folder) as room:
        room.poll(story("Choir sings in the hall", outlet="wire"), outlet="wire")
    run(folder, "join", "1", "3", "--by", "ed")
    run(folder, "split", "1", "2", "--by", "ed")
    said = refused(folder, "join", "3", "2")
    assert "1 and 2 into one event" in said
    assert "copytaster dups join 1 2" in said
    assert "of one event: no" in run(folder, "why", "2", "3")
    run(folder, "join", "1", "2")
    assert "of one event: yes" in run(folder, "why", "2", "3")


@pytest.mark.parametrize("command", ["why", "split", "join"])
@pytest.mark.parametrize("number", ["9223372036854775808", "99999999999999999999999"])
def test_a_number_too_large_for_any_story_is_no_story(folder, command, number):
    said = refused(folder, command, "1", number)
    assert f"No story on record is {number}" in said


def test_the_document_says_whether_a_pair_is_of_one_event(folder):
    assert json.loads(run(folder, "why", "1", "2", "--json"))["together"] is True
    run(folder, "split", "1", "2", "--by", "ed")
    assert json.loads(run(folder, "why", "1", "2", "--json"))["together"] is False


def test_what_a_parting_undid_besides_is_lifted_with_it(folder):
    with newsroom(folder) as room:
        room.poll(story("Court orders list today", outlet="afp", summary=TEXT), outlet="afp")
    run(folder, "split", "1", "3", "--by", "ed")
    run(folder, "join", "3", "1", "--by", "ed")
    assert "of one event: yes" in run(folder, "why", "2", "3")
