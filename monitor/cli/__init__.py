"""The command line: one file per noun. Heavy libraries are loaded by the command that needs them.

Data goes to standard output, progress and notes to standard error. Exit codes: 0 fine; 1 rules to mend, a
failed check or a dead delivery; 2 usage, or could not start; 3 some sources failed; 75 another run is at work;
130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import (
    archive,
    backtest,
    briefs,
    channels,
    demo,
    dups,
    explain,
    health,
    labels,
    outbox,
    pages,
    past,
    routes,
    rules,
    run,
    serving,
    setup,
    silences,
    sources,
    stories,
)
from monitor.errors import AlreadyRunning, CopytasterError, RulesError

__all__ = ["app", "end_well", "main"]

EPILOG = (
    "First steps: copytaster demo; then copytaster init brief, cd brief, copytaster check, copytaster run. "
    "Exit codes: 0 fine; 1 rules to mend, a failed check or a dead delivery; 2 usage, or could not start; "
    "3 some sources failed; 75 another run is at work."
)

app = typer.Typer(
    name="copytaster",
    help="Poll outlets, match their stories against your rules, remove duplicates, tell editors once.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help costs 0.3 s of CPU
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        setup.show_version()
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[  # noqa: ARG001 - typer reads it
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Poll outlets, match their stories against your rules, remove duplicates, tell editors once."""
    from monitor.cli import logs

    logs.set_up()


# In the order of a newsroom's day: try it, set it up, run it, look after it, look into it.
for noun in (
    *(demo, setup, run, health, sources, pages, channels, routes, rules, explain, backtest),
    *(stories, dups, past, outbox, silences, labels, briefs, serving, archive),
):
    noun.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    _open_streams()
    end_well(lambda: app(args=arguments, prog_name="copytaster"))


def _open_streams() -> None:
    """Let what is said into a closed stream go nowhere: Python has None in its place."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf8"))  # noqa: SIM115 - for the life of the process


def end_well(action: Callable[[], object]) -> None:
    """Do something; a known error ends in a sentence and an exit code, never in a traceback."""
    try:
        action()
    except AlreadyRunning as error:
        _fail(str(error), 75)
    except RulesError as error:
        _fail(f"{error}\nMend these lines; copytaster check shows what is left.", 2)
    except CopytasterError as error:
        _fail(str(error), 2)
    except KeyboardInterrupt:
        _fail("Stopped.", 130)
    except OSError as error:
        if os.environ.get("COPYTASTER_LOG"):
            raise
        where = f"{error.filename}: " if error.filename else ""
        _fail(
            f"{where}{error.strerror or error}. Nothing more was done. COPYTASTER_LOG=debug shows where it happened.",
            2,
        )


def _fail(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(code) from None
