"""rules lint, test, show, schema, diff and log."""

import json
import os
import subprocess

import pytest

from monitor import config
from monitor.app.force import bring_into_force
from monitor.app.wire import open_wire
from tests.cli.calling import RULES, copytaster, folder_with, rows
from tests.newsrooms import RULES as TWO_RULES
from tests.newsrooms import newsroom, story

TESTED = """\
rules:
  Uyghurs:
    any: [Uyghur*]
    tests:
      match: [Uyghur poet freed]
      no_match:
        - Rain in Leeds
        - Uyghur restaurant opens
  Rain: [rain]
"""


@pytest.fixture
def room(tmp_path):
    """A newsroom with a past."""
    with newsroom(tmp_path / "room", TWO_RULES) as open_room:
        open_room.baseline()
        titles = ("Uyghurs protest", "Uyghur poet freed", "Cameras film an Uyghur", "Rain in Leeds")
        open_room.poll(*map(story, titles))
    return tmp_path / "room"


def git(folder, *words):
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    who |= {k.replace("AUTHOR", "COMMITTER"): v for k, v in who.items()}
    subprocess.run(
        ["git", "-C", folder, *words],
        check=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **who},
    )


# --- lint ---------------------------------------------------------------------------------------------------------


def test_lint_names_every_mistake_and_fails(tmp_path):
    room = folder_with(tmp_path / "room", "rules:\n  A: {anny: [x]}\n  B: {all: x, any: 3}\n")
    done = copytaster("rules", "lint", "--dir", room)
    assert done.code == 1
    assert 'rules.yaml:2:7: rule "A": unknown key "anny"' in done.out
    assert "rules.yaml:3:" in done.out
    assert "to mend." in done.out.splitlines()[-1]
    told = copytaster("rules", "lint", "--dir", room, "--json").json
    assert told["ok"] is False
    assert told["mistakes"][0]["line"] == 2


def test_lint_asks_the_archive(room, tmp_path):
    draft = tmp_path / "draft.yaml"
    draft.write_text(
        "rules:\n  Poets: [poet*]\n  Unheard: [xylophone]\n  Uyghurs: [Uyghur*]\n  Same: [Uyghur, Uyghurs]\n"
    )
    before = rows(room)
    done = copytaster("rules", "lint", "--rules", draft, "--dir", room)
    assert done.code == 0, done
    assert 'archive: "xylophone" was never seen in the archive (in Unheard)' in done.out
    assert '"Same" and "Uyghurs" match the same 3 stories' in done.out
    assert "No mistakes, 2 warnings; 4 texts of the archive looked through." in done.out
    assert rows(room) == before
    told = copytaster("rules", "lint", "--rules", draft, "--dir", room, "--json").json
    assert told["archive"]["unseen"] == [{"term": "xylophone", "rules": ["Unheard"]}]


def test_lint_needs_no_archive(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    done = copytaster("rules", "lint", "--dir", room)
    assert (done.code, done.out) == (0, "No mistakes, no warnings; the archive is empty.\n")
    assert [p.name for p in room.iterdir()] == ["rules.yaml"]
    broken = folder_with(tmp_path / "broken", "rules: 3\n")
    assert copytaster("rules", "lint", "--rules", room / "rules.yaml", "--dir", broken).code == 0
    assert copytaster("rules", "lint", "--dir", tmp_path / "nowhere").code == 2


# --- test ---------------------------------------------------------------------------------------------------------


def test_tests_are_counted_by_rule_and_a_failing_one_is_shown(tmp_path):
    room = folder_with(tmp_path / "room", TESTED)
    done = copytaster("rules", "test", "--dir", room)
    assert done.code == 1
    assert done.out.splitlines() == [
        "Uyghurs: 2 of 3",
        '  rules.yaml:8: this test should not match and does: "Uyghur restaurant opens" (found: Uyghur*)',
        "Rain: no tests",
        "2 of 3 tests passed.",
    ]
    told = copytaster("rules", "test", "--dir", room, "--json").json
    assert (told["ok"], told["rules"], len(told["tests"])) == (False, ["Uyghurs", "Rain"], 3)
    assert [t["passed"] for t in told["tests"]] == [True, True, False]


def test_the_shipped_rulebook_passes_its_tests(tmp_path):
    done = copytaster("rules", "test", "--dir", tmp_path)
    assert done.code == 0, done
    assert "the shipped one is used" in done.err
    assert done.out.splitlines()[-1].endswith("tests passed.")
    assert len(done.out.splitlines()) > 5


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n  A: {any: [x], tests: {match: [y]}, nonsense: 1}\n",
        "rules: {A: [x]}\nroutes: 7\n",
        "",
        "rules:\n",
    ],
)
def test_rules_that_cannot_be_read_are_not_tested(tmp_path, text):
    done = copytaster("rules", "test", "--dir", folder_with(tmp_path / "room", text))
    assert done.code == 2
    assert "rules.yaml:" in done.err
    assert done.out == ""


# --- show and schema ----------------------------------------------------------------------------------------------


def test_show_says_what_a_rule_means(room):
    done = copytaster("rules", "show", "Surveillance", "--dir", room)
    assert done.code == 0, done
    assert "Surveillance: matches a story when, in its title, summary or body," in done.out
    assert "anything of $uyghur: Uyghur*, Uighur*" in done.out
    both = copytaster("rules", "show", "--dir", room)
    assert "Uyghurs: matches" in both.out
    told = copytaster("rules", "show", "--dir", room, "--json").json
    assert [r["rule"] for r in told] == ["Uyghurs", "Surveillance"]
    assert told[0]["priority"] == "normal"
    unknown = copytaster("rules", "show", "Nope", "--dir", room)
    assert (unknown.code, "The rules are: Uyghurs, Surveillance." in unknown.err) == (2, True)


def test_show_expands_against_the_archive(room):
    done = copytaster("rules", "show", "Uyghurs", "--expand", "--dir", room)
    assert "  uyghur*: 2 words of the archive: uyghur (2), uyghurs (1)" in done.out
    assert "  no word of the archive: uighur*" in done.out
    (told,) = copytaster("rules", "show", "Uyghurs", "--expand", "--dir", room, "--json").json
    assert [e["words"] for e in told["archive"]["expansions"]] == [2, 0]


def test_show_tells_what_plain_words_miss(room, tmp_path):
    draft = tmp_path / "draft.yaml"
    draft.write_text("rules:\n  Filming: [camera]\n")
    done = copytaster("rules", "show", "--expand", "--rules", draft, "--dir", room)
    assert "camera: 1 story says only cameras; write camera*" in done.out


def test_the_schema_is_the_one_init_writes(tmp_path):
    assert copytaster("rules", "schema").json == config.schema()
    copytaster("init", tmp_path / "room")
    assert json.loads((tmp_path / "room/rules.schema.json").read_text()) == config.schema()


# --- diff and log -------------------------------------------------------------------------------------------------


def test_diff_of_git_revisions_and_files(room):
    git(room, "init", "-q")
    git(room, "add", "rules.yaml")
    git(room, "commit", "-qm", "first")
    (room / "rules.yaml").write_text(TWO_RULES.replace("[$uyghur]\n", "[poet*, Rain]\n"))
    words = ("rules", "diff", "HEAD", "--since", "2026-01-01", "--dir", room)
    done = copytaster(*words)
    assert done.code == 0, done
    assert "4 revisions seen since 2026-01-01" in done.out
    assert "Uyghurs: 1 newly matched, 2 no longer matched, 1 matched for another reason" in done.out
    assert "+ 2026-03-04 bbc: Rain in Leeds  [Rain]" in done.out
    assert done == copytaster(*words), "the same question, the same answer"
    assert done == copytaster("rules", "diff", "HEAD", "rules.yaml", "--since", "2026-01-01", "--dir", room)
    span = ("rules", "diff", "HEAD", "--since", "40w", "--dir", room, "--json")
    assert copytaster(*span).json["since"].endswith("T00:00:00+00:00")
    assert "### Uyghurs" in copytaster(*words, "--markdown").out
    assert copytaster(*words, "--json").json["rules"] == [
        {"rule": "Uyghurs", "kind": "changed", "was": "Uyghurs"}
    ]
    assert copytaster(*words, "--json", "--markdown").code == 2


@pytest.mark.parametrize("word", ["HEAD~7", "nope.yaml", "--upload-pack=x"])
def test_what_is_neither_file_nor_revision_is_said(room, word):
    done = copytaster("rules", "diff", "--dir", room, "--", word)
    assert done.code == 2
    assert f'"{word}" is no file, and no git revision with a rules.yaml in' in done.err


def test_the_log_tells_what_changed_and_what_a_set_reached(room):
    (room / "rules.yaml").write_text(TWO_RULES.replace("Uighur*", "Uigur*") + "  Rain: [rain]\n")
    wire = open_wire(room, {}, process={}, terminal=False)
    bring_into_force(wire, wire.clock())
    wire.store.close()
    done = copytaster("rules", "log", "--dir", room)
    assert done.code == 0, done
    assert "   added: Rain" in done.out
    assert "   $uyghur: + Uigur*, - Uighur*; reached Uyghurs, Surveillance" in done.out
    newest, oldest = (line for line in done.out.splitlines() if " to " in line and "rules.yaml" in line)
    assert " to now, 3 rules" in newest
    assert "04 Mar 2026 12:00 to " in oldest
    told = copytaster("rules", "log", "--dir", room, "--json").json
    assert [r["rules"] for r in told] == [2, 3]
    assert told[0]["until"] == told[1]["since"]


def test_the_log_of_a_new_newsroom_is_empty(tmp_path):
    done = copytaster("rules", "log", "--dir", folder_with(tmp_path / "room", RULES))
    assert (done.code, done.out.startswith("No rulebook was in force yet")) == (0, True)
