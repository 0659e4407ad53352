"""backtest: what a rulebook would have matched and alerted."""

import pytest

from tests.cli.calling import copytaster, rows
from tests.newsrooms import RULES, newsroom, story


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path / "room", RULES) as open_room:
        open_room.baseline()
        open_room.poll(story("Uyghur poet freed"), story("Cameras film an Uyghur"), story("Rain in Leeds"))
        open_room.poll(story("Uyghur poet freed", summary="At last"))
    return tmp_path / "room"


def test_the_live_rulebook_by_rule_outlet_and_week(room):
    before = rows(room)
    done = copytaster("backtest", "--since", "2026-01-01", "--dir", room)
    assert done.code == 0, done
    assert (
        "4 revisions seen since 01 Jan 2026 00:00 UTC: 4 matches, 2 alerts; this rulebook was live."
        in done.out
    )
    assert "Uyghurs: 3 matches of 2 stories, 2 alerts (2 alerted, 1 told)" in done.out
    assert "  by outlet: bbc 3" in done.out
    assert "  by week: 2026-W10 3" in done.out
    assert "bbc: Uyghur poet freed  [Uyghur] told" in done.out
    assert rows(room) == before


def test_a_draft_of_one_rule_as_json(room, tmp_path):
    draft = tmp_path / "draft.yaml"
    draft.write_text("rules:\n  Weather: [rain]\n  Poets: [poet*]\n")
    words = ("backtest", "Weather", "--rules", draft, "--since", "2026-01-01", "--dir", room)
    told = copytaster(*words, "--json").json
    assert (told["rules"], told["alerts"], told["was_live"]) == (["Weather"], 1, False)
    assert [(t["rule"], t["outlet"], t["week"]) for t in told["by_outlet_and_week"]] == [
        ("Weather", "bbc", "2026-W10")
    ]
    assert told["by_rule"][0]["reasons"] == [["alerted", 1]]
    assert "Rain in Leeds" not in copytaster(*words, "--show", "0").out


def test_what_cannot_be_tried_is_said(room, tmp_path):
    unknown = copytaster("backtest", "Nope", "--dir", room)
    assert (unknown.code, 'no rule "Nope"' in unknown.err) == (2, True)
    (room / "rules.yaml").write_text("rules:\n  A: {anny: [x]}\n")
    broken = copytaster("backtest", "--dir", room)
    assert (broken.code, "rules.yaml:2:" in broken.err) == (2, True)
