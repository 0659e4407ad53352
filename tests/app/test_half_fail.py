"""1,000 alerts, half of the recipients failing for three runs: the good ones get exactly one, nobody two."""

from __future__ import annotations

from collections import Counter

from monitor.app.deliver import deliver
from monitor.outbox import State
from monitor.store import outbox
from tests.alerts.servers import smtp
from tests.newsrooms import RULES, newsroom, story

STORIES, READERS = 5, 200  # a thousand alerts

GOOD = [f"good{n}@desk.example" for n in range(READERS // 2)]
BAD = [f"bad{n}@desk.example" for n in range(READERS // 2)]


def test_one_failing_half_costs_the_other_nothing(tmp_path):
    rules = RULES + (
        "operator: {name: The desk, mail: ops@desk.example}\n"
        "channels:\n"
        f'  good: {{url: "env:GOOD", to: [{", ".join(GOOD)}]}}\n'
        f'  bad: {{url: "env:BAD", to: [{", ".join(BAD)}]}}\n'
        "routes:\n  - {rules: [Uyghurs], to: [good, bad], when: at once}\n"
        "  - {rules: [Surveillance], to: [good], when: at once}\n"
    )
    with smtp() as up, smtp({"data": "451 later"}) as down:
        env = {
            "GOOD": f"mailto://127.0.0.1:{up.port}?from=desk@desk.example",
            "BAD": f"mailto://127.0.0.1:{down.port}?from=desk@desk.example",
        }
        with newsroom(tmp_path, rules, env=env) as room:
            room.baseline()
            room.poll(*(story(f"Uyghur story number {n}") for n in range(STORIES)))
            with room.wire.store.reading() as tx:
                assert outbox.counts(tx).waiting >= STORIES * READERS
            for _ in range(3):
                deliver(room.wire, {}, "test")
                room.clock.forward(minutes=10)
            received = Counter(m.split(b"To: ", 1)[1].split(b"\r\n", 1)[0].decode() for m in up.mails)
            assert received == dict.fromkeys(GOOD, 1)
            assert all(m.count(b"https://www.bbc.example/uyghur-story") >= STORIES for m in up.mails)
            with room.wire.store.reading() as tx:
                rows = outbox.messages(tx, limit=1000)
            waiting = [m for m in rows if m.state is State.WAITING and m.message.recipient.address in BAD]
            assert len(waiting) == len(BAD)
            assert {m.message.attempts for m in waiting} == {3}
        assert len(down.mails) == 0
