"""The kept rulebook: the same newsroom again, and never another one."""

import json
import stat
from datetime import UTC, datetime

import pytest

from monitor.config import cache, load, template
from monitor.errors import RulesError
from monitor.matching import explain, match
from monitor.story import Outlet, Source, Story

RULES = """
version: 1
timezone: Europe/Berlin
terms:
  uyghur: [Uyghur*, Uighur*, 维吾尔]
  region: [$uyghur, Xinjiang, Urumchi~1]
rules:
  A list: [$uyghur, East Turkistan, uyghur*]
  Same word otherwise: [east turkistan, Huawei]
  Groups:
    all: [[$region], [forced labo*, slave labour]]
    none: [fishing]
    tags: [labour]
    priority: high
    tests: {match: [Uyghur forced labour]}
  Near: [forced NEAR/3 labour, 'ethnic NEAR/s (spot*|detect*)']
  Regex: ['/20\\d\\d/', '=IOC', 'title:boycott']
  Points:
    score: {$region: 3, genocide: 2, Han: 1}
    threshold: 5
    weights: {title: 2}
  Two of three: {at_least: 2, of: [statement, open letter, $uyghur]}
  Query: {query: '$region AND (genocide OR "crimes against humanity") AND NOT title:opinion'}
  Dated:
    any: [Beijing 2022]
    active: {until: 2022-03-31}
    languages: [en]
"""
TEXTS = (
    "Uyghur forced labour in Xinjiang: the IOC and a statement on genocide in 2021",
    "East Turkistan, east turkistan; an open letter, ethnic groups were spotted. Huawei",
    "crimes against humanity in Urumqi and Urumchi, forced to do hard labour, Beijing 2022",
    "nothing of it",
)


SHIPPED = ("bbc", "wsj", "economist", "intercept", "uyghur-congress", "end-uyghur-forced-labour")


def story(text, title="boycott"):
    return Story("bbc", title, "https://example.org/", datetime(2021, 1, 1, tzinfo=UTC), text, language="en")


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def kept_file(folder):
    (found,) = folder.glob("*.json")
    return found


def test_what_was_kept_is_the_same_newsroom(rules, tmp_path):
    folder = tmp_path / cache.FOLDER
    first, second = (load(rules, folder=folder) for _ in range(2))
    assert first is not second
    for name in (
        "text",
        "hash",
        "zone",
        "routes",
        "channels",
        "outlets",
        "operator",
        "settings",
        "briefs",
        "warnings",
    ):
        assert getattr(first, name) == getattr(second, name)
    one, two = first.rulebook, second.rulebook
    assert one.rules == two.rules
    assert list(one.rules) == list(two.rules)
    assert (one.term_sets, one.hash, one.warnings) == (two.term_sets, two.hash, two.warnings)
    for rule in one.rules:
        assert one.digest(rule) == two.digest(rule)
        assert one.describe(rule) == two.describe(rule)
        assert one.prefilter(rule) == two.prefilter(rule)
    for text in TEXTS:
        assert match(story(text), one) == match(story(text), two)
        assert [explain(story(text), one, r) for r in one.rules] == [
            explain(story(text), two, r) for r in one.rules
        ]
    assert {m.rule for text in TEXTS for m in match(story(text), two)} == set(one.rules)


def test_the_shipped_rulebook_can_be_kept(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(template(), encoding="utf-8")
    outlets = {name: Outlet(name=name, title=name) for name in SHIPPED}
    first, second = (load(path, outlets=outlets, folder=tmp_path / "kept") for _ in range(2))
    assert first.outlets == second.outlets
    assert first.rulebook.rules == second.rulebook.rules
    assert (first.routes, first.channels, first.briefs) == (second.routes, second.channels, second.briefs)


def test_a_changed_file_is_read_again(rules, tmp_path):
    folder = tmp_path / "kept"
    load(rules, folder=folder)
    rules.write_text(RULES.replace("Huawei", "Hikvision"), encoding="utf-8")
    assert "Hikvision" in load(rules, folder=folder).rulebook.describe("Same word otherwise")
    assert len(list(folder.iterdir())) == 1


def test_other_outlets_are_another_key():
    one = Outlet(name="bbc", title="BBC", sources=(Source(url="https://example.org/feed"),))
    assert cache.key_of(RULES, {}) == cache.key_of(RULES, {})
    assert cache.key_of(RULES, {"bbc": one}) != cache.key_of(RULES, {})


@pytest.mark.parametrize("damage", [b"", b"x", b"{}\n", b"\x80\x04N.", b"short"])
def test_a_broken_file_is_not_used_and_written_anew(rules, tmp_path, damage):
    folder = tmp_path / "kept"
    load(rules, folder=folder)
    good = kept_file(folder).read_bytes()
    kept_file(folder).write_bytes(good[: len(good) // 2] if damage == b"short" else damage)
    assert len(load(rules, folder=folder).rulebook.rules) == 9
    assert kept_file(folder).read_bytes() == good


def test_data_that_is_no_rulebook_is_not_used(rules, tmp_path):
    folder = tmp_path / "kept"
    newsroom = load(rules, folder=folder)
    key = cache.key_of(newsroom.text, {})
    good = json.loads(kept_file(folder).read_bytes().partition(b"\n")[2])
    for broken in ([], {}, {**good, "rulebook": {}}, {**good, "routes": {"Popen": ["x"]}}):
        body = json.dumps(broken).encode()
        kept_file(folder).write_bytes(cache._head(key, body) + b"\n" + body)
        assert cache.kept(folder, rules, newsroom.text, key) is None


def test_only_its_owner_can_open_the_folder(rules, tmp_path):
    folder = tmp_path / "kept"
    load(rules, folder=folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept_file(folder).stat().st_mode) == 0o600


def test_a_folder_others_can_write_to_is_not_used(rules, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    folder.chmod(0o777)
    assert load(rules, folder=folder).rulebook.rules
    assert not list(folder.iterdir())


def test_a_file_with_mistakes_is_not_kept(rules, tmp_path):
    rules.write_text("version: 1\nrules:\n  A: [$nowhere]\n", encoding="utf-8")
    with pytest.raises(RulesError):
        load(rules, folder=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_made_keeps_nothing(rules, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert load(rules, folder=blocked / "kept").rulebook.rules


EVERYTHING = """
operator: {name: The desk, mail: ops@desk.example, to: [desk]}
channels:
  desk: {url: "env:DESK", to: [editor@desk.example]}
routes:
  - {to: [desk], when: "at once 07-20 Europe/Berlin, else 07:00", duplicates: {among: across outlets, keep: [bbc]}}
  - {to: [desk], when: Friday 09:00, duplicates: off}
settings: {sign_of_life: Monday 08:00, pages: 7, max_age: 5d}
briefs:
  Weekly: {to: [desk], when: Thursday 09:00}
sources:
  - {feed: "https://a.example/feed", outlet: A, articles: all, max_silence: 3d, date_order: MDY}
"""


@pytest.mark.parametrize("more", ["", EVERYTHING])
def test_what_was_kept_is_found_again(tmp_path, more):
    path, folder = tmp_path / "rules.yaml", tmp_path / cache.FOLDER
    path.write_text(RULES + more, encoding="utf-8")
    loaded = load(path, folder=folder)
    text = path.read_text(encoding="utf-8")
    found = cache.kept(folder, path, text, cache.key_of(text, {}))
    assert found is not None
    for name in (
        "zone",
        "routes",
        "channels",
        "outlets",
        "operator",
        "settings",
        "briefs",
        "warnings",
        "hash",
    ):
        assert getattr(found, name) == getattr(loaded, name)
