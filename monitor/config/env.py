"""The env file beside rules.yaml, and secrets by reference. Values are never printed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from monitor.errors import ConfigError

__all__ = ["env_template", "read_env", "secret"]

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def env_template() -> str:
    """Give the env file that `init` writes: names and examples, no secret."""
    return (resources.files("monitor") / "data" / "copytaster.env").read_text("utf-8")


def read_env(path: Path) -> Mapping[str, str]:
    """Read NAME=value lines; a missing file is empty. Raises ConfigError for a file that others can read."""
    try:
        text, mode = path.read_text("utf-8"), path.stat().st_mode
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        msg = f"{path} cannot be read: {reason}."
        raise ConfigError(msg) from None
    values = dict(_lines(text, path))
    if any(values.values()) and mode & _OTHERS and os.name == "posix":
        msg = f"{path} holds secrets and other users of this machine can read it. Run: chmod 600 {path}"
        raise ConfigError(msg)
    return values


def _lines(text: str, path: Path) -> list[tuple[str, str]]:
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        match = _LINE.fullmatch(bare)
        if match is None:
            msg = f"{path}:{number}: this line is not NAME=value (its text is not shown, it may be a secret)"
            raise ConfigError(msg)
        found.append((match[1], _unquoted(match[2].strip())))
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return re.sub(r"\s+#.*", "", value)


def secret(reference: str, environment: Mapping[str, str]) -> str:
    """Give what a reference stands for: env:NAME, file:/path; `terminal:` is itself.

    Raises ConfigError that names what is missing and never shows a value.
    """
    kind, _, name = reference.partition(":")
    if reference == "terminal:":
        return reference
    if kind == "env" and name:
        if value := environment.get(name, "").strip():
            return value
        state = "empty" if name in environment else "not set"
        msg = f"{name} is {state}: put a line {name}=... into the env file beside rules.yaml, or set it in the environment."
        raise ConfigError(msg)
    if kind == "file" and name:
        return _from_file(Path(name))
    msg = "a secret is referred to as env:NAME or file:/full/path; what stands there is neither (and is not shown)"
    raise ConfigError(msg)


def _from_file(path: Path) -> str:
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        msg = f"the secret file {path} cannot be read: {reason}."
        raise ConfigError(msg) from None
    if not value:
        msg = f"the secret file {path} is empty."
        raise ConfigError(msg)
    return value
