"""The installed command."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_installed_command_is_there_and_loads_nothing_until_it_is_called() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, name = project["scripts"]["copytaster"].partition(":")
    assert callable(getattr(import_module(module), name))
    code = f"import sys, {module}\nraise SystemExit(', '.join({{'typer', 'monitor.cli'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_change_nothing(tmp_path: Path, closed: str) -> None:
    (tmp_path / "rules.yaml").write_text("rules:\n  Uyghurs: [Uyghur*]\n", encoding="utf8")
    (tmp_path / "rows.jsonl").write_text(
        '{"title": "Rain", "link": "https://a.example/1"}\n', encoding="utf8"
    )
    for command in ("import rows.jsonl", "status", "run"):
        call = f"{sys.executable} -m monitor {command} --dir {tmp_path} {closed}".replace(
            "rows.jsonl", str(tmp_path / "rows.jsonl")
        )
        done = subprocess.run(["sh", "-c", call], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), (command, done)
