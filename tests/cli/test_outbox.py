"""outbox: looking into it, taking back. (Trying again: test_run.py, where something fails.)"""

import pytest

from tests.cli.calling import RULES, copytaster
from tests.newsrooms import newsroom, story


@pytest.fixture
def room(tmp_path):
    rules = RULES.replace("rules:\n", "rules:\n  Weather: [Rain]\n")
    with newsroom(tmp_path, rules) as open_room:
        open_room.baseline()
        open_room.poll(story("Uyghur poet freed"), story("Rain in Leeds"))
    return tmp_path


def test_what_waits_is_listed_and_can_be_taken_back_by_rule(room):
    assert "3 alerts wait, 3 of them due." in copytaster("outbox", "--dir", room).out
    assert "1 alert taken back." in copytaster("outbox", "cancel", "--rule", "Weather", "--dir", room).out
    unknown = copytaster("outbox", "cancel", "--rule", "Wether", "--dir", room)
    assert 'There is no rule "Wether" in rules.yaml.' in unknown.out
    assert copytaster("outbox", "--json", "--dir", room).json["counts"]["waiting"] == 2
    assert "2 alerts taken back." in copytaster("outbox", "cancel", "--all", "--dir", room).out


def test_taking_back_needs_to_know_what(room):
    done = copytaster("outbox", "cancel", "--dir", room)
    assert done.code == 2
    assert "Say --rule RULE, --story ID or --all" in done.err
    (found,) = copytaster("stories", "Rain", "--json", "--dir", room).json
    assert "1 alert taken back." in copytaster("outbox", "cancel", "--story", found["id"], "--dir", room).out


def test_one_message_is_shown_with_its_stories(room):
    assert copytaster("run", "--dir", room).code == 0  # binds what is due; without a terminal it waits
    listed = copytaster("outbox", "--json", "--dir", room).json["messages"]
    texts = [copytaster("outbox", "show", m["message"]["id"], "--dir", room).out for m in listed]
    assert any("Rain in Leeds  (Weather)" in t and "Uyghur poet freed  (Uyghurs)" in t for t in texts)
    assert copytaster("outbox", "show", "999", "--dir", room).code == 2
    assert "No message was given up." in copytaster("outbox", "--failed", "--dir", room).out
