"""Copies, reports of one event, and changes, as editors meet them: through intake, store and outbox."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app import dups
from monitor.errors import ConfigError
from monitor.outbox import Kind, State
from monitor.store import labels, merges, near, outbox, stories
from monitor.story import Outlet
from monitor.triage import Kin, Known, Neighbours
from monitor.triage.sameness import related
from tests.core.duplicate_traps import all_traps
from tests.newsrooms import NOON, RULES, newsroom, reasons, story

OUTLETS = [Outlet(name=n, title=t) for n, t in (("bbc", "BBC"), ("guardian", "The Guardian"), ("rfa", "RFA"))]
NAMES = ("bbc", "guardian", "rfa", "dw", "afp", "wire")
LEAD = (
    "A court in Kashgar has sentenced the Uyghur folklorist Rahile Dawut to life in prison, the Dui Hua Foundation said, "
    "ending years of silence about the scholar who vanished on her way to Beijing in 2017. Colleagues in Cambridge and in "
    "Bloomington who had worked with her on the shrines of the Taklamakan desert said that they had feared as much. The "
    "ministry in Beijing did not answer questions about the trial, which was held behind closed doors."
)
OWN = {
    "guardian": (
        "Rahile Dawut, Uyghur folklorist, jailed for life",
        "Rahile Dawut, the Uyghur folklorist who studied the shrines of the Taklamakan, was given life by a Kashgar court, according to Dui Hua, a group in San Francisco.",
    ),
    "rfa": (
        "Life sentence for Uyghur scholar Rahile Dawut confirmed by Dui Hua",
        "The Dui Hua Foundation confirmed that Uyghur scholar Rahile Dawut lost her appeal in Kashgar. Friends of the folklorist spoke of heartbreak.",
    ),
    "dw": (
        "China: Uyghur academic Rahile Dawut gets life, says Dui Hua",
        "Dui Hua has learned that the folklorist Rahile Dawut, a Uyghur, must spend her life in jail, a court in Kashgar decided.",
    ),
}
HEAD = "Uyghur scholar Rahile Dawut sentenced to life in prison"


@pytest.fixture
def room(tmp_path):
    with newsroom(tmp_path, outlets=OUTLETS) as opened:
        opened.baseline(*NAMES)
        yield opened


def bound(room):
    """Bind what is due, call it sent, and give it."""
    now = room.clock()
    rows = []
    with room.wire.store.writing() as tx:
        for message in outbox.bind(tx, now):
            rows += outbox.alerts_of(tx, message.id)
            outbox.settle(tx, message.id, state=State.SENT, at=now)
    return [r for r in rows if r.alert.kind is not Kind.OPERATOR]


def lead(room, **more):
    return room.poll(story(HEAD, summary=LEAD, at=room.clock(), **more))


def report(room, outlet, **more):
    title, text = OWN[outlet]
    return room.poll(story(title, outlet=outlet, summary=text, at=room.clock(), **more), outlet=outlet)


COPIES = {
    "a reprint with a preface": (HEAD, f"Below is an article published by BBC. Photo Reuters.\n{LEAD}"),
    "a summary": (HEAD, " ".join(LEAD.split()[:32])),
    "an edited wire copy": (
        "Rahile Dawut: scholar gets life",
        "KASHGAR (Reuters) - "
        + LEAD.replace("ending years of silence", "ending a silence of years").replace(
            " The ministry in Beijing did not answer questions about the trial, which was held behind closed doors.",
            "",
        ),
    ),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_copy_of_much_the_same_text_is_held_back_and_says_why(room, copy):
    lead(room)
    assert len(bound(room)) == 1
    room.clock.forward(hours=3)
    title, text = copy
    (taken,) = room.poll(story(title, outlet="wire", summary=text, at=room.clock()), outlet="wire")
    assert reasons([taken]) == [("Uyghurs", "duplicate")]
    assert "bbc: Uyghur scholar" in taken.triage.decisions[0].detail
    assert bound(room) == []
    with room.wire.store.reading() as tx:
        (row,) = merges.recent(tx)
        assert row.story_id == taken.story_id
        assert row.method
        assert row.score > 0.4
        assert row.evidence
        assert stories.get(tx, row.other_id).event == stories.get(tx, taken.story_id).event


def test_a_copy_that_meets_a_rule_its_lead_did_not_is_told(room):
    lead(room)
    bound(room)
    (taken,) = room.poll(
        story(HEAD, outlet="wire", summary=f"Cameras were banned. {LEAD}", at=room.clock()), outlet="wire"
    )
    assert sorted(reasons([taken])) == [("Surveillance", "alerted"), ("Uyghurs", "duplicate")]
    assert [r.alert.rules for r in bound(room)] == [("Surveillance",)]


def test_other_reports_are_follow_ups_in_the_thread_and_name_the_others(room):
    lead(room)
    bound(room)
    room.clock.forward(hours=2)
    taken = report(room, "guardian")
    assert reasons(taken) == [("Uyghurs", "attached")]
    assert "bbc: Uyghur scholar" in taken[0].triage.decisions[0].detail
    (row,) = bound(room)
    assert row.alert.kind is Kind.FOLLOW_UP
    assert row.alert.occasions == ("also:1",)
    assert row.story.story.url.startswith("https://www.guardian.example/")
    with room.wire.store.reading() as tx:
        assert [name for name, _ in merges.outlets_of(tx, row.alert.event)] == ["bbc", "guardian"]
        told, first = (m for m in outbox.messages(tx) if outbox.alerts_of(tx, m.message.id)[0].story)
        assert outbox.thread(tx, told.message.id) == (first.message.key,)
        assert outbox.thread(tx, first.message.id) == ()


def test_a_follow_up_shows_headline_outlet_link_and_who_else_has_it(room, tmp_path):
    from monitor.alerts.render import message
    from monitor.app.tellings import letterhead, telling

    lead(room)
    bound(room)
    report(room, "guardian")
    (row,) = bound(room)
    shown = telling(row, {o.name: o for o in OUTLETS}, room.wire.newsroom, ("bbc", "guardian"))
    rendered = message([shown], letterhead(room.wire.newsroom, "0"))
    for words in (
        "Rahile Dawut, Uyghur folklorist",
        "The Guardian",
        "https://www.guardian.example/",
        "Also reported by BBC",
    ):
        assert words in rendered.text
        assert words in rendered.html


def test_an_outlets_second_story_of_an_event_is_news(room):
    lead(room)
    bound(room)
    room.clock.forward(hours=2)
    title, text = OWN["guardian"]
    taken = room.poll(story(title, summary=text, at=room.clock()))
    assert reasons(taken) == [("Uyghurs", "alerted")]


def test_an_event_closes(room):
    lead(room)
    bound(room)
    room.clock.forward(hours=73)
    assert reasons(report(room, "guardian")) == [("Uyghurs", "alerted")]


def test_the_window_slides_with_the_events_stories_and_ends_after_a_week(room):
    lead(room)
    for outlet, hours in (("guardian", 60), ("rfa", 60)):
        room.clock.forward(hours=hours)
        assert reasons(report(room, outlet)) == [("Uyghurs", "attached")]
    room.clock.forward(hours=60)
    assert reasons(report(room, "dw")) == [("Uyghurs", "alerted")]


def rules(follow_ups):
    return RULES.replace("Uyghurs: [$uyghur]", f"Uyghurs: {{any: [$uyghur], follow_ups: {follow_ups}}}")


def test_follow_ups_of_every_second_outlet_come_together(tmp_path):
    with newsroom(tmp_path, rules("every 2"), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        lead(room)
        assert len(bound(room)) == 1
        assert reasons(report(room, "guardian")) == [("Uyghurs", "attached")]
        assert bound(room) == []
        report(room, "rfa")
        assert [r.story.story.outlet for r in bound(room)] == ["guardian", "rfa"]
        report(room, "dw")
        assert bound(room) == []
        room.clock.forward(days=1)  # what is left goes to the digest: nothing is dropped
        assert [r.story.story.outlet for r in bound(room)] == ["dw"]


def test_first_only_tells_no_follow_up_and_records_why(tmp_path):
    with newsroom(tmp_path, rules("first only"), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        lead(room)
        bound(room)
        assert reasons(report(room, "guardian")) == [("Uyghurs", "attached")]
        room.clock.forward(days=1)
        assert bound(room) == []


def test_whoever_called_the_event_not_relevant_hears_no_more_of_it(room):
    (first,) = lead(room)
    bound(room)
    with room.wire.store.writing() as tx:
        labels.add(tx, first.story_id, "Uyghurs", person="terminal", verdict="not relevant", at=room.clock())
    room.clock.forward(hours=2)
    report(room, "guardian")
    assert bound(room) == []


def test_a_rule_not_heard_of_for_this_event_is_never_a_follow_up(room):
    lead(room)
    bound(room)
    title, text = OWN["guardian"]
    taken = room.poll(
        story(title, outlet="guardian", summary=f"{text} Cameras watched her home.", at=room.clock()),
        outlet="guardian",
    )
    assert sorted(reasons(taken)) == [("Surveillance", "alerted"), ("Uyghurs", "attached")]
    (row,) = bound(room)
    assert row.alert.kind is Kind.ALERT
    assert set(row.alert.rules) == {"Surveillance", "Uyghurs"}


# -- the settings of a route ----------------------------------------------------------------------


def routed(duplicates, when="at once"):
    return RULES + f"\nroutes:\n  - {{to: [terminal], when: {when}, duplicates: {duplicates}}}\n"


@pytest.mark.parametrize(
    ("duplicates", "outlet", "reason"),
    [
        ("off", "wire", "alerted"),
        ("off", "bbc", "alerted"),
        ("across outlets", "wire", "duplicate"),
        ("across outlets", "bbc", "alerted"),
        ("within outlets", "wire", "alerted"),
        ("within outlets", "bbc", "duplicate"),
        ("both", "bbc", "duplicate"),
    ],
)
def test_a_route_says_between_which_outlets_copies_are_held_back(tmp_path, duplicates, outlet, reason):
    with newsroom(tmp_path, routed(duplicates), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        lead(room)
        copy = story(HEAD, outlet=outlet, summary=LEAD, at=room.clock(), url=f"https://{outlet}.example/copy")
        assert reasons(room.poll(copy, outlet=outlet)) == [("Uyghurs", reason)]
        assert len(bound(room)) == 1 + (reason == "alerted")
        assert reasons(room.poll(replace(copy, guid="again"), outlet=outlet)) == []


@pytest.mark.parametrize(
    ("keep", "shown"),
    [("first", "bbc"), ("longest", "wire"), ("[rfa, wire]", "wire"), ("[bbc, wire]", "bbc")],
)
def test_a_route_says_which_copy_is_shown_while_none_was_told(tmp_path, keep, shown):
    with newsroom(tmp_path, routed(f"{{keep: {keep}}}", "daily 07:00"), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        lead(room)
        room.poll(story(HEAD, outlet="wire", summary=LONGER, at=room.clock()), outlet="wire")
        room.clock.forward(days=1)
        assert [r.story.story.outlet for r in bound(room)] == [shown]


LONGER = f"{LEAD} Her daughter called on the government to say where she is held."


def copies_of(room, *came):
    """Poll copies of one text, five minutes apart; give the reasons."""
    given = []
    for number, (outlet, text) in enumerate(came):
        room.clock.forward(minutes=5)
        url = f"https://{outlet}.example/copy/{number}"
        copy = story(HEAD, outlet=outlet, url=url, summary=text, at=room.clock())
        given += [reason for _, reason in reasons(room.poll(copy, outlet=outlet))]
    return given


@pytest.mark.parametrize(
    ("copies", "came", "shown"),
    [
        ("keep: longest, among: off", "bbc guardian wire+", "bbc/0 guardian/1 wire/2"),
        ("keep: longest, among: within outlets", "bbc guardian wire+", "bbc/0 guardian/1 wire/2"),
        ("keep: [wire], among: within outlets", "bbc guardian wire", "bbc/0 guardian/1 wire/2"),
        ("keep: longest, among: within outlets", "bbc guardian guardian+", "bbc/0 guardian/2"),
        ("keep: longest, among: across outlets", "bbc bbc+", "bbc/0 bbc/1"),
        ("keep: longest, among: across outlets", "bbc bbc guardian+", "guardian/2 bbc/1"),
        ("keep: longest", "bbc guardian wire+", "wire/2"),
    ],
)
def test_only_a_copy_that_is_held_back_takes_the_place_of_one_that_waits(tmp_path, copies, came, shown):
    with newsroom(tmp_path, routed(f"{{{copies}}}", "daily 07:00"), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        copies_of(room, *((name.rstrip("+"), LONGER if "+" in name else LEAD) for name in came.split()))
        room.clock.forward(days=1)
        urls = [r.story.story.url for r in bound(room)]
        assert [url.removeprefix("https://").replace(".example/copy", "") for url in urls] == shown.split()


EDITED = COPIES["an edited wire copy"][1]


@pytest.mark.parametrize(
    ("among", "came", "told"),
    [
        ("within outlets", "bbc guardian guardian guardian", "bbc/0 guardian/1"),
        ("within outlets", "bbc guardian bbc guardian rfa", "bbc/0 guardian/1 rfa/4"),
        ("within outlets", "bbc guardian guardian-", "bbc/0 guardian/1"),
        ("across outlets", "bbc guardian guardian", "bbc/0"),
        ("across outlets", "bbc guardian- guardian-", "bbc/0"),
        ("across outlets", "bbc guardian- bbc-", "bbc/0 bbc/2"),
        ("both", "bbc guardian guardian bbc", "bbc/0"),
        ("off", "bbc guardian guardian bbc", "bbc/0 guardian/1 guardian/2 bbc/3"),
    ],
)
@pytest.mark.parametrize("when", ["at once", "daily 07:00"])
def test_a_copy_is_held_back_by_the_outlets_that_told_its_text(tmp_path, among, came, told, when):
    with newsroom(tmp_path, routed(among, when), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        given = copies_of(room, *((n.rstrip("-"), EDITED if "-" in n else LEAD) for n in came.split()))
        assert given.count("alerted") == len(told.split())
        assert given.count("duplicate") == len(came.split()) - len(told.split())
        room.clock.forward(days=1)
        urls = [r.story.story.url for r in bound(room)]
        assert [url.removeprefix("https://").replace(".example/copy", "") for url in urls] == told.split()


def test_another_text_of_an_outlet_holds_back_none_of_its_copies(tmp_path):
    with newsroom(tmp_path, routed("within outlets"), outlets=OUTLETS) as room:
        room.baseline(*NAMES)
        lead(room)
        assert reasons(report(room, "guardian")) == [("Uyghurs", "attached")]
        assert copies_of(room, ("guardian", LEAD), ("guardian", LEAD)) == ["alerted", "duplicate"]
        title, text = OWN["guardian"]
        again = story(title, outlet="rfa", url="https://rfa.example/again", summary=text, at=room.clock())
        assert reasons(room.poll(again, outlet="rfa")) == [("Uyghurs", "alerted")]
        again = replace(again, outlet="guardian", url="https://guardian.example/again", guid="again")
        assert reasons(room.poll(again, outlet="guardian")) == [("Uyghurs", "duplicate")]


# -- changes --------------------------------------------------------------------------------------


def changed(room, first, **change):
    return room.poll(replace(first, **change))


def test_a_changed_headline_is_told_after_half_an_hour_of_quiet(room):
    first = story(HEAD, summary=LEAD, at=room.clock())
    room.poll(first)
    bound(room)
    assert reasons(changed(room, first, title=HEAD.replace("life", "20 years"))) == [("Uyghurs", "told")]
    room.clock.forward(minutes=29)
    assert due(room) == []
    room.clock.forward(minutes=1)
    (row,) = due(room)
    assert row.alert.kind is Kind.UPDATE
    assert row.alert.occasions == (f"update:{row.alert.story_id}:2",)
    assert row.alert.text.splitlines() == [
        f"The headline was: {HEAD}",
        f"Now: {HEAD.replace('life', '20 years')}",
    ]


def due(room):
    """Look again at what is due, as deliver does, then bind."""
    from monitor.app.updates import recheck

    with room.wire.store.writing() as tx:
        recheck(tx, room.wire.newsroom, room.clock())
    return bound(room)


def test_a_headline_that_changes_again_waits_again_and_a_return_is_silent(room):
    first = story(HEAD, summary=LEAD, at=room.clock())
    room.poll(first)
    bound(room)
    changed(room, first, title="Uyghur scholar Rahile Dawut dies in prison")
    room.clock.forward(minutes=20)
    changed(room, first, title="Uyghur scholar Rahile Dawut dead, group says")
    room.clock.forward(minutes=20)
    assert due(room) == []
    changed(room, first, title=HEAD)
    room.clock.forward(hours=2)
    assert due(room) == []


def test_at_most_three_changes_of_a_story_are_told_the_rest_goes_to_the_digest(room):
    first = story(HEAD, summary=LEAD, at=room.clock())
    room.poll(first)
    bound(room)
    told = []
    for years in (11, 12, 13, 14):
        changed(room, first, title=f"Uyghur scholar Rahile Dawut gets {years} years in prison")
        room.clock.forward(minutes=31)
        told += due(room)
    assert [r.alert.kind for r in told] == [Kind.UPDATE] * 3
    room.clock.forward(days=1)
    assert [r.story.story.title for r in due(room)] == ["Uyghur scholar Rahile Dawut gets 14 years in prison"]


def test_what_nobody_was_told_yet_is_told_as_it_is_now(tmp_path):
    with newsroom(tmp_path, routed("both", "daily 07:00")) as room:
        room.baseline("bbc")
        first = story(HEAD, at=room.clock())
        room.poll(first)
        changed(room, first, title=HEAD.replace("life", "20 years"))
        room.clock.forward(days=1)
        (row,) = due(room)
        assert row.alert.kind is Kind.ALERT
        assert "20 years" in row.story.story.title


def test_fingerprints_are_forgotten_after_their_window(room):
    lead(room)
    with room.wire.store.writing() as tx:
        assert near.forget(tx, room.clock()) == 0
        assert near.forget(tx, room.clock() + timedelta(days=43)) > 5
        assert NOON


# -- traps, and the seed --------------------------------------------------------------------------

TRAPS = all_traps()


def test_no_trap_is_held_back_on_its_way_through_the_newsroom(tmp_path):
    """Recurring titles, series, templates, boilerplate: each pair goes through intake and store as it would at night."""
    everything = RULES.replace("Uyghurs: [$uyghur]", "Everything: {query: '/[a-z]/'}")
    held = []
    with newsroom(tmp_path, everything) as room:
        room.baseline(*sorted({s.outlet for _, a, b in TRAPS for s in (a, b)}))
        for number, (name, a, b) in enumerate(TRAPS):
            for side, each in enumerate((a, b)):
                room.clock.now = max(room.clock.now, each.published)
                url = f"https://{each.outlet}.example/{number}/{side}"
                at = room.clock.now if side == 0 else room.clock.now + (b.published - a.published)
                room.clock.now = max(room.clock.now, at)
                (taken,) = room.poll(replace(each, url=url, guid=url, published=at), outlet=each.outlet)
            if ("Everything", "duplicate") in reasons([taken]):
                held.append((name, a.title, b.title))
    assert len(TRAPS) >= 100
    assert held == []


STATEMENT = (
    "The Coalition to End Uyghur Forced Labour joins the call for the International Olympic Committee (IOC) to articulate its "
    "human rights due diligence plan this month, in accordance with the UN Guiding Principles for Business and Human Rights, "
    "for the 2022 Beijing Winter Olympics."
)
LETTER = (
    "Today, one year ahead of the opening of the Beijing 2022 Winter Olympics, a coalition of Tibetan, Uyghur, Southern "
    "Mongolian, Hong Kong, Taiwanese, Chinese Democracy, and human rights campaign groups issued an open letter to governments "
    "warning they must support a diplomatic boycott of the Games or risk emboldening China's rights abuses."
)


def test_two_events_of_one_day_stay_two(room):
    one = story(
        "Statement: Coalition Calls on IOC to Announce Human Rights Due Diligence Plan ahead of Beijing 2022 Olympics",
        summary=STATEMENT,
        at=room.clock(),
    )
    other = story(
        "PRESS RELEASE: Over 180 Rights Groups and Activists call on Governments to Commit to a Diplomatic Boycott of Beijing 2022",
        outlet="rfa",
        summary=LETTER,
        at=room.clock(),
    )
    assert reasons(room.poll(one)) == [("Uyghurs", "alerted")]
    assert reasons(room.poll(other, outlet="rfa")) == [("Uyghurs", "alerted")]


# -- what people say of it ------------------------------------------------------------------------


def test_a_split_pair_is_told_and_never_merged_again(room):
    (first,) = lead(room)
    bound(room)
    copy = story(HEAD, outlet="wire", summary=LEAD, at=room.clock())
    (second,) = room.poll(copy, outlet="wire")
    a, b = str(first.story_id), str(second.story_id)
    pair = dups.why(room.wire, a, copy.url)
    assert pair.together
    assert (pair.merge.method, str(pair.now.kind)) == ("text", "duplicate")
    assert pair.merge.evidence
    parted = dups.split(room.wire, a, b, by="ed")
    assert parted.alerts == 1
    assert [r.story.story.outlet for r in bound(room)] == ["wire"]
    again = dups.why(room.wire, b, a)
    assert not again.together
    assert again.merge.undone_by == "ed"
    room.clock.forward(hours=1)
    taken = room.poll(replace(copy, title=f"{HEAD}, cameras say"), outlet="wire")
    assert ("Surveillance", "alerted") in reasons(taken)
    assert not dups.why(room.wire, a, b).together
    with room.wire.store.reading() as tx:
        assert near.parted(tx, first.story_id) == {second.story_id}
    (third,) = room.poll(story(HEAD, outlet="afp", summary=LEAD, at=room.clock()), outlet="afp")
    assert reasons([third]) == [("Uyghurs", "duplicate")]


def test_a_joined_pair_is_one_from_then_on(room):
    (first,) = lead(room)
    bound(room)
    (second,) = room.poll(story("Uyghur choir sings", outlet="wire", at=room.clock()), outlet="wire")
    assert dups.join(room.wire, str(first.story_id), str(second.story_id), by="ed").together
    (pair,) = dups.recent(room.wire, 10)
    assert (pair.merge.method, pair.merge.by) == ("by hand", "ed")


def test_a_story_is_not_compared_with_itself_or_with_nothing(room):
    (first,) = lead(room)
    for other in (str(first.story_id), "9999", "https://nowhere.example/"):
        with pytest.raises(ConfigError):
            dups.why(room.wire, str(first.story_id), other)


STUB = "A court in Kashgar has ruled, a rights group says. More soon."


def test_a_text_that_comes_later_is_compared_again_and_not_told_twice(room):
    lead(room)
    bound(room)
    room.clock.forward(hours=1)
    page = "https://wire.example/4711"
    (first,) = room.poll(
        story("Court rules in Kashgar", outlet="wire", url=page, summary=STUB, at=room.clock()), outlet="wire"
    )
    assert reasons([first]) == []
    room.clock.forward(hours=1)
    (again,) = room.poll(
        story("Court rules in Kashgar", outlet="wire", url=page, summary=STUB, body=LEAD, at=room.clock()),
        outlet="wire",
    )
    assert again.story_id == first.story_id
    assert reasons([again]) == [("Uyghurs", "duplicate")]
    assert bound(room) == []
    with room.wire.store.reading() as tx:
        (row,) = merges.recent(tx)
        assert row.story_id == first.story_id
        assert stories.get(tx, row.other_id).event == stories.get(tx, first.story_id).event


def test_a_text_that_comes_later_may_be_another_report_of_an_open_event(room):
    lead(room)
    bound(room)
    room.clock.forward(hours=1)
    page = "https://www.rfa.example/1"
    title, text = OWN["rfa"]
    room.poll(story("Breaking: court rules", outlet="rfa", url=page, at=room.clock()), outlet="rfa")
    room.clock.forward(hours=1)
    (again,) = room.poll(story(title, outlet="rfa", url=page, summary=text, at=room.clock()), outlet="rfa")
    assert reasons([again]) == [("Uyghurs", "attached")]
    (row,) = bound(room)
    assert row.alert.kind is Kind.FOLLOW_UP


def test_a_story_that_was_told_stays_where_it_is_whatever_its_text_becomes(room):
    lead(room)
    room.clock.forward(hours=1)
    page = "https://wire.example/4711"
    head = "Uyghur court case"
    (first,) = room.poll(story(head, outlet="wire", url=page, summary=STUB, at=room.clock()), outlet="wire")
    assert reasons([first]) == [("Uyghurs", "alerted")]
    assert len(bound(room)) == 2
    (again,) = room.poll(
        story(head, outlet="wire", url=page, summary=STUB, body=LEAD, at=room.clock()), outlet="wire"
    )
    assert again.triage.merge is None
    with room.wire.store.reading() as tx:
        assert merges.recent(tx) == ()


@pytest.mark.parametrize(("shared", "attached"), [((1, 2, 3), True), ((30, 31, 40, 55), False), ((), True)])
def test_words_that_most_open_events_have_attach_no_story_to_one_of_them(shared, attached):
    title, text = OWN["rfa"]
    told = Known(
        id=1,
        story=story(HEAD, summary=LEAD),
        revision=1,
        event=1,
        first_seen=NOON,
        matched=frozenset({"Uyghurs"}),
    )
    kin = Kin(lead=told, latest=NOON, outlets=frozenset({"bbc"}), shared=shared)
    found = related(story(title, outlet="rfa", summary=text), Neighbours(kin=(kin,)))
    assert (found is not None) is attached
