"""kill -9 at every named point: nothing lost, nothing told twice without the same id. Real processes, real servers.

The long form, with hundreds of kills, is bench/kills.py.
"""

import random
import shutil

import pytest

from monitor.app.wire import FAILPOINTS
from tests.alerts.servers import smtp, web
from tests.app.crashing import HOOKED, MAILED, RULES, WITH_HOOK, Forge, judge, received

SECOND = (
    "claiming:2",
    "claimed:2",
    "rendered:2",
    "accepted:2",
    "settling:2",
    "settled:2",
)  # the other recipient
PAGES = (
    "page-read:3",
    "decided:4",
    "written:5",
    "committed:3",
    "committed:6",
)  # between and while pages are taken in
RANDOM = 12


@pytest.fixture(scope="module")
def forge():
    with Forge() as running:
        yield running


@pytest.fixture(scope="module")
def rooms(forge, tmp_path_factory):
    """Two newsrooms whose outlet has a history, to be copied: with mail, and with mail and a webhook."""
    made = {}
    with smtp() as sink, web() as hook:
        for rules in (RULES, WITH_HOOK):
            folder = made[rules] = tmp_path_factory.mktemp("room")
            (folder / "rules.yaml").write_text(rules, encoding="utf8")
            ran = forge.run(folder, 0, addresses(sink.port, hook.port))
            assert ran.code == 0, ran.said
    return made


def addresses(port, hook=1):
    return {
        "DESK": f"mailto://127.0.0.1:{port}?from=desk@desk.example",
        "HOOK": f"webhook://s3cret@127.0.0.1:{hook}/in",
    }


@pytest.mark.parametrize("failpoint", [*FAILPOINTS, *SECOND, *PAGES])
def test_a_kill_loses_nothing_and_repeats_at_most_the_same_message(forge, rooms, tmp_path, failpoint):
    marker, folder = tmp_path / "marker", tmp_path / "room"
    shutil.copytree(rooms[RULES], folder)
    point, _, _ = failpoint.partition(":")
    with smtp() as sink, smtp({"rcpt": "451 later"}) as refusing:
        port = refusing.port if point in ("refused", "put-off") else sink.port
        killed = forge.run(folder, 1, addresses(port), failpoint=failpoint, marker=marker)
        assert killed.code == -9, killed.said
        assert marker.read_text() == point  # the kill landed where it was meant to
        for hour in (2, 3):
            again = forge.run(folder, hour, addresses(sink.port))
            assert again.code == 0, again.said
        verdict = judge(received(sink.mails), MAILED)
    assert (verdict.lost, verdict.renamed) == (0, 0)
    # the receipt of one and the claim of the next are one commit: a kill inside it repeats the one
    assert verdict.repeats == (1 if failpoint in ("accepted", "settling", "claiming:2", *SECOND[3:5]) else 0)


def test_random_kills_during_work_lose_nothing_and_repeat_at_most_once_for_each_recipient(
    forge, rooms, tmp_path
):
    landed, dice = 0, random.Random(6)
    with smtp() as sink, web() as hook:
        there = addresses(sink.port, hook.port)
        shutil.copytree(rooms[WITH_HOOK], tmp_path / "whole")
        usual = forge.run(tmp_path / "whole", 1, there).worked
        for number in range(RANDOM):
            folder = tmp_path / f"room{number}"
            shutil.copytree(rooms[WITH_HOOK], folder)
            sink.mails.clear()
            hook.posts.clear()
            landed += forge.run(folder, 1, there, kill_after=dice.random() * usual).code == -9
            for hour in (2, 3):
                again = forge.run(folder, hour, there)
                assert again.code == 0, again.said
            verdict = judge(received(sink.mails, hook.posts), HOOKED)
            assert (verdict.lost, verdict.renamed) == (0, 0)
            assert verdict.most <= 1
    assert landed >= RANDOM // 2
