"""try and explain: hits, misses, stories held back, addresses never seen."""

import os
import pty
import subprocess

import pytest

from monitor.story import Outcome
from tests.cli.calling import command, copytaster, folder_with, process, rows
from tests.newsrooms import newsroom, story

RULES = """\
version: 1
terms: {uyghur: [Uyghur*, Uighur*]}
rules:
  Surveillance:
    all: [[Huawei, facial recognition], [$uyghur, ethnic NEAR/10 spot*]]
    none: ['title:medal*']
  Labour: {all: [forced labour NEAR/5 factor*, $uyghur]}
  Weighed: {score: {$uyghur: 3, cotton: 1, factory: 1}, threshold: 4}
sources:
  - {feed: "https://feeds.bbc.example/rss", outlet: bbc}
"""
HIT = "Huawei patent mentions use of Uighur-spotting tech"


@pytest.fixture
def room(tmp_path):
    return folder_with(tmp_path / "room", RULES)


@pytest.fixture
def past(tmp_path):
    """A newsroom with a past: an alert and its revision, a failed poll."""
    with newsroom(tmp_path / "past", RULES) as open_room:
        open_room.baseline()
        open_room.poll(story(HIT, url="https://www.bbc.example/news/1"))
        open_room.poll(story("Rain in Leeds", url="https://www.bbc.example/2"))
        open_room.clock.forward(hours=1)
        open_room.poll(story(f"{HIT}, again", url="https://www.bbc.example/news/1"))
        open_room.poll(url="https://feeds.bbc.example/rss")
        open_room.clock.forward(hours=1)
        open_room.poll(url="https://feeds.bbc.example/rss", outcome=Outcome.TIMEOUT, detail="no answer")
    return tmp_path / "past"


# --- try ----------------------------------------------------------------------------------------------------------


def test_a_hit_shows_its_clauses_with_ticks_and_places(room):
    done = copytaster("try", HIT, "--dir", room)
    assert done.code == 0, done
    assert "Surveillance: matches\n  ✓ all of\n" in done.out
    assert '✓ Huawei  title 0-6 "Huawei"' in done.out
    assert '✓ $uyghur  title 30-36 "Uighur"' in done.out
    assert "· not there: facial recognition" in done.out
    assert "Nearest of the others:" in done.out


def test_a_near_miss_shows_the_smallest_thing_missing_and_what_is_near(room):
    text = "Forced labour, says a report on Uyghur workers who were sent from home to distant factories"
    done = copytaster("try", text, "--rule", "Labour", "--dir", room)
    assert "Labour: does not match" in done.out
    assert "To match it would need:\n  - forced labour NEAR/5 factor*" in done.out
    assert '"Forced labour" and "factories" found 14 words away, limit 5' in done.out
    told = copytaster("try", text, "--rule", "Labour", "--dir", room, "--json").json
    assert told["matches"] == []
    assert [m["text"] for m in told["rules"][0]["missing"]] == ["forced labour NEAR/5 factor*"]


def test_a_clear_miss(room):
    done = copytaster("try", "Rain in Leeds", "--dir", room)
    assert done.code == 0
    assert done.out.startswith("No rule matches.\nNearest:\n")


def test_scores_titles_and_standard_input(room):
    scored = copytaster("try", "Uyghur cotton", "--rule", "Weighed", "--dir", room)
    assert "Weighed: matches, score 4" in scored.out
    assert "✓ $uyghur [3]" in scored.out
    forbidden = copytaster("try", HIT, "--title", "Medal table", "--rule", "Surveillance", "--dir", room)
    assert "without title:medal* (found: Medal)" in forbidden.out
    assert 'body 0-6 "Huawei"' in forbidden.out
    piped = process("try", "-", "--dir", room, "--json", given=f"A headline\n{HIT}\n")
    assert piped.json["matches"] == ["Surveillance"]


def test_the_shipped_rulebook_can_be_tried_and_unknown_rules_are_named(room, tmp_path):
    assert "the shipped one is used" in copytaster("try", HIT, "--dir", tmp_path).err
    done = copytaster("try", HIT, "--rule", "Nope", "--dir", room)
    assert (done.code, 'no rule "Nope"' in done.err) == (2, True)


def test_a_terminal_gets_colour(room):
    leader, follower = pty.openpty()
    environment = {"TERM": "xterm", "PATH": os.environ["PATH"]}
    subprocess.run(
        command("try", HIT, "--dir", room),
        stdout=follower,
        stderr=follower,
        env=environment,
        check=True,
        timeout=60,
    )
    os.close(follower)
    assert b"\x1b[32m" in os.read(leader, 65536)
    os.close(leader)
    assert "\x1b" not in copytaster("try", f"{HIT} \x1b[31m", "--dir", room).out


# --- explain ------------------------------------------------------------------------------------------------------


def test_a_story_that_was_sent(past):
    before = rows(past)
    done = copytaster("explain", "1", "--dir", past)
    assert done.code == 0, done
    assert done.out.startswith(f"{HIT}, again\n")
    assert "Revision 1, judged 04 Mar 2026 13:00 under rulebook" in done.out
    assert "Surveillance: alerted; words: Huawei, Uighur" in done.out
    assert (
        "Surveillance: not sent: whoever would be told had heard of this event under this rule (an earlier"
        in done.out
    )
    assert "alert to terminal" in done.out
    assert '✓ Huawei  title 0-6 "Huawei"' in done.out
    assert "These are the rules of today." in done.out
    assert copytaster("explain", "https://www.bbc.example/news/1?utm_source=x", "--dir", past).out == done.out
    assert rows(past) == before


def test_a_story_that_matched_nothing(past):
    done = copytaster("explain", "2", "--dir", past)
    assert "No rule matched, so nobody was told." in done.out
    assert "Surveillance: would need" in done.out
    one = copytaster("explain", "2", "--rule", "Labour", "--dir", past)
    assert "Labour: does not match" in one.out
    assert "Surveillance" not in one.out


def test_rules_that_changed_since(past):
    (past / "rules.yaml").write_text(
        RULES.replace("Huawei, ", "").replace("Labour:", "Rain: [rain]\n  Labour:")
    )
    done = copytaster("explain", "1", "--dir", past)
    assert "Surveillance: alerted; words: Huawei, Uighur" in done.out
    then, now = done.out.split("Under the rules of today")
    assert "✓ Huawei" in then
    assert "No rule matches." in now
    rain = copytaster("explain", "2", "--rule", "Rain", "--dir", past)
    assert "Rain: matches" in rain.out
    told = copytaster("explain", "1", "--dir", past, "--json").json
    assert [d["reason"] for j in told["judgements"] for d in j["decisions"]] == ["alerted", "told"]
    assert told["judgements"][0]["explanations"][0]["met"] is True
    assert told["now"]["rules"][0]["met"] is False


def test_an_address_never_seen_of_a_source_that_failed(past):
    done = copytaster("explain", "https://www.bbc.example/2026/03/04/secret", "--dir", past)
    assert done.code == 0, done
    assert "https://www.bbc.example/2026/03/04/secret was never seen." in done.out
    assert "bbc.example is listed by bbc. Around its date, 04 March 2026:" in done.out
    assert "bbc: 2 polls (1 timeout, 1 unchanged), 1 of them failed; 0 new entries" in done.out
    other = copytaster("explain", "https://www.bbc.example/2024/03/04/old", "--dir", past)
    assert (
        "bbc: not polled between 03 Mar 2024 00:00 and 08 Mar 2024 00:00; the first poll on record is of"
        in other.out
    )
    told = copytaster("explain", "https://www.bbc.example/2026/03/04/secret", "--dir", past, "--json").json
    assert (told["seen"], told["day"], told["listings"][0]["outcomes"]) == (
        False,
        "2026-03-04",
        {"timeout": 1, "unchanged": 1},
    )


def test_an_address_of_a_site_nobody_lists(past):
    done = copytaster("explain", "https://paper.example/x", "--dir", past)
    assert "No source of yours lists paper.example." in done.out
    assert "copytaster sources add https://paper.example" in done.out
    shipped = copytaster("explain", "https://www.hrw.org/x", "--dir", past)
    assert "comes with Copytaster" in shipped.out or "sources add" in shipped.out


@pytest.mark.parametrize("asked", ["99", "9" * 30, "nonsense"])
def test_what_is_no_story_is_said(past, asked):
    done = copytaster("explain", asked, "--dir", past)
    assert done.code == 2
    assert asked in done.err
    unknown = copytaster("explain", "1", "--rule", "Nope", "--dir", past)
    assert (unknown.code, 'no rule "Nope"' in unknown.err) == (2, True)
