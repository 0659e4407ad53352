"""The installed command."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_installed_command_is_there_and_loads_nothing_until_it_is_called() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, name = project["scripts"]["copytaster"].partition(":")
    assert callable(getattr(import_module(module), name))
    code = f"import sys, {module}\nraise SystemExit(', '.join({{'typer', 'monitor.cli'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
