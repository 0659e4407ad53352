"""What the program says beside its work: one line, at the wanted level, without secrets."""

import io
import logging
from contextlib import contextmanager, redirect_stderr

import pytest

from monitor.cli import logs
from monitor.errors import ConfigError
from tests.cli.calling import copytaster, folder_with
from tests.newsrooms import RULES, newsroom

HOOK = "webhook://s3cret-token-123@127.0.0.1:1/in"


@contextmanager
def said(**environment):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    err = io.StringIO()
    with redirect_stderr(err):
        logs.set_up(environment)
        try:
            yield err
        finally:
            root.handlers[:] = before
            root.setLevel(level)
            logging.captureWarnings(capture=False)


def test_warnings_are_one_line_and_less_is_not_shown():
    with said() as err:
        logging.getLogger("monitor.x").info("too much")
        logging.getLogger("monitor.x").warning("the disk\nis %s", "full")
    assert err.getvalue().count("\n") == 1
    assert "[warning] the disk is full" in err.getvalue()
    assert "monitor.x" in err.getvalue()


def test_scrapy_is_quiet_unless_asked():
    for words, lines in (({}, 1), ({"COPYTASTER_LOG": "info"}, 3)):
        with said(**words) as err:
            logging.getLogger("scrapy").setLevel(logging.DEBUG)  # as Scrapy does itself
            logging.getLogger("scrapy.core").info("opened")
            logging.getLogger("scrapy.core").warning("hm")
            logging.getLogger("twisted").error("broken")
        assert err.getvalue().count("\n") == lines, err.getvalue()


def test_secrets_are_blotted_out_tracebacks_too(tmp_path):
    rules = RULES + 'channels:\n  desk: {url: "env:DESK"}\noperator: {to: [desk]}\n'
    with said() as err, newsroom(tmp_path, rules, env={"DESK": HOOK}) as room:
        logs.hide_secrets(room.wire.newsroom, room.wire.environment)
        log = logging.getLogger("some.library")
        log.warning("posting to %s", HOOK)
        try:
            raise ValueError(f"bad answer from {HOOK}")
        except ValueError:
            log.exception("failed with s3cret-token-123")
    assert "bad answer" in err.getvalue()
    assert "s3cret" not in err.getvalue()


def test_a_level_that_does_not_exist_is_an_error():
    with pytest.raises(ConfigError, match="Write debug, info or warning"), said(COPYTASTER_LOG="loud"):
        pass


def test_commands_leave_standard_error_empty(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    for words in (["run"], ["status"], ["stories"], ["outbox"], ["sources", "list"], ["check"]):
        assert copytaster(*words, "--dir", room).err == ""
