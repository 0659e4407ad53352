"""The demo's receivers speak enough of SMTP and HTTP to keep what they are given, byte for byte."""

import http.client
import smtplib
from email.message import EmailMessage

import pytest

from monitor.demo.sink import sinks


def _letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = "a@desk.example", "b@desk.example"
    letter["Subject"] = "Ouïghours"
    letter["Message-ID"] = "<k1@desk.example>"
    letter.set_content("first\n.second begins with a dot\n..two\n")
    letter.add_alternative("<p>first</p>", subtype="html")
    return letter


def test_mail_is_kept_as_sent():
    with sinks() as sink:
        with smtplib.SMTP("127.0.0.1", sink.mail_port, timeout=10) as server:
            server.send_message(_letter())
            server.rset()
            server.send_message(_letter(), to_addrs=["c@desk.example", "d@desk.example"])
        assert [m.recipient for m in sink.mails] == ["b@desk.example", "c@desk.example", "d@desk.example"]
        mail = sink.mails[0]
        assert mail.sender == "a@desk.example"
        assert mail.key == "k1"
        assert mail.message["Subject"] == "Ouïghours"
        assert mail.message.get_body(("plain",)).get_content() == (
            "first\r\n.second begins with a dot\r\n..two\r\n"
        )
        assert mail.html.strip() == "<p>first</p>"


def test_commands_out_of_order_are_refused():
    with sinks() as sink, smtplib.SMTP("127.0.0.1", sink.mail_port, timeout=10) as server:
        server.ehlo()
        assert server.docmd("DATA")[0] == 503
        assert server.docmd("RCPT", "TO:<b@desk.example>")[0] == 503
        assert server.docmd("STARTTLS")[0] == 502
        with pytest.raises(smtplib.SMTPNotSupportedError):
            server.starttls()
        assert sink.mails == []


def test_webhook_calls_are_kept():
    with sinks() as sink:
        line = http.client.HTTPConnection("127.0.0.1", sink.hook_port, timeout=10)
        line.request("POST", "/copytaster", b'{"a": 1}', {"Idempotency-Key": "k2"})
        assert line.getresponse().status == 202
        line.close()
        assert [(h.path, h.key, h.body) for h in sink.hooks] == [("/copytaster", "k2", b'{"a": 1}')]
