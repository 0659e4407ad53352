"""Terms and queries: what is read, and what every slip is answered with."""

import pytest

from monitor.rules import (
    AllOf,
    AnyOf,
    Choice,
    Field,
    Kind,
    Leaf,
    Near,
    NoneOf,
    Phrase,
    QueryError,
    Regex,
    SetRef,
    Slot,
    TermError,
    parse_query,
    parse_term,
)


def phrase(*words):
    return Phrase(tuple(w if isinstance(w, Slot) else Slot(w) for w in words))


@pytest.mark.parametrize(
    ("text", "pattern", "field"),
    [
        ("Uyghur", phrase("Uyghur"), None),
        ("  two   words ", phrase("two", "words"), None),
        ("labo* transfer*", phrase(Slot("labo", Kind.PREFIX), Slot("transfer", Kind.PREFIX)), None),
        ("*istan", phrase(Slot("istan", Kind.SUFFIX)), None),
        ("*yghu*", phrase(Slot("yghu", Kind.INNER)), None),
        ("Urumchi~1", phrase(Slot("Urumchi", Kind.FUZZY)), None),
        ("(a|b c) d", Choice((phrase("a", "d"), phrase("b", "c", "d"))), None),
        ("=IOC", Phrase((Slot("IOC"),), cased=True), None),
        ("/a b|c/", Regex("a b|c"), None),
        ("$uyghur", SetRef("uyghur"), None),
        ("title:Winter Olympics", phrase("Winter", "Olympics"), Field.TITLE),
        ("title:/x/", Regex("x"), Field.TITLE),
        ("url:$set", SetRef("set"), Field.URL),
        ("a NEAR/5 b c", Near(phrase("a"), phrase("b", "c"), 5), None),
        ("a NEAR/s $b", Near(phrase("a"), SetRef("b"), None), None),
        (
            "ethnic NEAR/9 (x*|$y)",
            Near(phrase("ethnic"), Choice((phrase(Slot("x", Kind.PREFIX)), SetRef("y"))), 9),
            None,
        ),
        ("12:30", phrase("12:30"), None),
        ("near miss", phrase("near", "miss"), None),
        ("https://example.org/a", phrase("https://example.org/a"), None),
        ("Xinjiang: a history", phrase("Xinjiang", "a", "history"), None),
        ("OR", phrase("OR"), None),
    ],
)
def test_terms(text, pattern, field):
    term = parse_term(text)
    assert (term.pattern, term.field, term.text) == (pattern, field, text.strip())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty term"),
        ("lab*r", "write lab*"),
        ("a * b", "a NEAR/2 b"),
        ("wom?n", "? is no wildcard"),
        ("a near/5 b", 'write "a NEAR/5 b"'),
        ("a NEAR b", 'write "a NEAR/5 b"'),
        ("a w/7 b", 'write "a NEAR/7 b"'),
        ("a NEAR/5", "NEAR"),
        ("a NEAR/0 b", "write NEAR/1"),
        ("a NEAR/5 b NEAR/5 c", "one NEAR per term"),
        ('"a b"~5', "a NEAR/5 b"),
        ("headline:x", 'did you mean "title:x"'),
        ("tilte:x", 'did you mean "title:x"'),
        ("title: x", 'write "title:x"'),
        ("Title:x", 'write "title:x"'),
        ("title:", "write title:word"),
        ("a AND b", "`all:` is AND"),
        ("a OR b", "a list is OR"),
        ("NOT a", "`none:` is NOT"),
        ("$a b", "$a NEAR/2 b"),
        ("b $a", "cannot stand inside a phrase"),
        ("$a*", "write $a"),
        ("x|y", "write (x|y)"),
        ("(x|)", "empty choice"),
        ("(x|y", "bracket"),
        ("((x|y)|z)", "bracket"),
        ("word~2", "write word~1"),
        ("word~", "write word~1"),
        ("/abc", "write /abc/"),
        ("/abc/i", "write /abc/"),
        ("//", "empty regex"),
        ("=", "write =IOC"),
    ],
)
def test_slips_are_answered_with_the_corrected_form(text, said):
    with pytest.raises(TermError) as caught:
        parse_term(text)
    assert said in str(caught.value)
    assert 0 <= caught.value.offset <= max(1, len(text))


def test_too_many_readings():
    with pytest.raises(TermError, match="too many"):
        parse_term(" ".join(["(a|b|c)"] * 5))


def leaf(text):
    return Leaf(parse_term(text))


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("a", leaf("a")),
        ("a AND b AND c", AllOf((leaf("a"), leaf("b"), leaf("c")))),
        ("a OR (b AND NOT c*)", AnyOf((leaf("a"), AllOf((leaf("b"), NoneOf((leaf("c*"),))))))),
        ('"crimes against humanity"', leaf("crimes against humanity")),
        ("“a b” OR $set", AnyOf((leaf("a b"), leaf("$set")))),
        ("title:(a OR b)", AnyOf((leaf("title:a"), leaf("title:b")))),
        ('title:"a b"', leaf("title:a b")),
        ("/x (y|z)/ AND a", AllOf((leaf("/x (y|z)/"), leaf("a")))),
        ("(a|b c) AND d", AllOf((leaf("(a|b c)"), leaf("d")))),
        ('"and" AND "or"', AllOf((leaf("and"), leaf("or")))),
    ],
)
def test_queries(text, clause):
    assert parse_query(text) == clause


def test_near_in_a_query():
    found = parse_query('"forced labour" NEAR/5 (cotton OR factor*)')
    assert isinstance(found, Leaf)
    assert found.term.pattern == parse_term("forced labour NEAR/5 (cotton|factor*)").pattern


@pytest.mark.parametrize(
    ("text", "said", "offset"),
    [
        ("a AND b OR c", "write (a AND b) OR c or a AND (b OR c)", 8),
        ("a OR b AND NOT c", "write a OR (b AND NOT c) or (a OR b) AND NOT c", 7),
        ("a and b", "write a AND b", 2),
        ("a or b", "write a OR b", 2),
        ("a && b", "write a AND b", 2),
        ("not a", "operators are in capitals", 0),
        ("a near/5 b", "NEAR is written in capitals", 2),
        ("forced labour", 'for the phrase "forced labour"', 7),
        ("a AND", "stops too early", 5),
        ("(a OR b", "stops too early", 7),
        ("a)", "closing bracket", 1),
        ("", "empty query", 0),
        ('"a', "quote", 0),
        ("-a AND b", "write NOT a", 0),
        ("a NOT b", "write AND NOT", 2),
        ("foo:a", "unknown field", 0),
        ("title:(body:a OR b)", "one too many", 7),
        ("a AND lab*r", "write lab*", 6),
        ("a NEAR/5 (b AND c)", "beside NEAR", 0),
    ],
)
def test_query_slips(text, said, offset):
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert said in str(caught.value)
    assert caught.value.offset == offset


def test_a_distance_that_is_nearly_anywhere_is_a_mistake():
    with pytest.raises(TermError, match="at most NEAR/1000"):
        parse_term("a NEAR/99999999999 b")
    with pytest.raises(QueryError, match="at most NEAR/1000"):
        parse_query("a NEAR/1001 b")


def test_a_query_of_deep_brackets_is_a_mistake():
    with pytest.raises(QueryError, match="make rules of the parts"):
        parse_query("(" * 3000 + "aa" + ")" * 3000)
