"""E-mail: what arrives, what is refused, and what a failure means."""

from __future__ import annotations

import email
import email.policy
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from monitor.alerts import check_url, render, sender_for, sending
from monitor.alerts.email import MailSession, connect, send_mail
from monitor.alerts.mailserver import MailServer, Tls, parse
from monitor.errors import ConfigError, DeliveryError, Fate
from tests.alerts.made import HEAD, KEY, envelope, telling
from tests.alerts.servers import HANG_UP, SILENCE, certificate, smtp

RENDERED = render.message([telling()], HEAD)


def url(port: int, rest: str = "?from=alerts@example.org") -> str:
    return f"mailto://127.0.0.1:{port}/{rest}"


def read(mail: bytes) -> EmailMessage:
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


class Sink:
    def __init__(self) -> None:
        self.envelopes: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        self.envelopes.append((envelope.rcpt_tos, envelope.content))  # type: ignore[attr-defined]
        return "250 kept"


def test_a_mail_arrives_whole_at_a_real_server() -> None:
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        receipt = send_mail(url(port), envelope(references=("<a@example.org>", "<b@example.org>")), RENDERED)
    finally:
        controller.stop()
    ((to, content),) = sink.envelopes
    mail = read(content)
    assert receipt.detail == "250 kept"
    assert to == ["editor@example.org"]
    assert mail["Message-ID"] == f"<{KEY}@example.org>"
    assert mail["References"].split() == ["<a@example.org>", "<b@example.org>"]
    assert mail["In-Reply-To"] == "<b@example.org>"
    assert mail["List-Id"] == "<alerts.example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:ops@example.org?subject=unsubscribe>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["From"] == "Weekly Brief <alerts@example.org>"
    assert mail["Date"].datetime == envelope().created
    assert mail["Subject"] == RENDERED.subject
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert "https://www.wire.example/tech/2021/patent-1" in text.get_content()


def test_every_attempt_sends_the_same_bytes() -> None:
    with smtp() as server:
        send_mail(url(server.port), envelope(), RENDERED)
        send_mail(url(server.port), envelope(attempted=envelope().created.replace(year=2022)), RENDERED)
    assert server.mails[0] == server.mails[1]


def test_other_scripts_and_long_ids_survive_the_way() -> None:
    headline = "ئۇيغۇر ئېلىدىكى ئەمگەك توغرىسىدا 维吾尔 " * 4
    rendered = render.message([telling(headline=headline)], HEAD)
    long_id = f"<{KEY}@{'very-long-label.' * 8}example.org>"
    with smtp() as server:
        send_mail(url(server.port), envelope(message_id=long_id, references=(long_id,) * 12), rendered)
    mail = read(server.mails[0])
    assert mail["Subject"] == rendered.subject
    assert mail["Message-ID"] == long_id
    assert mail["References"].split() == [long_id] * 12
    assert server.mails[0].isascii()
    assert max(map(len, server.mails[0].split(b"\r\n"))) < 998
    body = mail.get_body(("html",))
    assert body is not None
    assert headline.strip() in body.get_content()


def test_a_line_that_begins_with_a_dot_is_not_the_end() -> None:
    rendered = render.operator(".\n.one", "two\n.\nthree", letterhead=HEAD)
    with smtp() as server:
        send_mail(url(server.port), envelope(), rendered)
    undotted = b"\r\n".join(line.removeprefix(b".") for line in server.mails[0].split(b"\r\n"))
    text = read(undotted).get_body(("plain",))
    assert text is not None
    assert "three" in text.get_content()


FAULTS = [
    # step, answer, fate
    ("greeting", "554 no service", Fate.DEAD),
    ("greeting", "421 too busy", Fate.RETRY),
    ("greeting", HANG_UP, Fate.RETRY),
    ("greeting", "hello?", Fate.RETRY),
    ("greeting", SILENCE, Fate.RETRY),
    ("ehlo", HANG_UP, Fate.RETRY),
    ("mail", "550 sender unknown", Fate.DEAD),
    ("mail", "451 later", Fate.RETRY),
    ("mail", "421 closing", Fate.RETRY),
    ("mail", HANG_UP, Fate.RETRY),
    ("rcpt", "550 no such user", Fate.DEAD),
    ("rcpt", "553 mailbox name", Fate.DEAD),
    ("rcpt", "450 greylisted", Fate.RETRY),
    ("rcpt", "452 mailbox full", Fate.RETRY),
    ("rcpt", HANG_UP, Fate.RETRY),
    ("data", "554 no data", Fate.DEAD),
    ("data", "451 later", Fate.RETRY),
    ("data", HANG_UP, Fate.RETRY),
    ("content", "554 spam", Fate.DEAD),
    ("content", "552 too big", Fate.DEAD),
    ("content", "451 later", Fate.RETRY),
    ("content", "421 shutting down", Fate.RETRY),
    ("content", HANG_UP, Fate.UNKNOWN),
    ("content", SILENCE, Fate.UNKNOWN),
    ("content", "what?", Fate.UNKNOWN),
]


OFFERS = pytest.mark.parametrize("offers", ["", "250-PIPELINING\r\n"], ids=["", "at once"])


@OFFERS
@pytest.mark.parametrize(("step", "answer", "fate"), FAULTS)
def test_what_a_failure_means(step: str, answer: str, fate: Fate, offers: str) -> None:
    with (
        smtp({step: answer}, offers=offers) as server,
        MailSession(per_step=0.3, per_message=0.6) as session,
        pytest.raises(DeliveryError) as caught,
    ):
        session.send(url(server.port), envelope(), RENDERED)
    assert caught.value.fate is fate
    assert str(server.port) in caught.value.detail


def test_nobody_listening_is_tried_again() -> None:
    with smtp() as server:
        port = server.port
    with pytest.raises(DeliveryError) as caught:
        send_mail(url(port), envelope(), RENDERED)
    assert caught.value.fate is Fate.RETRY


def test_a_burst_uses_one_connection_and_a_refused_recipient_stops_no_other() -> None:
    with smtp() as server, sending() as send:
        for number in range(20):
            send(url(server.port), envelope(message_key=f"{number:032x}"), RENDERED)
        assert server.connections == 1
        with pytest.raises(DeliveryError):
            send(url(server.port), envelope(recipient="not an address"), RENDERED)
        send(url(server.port), envelope(), RENDERED)
    assert len(server.mails) == 21


@OFFERS
@pytest.mark.parametrize("end", [HANG_UP, "421 enough for one connection"])
def test_a_connection_the_server_ended_is_made_anew(end: str, offers: str) -> None:
    with smtp({"mail": ["250 ok", end, "250 ok"]}, offers=offers) as server, MailSession() as session:
        for number in range(3):
            session.send(url(server.port), envelope(message_key=f"{number:032x}"), RENDERED)
    assert (len(server.mails), server.connections) == (3, 2)


@OFFERS
def test_an_end_after_the_sender_was_named_is_not_hidden(offers: str) -> None:
    with smtp({"rcpt": ["250 ok", HANG_UP, "250 ok"]}, offers=offers) as server, MailSession() as session:
        session.send(url(server.port), envelope(), RENDERED)
        with pytest.raises(DeliveryError, match="broke off before the message"):
            session.send(url(server.port), envelope(), RENDERED)
        session.send(url(server.port), envelope(), RENDERED)
    assert (len(server.mails), server.connections) == (2, 2)


@OFFERS
@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "content"])
def test_refusals_one_after_the_other_use_one_connection(step: str, offers: str) -> None:
    with smtp({step: "451 later"}, offers=offers) as server, MailSession() as session:
        for _ in range(5):
            with pytest.raises(DeliveryError):
                session.send(url(server.port), envelope(), RENDERED)
        assert server.connections == 1
        assert server.said.count("rset") == 5


@pytest.mark.parametrize("data", ["354 go on", "503 for whom?", HANG_UP])
def test_after_a_refused_recipient_nothing_of_the_message_is_sent(data: str) -> None:
    """Said at once, DATA follows a recipient that was refused: whatever the server makes of that, it gets nothing."""
    script = {"rcpt": ["550 no such user", "250 ok"], "data": [data, "354 go on"]}
    with smtp(script, offers="250-PIPELINING\r\n") as server, MailSession() as session:
        with pytest.raises(DeliveryError, match="550 no such user") as caught:
            session.send(url(server.port), envelope(), RENDERED)
        assert caught.value.fate is Fate.DEAD
        assert not any(server.mails)
        session.send(url(server.port), envelope(), RENDERED)
        assert read(server.mails[-1])["To"] == "editor@example.org"
        assert server.connections == (2 if data == HANG_UP else 1)


def test_a_server_that_does_not_forget_a_refused_message_is_left() -> None:
    with smtp({"rcpt": ["451 later", "250 ok"], "rset": HANG_UP}) as server, MailSession() as session:
        with pytest.raises(DeliveryError):
            session.send(url(server.port), envelope(), RENDERED)
        session.send(url(server.port), envelope(), RENDERED)
    assert (len(server.mails), server.connections) == (1, 2)


def test_every_exchange_of_a_session_has_its_own_limit() -> None:
    with (
        smtp({"content": ["250 kept", "250 kept", SILENCE, "250 kept"]}) as server,
        MailSession(per_step=20, per_message=0.4) as session,
    ):
        for _ in range(2):
            session.send(url(server.port), envelope(), RENDERED)
        with pytest.raises(DeliveryError) as caught:
            session.send(url(server.port), envelope(), RENDERED)
        assert caught.value.fate is Fate.UNKNOWN
        session.send(url(server.port), envelope(), RENDERED)
    assert server.connections == 2


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "a b@example.org",
        "a@example.org\r\nRCPT TO:<b@example.org>",
        "a@example.org>",
        "a@b@c",
        "a,b@example.org",
    ],
)
def test_what_is_no_address_reaches_no_server(recipient: str) -> None:
    with smtp() as server, pytest.raises(DeliveryError) as caught:
        send_mail(url(server.port), envelope(recipient=recipient), RENDERED)
    assert caught.value.fate is Fate.DEAD
    assert not server.said


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028"])
def test_no_header_can_be_forged(end: str) -> None:
    evil = f"Head{end}Bcc: evil@example.net{end}{end}<script>"
    with smtp() as server:
        send_mail(
            url(server.port, "?from=alerts@example.org&name=A%0D%0ABcc:x@example.net"),
            envelope(message_id=f"<{evil}>", references=(evil,), list_id=evil, message_key=evil),
            render.message([telling(headline=evil, outlet_title=evil)], HEAD),
        )
    mail = read(server.mails[0])
    assert "Bcc" not in mail
    assert [said for said in server.said if said.startswith("rcpt")] == ["rcpt TO:<editor@example.org>"]
    assert mail.get_body(("html",)) is not None


@pytest.mark.parametrize("scheme", ["mailto", "mailtos"])
def test_tls_is_verified(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = certificate(tmp_path)
    at_once = scheme == "mailtos"
    with smtp(offers="250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n", tls=context, at_once=at_once) as server:
        there = f"{scheme}://user:s3cr3t-word@localhost:{server.port}?from=a@example.org"
        if at_once:
            with pytest.raises(DeliveryError) as caught:
                send_mail(there, envelope(), RENDERED)
            assert "certificate" in caught.value.detail
            assert caught.value.fate is Fate.RETRY
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        send_mail(there, envelope(), RENDERED)
    assert len(server.mails) == 1


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with smtp(tls=context, at_once=True) as server, pytest.raises(DeliveryError) as caught:
        send_mail(f"mailtos://localhost:{server.port}?from=a@example.org", envelope(), RENDERED)
    assert "certificate" in caught.value.detail


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("mailto://u:p@smtp.example.org", Tls.STARTTLS),
        ("mailto://smtp.example.org", Tls.STARTTLS),
        ("mailto://127.example.org", Tls.STARTTLS),
        ("mailto://localhost.example.org", Tls.STARTTLS),
        ("mailtos://u:p@smtp.example.org", Tls.AT_ONCE),
        ("mailtos://u:p@smtp.example.org:587", Tls.STARTTLS),
        ("mailtos://localhost", Tls.AT_ONCE),
        ("mailto://127.0.0.1:2525", Tls.NONE),
        ("mailto://[::1]:2525", Tls.NONE),
    ],
)
def test_only_this_machine_is_spoken_to_in_clear(url: str, tls: Tls) -> None:
    assert parse(url).tls is tls


def starttls(port: int) -> MailServer:
    return MailServer(
        host="localhost", port=port, tls=Tls.STARTTLS, sender="a@example.org", user="u", password="pw"
    )


def test_a_server_without_starttls_learns_no_password() -> None:
    with smtp(offers="250-AUTH PLAIN LOGIN\r\n") as server, pytest.raises(DeliveryError) as caught:
        connect(starttls(server.port))
    assert caught.value.fate is Fate.RETRY
    assert [said.split()[0] for said in server.said] == ["ehlo"]


def test_starttls_is_verified_before_the_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = certificate(tmp_path)
    with smtp(offers="250-STARTTLS\r\n250-AUTH PLAIN\r\n", tls=context) as server:
        with pytest.raises(DeliveryError, match="certificate"):
            connect(starttls(server.port))
        assert not any(said.startswith("AUTH") for said in server.said)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        connect(starttls(server.port)).quit()
    assert any(said.startswith("AUTH") for said in server.said)


def test_a_refused_log_in_is_dead_and_keeps_its_secret() -> None:
    answers = {"auth": "535 no: s3cr3t-word is wrong"}
    with smtp(answers, offers="250-AUTH PLAIN\r\n") as server, pytest.raises(DeliveryError) as caught:
        send_mail(f"mailto://me:s3cr3t-word@127.0.0.1:{server.port}", envelope(), RENDERED)
    assert caught.value.fate is Fate.DEAD
    assert "s3cr3t" not in caught.value.detail


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("mailto://", "no server"),
        ("mailto://host:port", "cannot be read"),
        ("mailto://me@smtp.example.org", "without a password"),
        ("mailto://smtp.example.org?form=a@b.c", "'form'"),
        ("mailto://smtp.example.org?from=nobody", "no address"),
        ("mailto://smtp.example.org?from=a@b.c%0d%0aX:1", "no address"),
    ],
)
def test_a_url_that_cannot_work_is_said(wrong: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_url(wrong)
    with pytest.raises(DeliveryError) as caught:
        sender_for(wrong)(wrong, envelope(), RENDERED)
    assert caught.value.fate is Fate.DEAD


def test_letters_of_other_scripts_in_addresses_need_a_server_that_takes_them() -> None:
    with smtp() as server, pytest.raises(DeliveryError) as caught:
        send_mail(url(server.port), envelope(recipient="редактор@example.org"), RENDERED)
    assert caught.value.fate is Fate.DEAD
    with smtp(offers="250-SMTPUTF8\r\n") as server:
        send_mail(url(server.port), envelope(recipient="редактор@example.org"), RENDERED)
    assert len(server.mails) == 1


def test_closing_is_quiet_when_the_server_has_gone() -> None:
    with smtp({"quit": HANG_UP}) as server, MailSession() as session:
        session.send(url(server.port), envelope(), RENDERED)
    assert len(server.mails) == 1
