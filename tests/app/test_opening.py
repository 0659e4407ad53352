"""Opening a newsroom whose rules.yaml is broken: nothing stays open when it cannot be opened after all."""

import gc
import warnings

import pytest

from monitor.app.wire import open_wire
from monitor.errors import ConfigError
from tests.newsrooms import newsroom

BROKEN = "rules:\n  A: {anny: [x]}\n"


@pytest.fixture
def folder(tmp_path):
    with newsroom(tmp_path / "room") as room:
        room.baseline()
    (tmp_path / "room" / "rules.yaml").write_text(BROKEN)
    return tmp_path / "room"


def refused(folder):
    """Give why it cannot be opened; a connection that is left open is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(ConfigError) as caught:
            open_wire(folder, {}, create=False, process={})
        gc.collect()
    assert not (folder / "stories.db-wal").exists(), "the last connection takes its log with it"
    return str(caught.value)


def test_the_last_good_rulebook_is_in_force(folder):
    wire = open_wire(folder, {}, create=False, process={})
    wire.store.close()
    assert {m.line for m in wire.mistakes} == {2}
    assert list(wire.newsroom.rulebook.rules) == ["Uyghurs", "Surveillance"]


def test_an_env_file_that_others_may_read(folder):
    env = folder / "copytaster.env"
    env.write_text("DESK=mailto://user:secret@example.org\n")
    env.chmod(0o644)
    assert "chmod 600" in refused(folder)


def test_a_last_good_rulebook_that_this_version_cannot_read(folder):
    wire = open_wire(folder, {}, create=False, process={})
    with wire.store.writing() as tx:
        tx.exec_driver_sql("UPDATE rulebook SET text = 'rules: 7'")
    wire.store.close()
    assert "rules.yaml:1:" in refused(folder)
