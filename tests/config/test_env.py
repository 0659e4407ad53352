"""Secrets: read from where they are, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import read_env, secret
from monitor.errors import ConfigError


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_lines_are_names_and_values(tmp_path: Path) -> None:
    text = "# comment\n\nA=one\nexport B = 'two # 2'\nC=three   # note\nD=\"a=b#c\"\nE=\n"
    assert read_env(write(tmp_path / "e", text)) == {
        "A": "one",
        "B": "two # 2",
        "C": "three",
        "D": "a=b#c",
        "E": "",
    }


def test_a_missing_file_is_empty(tmp_path: Path) -> None:
    assert read_env(tmp_path / "none") == {}


def test_a_file_that_others_can_read_is_refused_when_it_holds_secrets(tmp_path: Path) -> None:
    assert read_env(write(tmp_path / "e", "#A=one\nB=\n", 0o644)) == {"B": ""}
    with pytest.raises(ConfigError, match="Run: chmod 600") as caught:
        read_env(write(tmp_path / "e", "A=t0ken\n", 0o640))
    assert "t0ken" not in str(caught.value)


def test_a_bad_line_is_named_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"e:2: this line is not NAME=value") as caught:
        read_env(write(tmp_path / "e", "A=x\nslack://t0ken\n"))
    assert "t0ken" not in str(caught.value)


def test_references(tmp_path: Path) -> None:
    path = write(tmp_path / "s", "t0ken\n")
    assert secret("env:A", {"A": " t0ken "}) == "t0ken"
    assert secret(f"file:{path}", {}) == "t0ken"
    assert secret("terminal:", {}) == "terminal:"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:A", "A is not set: put a line A=... into the env file"),
        ("env:B", "B is empty: put a line B=... into the env file"),
        ("file:/nowhere/s", "the secret file /nowhere/s cannot be read"),
        ("slack://t0ken", "what stands there is neither"),
    ],
)
def test_what_is_missing_is_named(reference: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        secret(reference, {"B": " "})
    assert said in str(caught.value)
    assert "t0ken" not in str(caught.value)
