"""Explanations: the tree of a hit, and what a miss lacks."""

from datetime import UTC, datetime

import pytest

from monitor.matching import explain
from monitor.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Leaf,
    NoneOf,
    Rule,
    Scope,
    Score,
    compile_rulebook,
    parse_term,
)
from monitor.story import Story

WHEN = datetime(2021, 2, 3, tzinfo=UTC)


def leaves(*terms):
    return tuple(Leaf(parse_term(t)) for t in terms)


def explained(clause, title="", body="", **settings):
    made = compile_rulebook([Rule(name="r", clause=clause, **settings)], {"u": (parse_term("Uyghur*"),)})
    return explain(Story("bbc", title, "https://example.org/", WHEN, body), made, "r")


def test_a_hit_shows_its_tree():
    found = explained(
        AllOf((AnyOf(leaves("$u", "Xinjiang")), NoneOf(leaves("title:opinion")))), "Uyghurs held"
    )
    assert found.met
    assert found.missing == ()
    assert [e.text for e in found.evidence] == ["Uyghurs"]
    assert str(found) == (
        'r: matches\n  ✓ all of\n    ✓ any of\n      ✓ $u  title "Uyghurs"\n      ✗ Xinjiang\n'
        "    ✓ none of\n      ✗ title:opinion"
    )


@pytest.mark.parametrize(
    ("terms", "body", "nearest"),
    [
        (
            ("forced NEAR/30 labour",),
            f"forced {'x ' * 60}labour",
            '"forced" and "labour" found 61 words away, limit 30',
        ),
        (("forced NEAR/3 labour",), "He was forced.", 'only "forced" is there'),
        (
            ("tourism NEAR/s culture",),
            "Tourism. Culture.",
            '"Tourism" and "Culture" found 1 word away, not in one sentence',
        ),
        (
            ("forced labour",),
            "forced into labour",
            "forced and labour found 2 words apart, not as this phrase",
        ),
        (("protest",), "Protests in town", '"Protests" is there; protest* would find it'),
        (("title:camp",), "the camp", '"camp" is in the body, not in the title'),
        (("=IOC",), "an ioc pattern", '"ioc" is there, with other capitals'),
        (("nothing",), "at all", ""),
    ],
)
def test_the_nearest_evidence_of_a_miss(terms, body, nearest):
    found = explained(AllOf(leaves(*terms)), body=body)
    assert not found.met
    assert [(m.text, m.nearest) for m in found.missing] == [(terms[0], nearest)]


def test_the_smallest_set_of_clauses_that_failed():
    found = explained(AllOf((AnyOf(leaves("a", "b")), *leaves("c", "d"), NoneOf(leaves("x")))), body="c x")
    assert [m.text for m in found.missing] == ["any of a, b", "d", "without x"]


def test_what_a_score_lacks():
    weighted = tuple(zip(leaves("cotton", "factory", "camp"), (1.0, 2.0, 4.0), strict=True))
    found = explained(Score(weighted, 5.0), body="cotton")
    assert found.score == 1.0
    assert found.root.threshold == 5.0
    assert [m.text for m in found.missing] == ["4 points for camp"]


def test_what_a_count_lacks():
    found = explained(AtLeast(2, leaves("a", "b", "protest")), body="a protests")
    assert [m.text for m in found.missing] == ["protest"]


def test_a_story_the_rule_does_not_look_at():
    found = explained(AnyOf(leaves("a")), "a", scope=Scope(outlets_include=("wsj",)))
    assert not found.met
    assert found.outside == "the rule looks only at wsj; this is from bbc"
    assert found.missing == ()
