"""The fold: what is the same, what is not, and the way back to the original."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import cased, fold, fold_text, folded_bytes, folded_parts, sentence_around, sentences, words
from monitor.text.letters import continues
from tests.reference_text import slow_fold, slow_words

SAME = [
    ("Ürümqi", "U\u0308ru\u0308mqi", "urumqi", "URUMQI", "Ｕｒｕｍｑｉ"),
    ("İstanbul", "ISTANBUL", "ıstanbul", "istanbul"),
    ("Straße", "STRASSE", "STRAẞE"),
    ("Łódź Ørsted Đà", "lodz orsted da"),
    ("ﬁnd ﬂow", "find flow"),
    ("Xi’an", "Xi'an", "Xi`an", "Xi ʼan", "Xi‘an"),
    (
        "Uighur-spotting",
        "Uighur–spotting",
        "Uighur—spotting",
        "Uighur spotting",
        "Uighur‑spotting",
        "Uighur−spotting",
    ),
    ("Uy\u00adghur", "Uy\u200bghur", "U\u2060yghur", "\u202aUyghur\u202c", "\ufeffUyghur", "Uy\u200dghur"),
    ("forced\u00a0labour", "forced labour", "forced\u2003labour", "forced\nlabour", "“forced” labour"),
    ("ئۇيغۇر", "ﺋﯘﻳﻐﯘﺭ"),
    ("كتاب", "کتاب", "كِتَاب", "كـتـاب"),
    ("أحمد", "احمد", "إحمد", "ٱحمد"),
    ("ە", "ه"),
    ("ウイグル", "ｳｲｸﾞﾙ", "ウイク\u3099ル"),
    ("위구르", unicodedata.normalize("NFD", "위구르")),
    ("Москва́", "москва"),
    ("ΟΔΟΣ", "οδος", "Οδός"),
    ("٢٠٢٢", "2022", "２０２２", "२०२२"),
    ("E\u0301te\u0301", "été", "ETE"),
]
DIFFERENT = [
    ("カ", "ガ"),
    ("위구르", "위구"),
    ("กา", "กิ"),
    ("wort", "word"),
    ("かき", "かぎ"),
    ("ھ", "ه"),
    ("क", "कि"),
    ("2½", "21½"),
]


@pytest.mark.parametrize("forms", SAME)
def test_forms_of_one_word_fold_alike(forms):
    assert len({fold_text(f) for f in forms}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_words_stay_apart(one, other):
    assert fold_text(one) != fold_text(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("维吾尔族abc说", "维 吾 尔 族 abc 说"),
        ("กขค", "ก ข ค"),
        ("Uyghur™ camp¹ H₂O", "uyghur camp h2o"),
        ("AT&T's 1,000", "at t s 1 000"),
        ("2½", "2 1 2"),
        ("", ""),
        (" —…! ", ""),
        ("snake_case", "snake case"),
        ("COVID19", "covid19"),
    ],
)
def test_folds_to(text, folded):
    assert fold_text(text) == folded


def test_capitals_kept_where_they_count():
    assert cased("Ürümqi IOC Straße") == "Urumqi IOC Strasse"


TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "aAüßıİ -’“.\u0301\u0308\u00ad\u200b维ガカ\u3099ｶﾞ위ᄀ\u1161\u11a8กิำเ\u0654ئەكـ½²™ﬁ１"
        ),
    ),
    max_size=40,
)


@given(TEXTS)
def test_fast_fold_is_the_slow_fold(text):
    assert fold_text(text) == slow_fold(text)
    assert fold(text).text == fold_text(text) == folded_bytes(text).decode()


@given(TEXTS)
def test_words_have_the_spans_of_the_slow_words(text):
    assert [(w.text, w.start, w.end) for w in words(text)] == slow_words(text)


@given(TEXTS)
def test_offsets_never_decrease_and_none_is_missing(text):
    folded = fold(text)
    places = [folded.original(i) for i in range(len(folded.text) + 1)]
    assert places == sorted(places)
    assert all(0 <= p <= len(text) for p in places)
    for i in range(len(folded.text)):
        start, end = folded.span(i, i + 1)
        assert 0 <= start <= end <= len(text)
        assert folded.text[i] == " " or start < end
    ends = [folded.span(0, i)[1] for i in range(1, len(folded.text) + 1)]
    assert ends == sorted(ends)


@given(TEXTS)
def test_a_span_folds_to_what_it_was_found_by(text):
    for word in words(text):
        assert word.text in fold_text(text[word.start : word.end])


@given(st.lists(TEXTS, max_size=4))
def test_parts_are_folded_each_for_itself(texts):
    assert [p.decode().split() for p in folded_parts(texts).split(b"\x1f")] == [
        fold_text(t).split() for t in texts or [""]
    ]


def test_offsets_outside_are_refused():
    with pytest.raises(IndexError):
        fold("ab").original(3)


def test_text_is_cut_only_where_nothing_melts_together():
    """Every character that Unicode composes with the one before it is kept in one piece with it."""
    seconds = set()
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    assert all(continues(c) for c in seconds)
    assert all(continues(chr(c)) for c in [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3), 0xFF9E, 0xFF9F])


def test_every_character_folds_alone_as_the_slow_fold_does():
    rng = random.Random(1)
    for code in [*range(0x3000), *(rng.randrange(0x3000, 0x110000) for _ in range(4000))]:
        text = f"a{chr(code)}b"
        assert fold_text(text) == slow_fold(text), hex(code)


SENTENCES = [
    ("One. Two! Three?", ["One.", "Two!", "Three?"]),
    (
        "Mr. Smith met J. Doe in the U.S. Senate. He left.",
        ["Mr. Smith met J. Doe in the U.S. Senate.", "He left."],
    ),
    ("He said “no.” Then he left.", ["He said “no.”", "Then he left."]),
    ("维吾尔人。他说！好", ["维吾尔人。", "他说！", "好"]),
    ("Headline\nFirst line", ["Headline", "First line"]),
    ("It costs 3.5 million. etc. and so on", ["It costs 3.5 million. etc. and so on"]),
    ("هل هذا؟ نعم", ["هل هذا؟", "نعم"]),
    ("Wait... What?", ["Wait...", "What?"]),
    ("", []),
]


@pytest.mark.parametrize(("text", "wanted"), SENTENCES)
def test_sentences(text, wanted):
    assert [text[a:b] for a, b in sentences(text)] == wanted


def test_sentence_around_a_word():
    text = "One day. Two words here. Three."
    start = text.index("words")
    assert text[slice(*sentence_around(text, start, start + 5))] == "Two words here."
    assert text[slice(*sentence_around(text, 4, start + 5))] == "One day. Two words here."


@given(TEXTS)
def test_sentences_are_ordered_and_hold_every_letter(text):
    found = sentences(text)
    bounds = [x for pair in found for x in pair]
    assert bounds == sorted(bounds)
    inside = {i for a, b in found for i in range(a, b)}
    assert all(c.isspace() or i in inside for i, c in enumerate(text) if c.isalnum())
