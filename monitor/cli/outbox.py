"""copytaster outbox: what waits, what was sent, what failed; try again, or take back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, counted, dump, newsroom, say, when
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.app.outbox import Letter, Look

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(outbox)
    group.command()(show)
    group.command()(retry)
    group.command()(cancel)
    app.add_typer(group, name="outbox")


def outbox(
    context: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help="Only messages that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most this many, the newest first.")] = 50,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """See what waits, was sent or failed; try again, or take back.

    Examples: copytaster outbox --failed; copytaster outbox cancel --rule "Olympics"
    """
    if context.invoked_subcommand is not None:
        return
    from monitor.app.outbox import look

    with newsroom(folder) as wire:
        found = look(wire, failed=failed, limit=limit)
        zone = wire.zone
    if as_json:
        dump(found)
    else:
        say(_listed(found, zone, failed=failed))


def _listed(found: Look, zone: str, *, failed: bool) -> Iterator[str]:
    for m in found.messages:
        about = f"{counted(len(m.message.alerts), 'alert')} to {m.message.recipient.address or m.message.recipient.channel}"
        yield f"{m.message.id}  {when(m.message.created, zone)}  {m.state}: {about}"
        if m.state != "sent" and m.detail:
            yield f"     {m.detail}"
        if m.state == "waiting" and m.next_try:
            yield f"     next try {when(m.next_try, zone)}, {counted(m.message.attempts, 'attempt')} so far"
    if not found.messages:
        yield "No message was given up." if failed else "No message was made yet."
    if failed and found.messages:
        yield "Mend the channel, then: copytaster outbox retry"
    if not failed and found.counts.waiting:
        yield f"{counted(found.counts.waiting, 'alert waits', 'alerts wait')}, {found.counts.due} of them due."


def show(
    number: Annotated[
        int, typer.Argument(metavar="ID", help="The message's number, as `copytaster outbox` shows it.")
    ],
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Show one message: its stories and every attempt to send it."""
    from monitor.app.outbox import read

    with newsroom(folder) as wire:
        letter = read(wire, number)
        zone = wire.zone
    if letter is None:
        msg = f"There is no message {number} in the outbox. See copytaster outbox."
        raise ConfigError(msg)
    if as_json:
        dump(letter)
    else:
        say(_shown(letter, zone))


def _shown(letter: Letter, zone: str) -> Iterator[str]:
    m = letter.row.message
    to = f"{m.recipient.address} over {m.recipient.channel}" if m.recipient.address else m.recipient.channel
    yield f"Message {m.id} to {to}, made {when(m.created, zone)}: {letter.row.state}"
    yield f"   id {m.key}"
    for book in dict.fromkeys(a.rulebook for a in letter.alerts if a.rulebook):
        yield f"   decided under rulebook {book[:12]}"
    for alert in letter.alerts:
        yield f"   {alert.headline}" + (f"  ({', '.join(alert.rules)})" if alert.rules else "")
    for attempt in letter.attempts:
        yield f"   attempt {attempt.attempt}, {when(attempt.started, zone)}: {attempt.outcome} ({attempt.detail})"
    if not letter.attempts:
        yield "   no attempt yet"


def retry(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="ID", help="Only these; all that were given up if left out."),
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Let messages that were given up be sent at the next pass."""
    from monitor.app.outbox import try_again

    with newsroom(folder) as wire:
        count = try_again(wire, numbers or None)
    say([f"{counted(count, 'message')} will be tried again: copytaster deliver, or the next run."])


def cancel(
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="What waits because of this rule.")] = None,
    story: Annotated[
        list[int] | None, typer.Option(metavar="ID", help="What tells this story; may be repeated.")
    ] = None,
    rulebook: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="What was decided under this version of rules.yaml (outbox show)."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that waits.")] = False,
    folder: Folder = Path(),
) -> None:
    """Take back alerts that wait: after a rule turned out to be wrong. What was sent stays sent."""
    from monitor.app.outbox import take_back

    wanted: Sequence[object] = (rule, story, rulebook, everything)
    if not any(wanted):
        msg = "Take back what? Say --rule RULE, --story ID or --all; --rulebook HASH for a version of rules.yaml."
        raise ConfigError(msg)
    with newsroom(folder) as wire:
        count = take_back(wire, rule=rule, rulebook=rulebook, stories=story or None, everything=everything)
        known = rule is None or rule in wire.newsroom.rulebook.rules
    hint = "" if known or count else f' There is no rule "{rule}" in rules.yaml.'
    say([f"{counted(count, 'alert')} taken back.{hint}"])
