"""Rules that a headline almost meets."""

import pytest

from monitor.matching import nearly
from monitor.rules import Rule, compile_rulebook, parse_query
from monitor.story import Story
from tests.newsrooms import NOON


def lacking(query, title, summary="", **rule):
    book = compile_rulebook([Rule(name="R", clause=parse_query(query), **rule)], {})
    found = nearly(Story("a", title, "https://a.example/1", NOON, summary=summary), book)
    return [one.lacking for one in found]


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        ("Xinjiang AND camera*", "Cameras at bus stops", ["Xinjiang"]),
        ("Xinjiang AND camera*", "Rain in Leeds", []),  # nothing found
        ("Xinjiang AND camera*", "Cameras in Xinjiang", []),  # met
        ("Xinjiang AND camera* AND police", "Cameras at bus stops", []),  # two are missing
        ("Xinjiang OR Uyghur*", "Rain in Leeds", []),  # any story is one word away from it
        ("Xinjiang AND camera* AND NOT sale", "Camera sale", []),  # ruled out by the headline
        ("Xinjiang AND camera* AND NOT sale", "Cameras at bus stops", ["Xinjiang"]),
        ("title:Xinjiang AND camera*", "Cameras at bus stops", []),  # no body brings a headline
        ("(Xinjiang OR Uyghur*) AND camera*", "Cameras at bus stops", ["any of Xinjiang, Uyghur*"]),
    ],
)
def test_a_rule_is_nearly_met_when_one_thing_is_missing_that_a_text_can_hold(query, title, expected):
    assert lacking(query, title) == expected
