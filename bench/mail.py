"""How fast messages are rendered and handed over: python -m bench.mail [messages]

First everything that deliver does for each message (claim, read, render, inline, SMTP to a local sink that parses
every line, settle: a synced commit), then rendering and handing over alone. The sink is a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import tempfile
import time
from pathlib import Path

from monitor.alerts.email import MailSession
from monitor.alerts.render import message
from monitor.app.deliver import deliver
from monitor.outbox import State
from tests.alerts.made import HEAD, envelope, telling
from tests.alerts.servers import smtp
from tests.newsrooms import RULES, newsroom, story


def _sink(port, done) -> None:
    with smtp(offers="250-PIPELINING\r\n") as record:
        port.put(record.port)
        done.wait()
        port.put(len(record.mails))


def render_and_send(port: int, count: int) -> float:
    """Render a message for each of `count` recipients and hand it over, without the store; give the seconds."""
    began = time.perf_counter()
    with MailSession() as session:
        for n in range(count):
            rendered = message([telling()], HEAD)
            session.send(
                f"mailto://127.0.0.1:{port}?from=desk@desk.example",
                envelope(message_key=f"{n:032}", recipient=f"reader{n}@desk.example"),
                rendered,
            )
    return time.perf_counter() - began


def main() -> None:
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    context = multiprocessing.get_context("spawn")
    ports, done = context.Queue(), context.Event()
    sink = context.Process(target=_sink, args=(ports, done))
    sink.start()
    port = ports.get()
    to = ",\n    ".join(f"reader{n}@desk.example" for n in range(readers))
    rules = (
        RULES
        + "settings: {public: https://desk.example}\n"
        + f'channels:\n  all: {{url: "env:ALL", to: [{to}]}}\nroutes:\n  - {{to: [all], when: at once}}\n'
    )
    env = {"ALL": f"mailto://127.0.0.1:{port}?from=desk@desk.example"}
    with tempfile.TemporaryDirectory() as folder, newsroom(Path(folder), rules, env=env) as room:
        room.baseline()
        room.poll(
            story(
                "Cameras follow Uyghur poet", summary="She had waited. An Uyghur poet walked home on Monday."
            )
        )
        began, worked = time.perf_counter(), time.process_time()
        sent = deliver(room.wire, {}, "bench")
        took, worked = time.perf_counter() - began, time.process_time() - worked
        alone = render_and_send(port, readers)
    done.set()
    received = ports.get() - readers
    sink.join()
    good = sum(s.state is State.SENT for s in sent if s.stories)
    print(
        f"delivered: {good} of {readers} sent, {received} received, {took:.2f} s, {good / took:.0f} e-mails/s; "
        f"CPU {worked:.2f} s, {good / worked:.0f} e-mails a second of it"
    )
    print(f"rendered and handed over alone: {readers / alone:.0f} e-mails/s")
    print(f"{socket.gethostname()}: load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
