"""Terms in texts of every script: what is found, and exactly where."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.matching import Evidence, field_text, match, matching_rules
from monitor.rules import (
    AnyOf,
    Field,
    Leaf,
    Rule,
    Scope,
    Score,
    compile_rulebook,
    parse_query,
    parse_term,
)
from monitor.story import Story

WHEN = datetime(2021, 2, 3, tzinfo=UTC)

# term, text with the expected spans in ⟦ ⟧
SPANS = [
    ("Uyghur", "The ⟦Uyghur⟧ people; Uyghurs"),
    ("Uyghur*", "The ⟦Uyghurs’⟧ homeland".replace("’⟧", "⟧’")),
    ("Uyghur", "⟦UYGHUR⟧ and ⟦uyghur⟧"),
    ("Uighur", "⟦Uighur⟧-spotting tech"),
    ("Uighur", "⟦Uighur⟧–spotting, ⟦Uighur⟧—spotting, ⟦Uighur⟧‑spotting"),
    ("Uighur spotting", "the ⟦Uighur-spotting⟧ tech"),
    ("Uighur-spotting", "the ⟦Uighur spotting⟧ tech"),
    ("Ürümqi", "in ⟦U\u0308ru\u0308mqi⟧ and ⟦Urumqi⟧"),
    ("Urumqi", "centred on ⟦Ürümqi⟧, not Urumchi"),
    ("café", "the ⟦cafe\u0301⟧ is"),
    ("Istanbul", "⟦İstanbul⟧’da, ⟦ISTANBUL⟧, ⟦ıstanbul⟧"),
    ("ISPARTA", "⟦Isparta⟧ ⟦ısparta⟧ ⟦İsparta⟧"),
    ("Straße", "⟦STRASSE⟧ und ⟦Straße⟧"),
    ("strasse", "Die ⟦Straße⟧."),
    ("travail forcé", "le ⟦TRAVAIL FORCE⟧ dans"),
    ("Ouïghour*", "⟦OUÏGHOURS⟧ : le travail"),
    ("уйгур*", "о ⟦Уйгурах⟧ в Китае"),
    ("Синьцзян", "в ⟦СИНЬЦЗЯН⟧ и ⟦синьцзян⟧"),
    ("ئۇيغۇر*", "بۇ ⟦ئۇيغۇرلار⟧ ۋە ⟦ئۇيغۇر⟧ تىلى"),
    ("ئۇيغۇر", "⟦ﺋﯘﻳﻐﯘﺭ⟧ تىلى"),
    ("الإيغور*", "قضية ⟦الايغور⟧ في"),
    ("كتاب", "هذا ⟦کتاب⟧ و⟧".replace("و⟧", "و")),
    ("محمد", "السيد ⟦مُحَمَّد⟧ هنا"),
    ("محمد", "السيد ⟦محـــمد⟧ هنا"),
    ("维吾尔", "新疆⟦维吾尔⟧自治区"),
    ("维吾尔族", "⟦维吾尔族⟧人和维吾尔人"),
    ("新疆", "在⟦新疆⟧，中国"),
    ("新 疆", "在⟦新疆⟧"),
    ("ウイグル", "新疆⟦ウイグル⟧自治区"),
    ("ウイグル", "⟦ｳｲｸﾞﾙ⟧族"),
    ("カラ", "ガラス ⟦カラ⟧ス"),
    ("東京", "⟦東京⟧都"),
    ("위구르", "⟦위구르⟧ 사람"),
    ("위구르", "⟦위구르의⟧ 땅, 위구르족"),
    ("위구르", "⟦위구르에서⟧ 온"),
    ("위구르*", "⟦위구르족⟧ 사람"),
    ("ไทย", "ประเทศ⟦ไทย⟧และ"),
    ("กำลัง", "เขา⟦กำลัง⟧ไป"),
    ("Hikvision", "⟦Ｈｉｋｖｉｓｉｏｎ⟧ cameras"),
    ("find", "we ⟦ﬁnd⟧ it"),
    ("Uyghur", "the ⟦Uy\u00adghur⟧ word"),
    ("Uyghur", "the ⟦Uy\u200bghur⟧ word"),
    ("Uyghur", "the \u202a⟦Uyghur⟧\u202c word"),
    ("Uyghur", "\ufeff⟦Uyghur⟧"),
    ("Xi'an", "to ⟦Xi’an⟧ and ⟦Xi'an⟧, not Xian"),
    ("China", "⟦China⟧’s and ⟦China⟧'s"),
    ("forced labour", "of ⟦forced\u00a0labour⟧ and “⟦forced” labour⟧"),
    ("forced labo*", "⟦forced labour⟧, ⟦forced labor⟧, ⟦forced-labourers⟧"),
    ("(forced|slave) labo*", "⟦forced labour⟧ and ⟦slave labor⟧ and slave work"),
    ("*istan", "⟦Turkistan⟧ and ⟦Pakistan⟧"),
    ("*urk*", "⟦Turkistan⟧ and ⟦Turk⟧"),
    ("labo* transfer*", "a ⟦labour transfers⟧ plan"),
    ("=IOC", "the ⟦IOC⟧ not the ioc or Ioc"),
    ("=Xi Jinping", "⟦Xi Jinping⟧ and XI JINPING"),
    ("=Ürümqi", "⟦Urumqi⟧ but not urumqi"),
    ("Urumchi~1", "⟦Urumchi⟧, ⟦Urumci⟧, ⟦Urmuchi⟧, ⟦Urumtchi⟧, ⟦Urumchy⟧; Urmci, Orumchi"),
    ("forced NEAR/4 labo*", "⟦forced into labour⟧ and ⟦labour that was forced⟧ on them"),
    ("forced NEAR/2 labour", "⟦forced into labour⟧ far from: forced to do hard labour"),
    ("a NEAR/9 b", "a ⟦a b⟧ b"),
    ("tourism NEAR/s culture*", "⟦Tourism hurts local culture⟧. Tourism grows. Culture fades."),
    (r"/Beijing\s*20?22/", "at ⟦Beijing 2022⟧ and ⟦beijing2022⟧"),
    (r"/\b(medal table|live scores?)\b/", "⟦live scores⟧, olive score, the ⟦medal table⟧s".replace("⟦medal table⟧s", "medal tables")),
    (r"/\bété\b/", "l’⟦été⟧ dernier, étés"),
    (r"/\b维吾尔\b/", "新疆⟦维吾尔⟧人"),
    ("2022", "⟦2022⟧ and ⟦２０２２⟧ and ⟦٢٠٢٢⟧"),
    ("AT&T", "⟦AT&T⟧ and ⟦at-t⟧"),
    ("12:30", "at ⟦12.30⟧"),
    ("Uyghur NEAR/3 维吾尔", "⟦Uyghur (维吾尔⟧) people"),
    ("ä", "⟦a\u0308⟧ ⟦ä⟧ ⟦A⟧"),
]  # fmt: skip


def marked(text):
    spans, plain, start = [], "", 0
    for char in text:
        if char == "⟦":
            start = len(plain)
        elif char == "⟧":
            spans.append((start, len(plain)))
        else:
            plain += char
    return plain, spans


def book(*terms, sets=None, **settings):
    rule = Rule(name="rule", clause=AnyOf(tuple(Leaf(parse_term(t)) for t in terms)), **settings)
    return compile_rulebook([rule], {k: tuple(map(parse_term, v)) for k, v in (sets or {}).items()})


def story(title="", **more):
    return Story(more.pop("outlet", "bbc"), title, more.pop("url", "https://example.org/"), WHEN, **more)


def evidence(text, *terms, **settings):
    return [e for m in match(story("Headline", body=text), book(*terms, **settings)) for e in m.evidence]


def test_there_are_sixty_strings():
    assert len(SPANS) >= 60


@pytest.mark.parametrize(("term", "text"), SPANS)
def test_spans(term, text):
    plain, spans = marked(text)
    found = evidence(plain, term)
    assert [(e.start, e.end) for e in found] == spans
    assert all(e.text == plain[e.start : e.end] and e.term == term and e.field is Field.BODY for e in found)


def test_every_headline_variant_is_the_title():
    told = story(
        "A headline", headlines=("Uyghurs held", "A headline"), summary="no", authors=("Uyghur Bureau",)
    )
    (found,) = match(told, book("Uyghur*"))
    assert found.evidence == (Evidence(Field.TITLE, 1, 0, 7, "Uyghur*", "Uyghurs"),)
    assert field_text(told, Field.TITLE, 1) == "Uyghurs held"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("byline", story("x", authors=("A. Writer", "Uyghur Times"))),
        ("section", story("x", sections=("World", "uyghur"))),
        ("outlet", story("x", outlet="uyghur-times")),
        ("url", story("x", url="https://uyghur.example/a")),
        ("summary", story("x", summary="uyghur")),
    ],
)
def test_other_fields_only_when_named(field, told):
    (found,) = match(told, book(f"{field}:Uyghur"))
    assert found.evidence[0].field == field
    assert (
        field_text(told, found.evidence[0].field, found.evidence[0].index)[found.evidence[0].start :]
        .lower()
        .startswith("uyghur")
    )
    if field != "summary":
        assert not match(told, book("Uyghur"))
    assert match(told, book("Uyghur", fields=(Field(field),)))


def test_a_phrase_stays_in_one_field():
    assert not match(
        story("forced", summary="labour"),
        book("forced labour", "forced NEAR/9 labour", "forced NEAR/s labour"),
    )
    assert not match(story("x", headlines=("forced", "labour")), book("forced labour"))


def test_a_separator_in_the_text_separates_nothing():
    (found,) = match(story("a\x1fb", summary="c"), book("a b"))
    assert found.evidence[0].text == "a\x1fb"
    assert not match(story("a\x1fb", summary="c"), book("b c"))


def test_evidence_of_a_set_names_its_term():
    found = evidence(
        "Uighurs of Xinjiang", "$region", sets={"uyghur": ["Uighur*"], "region": ["$uyghur", "Xinjiang"]}
    )
    assert [(e.term, e.text) for e in found] == [("Uighur*", "Uighurs"), ("Xinjiang", "Xinjiang")]


def test_scores_weigh_fields_and_count_a_clause_once():
    clause = Score(((Leaf(parse_term("cotton")), 1.0), (Leaf(parse_term("factory")), 2.0)), 5.0)
    rules = [Rule(name="r", clause=clause, weights={Field.TITLE: 3.0})]
    found = match(story("Cotton cotton", body="a factory and cotton"), compile_rulebook(rules, {}))
    assert found[0].score == 5.0
    assert not match(story("x", body="a factory and cotton"), compile_rulebook(rules, {}))


def test_only_what_counts_is_evidence():
    rules = [Rule(name="r", clause=parse_query("(cotton OR (factory AND camp)) AND NOT title:opinion"))]
    (found,) = match(story("Cotton", body="a factory"), compile_rulebook(rules, {}))
    assert [e.text for e in found.evidence] == ["Cotton"]


@pytest.mark.parametrize(
    ("scope", "met"),
    [
        (Scope(outlets_include=("bbc",)), True),
        (Scope(outlets_include=("wsj",)), False),
        (Scope(outlets_exclude=("bbc",)), False),
        (Scope(languages=("en",)), True),
        (Scope(languages=("de",)), False),
        (Scope(sections=("wörld news",)), True),
        (Scope(sections=("sport",)), False),
        (Scope(active_from=WHEN), True),
        (Scope(active_from=WHEN + timedelta(days=1)), False),
        (Scope(active_until=WHEN), False),
    ],
)
def test_scope(scope, met):
    told = story("Uyghur", language="en-GB", sections=("World News",))
    assert bool(match(told, book("Uyghur", scope=scope), now=WHEN)) is met


def test_an_unknown_language_passes():
    assert match(story("Uyghur"), book("Uyghur", scope=Scope(languages=("de",))))


def test_rules_come_in_the_order_of_the_file():
    rules = [
        Rule(name=n, clause=Leaf(parse_term(t)))
        for n, t in (("b", "two"), ("a", "on*"), ("c", "three"), ("d", "/t.o/"))
    ]
    made = compile_rulebook(rules, {})
    assert [m.rule for m in match(story("one two"), made)] == ["b", "a", "d"]
    assert matching_rules(story("one two"), made) == ("b", "a", "d")


def test_an_empty_story_meets_nothing():
    assert match(story(""), book("a", "/b/", "c NEAR/2 d")) == ()


def test_long_texts_of_many_bytes_are_exact():
    """Offsets are counted another way in long parts."""
    text = "维吾尔人。é的 " * 900 + "Uyghur"
    found = evidence(text, "吾尔", "Uyghur")
    assert len(found) == 901
    assert all(e.text == text[e.start : e.end] for e in found)
    assert found[-1].text == "Uyghur"
    assert {e.text for e in found[:-1]} == {"吾尔"}


LONG = {
    "Latin": ("The  “Café” was of old — ", "Ürümqi", "Urumqi."),
    "Chinese": ("的一是在，不了", "维吾尔", "自治区。"),
    "marks": ("ﬁn de sie\u0300cle; ", "Ouïghours", "Ouighour "),
}


@pytest.mark.parametrize("script", LONG)
@pytest.mark.parametrize("term", ["/{0}/", "{0} NEAR/s {1}"])
def test_one_hit_in_a_long_text_is_where_it_is(script: str, term: str) -> None:
    filler, word, other = LONG[script]
    before, after = filler * 700, filler * 800
    text = f"{before}\n\n{word} {other}\n\n{after}"
    written = term.format(word, other.strip(" .。"))
    clause = Leaf(parse_term(written)) if written.startswith("/") else parse_query(written)
    rulebook = compile_rulebook([Rule(name="r", clause=clause)], {})
    (found,) = match(Story("o", "T", "https://e.example/", WHEN, text), rulebook)
    (one,) = found.evidence
    assert one.start == len(before) + 2
    assert one.text.startswith(word)
    assert one.text == text[one.start : one.end]


def test_a_regex_met_often_in_a_long_text_is_met_at_the_same_places() -> None:
    text = "一 Uyghur — “维吾尔” x " * 150
    rulebook = compile_rulebook([Rule(name="r", clause=Leaf(parse_term("/uyg[hk]ur/")))], {})
    (found,) = match(Story("o", "T", "https://e.example/", WHEN, text), rulebook)
    assert len(found.evidence) == 100
    assert {e.text for e in found.evidence} == {"Uyghur"}
