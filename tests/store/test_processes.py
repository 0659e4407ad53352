"""Several processes on one database: nothing lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import URL, create_engine, text

from monitor.outbox import State
from monitor.store import Store, open_store, outbox, runs, stories
from tests.store.made import NOW, added, alert, hours

ROOT = Path(__file__).parents[2]
STORIES = 200


def take_in(address: str, processes: int) -> list[int]:
    """Let processes take in the same stories at the same time; give how many each found new."""
    command = [sys.executable, "-m", "tests.store.adder", address]
    started = [
        subprocess.Popen(
            [*command, str(seed), str(STORIES)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(processes)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
        results = []
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            out, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
            results.append(int(out))
        return results
    finally:
        for process in started:
            process.kill()
            process.wait()


def expect_each_once(store: Store) -> None:
    """Assert that every story is there once, under all its names, and told once."""
    with store.reading() as tx:
        assert stories.count(tx) == STORIES
        rows = list(stories.iterate(tx))
        assert sorted(row.story.url for row in rows) == sorted(
            f"https://daily.example/{n}" for n in range(STORIES)
        )
        assert all(row.revision == 1 and len(row.matches) == 1 for row in rows)
        assert tx.execute(text("SELECT count(*) FROM revision")).scalar() == STORIES
        assert tx.execute(text("SELECT count(*) FROM alias")).scalar() == STORIES * 3
        assert tx.execute(text("SELECT count(*) FROM event")).scalar() == STORIES
        assert outbox.counts(tx).waiting == STORIES
    assert store.check() == ()


def test_two_processes_take_in_the_same_stories(url: str) -> None:
    assert sum(take_in(url, 2)) == STORIES
    store = open_store(url)
    assert not store.created
    expect_each_once(store)
    store.close()


def test_two_processes_on_postgresql(postgres: URL) -> None:
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE shared"))
    engine.dispose()
    address = postgres.set(database="shared").render_as_string(hide_password=False)
    assert sum(take_in(address, 2)) == STORIES
    store = open_store(address)
    expect_each_once(store)
    store.close()


def test_threads_of_one_process_take_turns(store: Store) -> None:
    def take(numbers: range) -> None:
        for number in numbers:
            with store.writing() as tx:
                added(tx, number)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(take, [range(start, start + 20) for start in range(0, 80, 20)]))
    with store.reading() as tx:
        assert stories.count(tx) == 80


def test_a_claim_is_for_one_process(store: Store) -> None:
    other = open_store(store.url)
    with store.writing() as tx:
        outbox.add(tx, [alert(added(tx, 1))], NOW)
        (message,) = outbox.bind(tx, NOW)
    with store.writing() as tx:
        assert outbox.claim(tx, message.id, NOW, NOW + hours(1)) is not None
    with other.writing() as tx:
        assert outbox.claim(tx, message.id, NOW, NOW + hours(1)) is None
        assert runs.recent(tx) == ()
    with store.writing() as tx:
        outbox.settle(tx, message.id, state=State.SENT, at=NOW)
    other.close()
