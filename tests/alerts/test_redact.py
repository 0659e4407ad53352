"""Secrets planted in twelve channels, ten failures each: found in no error, receipt, log or traceback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from monitor.alerts import render, sender_for
from monitor.alerts.redact import RedactingFilter, masked, redact, secrets_of
from monitor.errors import ConfigError, CopytasterError
from tests.alerts.made import HEAD, envelope, telling
from tests.alerts.servers import HANG_UP, smtp, web

RENDERED = render.message([telling()], HEAD)
SECRET = "Plantedsecret0123456789"
OTHER = "0ther5ecretWord"
LOCAL = [
    f"mailto://user:{SECRET}@127.0.0.1:PORT?from=a@example.org",
    f"mailto://127.0.0.1:PORT?from=a@example.org&user=user&pass={SECRET}",
    f"mailto://{SECRET}:{OTHER}@127.0.0.1:PORT?from=a@example.org",
    f"webhook://{SECRET}@127.0.0.1:PORT/{OTHER}/x",
    f"webhook://127.0.0.1:PORT/x?secret={SECRET}",
    f"mmost://127.0.0.1:PORT/{SECRET}",
    f"json://user:{SECRET}@127.0.0.1:PORT/{OTHER}",
    f"json://127.0.0.1:PORT/x?+Authorization={SECRET}",
    f"ntfy://{SECRET}@127.0.0.1:PORT/topic",
    f"rocket://user:{SECRET}@127.0.0.1:PORT/#room",
    f"matrix://{SECRET}@127.0.0.1:PORT/?mode=slack",
    f"form://user:{SECRET}@127.0.0.1:PORT/{OTHER}",
]
FAILURES = ["400", "401", "404", "429", "500", "redirect", HANG_UP, "nobody", "accepted", "broken url"]


@contextmanager
def receiver(url: str, failure: str) -> Iterator[str]:
    echo = "you sent " + " and ".join(word for word in (SECRET, OTHER) if word in url)
    with ExitStack() as stack:
        if url.startswith("mailto"):
            script = {
                "400": {"rcpt": f"450 {echo}"}, "401": {"auth": f"535 {echo}"}, "404": {"rcpt": f"550 {echo}"},
                "429": {"mail": f"421 {echo}"}, "500": {"content": f"554 {echo}"}, "redirect": {"data": f"551 {echo}"},
                HANG_UP: {"content": HANG_UP}, "accepted": {"content": f"250 {echo}"},
            }.get(failure, {})  # fmt: skip
            port = stack.enter_context(smtp(script, offers="250-AUTH PLAIN LOGIN\r\n")).port
        else:
            status = int(failure) if failure.isdigit() else {"redirect": 302}.get(failure, 200)
            headers = {"Location": f"http://127.0.0.1:9/{SECRET}"}
            act = failure if failure == HANG_UP else ""
            port = stack.enter_context(web(status, echo.encode(), headers, act=act)).port
        if failure == "nobody":
            stack.close()
        yield url.replace("PORT", "port" if failure == "broken url" else str(port))


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("url", LOCAL)
def test_no_failure_tells_a_secret(
    url: str, failure: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver(url, failure) as there:
        try:
            said = sender_for(there)(there, envelope(), RENDERED).detail
        except CopytasterError as error:
            said = "".join(traceback.format_exception(error)) + repr(error)
    seen = said + caplog.text + "".join(capfd.readouterr())
    assert SECRET not in seen
    assert OTHER not in seen


def test_the_log_filter_blots_messages_and_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter([SECRET]))
    logger = logging.Logger("made")  # noqa: LOG001  # not registered: nothing to clean up
    logger.addHandler(handler)
    try:
        raise ConfigError(SECRET)
    except ConfigError:
        logger.exception("with %s in https://hooks.example.org/%s?x=1", SECRET, "T1ABCDEFGH2345")
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert SECRET not in said
    assert "T1ABCDEFGH2345" not in said
    assert "https://hooks.example.org/" in said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("tgram://123:abc/1 failed", "tgram://**** failed"),
        ("https://user:pass@host.example/x", "https://host.example/x"),
        ("Authorization: Bearer abcdef", "Authorization: Bearer ****"),
        (
            "https://news.example/2021/01/huawei-patent-mentions",
            "https://news.example/2021/01/huawei-patent-mentions",
        ),
        ("535 5.7.8 Error: authentication failed", "535 5.7.8 Error: authentication failed"),
        ("api_key=abc123&x=1", "api_key=****&x=1"),
    ],
)
def test_what_is_blotted_and_what_is_kept(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_a_password_is_known_in_every_form() -> None:
    forms = secrets_of("mailto://me:p%40ss%2Fw%C3%B6rd@smtp.example.org")
    assert {"p@ss/wörd", "p%40ss%2Fw%C3%B6rd"} <= set(forms)
    assert "smtp.example.org" not in forms


def test_a_channel_is_printed_without_what_follows() -> None:
    assert masked("slack://T1/B2/xyz") == "slack://****"
    assert masked("terminal:") == "terminal:"
    assert masked("gibberish") == "****"
