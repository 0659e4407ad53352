"""The demo from end to end: three real passes over loopback, once for all tests here."""

import io
import json
import stat
import unicodedata
from collections import Counter

import pytest
from lxml import html
from rich.console import Console

from monitor.demo import demo, show
from monitor.demo.outlets import newsroom
from monitor.demo.play import perform
from monitor.demo.rulebook import EDITOR, OPERATOR
from monitor.errors import ConfigError
from monitor.outbox import State

BASELINE = {
    "Camera maker withdraws software that sorted faces by ethnicity",
    "Ouïghours : à Strasbourg, des manuscrits sortis des malles",
    "Weekly round-up",
    "Working paper 41: Uyghur-language schooling from 1949 to 2020",
}
SECOND = {
    "Morning briefing",
    "Leaked tender: cameras for 400 bus stops in Xinjiang",
    "Independent experts ask to visit detention sites in Xinjiang",
    "海外家长自编维吾尔语教材",
    "Weekly round-up",
    "Seven mosques gone from one county in eighteen months",
    "Statement: athletes ask the IOC for a human rights plan",
    "Clothing Brands Drop Xinjiang Cotton as Forced Labor Rule Bites",
    "Data set 7: court notices from East Turkistan, 2014 to 2019",
}
THIRD = {
    "Textile group opens its list of suppliers",
    "Mit dem Sonderzug nach Ürümqi: Reisegruppen auf Kulturtour",
    "Tomato paste: an importer changes its supplier",
    "Ninety containers and no papers",
}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Give the performance and what it printed."""
    home = tmp_path_factory.mktemp("demo")
    outlets = newsroom()
    out = Console(file=io.StringIO(), width=120, highlight=False, soft_wrap=True)
    show.opening(out, len(outlets), home)
    done = perform(home, outlets, version="0", on_pass=lambda n, p: show.one_pass(out, n, p, outlets))
    show.closing(out, done)
    return done, out.file.getvalue()


@pytest.fixture(scope="module")
def done(played):
    return played[0]


def _told(passed, address):
    """Give the headlines one recipient ("": the webhook) was told in a pass."""
    return [
        unicodedata.normalize("NFC", t.headline)
        for told in passed.told
        if told.sent.message.recipient.address == address
        for t in told.tellings
    ]


def _held(passed, reason):
    return {
        (unicodedata.normalize("NFC", h.title), h.outlet) for h in passed.report.held if h.reason == reason
    }


def test_editors_get_exactly_these_stories(done):
    first, second, third = (_told(p, EDITOR) for p in done.passes)
    assert sorted(first) == sorted(BASELINE)
    assert sorted(second) == sorted(SECOND)
    assert sorted(third) == sorted(THIRD)


def test_the_webhook_gets_what_matters_most(done):
    assert [sorted(_told(p, "")) for p in done.passes] == [
        ["Camera maker withdraws software that sorted faces by ethnicity"],
        [
            "Clothing Brands Drop Xinjiang Cotton as Forced Labor Rule Bites",
            "Independent experts ask to visit detention sites in Xinjiang",
            "Leaked tender: cameras for 400 bus stops in Xinjiang",
        ],
        ["Textile group opens its list of suppliers"],
    ]


def test_nobody_is_told_a_story_twice(done):
    for address in (EDITOR, ""):
        links = Counter(
            t.url
            for p in done.passes
            for told in p.told
            if told.sent.message.recipient.address == address
            for t in told.tellings
        )
        assert set(links.values()) == {1}


def test_what_was_there_before_is_one_message(done):
    kinds = [
        {str(t.kind) for t in told.tellings}
        for p in done.passes
        for told in p.told
        if told.sent.message.recipient.address == EDITOR
    ]
    assert kinds == [{"baseline"}, {"alert"}, {"alert"}]


def test_polls_end_as_the_outlets_answered(done):
    first, second, third = ({p.outlet: str(p.outcome) for p in passed.polls} for passed in done.passes)
    assert first == dict.fromkeys(done.outlets, "news") | {"gazette": "http-error"}
    assert second == first | dict.fromkeys(("old-post", "our-newsletter"), "unchanged")
    assert third == first | {"archive": "unchanged", "old-post": "unchanged", "institute": "not-modified"}


def test_the_missing_source_is_reported_and_fails_no_other(done):
    for passed in done.passes:
        assert [(f.source, f.outcome) for f in passed.report.failures] == [("gazette", "http-error")]
        assert "404" in passed.report.failures[0].detail
        assert passed.report.exit_code() == 3


def test_the_frozen_source_is_told_to_the_operator_once(done):
    told = [t for p in done.passes for message in p.told for t in message.texts if "old-post" in t]
    assert len(told) == 1
    assert "frozen" in told[0]
    letters = [m for m in done.mails if m.recipient == OPERATOR and "old-post" in m.message.as_string()]
    assert len(letters) == 1


def test_the_wire_copy_is_held_and_names_where_it_was_told(done):
    held = [h for h in done.passes[2].report.held if h.reason == "duplicate" and "fourteen months" in h.title]
    assert held
    assert {h.outlet for h in held} == {"courier"}
    assert all("wire" in h.detail.lower() for h in held)
    assert all("Independent experts ask to visit" in h.detail for h in held)


def test_a_changed_headline_is_no_second_alert(done):
    assert (
        "Xinjiang bus stops to report faces to police in two seconds, leaked tender says",
        "broadcaster",
    ) in _held(done.passes[2], "told")


def test_an_entry_issued_again_is_silent(done):
    again = "Independent experts ask to visit detention sites in Xinjiang"
    third = done.passes[2]
    assert again not in _told(third, EDITOR)
    assert again not in {h.title for h in third.report.held}
    assert third.report.stories["reissued"] + third.report.stories["unchanged"] == 1


def test_a_recurring_title_is_a_story_of_its_own_each_time(done):
    told = [t for p in done.passes for m in p.told for t in m.tellings if t.headline == "Weekly round-up"]
    assert len({t.url for t in told}) == 2


def test_an_old_story_waits_for_the_digest(done):
    assert _held(done.passes[1], "older") == {("The Bazaar in Ürümqi That Became a Stage", "journal")}
    assert done.passes[1].report.waiting == 1


def test_our_own_stories_are_compared_and_never_alerted(done):
    assert {outlet for p in done.passes for _, outlet in _held(p, "ours")} == {"our-newsletter"}
    assert not any("desk.example" in t.url for p in done.passes for m in p.told for t in m.tellings)


def test_every_message_arrived_once_and_settled(done):
    sent = [t.sent for p in done.passes for t in p.told]
    assert {s.state for s in sent} == {State.SENT}
    arrived = [m.key for m in done.mails] + [h.key for h in done.hooks]
    assert sorted(arrived) == sorted(s.message.key for s in sent)
    assert done.complete


def test_the_reprint_with_a_preface_is_held(done):
    held = {(h.title, h.outlet): h.detail for h in done.passes[2].report.held if h.reason == "duplicate"}
    detail = held["Guest article: what the pictures of seven mosques show", "courier"]
    assert "Seven mosques gone from one county" in detail


def test_pages_of_new_stories_are_read_and_complete_them(done):
    assert [p.report.pages["read"] > 0 for p in done.passes] == [False, True, True], "none at the baseline"
    assert [p.report.pages["failed"] for p in done.passes] == [0, 0, 0]
    assert [p.report.unread for p in done.passes] == [0, 0, 0]
    apricots = [t for p in done.passes for m in p.told for t in m.tellings if "Ninety" in t.headline]
    assert {w.field for t in apricots for w in t.why} == {"body"}


def test_the_outlets_saw_a_polite_crawler(done):
    robots = Counter(a.host for a in done.asked if a.path == "/robots.txt")
    assert robots == dict.fromkeys((o.host for o in done.outlets.values()), 1)
    sources = {(o.host, o.path) for o in done.outlets.values()} | {(h, "/robots.txt") for h in robots}
    pages = [(a.host, a.path) for a in done.asked if (a.host, a.path) not in sources]
    assert len(done.asked) - len(pages) == len(done.outlets) * 4
    assert len(pages) == sum(p.report.pages.total() for p in done.passes)
    slugs = {(o.host, f"/{e.piece.slug}") for o in done.outlets.values() for es in o.stories for e in es}
    assert set(pages) <= slugs
    assert all("https://desk.example/about-our-crawler" in a.agent for a in done.asked)
    with_tags = {o.host for o in done.outlets.values() if o.etag}
    assert {a.host for a in done.asked if a.conditional} == with_tags
    assert [a.host for a in done.asked if a.status == 304] == ["institute.example"]


def test_the_alert_can_be_looked_at(done):
    page = html.fromstring(done.kept.alert.read_bytes())
    marked = {m.text_content() for m in page.iter("mark", "strong", "b", "span") if m.text_content()}
    assert {"Xinjiang", "facial recognition", "维吾尔"} <= marked
    links = set(page.xpath("//a/@href"))
    assert "http://wire.example/mw-260311-110" in links
    assert not page.xpath("//img | //script | //iframe | //link[@href] | //*[@src]")
    assert "url(" not in done.kept.alert.read_text(encoding="utf-8")


def test_mails_are_complete(done):
    for mail in done.mails:
        message = mail.message
        assert mail.sender == "copytaster@desk.example"
        assert message["To"] == mail.recipient
        assert str(message["Message-ID"]).endswith("@desk.example>")
        assert message["List-Id"]
        assert message.get_body(("plain",)) is not None
        assert mail.html
    assert len(done.kept.mails) == len(done.mails)


def test_webhook_calls_say_why(done):
    calls = [json.loads(h.body) for h in done.hooks]
    assert all(h.path == "/copytaster" for h in done.hooks)
    stories = {s["headline"]: s for c in calls for s in c["stories"]}
    why = stories["Textile group opens its list of suppliers"]["why"]
    assert "Urumchi" in [word for reason in why for word in reason["matched"]]


def test_the_printed_story_tells_it_all(played):
    done, printed = played
    printed = " ".join(printed.split())  # lines are wrapped
    for headline in SECOND | THIRD - {"Mit dem Sonderzug nach Ürümqi: Reisegruppen auf Kulturtour"}:
        assert headline in printed
    assert "[Xinjiang]" in printed
    assert "404" in printed
    assert "(304)" in printed
    assert "duplicate (the same text as story" in printed
    assert str(done.kept.alert) in printed
    assert "\x1b" not in printed


def test_the_document_is_json(done):
    document = json.loads(json.dumps(show.document(done)))
    assert [p["exit_code"] for p in document["passes"]] == [3, 3, 3]
    stories = [s for p in document["passes"] for m in p["sent"] for s in m["stories"]]
    assert all(reason["matched"] for s in stories for reason in s["why"])


def test_the_folder_is_a_newsroom(done):
    env = done.home / "copytaster.env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert {"rules.yaml", "rules.schema.json", "stories.db", "received"} <= {
        p.name for p in done.home.iterdir()
    }


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not empty"):
        demo(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
