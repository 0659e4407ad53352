"""The mailbox of answers over IMAP: a real server, TLS verified, each mail marked only after it was taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerts.inbox import check, unread
from monitor.errors import ConfigError, DeliveryError
from tests.alerts.mailboxes import imap
from tests.alerts.servers import certificate

ONE, TWO = b"Subject: one\r\n\r\n1\r\n", b"Subject: two\r\n\r\n2\r\n"
PASSWORD = 's3cret "word\\ %'


def test_unread_mails_are_read_over_verified_tls_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with imap("answers@desk.example", PASSWORD, ONE, TWO, tls=context) as server:
        url = f"imaps://answers%40desk.example:s3cret%20%22word%5C%20%25@localhost:{server.port}/INBOX"
        check(url)
        assert list(unread(url)) == [ONE, TWO]
        assert server.seen == {1, 2}
        assert list(unread(url)) == []
        assert server.heard[-1] == "LOGOUT"


def test_a_server_that_nobody_vouches_for_learns_no_password(tmp_path: Path) -> None:
    _, context = certificate(tmp_path)
    with imap("me", "hush", ONE, tls=context) as server:
        with pytest.raises(DeliveryError, match="certificate") as caught:
            list(unread(f"imaps://me:hush@localhost:{server.port}/"))
        assert server.heard == []
        assert "hush" not in caught.value.detail


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with imap("me", "hush", ONE, tls=context) as server:
        with pytest.raises(DeliveryError, match="certificate"):
            list(unread(f"imaps://me:hush@localhost:{server.port}/"))
        assert server.heard == []


def test_what_was_not_taken_in_stays_unread() -> None:
    with imap("me", "hush", ONE, TWO) as server:
        mails = unread(f"imap://me:hush@127.0.0.1:{server.port}/")
        assert next(mails) == ONE
        mails.close()  # it was never said that the first was taken in
        assert server.seen == set()
        assert list(unread(f"imap://me:hush@127.0.0.1:{server.port}/")) == [ONE, TWO]


def test_a_mail_that_cannot_be_had_is_passed_over_and_stays_unread() -> None:
    with imap("me", "hush", ONE, TWO) as server:
        server.lost = {1}
        assert list(unread(f"imap://me:hush@127.0.0.1:{server.port}/")) == [TWO]
        assert server.seen == {2}


def test_of_a_huge_mail_only_the_beginning_is_read() -> None:
    with imap("me", "hush", b"Subject: big\r\n\r\n" + b"x" * 9_000_000) as server:
        (mail,) = unread(f"imap://me:hush@127.0.0.1:{server.port}/")
        assert len(mail) == 2_000_000
        assert server.seen == {1}


@pytest.mark.parametrize(
    ("refuses", "says"),
    [
        ({"SELECT": "NO no such folder"}, "no folder INBOX"),
        ({"SEARCH": "BAD cannot"}, "could not be read"),
        ({"FETCH": ""}, "could not be read"),
        ({"LOGIN": ""}, "could not be read"),
    ],
)
def test_a_mailbox_that_fails_is_said(refuses: dict[str, str], says: str) -> None:
    with imap("me", "hush", ONE) as server:
        server.refuses = refuses
        with pytest.raises(DeliveryError, match=says):
            list(unread(f"imap://me:hush@127.0.0.1:{server.port}/"))
        assert server.seen == set()


def test_a_refused_log_in_keeps_its_secret() -> None:
    with imap("me", "hush", ONE) as server, pytest.raises(DeliveryError) as caught:
        list(unread(f"imap://me:wr0ng-secret@127.0.0.1:{server.port}/"))
    assert "wr0ng-secret" not in caught.value.detail
    assert "127.0.0.1" in caught.value.detail


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("imap://me:pw@mail.example.org/", "in clear"),
        ("imaps://mail.example.org/", "no user"),
        ("imaps://me:pw@mail.example.org:port/", "cannot be read"),
        ("imaps://me:p%C3%A4ss@mail.example.org/", "ASCII"),
        ("imaps://me:pw@mail.example.org/Gel%C3%B6scht", "ASCII"),
        ("imaps://me:pw@mail.example.org/a%22%0D%0Ab", "ASCII"),
        ("maildir:relative", "no maildir"),
    ],
)
def test_an_address_that_cannot_work_is_said(wrong: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        check(wrong)
    assert "pw" not in str(caught.value)
