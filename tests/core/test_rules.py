"""Compiling: every problem at once, digests, descriptions, regexes, the automaton and its fallback."""

import random
import time
from datetime import UTC, datetime

import pytest

from monitor.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Leaf,
    NoneOf,
    Rule,
    RuleProblems,
    RuleTest,
    Scope,
    Score,
    compile_rulebook,
    parse_query,
    parse_term,
)
from monitor.rules.automaton import WordIndex, automaton
from monitor.rules.literals import required_literals
from monitor.rules.regex import compile_expression, expression_spans
from monitor.story import Story
from monitor.text import fold_text, folded_parts

WHEN = datetime(2021, 2, 3, tzinfo=UTC)


def leaves(*terms):
    return tuple(Leaf(parse_term(t)) for t in terms)


def sets(**named):
    return {name: tuple(map(parse_term, terms)) for name, terms in named.items()}


def rule(clause, name="r", **settings):
    return Rule(name=name, clause=clause, **settings)


def problems(*rules, **named):
    with pytest.raises(RuleProblems) as caught:
        compile_rulebook(rules, sets(**named))
    return [str(p) for p in caught.value.problems if not p.warning]


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (AnyOf(leaves("$uyghru")), "did you mean $uyghur?"),
        (AnyOf(leaves("—")), "nothing is left of this term"),
        (AnyOf(()), "a list is empty"),
        (AllOf((AnyOf(()), *leaves("a"))), "a list is empty"),
        (NoneOf(leaves("a")), "would match every other story"),
        (parse_query("a OR NOT b"), "would match every other story"),
        (Score(((leaves("a")[0], 1.0), (leaves("b")[0], -5.0)), 2.0), "can never be reached"),
        (Score(((leaves("a")[0], 1.0),), 0.0), "must be above 0"),
        (AtLeast(3, leaves("a", "b")), "can never be met by 2"),
        (AtLeast(0, leaves("a", "b")), "asks for nothing"),
        (AllOf((*leaves("a", "b"), NoneOf(leaves("a")))), "can never be true: a must be there"),
        (AnyOf(leaves("/(i?)x/")), "slip for (?i)"),
        (AnyOf(leaves("/(x/")), "bad regex"),
        (AnyOf(leaves("/x*/")), "met by an empty text"),
        (AnyOf(leaves(r"/foo\bbar/")), "two ends only"),
        (AnyOf(leaves("/foo(?=bar)/")), "no look-around"),
        (AnyOf(leaves("Hotan~1")), "6 letters at least"),
        (AnyOf(leaves("body:$scoped")), "for the field title"),
        (AnyOf(leaves("a NEAR/3 $scoped")), "cannot stand beside NEAR"),
    ],
)
def test_problems(clause, said):
    (found,) = problems(rule(clause), uyghur=["Uyghur*"], scoped=["title:x"])
    assert found.startswith('rule "r"')
    assert said in found


def test_all_problems_at_once_with_their_places():
    found = problems(
        rule(AnyOf(leaves("$no", "/(/"))),
        rule(AnyOf(leaves("b")), formerly=("q",)),
        rule(AnyOf(leaves("c")), "q"),
        a=["$b"],
        b=["$a"],
        e=[],
    )
    assert [f.split(":")[0] for f in found] == [
        'terms "a"', 'terms "e"', 'rule "r", term "$no"', 'rule "r", term "/(/"', 'rule "r"', 'rule "r"',
    ]  # fmt: skip
    assert "$a → $b → $a" in found[0]


def test_short_wildcards_are_a_warning():
    made = compile_rulebook([rule(AnyOf(leaves("la*", "维*")))], {})
    assert [p.term for p in made.warnings] == ["la*"]


def test_inline_tests_say_what_was_found():
    tests = (
        RuleTest(Story("", "Uyghurs in a camp", "", WHEN), True),
        RuleTest(Story("", "Uyghurs at home", "", WHEN), True),
        RuleTest(Story("", "A Uyghur camp", "", WHEN), False),
        RuleTest(Story("wsj", "A Uyghur camp", "", WHEN), False),
    )
    clause = AllOf((AnyOf(leaves("Uyghur*")), AnyOf(leaves("camp", "labour"))))
    found = problems(rule(clause, tests=tests, scope=Scope(outlets_exclude=("wsj",))))
    assert found == [
        'rule "r": this test should match and does not: "Uyghurs at home" (not met: any of camp, labour; found: Uyghur*)',
        'rule "r": this test should not match and does: "A Uyghur camp" (found: Uyghur*, camp)',
    ]


def test_digest_is_of_the_meaning():
    named = sets(u=["Uyghur*", "Uighur*"])

    def digest(clause, **settings):
        return compile_rulebook([rule(clause, **settings)], named).digest("r")

    one = digest(AnyOf(leaves("$u", "Ürümqi")))
    assert one == digest(AnyOf(leaves("urumqi", "$u")), tags=("x",)) == digest(AnyOf(leaves("$u", "Ürümqi")))
    assert one != digest(AnyOf(leaves("$u", "Urumchi")))
    assert one != digest(AnyOf(leaves("$u", "Ürümqi")), scope=Scope(languages=("en",)))
    named["u"] = (*named["u"], parse_term("Oeigoer"))
    assert one != digest(AnyOf(leaves("$u", "Ürümqi")))
    assert len(one) == 32


def test_describe_in_plain_words():
    clause = AllOf(
        (AnyOf(leaves("$u", "=IOC")), *leaves("forced NEAR/4 labo*"), NoneOf(leaves("title:opinion")))
    )
    said = compile_rulebook(
        [rule(clause, scope=Scope(languages=("en", "de")))], sets(u=["Uyghur*"])
    ).describe("r")
    assert "anything of $u: Uyghur*" in said
    assert 'the word "IOC", capitals as written' in said
    assert 'the word "forced" at most 4 words from the word "labo…"' in said
    assert 'the word "opinion" (in the title)' in said
    assert "only in en or de" in said


CATASTROPHES = [
    "(a+)+$x", "(a|aa)+b", "(a*)*b", "(.*)*x", "(a|a?)+b", "([a-z]+)*1", "(x+x+)+y", "(.*a){12}x", "a{1,50}a{1,50}b", "(a+){10}b",
    "(?:a*a*a*)*b", "((a+)+)+b", "(a|b|ab)*c", "(.+)+b", "(aa|aab?)*c", r"(\w+\s?)+!", r"\b(a+)+1\b", "(a.*b.*)*c", "(a?){30}a{30}b", "(.*)(.*)(.*)b",
    "(a+a+)+b", "((a|b)*)*c", "(a{1,9})+b", "(aaa|aa|a)*b", r"(\s*a\s*)*b", "(.a)+b", "(a[^x]*)*x", "([^x]*)*x", "(a*?)*?b", "(a|[ab])*c",
]  # fmt: skip


@pytest.mark.parametrize("source", CATASTROPHES)
def test_no_regex_hangs(source):
    """Catastrophic for a backtracking engine; here linear. CPU time, with room for a slow machine."""
    text = "a" * 1_000_000
    compile_expression(source)
    start = time.process_time()
    assert list(expression_spans(source, text)) == []
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("source", "literals"),
    [
        ("medal table|live scores?", [b"live score", b"medal table"]),
        (r"Beijing\s*20?22", [b"beijing"]),
        ("(?:abc)+d", [b"abc"]),
        ("(abc)?d", []),
        ("x{3}", []),
        ("lab(o|ou)r camps?", [b"r camp"]),
        ("[abc]defg+h", [b"defg"]),
        ("维吾尔.*", ["维 吾 尔".encode()]),
        ("(?i)uyghur", [b"uyghur"]),
        (r"\Qa.b\Ecdef", []),
        (r"\x41bcdef", []),
        ("ガスト", []),
        ("a|bcd", []),
    ],
)
def test_required_literals(source, literals):
    assert sorted(required_literals(source.removeprefix("(?i)"))) == literals


@pytest.mark.parametrize("seed", range(5))
def test_required_literals_are_in_every_match(seed):
    rng = random.Random(seed)
    pieces = [
        "abc",
        "Def",
        "ab?c",
        "(abc|xyz)",
        "(?:uyghur)+",
        "[ab]c",
        r"\w+",
        " ",
        "-",
        "x{2,3}",
        ".*",
        "é",
        "и",
        "维吾",
        "q+",
    ]
    samples = [
        "abc",
        "ABCdef",
        "ac",
        "xyz",
        "uyghuruyghur",
        "bc",
        "def",
        " ",
        "-",
        "xxx",
        "é",
        "e\u0301",
        "й",
        "维吾",
        "qq",
        "¹",
    ]
    for _ in range(1500):
        source = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 5)))
        need = required_literals(source)
        text = "".join(rng.choice(samples) for _ in range(12))
        if need and any(expression_spans(source, text)):
            assert any(n.decode() in f" {fold_text(text)} " for n in need), (source, text, need)


@pytest.mark.parametrize("seed", range(5))
def test_the_fallback_finds_what_the_automaton_finds(seed):
    rng = random.Random(seed)
    for _ in range(200):
        text = folded_parts(
            ["".join(rng.choice(["a", "b", "ab", " ", " ", "维", "é"]) for _ in range(30)) for _ in range(3)]
        )
        parts = text.split(b" ")
        literals = set()
        for _ in range(12):
            start = rng.randrange(len(parts))
            words = b" ".join(parts[start : start + rng.randrange(1, 4)]).strip(b" \x1f")
            if words and b"\x1f" not in words:
                literals.add(rng.choice([b" %b ", b" %b", b"%b ", b"%b"]) % words)
        ordered = sorted(literals)
        found = automaton(ordered).find_matches_as_indexes(text, overlapping=True)
        assert sorted(WordIndex(ordered).find_matches_as_indexes(text)) == sorted(found)
