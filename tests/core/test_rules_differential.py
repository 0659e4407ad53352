"""The matcher against the reference: the same rules, the same spans, the same scores."""

import random
from datetime import UTC, datetime

import pytest

from monitor.matching import match
from monitor.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Field,
    Leaf,
    NoneOf,
    Rule,
    RuleProblems,
    Score,
    compile_rulebook,
    parse_term,
)
from monitor.story import Story
from tests import reference_matcher

SEEDS, RULEBOOKS, STORIES = 40, 10, 50

WORDS = [
    "uyghur",
    "Uyghurs",
    "UYGHUR",
    "uighur",
    "forced",
    "labour",
    "labor",
    "labours",
    "labourers",
    "China",
    "Chinese",
    "ioc",
    "IOC",
    "Ioc",
    "camp",
    "camps",
    "a",
    "b",
    "ab",
    "ba",
    "aab",
    "Urumchi",
    "Urumhci",
    "Urumch",
    "Urumichi",
    "Arumchi",
    "Ürümqi",
    "Ürümqi",
    "urumqi",
    "ＣＡＭＰ",
    "co-op",
    "camp's",
    "Xi’an",
    "İstanbul",
    "istanbul",
    "straße",
    "STRASSE",
    "2022",
    "２０２２",
    "维吾尔",
    "维",
    "吾尔",
    "尔维",
    "新疆",
    "ウイグル",
    "ｳｲｸﾞﾙ",
    "カ",
    "ガ",
    "위구르",
    "위구르의",
    "위구르족",
    "위구르에서는",
    "ئۇيغۇر",
    "ئۇيغۇرلار",
    "كتاب",
    "کتاب",
    "กขก",
    "กิข",
    "đăk",
    "ﬁlm",
    "½",
    "™",
    "camp¹",
    "Uy\xadghur",
    "ca\u200bmp",
    "été",
    "ете",
    "йод",
    "иод",
]
JOINS = (
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "! ",
    "-",
    " — ",
    "\u00a0",
    "’",
    "\n",
    "  ",
    "。",
    "",
    "\u202e",
    " “",
    "” ",
)


def text(rng, longest=14):
    return "".join(rng.choice(WORDS) + rng.choice(JOINS) for _ in range(rng.randrange(longest)))


def story(rng):
    return Story(
        rng.choice(["bbc", "camp-news", ""]), text(rng, 8), "https://camp.example/uyghur", datetime(2021, 1, 1, tzinfo=UTC),
        text(rng, 40), summary=text(rng), headlines=tuple(text(rng, 5) for _ in range(rng.choice([0, 0, 0, 1, 2]))),
        authors=tuple(text(rng, 3) for _ in range(rng.choice([0, 1, 2]))), sections=tuple(text(rng, 3) for _ in range(rng.choice([0, 1]))),
    )  # fmt: skip


def slot(rng):
    word = rng.choice(WORDS)
    cut = rng.randrange(1, len(word) + 1)
    return rng.choice(
        [
            word,
            word,
            word,
            word[:cut] + "*",
            "*" + word[cut - 1 :],
            f"*{word[cut - 1 :]}*",
            rng.choice(["Urumchi~1", "labours~1", "Uyghurs~1"]),
        ]
    )


def phrase(rng):
    words = [slot(rng) for _ in range(rng.choice([1, 1, 1, 2, 2, 3]))]
    if rng.random() < 0.2:
        words[0] = f"({slot(rng)}|{slot(rng)} {slot(rng)})"
    return " ".join(words)


REGEXES = (
    r"/camps?/", r"/\bcamps?\b/", r"/lab(o|ou)rs?/", r"/\bu(y|i)ghur/", r"/20\d\d/", r"/forced\s+lab/", r"/a+b/", r"/维吾?/", r"/c[ah][a-z]+\b/", r"/ab|ba/"
)  # fmt: skip


def operand(rng, sets):
    kind = rng.random()
    if kind < 0.15 and sets:
        return f"${rng.choice(sets)}"
    return f"={rng.choice(WORDS)}" if kind < 0.25 else rng.choice(REGEXES) if kind < 0.3 else phrase(rng)


def term(rng, sets, *, fields=True):
    kind = rng.random()
    if kind < 0.25:
        found = f"{operand(rng, sets)} NEAR/{rng.choice([1, 2, 3, 5, 9, 's', 's'])} {operand(rng, sets)}"
    else:
        found = operand(rng, sets)
    if fields and rng.random() < 0.15 and not found.startswith("$"):
        found = f"{rng.choice(list(Field))}:{found}"
    return parse_term(found)


def clause(rng, sets, depth=2):
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        return Leaf(term(rng, sets))
    parts = tuple(clause(rng, sets, depth - 1) for _ in range(rng.randrange(1, 5)))
    if kind < 0.55:
        return AnyOf(parts)
    if kind < 0.75:
        return AllOf(
            (*parts, NoneOf(tuple(clause(rng, sets, 0) for _ in range(2)))) if kind < 0.65 else parts
        )
    if kind < 0.85:
        return AtLeast(rng.randrange(1, len(parts) + 1), parts)
    weighted = tuple((p, float(rng.choice([1, 2, 3, 0.5, -1]))) for p in parts)
    most = sum(w for _, w in weighted if w > 0)
    return Score(weighted, rng.choice([1.0, 2.0, most]) if most >= 2 else max(most, 0.5))


def rulebook(rng):
    names: list[str] = []
    sets = {}
    for name in ("one", "two", "three")[: rng.randrange(4)]:
        sets[name] = tuple(term(rng, names, fields=False) for _ in range(rng.randrange(1, 5)))
        names.append(name)
    rules = []
    for i in range(5):
        fields = rng.choice([{}, {}, {}, {"fields": (Field.TITLE,)}, {"fields": (Field.BODY, Field.BYLINE)}])
        weights = rng.choice([{}, {}, {"weights": {Field.TITLE: 2.0, Field.BODY: 0.5}}])
        rules.append(Rule(name=f"rule {i}", clause=clause(rng, names), **fields, **weights))
    return rules, sets


def compiled(rng):
    """Make rulebooks until one has no problems, leaving out the rules that have."""
    while True:
        rules, sets = rulebook(rng)
        try:
            return rules, sets, compile_rulebook(rules, sets)
        except RuleProblems as problems:
            bad = {p.rule for p in problems.problems if not p.warning}
            if None in bad:
                continue
            rules = [r for r in rules if r.name not in bad]
            if rules:
                return rules, sets, compile_rulebook(rules, sets)


def as_sets(matches):
    return [
        (m.rule, {(e.field, e.index, e.start, e.end, e.term) for e in m.evidence}, m.score) for m in matches
    ]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_matches_as_the_reference_does(seed):
    """40 seeds x 10 rulebooks x 50 stories are 20,000 cases."""
    rng = random.Random(seed)
    stories = [story(rng) for _ in range(STORIES)]
    parts = [reference_matcher.parts_of(told) for told in stories]
    for _ in range(RULEBOOKS):
        rules, sets, book = compiled(rng)
        for told, words in zip(stories, parts, strict=True):
            got = match(told, book)
            wanted = reference_matcher.match(told, rules, sets, words)
            assert as_sets(got) == wanted, f"\n{rules}\n{sets}\n{told!r}"
            for found in got:
                assert list(found.evidence) == sorted(found.evidence, key=in_order)


def in_order(e):
    return (list(Field).index(e.field), e.index, e.start, e.end, e.term)
