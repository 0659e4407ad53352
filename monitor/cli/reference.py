"""Writes docs/reference/commands.md: every command and option, as --help tells them.

python -m monitor.cli.reference > docs/reference/commands.md
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import typer

__all__ = ["page"]

_HEAD = """\
# Commands

Made from the program's own help (`python -m monitor.cli.reference`); a test holds it equal. Every command takes
`--help`. Data goes to standard output, progress and remarks to standard error.

| Exit code | Meaning |
|---|---|
| 0 | fine |
| 1 | rules to mend, a failed check, or a message that was given up |
| 2 | usage, or could not start; nothing was changed |
| 3 | some sources failed; without a terminal, only those the operator has not heard of yet |
| 75 | another run is at work; the message names it |
| 130 | stopped by Ctrl-C |

`COPYTASTER_DIR` is the folder where `--dir` does not name one. `COPYTASTER_LOG=info` or `debug` makes the program say
more on standard error; secrets are blotted out of it.
"""


def page() -> str:
    """Give the whole page."""
    from monitor.cli import app

    sections = (
        _section(name, command) for name, command in _commands(typer.main.get_command(app), "copytaster")
    )
    return "\n".join([_HEAD, *sections])


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if name != "copytaster" and (not children or command.invoke_without_command):
        yield name, command
    for child, inner in children.items():
        yield from _commands(inner, f"{name} {child}")


def _section(name: str, command: Any) -> str:
    words = inspect.cleandoc(command.help or "")
    paragraphs = (" ".join(p.split()) for p in words.split("\n\n"))
    usage = " ".join([name, *(_usage(p) for p in command.params if p.param_type_name == "argument")])
    lines = [
        f"## {name}",
        "",
        *(f"{_example(p)}\n" for p in paragraphs),
        f"```\n{usage}{' [options]' if command.params else ''}\n```",
        "",
    ]
    lines += ["| | |", "|---|---|"] if command.params else []
    lines += [f"| `{_name(p)}` | {_told(p)} |" for p in command.params]
    return "\n".join(lines) + "\n"


def _example(paragraph: str) -> str:
    """Set the command of an example as code."""
    return re.sub(
        r"(Examples?: )(.+)$", lambda m: m[1] + "; ".join(f"`{e}`" for e in m[2].split("; ")), paragraph
    )


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _usage(parameter: Any) -> str:
    word = _metavar(parameter) + ("..." if parameter.nargs == -1 else "")
    return word if parameter.required else f"[{word}]"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _metavar(parameter)
    spellings = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return spellings if parameter.is_flag else f"{spellings} {_metavar(parameter)}"


def _told(parameter: Any) -> str:
    words = str(getattr(parameter, "help", "") or "").replace("|", "\\|")
    default = parameter.default
    shown = (
        ""
        if default in (None, "", False) or callable(default) or str(default) == "."
        else f" Default: {default}."
    )
    needed = " Must be given." if parameter.required and parameter.param_type_name == "option" else ""
    return f"{words}{shown}{needed}"


if __name__ == "__main__":
    print(page(), end="")
