"""Feedback becomes labels: links, answers by mail, the command line; bounces settle; machines mean nothing."""

from __future__ import annotations

import mailbox
import stat
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.app import backup, health
from monitor.app.answers import Answered, read_mailbox, take, take_answers
from monitor.app.labels import Opinion, last_answers, of_rule, put_by_name
from monitor.app.signing import SIGNING_KEY, signing_key
from monitor.errors import ConfigError
from monitor.outbox import Kind, State
from monitor.store import labels, outbox
from tests.alerts.mailboxes import imap
from tests.alerts.servers import certificate, smtp
from tests.desks import DESK, OUTLETS, env, send
from tests.newsrooms import newsroom, story


@pytest.fixture
def desk(tmp_path):
    """Give a newsroom whose editor was told of one story, and the mails that told."""
    with smtp() as sink, newsroom(tmp_path, DESK, env=env(sink.port)) as room:
        room.baseline()
        send(room)
        sink.mails.clear()
        room.poll(story("Cameras follow Uyghur poet"))
        send(room)
        mails = [message_from_bytes(m) for m in sink.mails]
        yield room, {m["To"]: m for m in mails if str(m["Subject"]).startswith("Cameras")}, sink


def links(mail):
    """Give the mail links of a message, by what they say."""
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    lines = dict(line.split(": ", 1) for line in text.splitlines() if "mailto:answers" in line)
    return {name: parse_qs(urlsplit(url).query)["subject"][0] for name, url in lines.items()}


def answer(subject="", text="", *, sender="editor@desk.example", to=None, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "answers@desk.example", subject or "Re: alert"
    if to is not None:
        mail["In-Reply-To"] = to["Message-ID"]
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text or "\n")
    return mail.as_bytes()


def on_record(room):
    with room.wire.store.reading() as tx:
        return [(r.story_id, r.rule, r.person, r.verdict) for r in labels.for_story(tx, 1)]


def test_the_key_is_made_on_first_use_for_its_owner_only_and_refused_when_others_can_read_it(tmp_path):
    key = signing_key(tmp_path)
    assert signing_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / SIGNING_KEY).stat().st_mode) == 0o600
    (tmp_path / SIGNING_KEY).chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        signing_key(tmp_path)
    (tmp_path / SIGNING_KEY).chmod(0o600)
    (tmp_path / SIGNING_KEY).write_text("short")
    with pytest.raises(ConfigError, match="cannot be read as a key"):
        signing_key(tmp_path)


def test_a_backup_carries_the_key_so_that_old_links_work(desk, tmp_path):
    room, *_ = desk
    assert SIGNING_KEY in backup.backup(room.wire, tmp_path / "copy.tar.gz")
    backup.restore(tmp_path / "copy.tar.gz", tmp_path / "new", room.clock())
    assert signing_key(tmp_path / "new") == signing_key(room.wire.folder)
    assert stat.S_IMODE((tmp_path / "new" / SIGNING_KEY).stat().st_mode) == 0o600


def test_without_a_public_address_a_message_has_only_mail_links_and_a_chat_none(desk):
    _, mails, _ = desk
    assert set(links(mails["editor@desk.example"])) == {"Relevant", "Not relevant"}
    html = mails["editor@desk.example"].get_payload()[1].get_payload(decode=True).decode()
    assert 'href="mailto:answers@desk.example?subject=Relevant' in html
    assert "/label/" not in html


def test_a_mail_link_labels_every_rule_of_its_alert_for_who_was_told(desk):
    room, mails, _ = desk
    subject = links(mails["editor@desk.example"])["Relevant"]
    assert take(room.wire, answer(subject, sender="other@address.example")).labels == 2
    assert on_record(room) == [
        (1, "Uyghurs", "editor@desk.example", "relevant"),
        (1, "Surveillance", "editor@desk.example", "relevant"),
    ]
    with room.wire.store.reading() as tx:
        assert {r.rulebook for r in labels.for_story(tx, 1)} == {room.wire.newsroom.rulebook.hash}
    assert take(room.wire, answer(subject)).labels == 0  # read twice, said once


@pytest.mark.parametrize("spoil", ["token", "alert", "verdict"])
def test_an_altered_link_is_refused(desk, spoil):
    room, mails, _ = desk
    subject = links(mails["editor@desk.example"])["Relevant"]
    head, code = subject.rsplit("[", 1)
    _, alert, verdict, token = code.rstrip("]").split(" ")
    altered = {
        "token": (alert, verdict, ("A" if token[0] != "A" else "B") + token[1:]),
        "alert": (str(int(alert) + 1), verdict, token),
        "verdict": (alert, "irrelevant", token),
    }[spoil]
    assert take(room.wire, answer(f"{head}[copytaster {' '.join(altered)}]")).passed_over == 1
    assert on_record(room) == []


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("relevant\n", "relevant"),
        ("Not relevant.\n\nAnn\n", "not relevant"),
        ("irrelevant\n\nOn Monday the desk wrote:\n> Relevant: mailto:...\n", "not relevant"),
        ("Thanks, I will look into it.\n\n> relevant\n", None),
    ],
)
def test_a_plain_answer_counts_when_the_message_told_one_story(desk, text, verdict):
    room, mails, _ = desk
    take(room.wire, answer(text=text, to=mails["editor@desk.example"]))
    assert {v for *_, v in on_record(room)} == ({verdict} if verdict else set())


def test_a_plain_answer_of_somebody_else_is_none(desk):
    room, mails, _ = desk
    take(room.wire, answer(text="relevant", sender="stranger@x.example", to=mails["editor@desk.example"]))
    assert on_record(room) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"List_Id": "<x.example>"},
        {"subject": "Automatic reply: "},
        {"subject": "Out of Office: "},
        {"subject": "Abwesenheitsnotiz: "},
    ],
)
def test_an_automatic_answer_never_becomes_a_label(desk, headers):
    room, mails, _ = desk
    given = dict(headers)
    subject = given.pop("subject", "") + links(mails["editor@desk.example"])["Not relevant"]
    raw = answer(subject, "not relevant", to=mails["editor@desk.example"], **given)
    assert take(room.wire, raw).passed_over == 1
    assert on_record(room) == []


def bounce(mail, *, action="failed", status="5.1.1", part="message/rfc822"):
    inner = mail.as_string() if part == "message/rfc822" else f"Message-ID: {mail['Message-ID']}\n"
    return f"""\
From: MAILER-DAEMON@mx.example
To: desk@desk.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

relevant
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {mail["To"]}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such
 user here

--b
Content-Type: {part}

{inner}
--b--
""".encode()


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_settles_its_message_as_failed_and_the_operator_hears_of_it(desk, part):
    room, mails, sink = desk
    assert take(room.wire, bounce(mails["editor@desk.example"], part=part)).bounces == 1
    with room.wire.store.reading() as tx:
        (dead,) = outbox.messages(tx, state=State.DEAD)
        assert dead.message.recipient.address == "editor@desk.example"
        assert "550 no such user here" in dead.detail
        assert [d.outcome for d in outbox.deliveries(tx, dead.message.id)] == ["sent", "bounced"]
    assert take(room.wire, bounce(mails["editor@desk.example"], part=part)).bounces == 0  # once
    sink.mails.clear()
    send(room)
    told = [message_from_bytes(m) for m in sink.mails]
    assert [m["To"] for m in told] == ["ops@desk.example"]
    assert "came back" in " ".join(str(told[0]["Subject"]).split())
    assert on_record(room) == []


def test_a_delay_settles_nothing(desk):
    room, mails, _ = desk
    assert (
        take(room.wire, bounce(mails["editor@desk.example"], action="delayed", status="4.4.1")).passed_over
        == 1
    )
    with room.wire.store.reading() as tx:
        assert outbox.messages(tx, state=State.DEAD) == ()


def test_a_bounce_of_something_else_settles_nothing(desk):
    room, mails, _ = desk
    mails["editor@desk.example"].replace_header("Message-ID", "<0000000000000000@elsewhere.example>")
    assert take(room.wire, bounce(mails["editor@desk.example"])).passed_over == 1


def test_the_mailbox_is_a_maildir_and_each_mail_is_read_once(desk, tmp_path):
    room, mails, _ = desk
    box = mailbox.Maildir(tmp_path / "answers", create=True)
    box.add(answer(links(mails["editor@desk.example"])["Relevant"]))
    box.add(bounce(mails["deputy@desk.example"]))
    box.add(answer("lunch?", "at noon?"))
    wire = replace(
        room.wire, environment={**room.wire.environment, "MAILBOX": f"maildir:{tmp_path / 'answers'}"}
    )
    done = read_mailbox(wire)
    assert (done.labels, done.bounces, done.passed_over) == (2, 1, 1)
    again = read_mailbox(wire)
    assert (again.labels, again.bounces, again.passed_over) == (0, 0, 0)


def test_the_mailbox_is_polled_over_imap_and_each_mail_is_read_once(desk, tmp_path, monkeypatch):
    room, mails, _ = desk
    authority, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    held = (
        answer(links(mails["editor@desk.example"])["Not relevant"]),
        bounce(mails["deputy@desk.example"]),
        answer("Out of Office", "relevant", to=mails["editor@desk.example"], Auto_Submitted="auto-replied"),
        answer("lunch?", "at noon?"),
    )
    with imap("answers", "hush", *held, tls=context) as server:
        address = f"imaps://answers:hush@localhost:{server.port}/INBOX"
        wire = replace(room.wire, environment={**room.wire.environment, "MAILBOX": address})
        done = read_mailbox(wire)
        assert (done.labels, done.bounces, done.passed_over) == (2, 1, 2)
        assert server.seen == {1, 2, 3, 4}
        take_answers(wire)
        assert read_mailbox(wire) == Answered()
    assert {verdict for *_, verdict in on_record(room)} == {"not relevant"}
    with room.wire.store.reading() as tx:
        (dead,) = outbox.messages(tx, state=State.DEAD)
    assert dead.message.recipient.address == "deputy@desk.example"


def test_a_mailbox_that_cannot_be_read_is_told_the_operator_once_a_day(desk):
    room, _, sink = desk
    wire = replace(room.wire, environment={**room.wire.environment, "MAILBOX": "imap://me:hush@127.0.0.1:1/"})
    sink.mails.clear()
    for _ in range(3):
        take_answers(wire)
        send(room)
    (told,) = [message_from_bytes(m).as_string() for m in sink.mails]
    assert "Answers and bounces are not read" in told
    assert "hush" not in told


def test_disagreement_is_kept_and_a_change_of_mind_is_a_new_label(desk):
    room, _, _ = desk
    for person, opinion in (
        ("editor@desk.example", Opinion.RELEVANT),
        ("deputy@desk.example", Opinion.IRRELEVANT),
        ("Editor@desk.example", Opinion.IRRELEVANT),
    ):
        put_by_name(room.wire, 1, opinion, person=person, rules=("Uyghurs",))
    assert [(who, v) for _, _, who, v in on_record(room)] == [
        ("editor@desk.example", "relevant"),
        ("deputy@desk.example", "not relevant"),
        ("editor@desk.example", "not relevant"),
    ]


@pytest.mark.parametrize(
    ("number", "person", "rules", "says"),
    [
        (99, "Ann", (), "There is no story 99"),
        (1, "  ", (), "--by NAME"),
        (1, "Ann", ("Nonsense",), "There is no rule"),
    ],
)
def test_a_label_needs_story_person_and_rule(desk, number, person, rules, says):
    room, _, _ = desk
    with pytest.raises(ConfigError, match=says):
        put_by_name(room.wire, number, Opinion.RELEVANT, person=person, rules=rules)


def test_labels_survive_re_crawls_and_revisions(desk):
    room, _, _ = desk
    put_by_name(room.wire, 1, Opinion.RELEVANT, person="Ann")
    first = story("Cameras follow Uyghur poet")
    room.poll(
        replace(first, guid="other", url="https://www.bbc.example/cameras-follow-uyghur-poet?utm_source=x")
    )
    room.poll(replace(first, title="Cameras follow Uyghur poet home"))
    assert len(on_record(room)) == 2


def test_labels_survive_the_renaming_of_their_rule(tmp_path):
    with newsroom(tmp_path, DESK) as room:
        room.baseline()
        room.poll(story("Uyghur poet freed"))
        put_by_name(room.wire, 1, Opinion.RELEVANT, person="Ann")
    renamed = DESK.replace("  Uyghurs: [$uyghur]", "  Uyghur news: {any: [$uyghur], formerly: [Uyghurs]}")
    with newsroom(tmp_path, renamed) as room, room.wire.store.reading() as tx:
        (label,) = of_rule(tx, room.wire.newsroom.rulebook, "Uyghur news")
        assert (label.rule, label.verdict) == ("Uyghurs", "relevant")


def test_not_relevant_stops_follow_ups_for_that_person_and_nobody_else(desk):
    room, mails, _ = desk
    with room.wire.store.reading() as tx:
        event = outbox.alert(tx, 3).alert.event
        assert labels.unwanted(tx, event) == frozenset()
    take(room.wire, answer(links(mails["editor@desk.example"])["Not relevant"]))
    with room.wire.store.reading() as tx:
        assert labels.unwanted(tx, event) == {"mail:editor@desk.example"}
    room.clock.forward(minutes=1)
    take(room.wire, answer(links(mails["editor@desk.example"])["Relevant"]))
    with room.wire.store.reading() as tx:
        assert labels.unwanted(tx, event) == frozenset()


def test_status_shows_when_a_person_last_answered_each_channel(desk):
    room, mails, _ = desk
    take(room.wire, answer(links(mails["deputy@desk.example"])["Relevant"]))
    answered = health.status(room.wire, OUTLETS).answered
    assert answered["desk-mail"] == room.clock()
    assert answered["hook"] is None
    with room.wire.store.reading() as tx:
        assert last_answers(tx, room.wire.newsroom)["desk-mail"] == room.clock()


def test_a_later_message_of_the_same_event_is_in_the_thread_of_the_first(desk):
    room, mails, sink = desk
    sink.mails.clear()
    from monitor.outbox import Alert
    from monitor.routes import Recipient

    with room.wire.store.writing() as tx:
        first = next(
            r
            for n in range(1, 9)
            if (r := outbox.alert(tx, n)) and r.alert.recipient.address == "editor@desk.example"
        )
        outbox.add(
            tx,
            [
                Alert(
                    recipient=Recipient(channel="desk-mail", address="editor@desk.example"),
                    kind=Kind.FOLLOW_UP,
                    due=room.clock(),
                    event=first.alert.event,
                    story_id=1,
                    revision=1,
                    rules=("Uyghurs",),
                    occasions=("also:1",),
                )
            ],
            room.clock(),
        )
    send(room)
    (mail,) = [message_from_bytes(m) for m in sink.mails]
    assert mail["References"] == mails["editor@desk.example"]["Message-ID"]
    assert mail["In-Reply-To"] == mails["editor@desk.example"]["Message-ID"]
