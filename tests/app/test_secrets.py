"""Secrets planted in twelve channels, ten failures each, through the whole delivery: nothing tells one.

Looked through: every text of the database, what commands print, what the operator is told, logs and output. (Errors
and tracebacks of each sender alone: tests/alerts/test_redact.py.)
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import ExitStack

from monitor.app.deliver import deliver
from monitor.store import outbox
from tests.alerts.servers import HANG_UP, smtp, web
from tests.alerts.test_redact import LOCAL, OTHER, SECRET
from tests.cli.calling import copytaster as call
from tests.newsrooms import RULES, newsroom, story

PLAN = [400, 401, 404, 429, 500, 302, HANG_UP, 200]


def echo(url: str) -> str:
    """What a receiver answers that repeats what it was given."""
    return "you sent " + " and ".join(word for word in (SECRET, OTHER) if word in url)


def script(url: str) -> dict[str, list[str]]:
    """The plan for mail: eight messages, one after the other."""
    said = echo(url)
    return {
        "rcpt": [f"450 {said}", f"550 {said}", "250 ok"],
        "mail": ["250 ok", "250 ok", f"451 {said}", "250 ok"],
        "data": [f"551 {said}", "354 go on"],
        "content": [f"554 {said}", HANG_UP, f"250 {said}"],
        "auth": ["235 welcome", f"535 {said}", "235 welcome"],
    }


def rules() -> str:
    lines = [RULES, "operator: {name: The desk, mail: ops@desk.example, to: [ops]}", "channels:"]
    lines.append('  ops: {url: "env:OPS", to: [ops@desk.example]}')
    for number, url in enumerate(LOCAL):
        to = f", to: [reader{number}@desk.example]" if url.startswith("mailto") else ""
        lines.append(f'  c{number}: {{url: "env:C{number}"{to}}}')
    names = ", ".join(f"c{number}" for number in range(len(LOCAL)))
    lines += ["routes:", f"  - {{to: [{names}], when: at once}}", "settings: {burst: 100}"]
    return "\n".join(lines) + "\n"


def bound(room, count: int) -> None:
    """Tell everybody `count` stories, each in a message of its own, nothing sent yet."""
    for _ in range(count):
        room.poll(story(f"Uyghur story number {len(room.taken)}"))
        with room.wire.store.writing() as tx:
            outbox.bind(tx, room.clock())
        room.clock.forward(minutes=1)


def test_no_failure_of_any_channel_leaves_a_secret_anywhere(tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    env, states = {}, []
    with ExitStack() as stack:
        ops = stack.enter_context(smtp())
        env["OPS"] = f"mailto://127.0.0.1:{ops.port}?from=desk@desk.example"
        with ExitStack() as receivers:
            for number, url in enumerate(LOCAL):
                if url.startswith("mailto"):
                    mail = smtp(script(url), offers="250-AUTH PLAIN LOGIN\r\n")
                    port = receivers.enter_context(mail).port
                else:
                    server = receivers.enter_context(web(body=echo(url).encode()))
                    server.headers = {"Location": f"http://127.0.0.1:9/{SECRET}"}
                    server.plan, port = list(PLAN), server.port
                env[f"C{number}"] = url.replace("PORT", str(port))
            room = stack.enter_context(newsroom(tmp_path, rules(), env=env))
            room.baseline()
            bound(room, len(PLAN))
            states += deliver(room.wire, {}, "test")
        bound(room, 1)
        states += deliver(room.wire, {}, "test")  # nobody listens any more
        broken = {
            name: url.replace("127.0.0.1:", "127.0.0.1:x") for name, url in env.items() if name != "OPS"
        }
        room.wire.environment.update(broken)
        bound(room, 1)
        room.clock.forward(hours=2)
        states += deliver(room.wire, {}, "test")
        states += deliver(room.wire, {}, "test")  # the operator hears of what died
        told = b"".join(ops.mails)
        assert told.count(b"could not be delivered") >= 12
        seen = [repr(states), told.decode(), caplog.text, *capfd.readouterr()]
        for command in (("status",), ("check",), ("outbox",), ("outbox", "--failed"), ("channels", "list")):
            done = call(*command, "--dir", tmp_path)
            assert done.out, done.err
            seen += [done.out, done.err]
        with room.wire.store.reading() as tx:
            numbers = [row.message.id for row in outbox.messages(tx, limit=500)]
        for number in numbers:
            done = call("outbox", "show", number, "--dir", tmp_path)
            assert done.code == 0, done.err
            seen += [done.out, done.err]
    attempts = dict.fromkeys((f"c{n}" for n in range(len(LOCAL))), 0)
    for sent in states:
        attempts[sent.message.recipient.channel] = attempts.get(sent.message.recipient.channel, 0) + 1
    assert all(attempts[f"c{n}"] >= 10 for n in range(12)), attempts
    with sqlite3.connect(tmp_path / "stories.db") as database:
        seen += list(database.iterdump())
    database.close()
    everything = "\n".join(seen)
    assert "reader0@desk.example" in everything  # it was looked for in the right place
    assert SECRET not in everything
    assert OTHER not in everything
