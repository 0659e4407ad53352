"""Webhooks: signed, the same on every attempt, and each answer understood."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from monitor.alerts import check_url, render, sender_for
from monitor.alerts.webhook import payload, send_webhook
from monitor.errors import ConfigError, DeliveryError, Fate
from tests.alerts.made import AT, HEAD, KEY, envelope, telling
from tests.alerts.servers import HANG_UP, Web, certificate, web

RENDERED = render.message([telling()], HEAD)
SECRET = "planted-Secret-0123456789"


def url(server: Web) -> str:
    return f"webhook://{SECRET}@127.0.0.1:{server.port}/hooks/copytaster?team=a+b"


def test_a_message_is_posted_signed_with_its_key() -> None:
    with web() as server:
        receipt = send_webhook(url(server), envelope(), RENDERED)
    (post,) = server.posts
    content = json.loads(post.body)
    assert receipt.detail == "HTTP 200: ok"
    assert post.path == "/hooks/copytaster?team=a+b"
    assert post.headers["Idempotency-Key"] == KEY == content["id"]
    signed = f"{KEY}.{int(AT.timestamp())}.".encode() + post.body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, hashlib.sha256)).decode()
    assert post.headers["webhook-signature"] == f"v1,{expected}"
    assert SECRET not in repr(post)
    (story,) = content["stories"]
    assert story["url"] == "https://www.wire.example/tech/2021/patent-1"
    assert story["why"][0]["matched"] == ["Uighur"]
    assert story["published"] == "2021-01-13T09:41:00+00:00"


def test_a_repeat_has_the_same_body_and_a_mark_outside_it() -> None:
    again = render.message([telling()], HEAD, possible_repeat=True)
    assert payload(envelope(), RENDERED) == payload(envelope(attempted=AT.replace(day=14)), again)
    with web() as server:
        send_webhook(url(server), envelope(), again)
    assert server.posts[0].headers["X-Possible-Repeat"] == "true"


def test_a_whsec_key_is_base64() -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    with web() as server:
        send_webhook(
            f"webhook://whsec_{key.rstrip('=')}%3D%3D@127.0.0.1:{server.port}/", envelope(), RENDERED
        )
    signed = f"{KEY}.{int(AT.timestamp())}.".encode() + server.posts[0].body
    expected = base64.b64encode(hmac.digest(b"0123456789abcdef", signed, hashlib.sha256)).decode()
    assert server.posts[0].headers["webhook-signature"] == f"v1,{expected}"


ANSWERS = [
    (400, Fate.DEAD), (401, Fate.DEAD), (403, Fate.DEAD), (404, Fate.DEAD), (405, Fate.DEAD), (410, Fate.DEAD),
    (413, Fate.DEAD), (415, Fate.DEAD), (422, Fate.DEAD),
    (301, Fate.DEAD), (302, Fate.DEAD), (307, Fate.DEAD), (308, Fate.DEAD),
    (408, Fate.RETRY), (409, Fate.RETRY), (425, Fate.RETRY), (429, Fate.RETRY),
    (500, Fate.RETRY), (501, Fate.RETRY), (502, Fate.RETRY), (503, Fate.RETRY), (504, Fate.RETRY), (599, Fate.RETRY),
]  # fmt: skip


@pytest.mark.parametrize(("status", "fate"), ANSWERS)
def test_what_an_answer_means(status: int, fate: Fate) -> None:
    with web() as canary:
        there = {"Location": f"http://127.0.0.1:{canary.port}/"}
        with web(status, f"no: {SECRET}".encode(), there) as server, pytest.raises(DeliveryError) as caught:
            send_webhook(url(server), envelope(), RENDERED)
    assert caught.value.fate is fate
    assert str(status) in caught.value.detail
    assert SECRET not in caught.value.detail
    assert not canary.posts


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 13 Jan 2021 09:51:00 GMT", 600.0),
        ("Tue, 12 Jan 2021 09:51:00 GMT", 0.0),
        ("99999999", 86_400.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_honoured(value: str, seconds: float | None) -> None:
    with web(429, headers={"Retry-After": value}) as server, pytest.raises(DeliveryError) as caught:
        send_webhook(url(server), envelope(), RENDERED)
    assert caught.value.retry_after == seconds


def test_no_answer_is_unknown_and_no_server_is_tried_again() -> None:
    with web(act=HANG_UP) as server, pytest.raises(DeliveryError) as caught:
        send_webhook(url(server), envelope(), RENDERED)
    assert caught.value.fate is Fate.UNKNOWN
    with pytest.raises(DeliveryError) as caught:
        send_webhook(url(server), envelope(), RENDERED)
    assert caught.value.fate is Fate.RETRY


def test_a_long_answer_is_not_read_whole() -> None:
    with web(body=b"x" * 5_000_000) as server:
        assert len(send_webhook(url(server), envelope(), RENDERED).detail) < 250


def test_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = certificate(tmp_path)
    with web(tls=context) as server:
        there = f"webhooks://{SECRET}@localhost:{server.port}/"
        with pytest.raises(DeliveryError) as caught:
            send_webhook(there, envelope(), RENDERED)
        assert "certificate" in caught.value.detail
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert send_webhook(there, envelope(), RENDERED).detail == "HTTP 200: ok"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("webhooks://hooks.example.org/x", "no secret"),
        ("webhook://s3cret@hooks.example.org/x", "in clear"),
        ("webhooks://s3cret@/x", "no host"),
        ("webhooks://s3cret@host:port/x", "cannot be read"),
        ("webhooks://s3cret@hooks.example.org/a b", "do not belong"),
        ("webhooks://s3cret@hooks.example.org/a\r\nX: y", "do not belong"),
        ("webhooks://whsec_%21%21@hooks.example.org/", "base64"),
    ],
)
def test_a_url_that_cannot_work_is_said(wrong: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        check_url(wrong)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(DeliveryError) as refused:
        sender_for(wrong)(wrong, envelope(), RENDERED)
    assert refused.value.fate is Fate.DEAD


def test_an_operators_message_has_its_own_type() -> None:
    content = json.loads(payload(envelope(), render.operator("BBC is silent.", letterhead=HEAD)))
    assert content["type"] == "copytaster.operator"
    assert content["lines"] == ["BBC is silent."]
