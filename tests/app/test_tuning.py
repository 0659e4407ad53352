"""Trying rules on the past: the same matches as were recorded, told once, nothing written, nothing guessed."""

import json
from datetime import timedelta

import pytest

from monitor import config
from monitor.app.archive import import_archive
from monitor.app.catch_up import catch_up
from monitor.app.force import bring_into_force
from monitor.app.tuning import (
    ChangeKind,
    RuleChangeKind,
    backtest,
    changed_rules,
    diff,
    diff_markdown,
    diff_text,
    expand,
    lint,
    newest,
    rulebook_log,
    shown,
    tallies,
    values,
)
from monitor.app.wire import open_wire
from monitor.errors import ConfigError
from monitor.routes import Silence
from monitor.store import decisions, silences, stories
from monitor.story import Outlet
from monitor.text import fold_text
from monitor.triage import Reason
from tests.newsrooms import NOON, RULES, newsroom, story

PLAIN = "version: 1\nrules:\n"


def book(rules, folder):
    """Compile a draft."""
    text = rules if rules.startswith("version") else PLAIN + rules
    return config.loads(text, folder / "draft.yaml", None).rulebook


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path / "room") as room:
        room.baseline("bbc", "wsj")
        yield room


def recorded(room):
    """Give what is on record as matched at intake: (rule, story, revision)."""
    found = set()
    with room.wire.store.reading() as tx:
        for row in stories.iterate(tx):
            found |= {
                (d.rule, row.id, d.revision) for d in decisions.for_story(tx, row.id) if d.match is not None
            }
    return found


def hits(report):
    return {(h.rule, h.story_id, h.revision) for h in report.hits}


def whys(report):
    return [(h.story_id, h.revision, h.reason) for h in report.hits]


def tables(room):
    """Give what is in the database, as text."""
    with room.wire.store.reading() as tx:
        names = [
            row[0]
            for row in tx.exec_driver_sql(
                "SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY 1"
            )
        ]
        return {
            n: repr(tx.exec_driver_sql(f'SELECT * FROM "{n}"').fetchall())
            for n in names
            if "search_index" not in n
        }


def lived(room):
    """Let something happen: matches, a revision, a copy elsewhere, a near miss."""
    room.poll(story("Uyghur poet freed", summary="After two years"), story("Rain in Berlin"))
    room.clock.forward(hours=1)
    room.poll(story("Uyghur poet freed", summary="After two years, cameras were there"), outlet="bbc")
    room.clock.forward(hours=1)
    room.poll(story("Uyghur police database found", outlet="wsj", summary="A leak"), outlet="wsj")
    room.clock.forward(days=7)
    room.poll(story("Cameras sold"), story("Uighurs in exile"))


def test_the_live_rulebook_gives_the_recorded_matches(room):
    lived(room)
    before = tables(room)
    report = backtest(room.wire, room.wire.newsroom.rulebook)
    assert hits(report) == recorded(room) != set()
    assert report.was_live
    assert report.disagreements == ()
    assert all(h.recorded for h in report.hits)
    assert (report.looked_at, report.texts_gone) == (6, 0)
    assert tables(room) == before


def test_alerts_and_reasons_are_those_that_were(room):
    lived(room)
    report = backtest(room.wire, room.wire.newsroom.rulebook)
    then = [(d.rule, d.reason) for t in room.taken for d in t.triage.decisions if d.match]
    assert sorted((h.rule, h.reason) for h in report.hits) == sorted(then)
    assert report.alerts == 4  # the second revision of the first story is news to Surveillance


def test_dates_narrow_and_weeks_and_outlets_are_told_apart(room):
    lived(room)
    rulebook = room.wire.newsroom.rulebook
    assert len(backtest(room.wire, rulebook, rule="Uyghurs", since=NOON + timedelta(days=7)).hits) == 1
    report = backtest(room.wire, rulebook, until=NOON + timedelta(days=7))
    rows = tallies(report, by_outlet=True, by_week=True)
    assert [(t.rule, t.outlet, t.week, t.matches, t.stories, t.alerts) for t in rows] == [
        ("Uyghurs", "bbc", "2026-W10", 2, 1, 1),
        ("Uyghurs", "wsj", "2026-W10", 1, 1, 1),
        ("Surveillance", "bbc", "2026-W10", 1, 1, 1),
        ("Surveillance", "wsj", "2026-W10", 1, 1, 1),
    ]
    assert [t.rule for t in tallies(backtest(room.wire, rulebook, until=NOON))] == ["Uyghurs", "Surveillance"]


def test_a_draft_needs_no_record(room, tmp_path):
    lived(room)
    draft = book('  Weather: {any: [Rain], tests: {match: [Rain today]}}\n  Capitals: ["=IOC"]\n', tmp_path)
    report = backtest(room.wire, draft)
    assert [(h.rule, h.recorded) for h in report.hits] == [("Weather", False)]
    assert not report.was_live
    (seen,) = shown(room.wire, draft, report.hits)
    assert (seen.title, seen.words) == ("Rain in Berlin", ("Rain",))


def test_an_unknown_rule_is_named(room):
    with pytest.raises(ConfigError, match=r'no rule "Nope".*Uyghurs, Surveillance'):
        backtest(room.wire, room.wire.newsroom.rulebook, rule="Nope")


def test_a_copy_elsewhere_is_told_once(room):
    text = "Uyghur families say that the cotton they picked was sold abroad under other names for many years, a report finds."
    room.poll(story("Uyghur cotton", summary=text))
    room.poll(story("Uyghur cotton", outlet="wsj", summary=text), outlet="wsj")
    report = backtest(room.wire, room.wire.newsroom.rulebook)
    assert [h.reason for h in report.hits] == [Reason.ALERTED, Reason.DUPLICATE]
    assert "story 1" in report.hits[1].detail


def test_baseline_old_ours_silenced_and_imported_are_marked(tmp_path):
    ours = Outlet(name="our-site", title="Ours", ours=True)
    rules = RULES + "sources:\n  - {outlet: our-site, feed: 'https://our-site.example/feed', ours: true}\n"
    with newsroom(tmp_path / "room", rules, outlets=[ours]) as room:
        room.poll(story("Uyghur baseline"))
        room.clock.forward(hours=1)
        room.baseline("our-site")
        room.poll(story("Uyghur ours", outlet="our-site"), outlet="our-site")
        room.poll(story("Uyghur old", at=NOON - timedelta(days=30)))
        room.clock.forward(hours=1)
        with room.wire.store.writing() as tx:
            until = room.clock() + timedelta(hours=1)
            silences.add(
                tx, Silence(rule="Uyghurs", until=until, author="me", reason="noise", since=room.clock())
            )
        room.poll(story("Uyghur silenced"))
        room.clock.forward(hours=2)
        row = {"feed": "https://x.example/f", "title": "Uyghur imported", "link": "https://x.example/1"}
        path = tmp_path / "archive.jsonl"
        path.write_text(json.dumps(row | {"published": "2026-03-01T10:00:00Z"}) + "\n", encoding="utf8")
        import_archive(room.wire, path, {})
        report = backtest(room.wire, room.wire.newsroom.rulebook)
        assert {h.reason for h in report.hits} == {
            Reason.BASELINE, Reason.OURS, Reason.OLDER, Reason.SILENCED, Reason.IMPORTED
        }  # fmt: skip
        assert report.disagreements == ()
        assert hits(report) == recorded(room)
        assert report.alerts == 0


def test_where_the_text_is_gone_the_record_speaks_and_else_nobody_guesses(room, tmp_path):
    room.poll(story("Film", body="A camera"), story("Poet freed", body="The Uyghur poet is free"))
    with room.wire.store.writing() as tx:
        assert stories.forget_bodies(tx, room.clock() + timedelta(hours=1)) == 2
    report = backtest(room.wire, room.wire.newsroom.rulebook)
    assert [(h.rule, h.story_id, h.recorded) for h in report.hits] == [("Uyghurs", 1, True)]
    assert (report.texts_gone, report.gone, report.disagreements) == (2, (), ())
    draft = backtest(room.wire, book("  Cameras: [camera]\n", tmp_path))
    assert draft.hits == ()
    assert [(g.rule, g.story_id) for g in draft.gone] == [("Cameras", 2)]


def test_a_catch_up_is_no_intake(room, tmp_path):
    lived(room)
    (tmp_path / "room" / "rules.yaml").write_text(RULES.replace("camera*", "poet, camera*"), encoding="utf8")
    wire = open_wire(tmp_path / "room", {}, clock=room.clock, process={}, terminal=False)
    bring_into_force(wire, room.clock())
    catch_up(wire, None, NOON)
    report = backtest(wire, wire.newsroom.rulebook)
    assert (report.was_live, report.disagreements) == (False, ())
    assert not any(h.recorded for h in report.hits)
    wire.store.close()


def test_first_hits_come_newest_first(room):
    lived(room)
    found = list(newest(room.wire, room.wire.newsroom.rulebook, "Uyghurs"))
    assert [f.text.story_id for f in found] == sorted((f.text.story_id for f in found), reverse=True)
    assert found[0].match.evidence[0].text == "Uighurs"


def test_scopes_and_active_dates_are_asked_of_the_day(room, tmp_path):
    lived(room)
    draft = book(
        "  Here: {any: [Uyghur*, Uighur*], outlets: [bbc]}\n"
        "  Then: {any: [Uyghur*, Uighur*], active: {until: 2026-03-05}}\n",
        tmp_path,
    )
    report = backtest(room.wire, draft)
    assert {h.outlet for h in report.hits if h.rule == "Here"} == {"bbc"}
    assert {h.seen.day for h in report.hits if h.rule == "Then"} == {4}


OLD = (
    "  Poets: [poet*, rain]\n  Cameras: {any: [camera*], none: [police]}\n  Gone: [exile]\n  Same: [Berlin]\n"
)
NEW = "  Poets: [poet*, database]\n  Cameras: {any: [camera*, sold]}\n  Fresh: [Uighurs]\n  Same again: {any: [Berlin], formerly: [Same]}\n"


def test_a_diff_names_stories_and_terms(room, tmp_path):
    lived(room)
    room.poll(story("Police cameras"))
    old, new = book(OLD, tmp_path), book(NEW, tmp_path)
    found = diff(room.wire, old, new)
    said = {(c.kind, c.rule, c.title): c.terms for c in found.changes}
    assert said == {
        (ChangeKind.LOST, "Poets", "Rain in Berlin"): ("rain",),
        (ChangeKind.NEW, "Poets", "Uyghur police database found"): ("database",),
        (ChangeKind.NEW, "Cameras", "Police cameras"): ("without police (found: Police)",),
        (ChangeKind.OTHER, "Cameras", "Cameras sold"): ("+ sold",),
        (ChangeKind.NEW, "Fresh", "Uighurs in exile"): ("Uighurs",),
        (ChangeKind.LOST, "Gone", "Uighurs in exile"): ("exile",),
    }
    kinds = {(c.rule, c.kind) for c in found.rules}
    assert kinds == {
        ("Poets", RuleChangeKind.CHANGED), ("Cameras", RuleChangeKind.CHANGED), ("Fresh", RuleChangeKind.ADDED),
        ("Same again", RuleChangeKind.RENAMED), ("Gone", RuleChangeKind.REMOVED),
    }  # fmt: skip


def test_a_diff_is_the_same_on_two_runs_in_every_form(room, tmp_path):
    lived(room)
    runs = [diff(room.wire, book(OLD, tmp_path), book(NEW, tmp_path), NOON) for _ in range(2)]
    assert diff_text(runs[0]) == diff_text(runs[1])
    assert diff_markdown(runs[0]) == diff_markdown(runs[1])
    assert json.dumps(values(runs[0])) == json.dumps(values(runs[1]))
    assert "[database]" in diff_text(runs[0])
    assert "| + | 2026-03-04 | wsj | [Uyghur police database found](<https" in diff_markdown(runs[0])
    assert diff(room.wire, book(OLD, tmp_path), book(OLD, tmp_path)).changes == ()


def test_expand_lists_forms_and_what_a_plain_word_misses(room, tmp_path):
    room.poll(
        story("Protests in Kazakhstan"),
        story("The protest"),
        story("Protests, protest"),
        story("Protestant labourers"),
    )
    rulebook = book('  X: [protest, labo*, "*stan", Kazahkstan~1]\n', tmp_path)
    found = expand(room.wire, rulebook, "X")
    assert [(e.part, [f.word for f in e.forms]) for e in found.expansions] == [
        ("labo*", ["labourers"]), ("*stan", ["kazakhstan"]), ("kazahkstan~1", ["kazakhstan"])
    ]  # fmt: skip
    assert [str(x) for x in found.longer] == [
        "protest: 1 story says only protestant; write protest*",
        "protest: 1 story says only protests; write protest*",
    ]


def test_lint_warns_from_the_archive(room, tmp_path):
    room.poll(*(story(f"Uyghur story {n} w{n}x") for n in range(120)))
    rules = '  Wide: [Uyghur*]\n  Narrow: {all: [story, Uyghur]}\n  Odd: ["=STORY", nowhere, "w*", "x NEAR/1 y", /zzz/, "section:none"]\n'
    found = lint(room.wire, book(rules, tmp_path))
    assert [u.term for u in found.unseen] == ["=STORY", "nowhere", "x NEAR/1 y", "/zzz/", "section:none"]
    assert [(e.expansion.part, e.expansion.words, e.rules) for e in found.exploding] == [
        ("w*", 120, ("Odd",))
    ]
    assert [(s.rule, s.by, s.same) for s in found.swallowed] == [
        ("Narrow", "Wide", True), ("Odd", "Wide", True), ("Odd", "Narrow", True)
    ]  # fmt: skip


def test_an_empty_archive_says_nothing(tmp_path):
    with newsroom(tmp_path / "room") as room:
        assert lint(room.wire, room.wire.newsroom.rulebook).unseen == ()
        assert expand(room.wire, room.wire.newsroom.rulebook, "Uyghurs").expansions[0].words == 0
        assert backtest(room.wire, room.wire.newsroom.rulebook).hits == ()


def test_the_log_says_which_set_reached_which_rules(room):
    path = room.wire.folder / "rules.yaml"
    second = RULES.replace("Uighur*]", "Uighur*, Uigur*]").replace("Surveillance:", "Watching:")
    third = second.replace("police database", "police").replace("rules:\n", "rules:\n  New: [Tibet]\n")
    for text in (second, third):
        room.clock.forward(days=1)
        path.write_text(text, encoding="utf8")
        wire = open_wire(room.wire.folder, {}, clock=room.clock, process={}, terminal=False)
        bring_into_force(wire, room.clock())
        wire.store.close()
    first, two, three = rulebook_log(room.wire)
    assert (first.until, two.until, three.until) == (two.since, three.since, None)
    assert [c.rule for c in first.changes] == ["Uyghurs", "Surveillance"]
    assert {(c.rule, c.kind) for c in two.changes} == {
        ("Uyghurs", RuleChangeKind.CHANGED), ("Watching", RuleChangeKind.ADDED), ("Surveillance", RuleChangeKind.REMOVED)
    }  # fmt: skip
    (changed,) = two.sets
    assert (changed.term_set, changed.added, changed.removed, changed.reached) == (
        "uyghur",
        ("Uigur*",),
        (),
        ("Uyghurs",),
    )
    assert {(c.rule, c.kind) for c in three.changes} == {
        ("New", RuleChangeKind.ADDED),
        ("Watching", RuleChangeKind.CHANGED),
    }
    assert three.sets == ()


def test_a_rulebook_nobody_can_read_any_more_is_still_listed(room):
    with room.wire.store.writing() as tx:
        tx.exec_driver_sql("UPDATE rulebook SET text = 'rules: [' ")
    (only,) = rulebook_log(room.wire)
    assert "rules.yaml" in only.unreadable
    assert only.changes == ()


def test_renames_are_followed(tmp_path):
    old, new = book(OLD, tmp_path), book("  Lyric: {any: [poet*, rain], formerly: [Poets]}\n", tmp_path)
    first, *others = changed_rules(old, new)
    assert (first.rule, first.was, first.kind) == ("Lyric", "Poets", RuleChangeKind.RENAMED)
    assert {c.kind for c in others} == {RuleChangeKind.REMOVED}


def test_without_an_index_the_report_is_the_same(room, tmp_path):
    lived(room)
    draft = book(OLD + '  Capitals: ["=Berlin", poet NEAR/2 freed]\n', tmp_path)
    wild = book('  X: [protest, "*mera", cam*]\n', tmp_path)
    asked = [
        lambda: backtest(room.wire, draft),
        lambda: backtest(room.wire, room.wire.newsroom.rulebook),
        lambda: diff(room.wire, draft, book(NEW, tmp_path)),
        lambda: expand(room.wire, wild, "X"),
        lambda: lint(room.wire, draft),
        lambda: [f.text.id for f in newest(room.wire, draft, "Poets")],
    ]
    with_index = [ask() for ask in asked]
    with room.wire.store.writing() as tx:
        for row in list(stories.iterate(tx)):
            for revision in stories.revisions(tx, row.id):
                words = fold_text(
                    " ".join((*revision.story.titles, revision.story.summary, revision.story.body))
                )
                key = tx.exec_driver_sql(
                    "SELECT id FROM revision WHERE story_id = ? AND number = ?", (row.id, revision.number)
                ).scalar()
                tx.exec_driver_sql("INSERT INTO search_text VALUES (?, ?)", (key, words))
        tx.exec_driver_sql("DROP TABLE search_index")
    room.wire.store.close()
    room.wire = open_wire(room.wire.folder, {}, clock=room.clock, process={}, terminal=False)
    assert [ask() for ask in asked] == with_index
    room.wire.store.close()
