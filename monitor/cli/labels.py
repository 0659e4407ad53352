"""copytaster label: say whether a story was worth telling."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import AsJson, Folder, counted, dump, newsroom, say
from monitor.errors import ConfigError

__all__ = ["register"]


class Word(StrEnum):
    """What can be said."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(label)
    app.command()(answers)


def label(
    story: Annotated[int, typer.Argument(metavar="ID", help="The story's number.")],
    verdict: Annotated[Word, typer.Argument(metavar="VERDICT", help="relevant or irrelevant.")],
    by: Annotated[
        str,
        typer.Option("--by", metavar="NAME", help="Whose verdict it is; best the mail address alerts go to."),
    ] = "",
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Only for this rule; may be repeated. Else for all that met it."),
    ] = None,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Say whether a story was worth telling. Nobody's verdict replaces another person's.

    Not relevant also stops follow-ups of the event for that person. Example: copytaster label 17 relevant --by ann@example.org
    """
    from monitor.app.labels import Opinion, put_by_name

    with newsroom(folder) as wire:
        done = put_by_name(wire, story, Opinion[verdict.name], person=by, rules=tuple(rule or ()))
    if as_json:
        dump(done)
    elif done.rules:
        say([f"{done.headline}: {done.opinion} for {', '.join(done.rules)}, says {done.person}."])
    else:
        say([f"{done.person} had said so already."])


def answers(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Read the mailbox: answers become labels.

    Bounces settle messages as failed. `run` does this too.

    Auto-replies never become labels. Needs `mailbox:` under settings.
    """
    from monitor.app.answers import read_mailbox

    with newsroom(folder) as wire:
        if not wire.newsroom.settings.mailbox:
            msg = 'rules.yaml names no mailbox. Under settings: mailbox: "env:MAILBOX", replies: answers@example.org'
            raise ConfigError(msg)
        done = read_mailbox(wire)
    if as_json:
        dump(done)
    else:
        passed = f"{done.passed_over} passed over (auto-replies, and what answers no message of ours)"
        say([f"{counted(done.labels, 'label')}, {counted(done.bounces, 'bounce')}, {passed}."])
