"""Work ahead in another process: the same results, whoever made them."""

import os
import signal
import struct
import subprocess
import sys
import time
from multiprocessing import Pipe
from pathlib import Path

import pytest

from monitor.app.ahead import FEW, _made, _processors, ahead

needs_two = pytest.mark.skipif(_processors() < 2, reason="needs a second processor")


def slowly(number: int) -> tuple[int, int]:
    time.sleep(0.02)
    return number, os.getpid()


def odd_ones_fail(number: int) -> int:
    if number == 57:
        msg = "57 is no lot"
        raise ValueError(msg)
    return slowly(number)[0]


def dies_elsewhere(asked: tuple[int, int]) -> int:
    number, parent = asked
    if os.getpid() != parent and number > 60:
        os._exit(9)
    return slowly(number)[0]


@needs_two
def test_results_come_in_order_and_most_are_made_elsewhere():
    made = list(ahead(slowly, range(200)))
    assert [number for number, _ in made] == list(range(200))
    assert {pid for _, pid in made[: FEW + 1]} == {os.getpid()}
    assert len({pid for _, pid in made}) == 2


def test_for_few_lots_no_process_is_started():
    assert [pid for _, pid in ahead(slowly, range(FEW))] == [os.getpid()] * FEW
    assert list(ahead(slowly, [])) == []


def test_what_the_work_raises_is_raised_after_the_lots_before_it():
    made = []
    with pytest.raises(ValueError, match="57 is no lot"):
        for number in ahead(odd_ones_fail, range(100)):
            made.append(number)  # noqa: PERF402 - what came before the error counts
    assert made == list(range(57))


@needs_two
def test_a_process_that_dies_costs_nothing():
    assert list(ahead(dies_elsewhere, [(n, os.getpid()) for n in range(100)])) == list(range(100))


def test_an_answer_that_breaks_off_is_made_here():
    ours, theirs = Pipe()
    os.write(theirs.fileno(), struct.pack("!i", 100) + b"of a hundred bytes a few")
    theirs.close()
    assert _made(ours, slowly, 7) == (7, os.getpid())
    ours.close()


def test_who_stops_asking_stops_the_process():
    lots = ahead(slowly, range(10_000))
    assert next(lots)[0] == 0
    for _ in range(60):
        next(lots)
    lots.close()


def print_makers() -> None:
    for _, pid in ahead(slowly, range(10_000)):
        print(pid, flush=True)


@needs_two
def test_what_kills_the_process_ends_the_other_one_too():
    script = "from tests.app.test_ahead import print_makers\nif __name__ == '__main__': print_makers()"
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE) as process:
        other = next(pid for pid in map(int, process.stdout) if pid != process.pid)
        process.send_signal(signal.SIGKILL)
    for _ in range(200):
        if not is_alive(other):
            return
        time.sleep(0.05)
    pytest.fail(f"process {other} is left over")


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and ") Z " not in status.read_text()
