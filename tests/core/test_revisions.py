"""Which edits of a story its readers hear of: labelled edits, written for this test."""

import pytest

from monitor.matching import match
from monitor.rules import Rule, compile_rulebook, parse_query
from monitor.story import Story
from monitor.triage import material
from tests.newsrooms import NOON

BOOK = compile_rulebook([Rule(name="Region", clause=parse_query("Uyghur* OR Xinjiang OR Urumqi"))], {})
TEXT = (
    "Police in Urumqi detained 12 Uyghur traders on Monday. The traders had come from Hotan with cotton and dried fruit. "
    "The weather was mild for the season."
)


def edit(before, after, *, texts=(TEXT, TEXT)):
    one, other = (
        Story("a", title, "https://a.example/1", NOON, text)
        for title, text in zip((before, after), texts, strict=True)
    )
    return material(one, other, match(one, BOOK))


T = "Police detain 12 Uyghur traders in Urumqi"
HEADLINES = [  # before, after, whether it matters
    (T, "Police detain 14 Uyghur traders in Urumqi", True),
    (T, "Police detain twelve Uyghur traders in Urumqi", False),
    (T, "Police detained 12 Uyghur traders in Urumqi", False),
    (T, "Police detain 12 Uyghur traders in Hotan", True),
    (T, "Police release 12 Uyghur traders in Urumqi", True),
    (T, "Police detain 12 Uyghur traders in Ürümqi", False),
    (T, "Police detain 12 Uyghur traders in URUMQI", False),
    (T, "POLICE DETAIN 12 UYGHUR TRADERS IN URUMQI", False),
    (T, "Police detain 12 Uyghur traders in Urumqi.", False),
    (T, "Live: Police detain 12 Uyghur traders in Urumqi", False),
    (T, "UPDATE 2 - Police detain 12 Uyghur traders in Urumqi", False),
    (T, "Police detain 12 Uyghur traders in Urumqi - BBC", False),
    (T, "Police detain the 12 Uyghur traders in Urumqi", False),
    (T, "12 Uyghur traders detained by police in Urumqi, one dies", True),
    (T, "Court frees Uyghur traders", True),
    ("Governement denies Uyghur camps", "Government denies Uyghur camps", False),
    ("Uyghur scholar senteced to life", "Uyghur scholar sentenced to life", False),
    ("Uyghur scholar sentenced to life", "Uyghur scholar sentenced to death", True),
    ("Uyghur activist found guilty", "Uyghur activist found not guilty", True),
    ("Uyghur camp declared legal", "Uyghur camp declared illegal", True),
    ("Minister Wang visits Xinjiang", "Minister Wong visits Xinjiang", True),
    ("Iran comments on Xinjiang", "Iraq comments on Xinjiang", True),
    ("Austria bans Xinjiang cotton", "Australia bans Xinjiang cotton", True),
    ("China sanctions US over Xinjiang", "US sanctions China over Xinjiang", True),
    ("Xinjiang cotton: brands' dilemma", "Xinjiang cotton: brands’ dilemma", False),
    ("Xinjiang: re-education camps", "Xinjiang: reeducation camps", False),
    ("EU may ban Xinjiang cotton", "EU bans Xinjiang cotton", True),
    ("Uyghur says he was beaten", "Uyghur said he was beaten", False),
    ("Uyghurs protest in Istanbul", "Uyghurs protest again in Istanbul", True),
    ("Xinjiang fire kills 10", "Xinjiang fire kills at least 10", True),
    ("Xinjiang exports up 1,500 tonnes", "Xinjiang exports up 1500 tonnes", False),
    ("Xinjiang exports up 5 percent", "Xinjiang exports down 5 percent", True),
    ("Uyghurs: Who pays for the lawyers?", "Who pays for the lawyers?", False),
    ("Who pays for the lawyers?", "Uyghurs: Who pays for the lawyers?", False),
    ("Uyghurs: Who pays for the lawyers?", "Uyghurs: Who pays for the judges?", True),
    ("Wang: Uyghurs will be freed", "Wong: Uyghurs will be freed", True),
]
SENTENCES = [  # what replaces what in the text, whether it matters
    ("12 Uyghur", "21 Uyghur", True),
    ("detained 12", "arrested and later freed 12", True),
    ("in Urumqi", "in Kashgar", True),
    ("on Monday", "on Tuesday", True),
    ("detained", "detaind", False),
    ("traders on", "traders, on", False),
    ("mild for the season", "cold for the season", False),
    ("cotton and dried fruit", "cotton and nuts", False),
    (" The weather was mild for the season.", "", False),
    ("season.", "season. Shops were open.", False),
    ("Police in Urumqi detained 12 Uyghur traders on Monday. ", "", True),
    ("season.", "season. Correction: an earlier version of this article misnamed the town.", True),
    ("season.", "season. This article was amended on 3 March to remove a name.", True),
    ("season.", "season. We regret the error.", True),
    ("season.", "season. A bill on corrections was withdrawn elsewhere.", False),
    ("Police in", "The police in", False),
]
RETRACTED = [
    (T, f"Correction: {T}", True),
    (T, f"RETRACTED: {T}", True),
    ("Correction: Uyghur traders freed", "Correction: Uyghur traders freed ", False),
]


def judged():
    for before, after, matters in [*HEADLINES, *RETRACTED]:
        yield f"{before} > {after}", edit(before, after) is not None, matters
    for old, new, matters in SENTENCES:
        assert old in TEXT
        yield f"{old} > {new}", edit(T, T, texts=(TEXT, TEXT.replace(old, new))) is not None, matters


def test_at_least_95_of_100_labelled_edits_are_judged_right():
    found = list(judged())
    wrong = [name for name, told, matters in found if told != matters]
    assert len(found) >= 40
    assert len(wrong) <= 0.05 * len(found), wrong


@pytest.mark.parametrize(
    ("before", "after"),
    [("Governement denies Uyghur camps", "Government denies Uyghur camps"), (T, T.upper())],
)
def test_a_typo_mended_is_silent(before, after):
    assert edit(before, after) is None


def test_a_change_says_before_and_after_in_two_lines():
    found = edit(T, "Police free 12 Uyghur traders in Urumqi")
    assert str(found).splitlines() == [
        f"The headline was: {T}",
        "Now: Police free 12 Uyghur traders in Urumqi",
    ]
    changed = edit(T, T, texts=(TEXT, TEXT.replace("12 Uyghur", "21 Uyghur")))
    assert (changed.what, changed.before) == (
        "sentence",
        "Police in Urumqi detained 12 Uyghur traders on Monday.",
    )
    noted = edit(T, f"Correction: {T}")
    assert noted.what == "correction"


def test_a_text_that_arrives_later_or_goes_is_no_change():
    assert edit(T, T, texts=("", TEXT)) is None
    assert edit(T, T, texts=(TEXT, "")) is None


def story(title=T, body=TEXT, **more):
    return Story("a", title, "https://a.example/1", NOON, body, **more)


def test_a_story_that_is_taken_down_is_told_and_so_is_what_the_page_corrects():
    gone = material(story(), story(vanished=True), match(story(), BOOK))
    assert gone.what == "vanished"
    assert str(gone) == f"The outlet has taken down: {T}\nIts page is gone from the site."
    assert material(story(vanished=True), story(vanished=True), ()) is None
    noted = material(story(), story(correction="Correction: there were 10."), ())
    assert (noted.what, noted.after) == ("correction", "Correction: there were 10.")


def test_what_a_page_said_all_along_is_no_correction_when_it_is_first_read():
    late = "Correction: it was Monday. An earlier version of this story said Tuesday."
    assert material(story(body=""), story(body=f"{TEXT} {late}", correction=late), ()) is None
    assert material(story(), story(body=f"{TEXT} {late}"), ()).what == "correction"


NOTICES = [
    "(Corrects number of traders in paragraph 2)",
    "(This June 3 story corrects the name of the town)",
    "The number of traders was misstated in an earlier version.",
    "The Courier has withdrawn its story about the traders.",
    "Please disregard this story.",
    "EDITORS: disregard the item sent at noon.",
    "We have removed a quotation that nobody can vouch for.",
    "Updated to correct the date.",
    "Korrektur: Zuerst war von elf Händlern die Rede.",
    "Berichtigung: Die Zahl stimmte nicht.",
    "Richtigstellung: Der Ort heißt Hotan.",
    "Anmerkung der Redaktion: Zuvor stand hier eine andere Zahl.",
    "Rectificatif : le chiffre donné plus tôt était faux.",
    "Correction : il y avait dix marchands.",
    "Erratum: the town is Hotan.",
    "Corrección: antes se daba otra cifra.",
    "Fe de errores: la ciudad es Hotan.",
    "Rectificación: eran diez.",
    "Correção: eram dez.",
    "Errata: eram dez.",
    "Rettifica: erano dieci.",
    "Errata corrige: erano dieci.",
    "Düzeltme: sayı on idi.",
    "Исправление: их было десять.",
    "Поправка: их было десять.",
    "更正：人数应为十人。",
    "تصحيح: كان عددهم عشرة.",
]
NO_NOTICES = [
    "Analysts fear a market correction: stocks fall again.",
    "The lawyer has withdrawn the complaint.",
    "Officials said that we have removed every sign.",
    "Die Korrektur der Zahlen dauert an.",
    "La rectificación de la ley fue aprobada.",
    "The figures were misread by many.",
    "The bill corrects an old injustice (and another).",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_of_many_houses_and_languages_are_corrections(notice):
    assert material(story(), story(body=f"{TEXT} {notice}"), ()).what == "correction"


@pytest.mark.parametrize("sentence", NO_NOTICES)
def test_ordinary_sentences_are_no_corrections(sentence):
    assert material(story(), story(body=f"{TEXT} {sentence}"), ()) is None


@pytest.mark.parametrize("mark", ["KILL:", "WITHDRAWN:", "CORRECTS", "CORRECTED-"])
def test_a_mark_before_the_headline_is_a_correction(mark):
    assert edit(T, f"{mark} {T}").what == "correction"
