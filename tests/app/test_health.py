"""check: when a newsroom that no run looked after is to be mended, and when it is only late."""

from datetime import timedelta

import pytest

from monitor.app.health import check
from tests.newsrooms import newsroom


@pytest.mark.parametrize(("hours", "grave"), [(23, []), (25, [False]), (27, [True])])
def test_a_run_that_is_late_is_a_note_and_one_that_is_missing_is_grave(tmp_path, hours, grave):
    with newsroom(tmp_path / "room") as room:
        room.poll()
        room.clock.forward(hours=hours)
        found = [p for p in check(room.wire) if p.where == "runs"]
    assert [p.grave for p in found] == grave


def test_a_newsroom_that_never_ran_misses_no_run(tmp_path):
    with newsroom(tmp_path / "room") as room:
        room.clock.now += timedelta(days=9)
        assert [p for p in check(room.wire) if p.where == "runs"] == []
