"""init, version, help, and how errors end."""

import ctypes
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from monitor import config
from tests.cli.calling import ROOT, RULES, command, copytaster, folder_with, process

LIBC = ctypes.CDLL(None)


def test_init_makes_a_folder_that_works(tmp_path):
    room = tmp_path / "deep" / "brief"
    done = copytaster("init", room)
    assert done.code == 0, done
    assert "copytaster check && copytaster run" in done.out
    assert (room / "rules.yaml").read_text("utf8") == config.template()
    assert stat.S_IMODE((room / "copytaster.env").stat().st_mode) == 0o600
    assert json.loads((room / "rules.schema.json").read_text("utf8"))["type"] == "object"
    listed = copytaster("sources", "list", "--dir", room, "--json")
    assert {row["outlet"]["name"] for row in listed.json} >= {"bbc", "wsj", "economist", "intercept"}


def test_init_twice_changes_nothing(tmp_path):
    assert copytaster("init", tmp_path / "brief").code == 0
    rules = tmp_path / "brief" / "rules.yaml"
    rules.write_text(RULES)
    (tmp_path / "brief" / "copytaster.env").unlink()
    done = copytaster("init", "--dir", tmp_path / "brief")
    assert done.code == 2
    assert "is there already; nothing was changed" in done.err
    assert rules.read_text() == RULES
    assert not (tmp_path / "brief" / "copytaster.env").exists()


def test_init_keeps_an_env_file_that_is_there(tmp_path):
    (tmp_path / "copytaster.env").write_text("DESK=secret\n")
    done = process("init", cwd=tmp_path)
    assert done.code == 0, done
    assert (tmp_path / "copytaster.env").read_text() == "DESK=secret\n"
    assert "copytaster.env" not in done.out


def powerless(*arguments):
    """Run a command for which the modes of files count, whoever we are."""

    def drop() -> None:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            LIBC.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP

    as_root = os.geteuid() == 0
    if as_root and not sys.platform.startswith("linux"):
        pytest.skip("the superuser may write everywhere")
    return subprocess.run(
        command(*arguments),
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=drop if as_root else None,
    )


def test_init_into_a_folder_that_cannot_be_written(tmp_path):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        done = powerless("init", f"{folder}/brief")
        assert done.returncode == 2, done.stderr
        assert "cannot be made: Permission denied" in done.stderr
        assert list(Path(folder).iterdir()) == []
    (tmp_path / "file").write_text("x")
    assert copytaster("init", tmp_path / "file").code == 2


def test_the_version_is_told_in_both_spellings():
    assert copytaster("--version").out == copytaster("version").out
    assert copytaster("version").out.startswith("copytaster ")


def test_help_goes_to_standard_output_and_is_of_use():
    done = process("--help")
    assert (done.code, done.err) == (0, "")
    assert "copytaster init brief" in done.out
    lines = [line for line in done.out.splitlines() if line.startswith("  ")]
    assert not [line for line in lines if line.endswith("...")], "no summary is cut"


def test_usage_errors_exit_2():
    for words in (["nope"], ["run", "--nope"], ["stories", "--csv", "--json"], ["replay", "x"], ["restore"]):
        done = copytaster(*words)
        assert done.code == 2, done
        assert done.err.strip()
        assert "Traceback" not in done.err


def test_a_closed_pipe_is_no_error(tmp_path):
    folder_with(tmp_path, RULES)
    line = f"{sys.executable} -m monitor sources export --dir {tmp_path} | true"
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_help_is_quick_because_little_is_loaded():
    code = (
        "import sys\nfrom monitor.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stderr
    for heavy in ("rich", "structlog", "scrapy", "sqlalchemy", "pydantic", "json", "zoneinfo", "logging"):
        assert f"'{heavy}'" not in loaded, heavy
